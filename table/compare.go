package table

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strings"
)

// Compare orders two values of one type that are not null: negative, zero or
// positive. Reals order NaN first; strings by their bytes; dynamic by type, then
// value, then text.
func Compare(a, b Value) int {
	switch a := a.(type) {
	case bool:
		return boolInt(a) - boolInt(b.(bool))
	case int32:
		return cmp.Compare(a, b.(int32))
	case int64:
		return cmp.Compare(a, b.(int64))
	case float64:
		return cmp.Compare(a, b.(float64))
	case Dec:
		return CompareDec(a, b.(Dec))
	case string:
		return strings.Compare(a, b.(string))
	case Time:
		return cmp.Compare(a, b.(Time))
	case Duration:
		return cmp.Compare(a, b.(Duration))
	case UUID:
		bb := b.(UUID)
		return strings.Compare(string(a[:]), string(bb[:]))
	case Dyn:
		return compareTrees(a.Tree(), b.(Dyn).Tree())
	}
	panic(fmt.Sprintf("table: %T is not a value", a))
}

// CompareDec orders decimals by their number.
func CompareDec(a, b Dec) int {
	if a == b {
		return 0
	}
	x, _ := new(big.Rat).SetString(string(a))
	y, _ := new(big.Rat).SetString(string(b))
	if x == nil || y == nil {
		return strings.Compare(string(a), string(b))
	}
	return x.Cmp(y)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// treeRank orders the kinds of dynamic values.
func treeRank(t any) int {
	switch t.(type) {
	case nil:
		return 0
	case bool:
		return 1
	case int64, float64, Dec:
		return 2
	case Time:
		return 3
	case Duration:
		return 4
	case UUID:
		return 5
	case string:
		return 6
	case []any:
		return 7
	}
	return 8
}

func compareTrees(a, b any) int {
	if r := treeRank(a) - treeRank(b); r != 0 {
		return r
	}
	switch x := a.(type) {
	case nil:
		return 0
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(treeReal(a), treeReal(b))
	case float64, Dec:
		return cmp.Compare(treeReal(a), treeReal(b))
	case bool, Time, Duration, UUID, string:
		return Compare(a, b)
	}
	return strings.Compare(string(AppendTreeJSON(nil, a)), string(AppendTreeJSON(nil, b)))
}

func treeReal(t any) float64 {
	switch t := t.(type) {
	case int64:
		return float64(t)
	case float64:
		return t
	case Dec:
		r, _ := new(big.Rat).SetString(string(t))
		f, _ := r.Float64()
		return f
	}
	return math.NaN()
}

// AppendKey writes row i of v so that two rows have equal bytes exactly when they
// are the same group: nulls together, NaNs together, equal decimals together. The
// bytes of one value are never a prefix of another's.
func AppendKey(dst []byte, v Vec, i int) []byte {
	if v.IsNull(i) {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	switch v := v.(type) {
	case *Of[bool]:
		return append(dst, byte(boolInt(v.Vals[i])))
	case *Of[int32]:
		return binary.BigEndian.AppendUint32(dst, uint32(v.Vals[i]))
	case *Of[int64]:
		return binary.BigEndian.AppendUint64(dst, uint64(v.Vals[i]))
	case *Of[float64]:
		f := v.Vals[i]
		switch {
		case f == 0:
			f = 0 // -0 is 0
		case math.IsNaN(f):
			f = math.NaN()
		}
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(f))
	case *Of[Dec]:
		return appendText(dst, decKey(v.Vals[i]))
	case *Of[string]:
		return appendText(dst, v.Vals[i])
	case *Of[Time]:
		return binary.BigEndian.AppendUint64(dst, uint64(v.Vals[i]))
	case *Of[Duration]:
		return binary.BigEndian.AppendUint64(dst, uint64(v.Vals[i]))
	case *Of[UUID]:
		return append(dst, v.Vals[i][:]...)
	case *Of[Dyn]:
		return appendText(dst, string(AppendTreeJSON(nil, v.Vals[i].Tree())))
	}
	panic(fmt.Sprintf("table: %T is not a column", v))
}

func appendText(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

func decKey(d Dec) string {
	s := string(d)
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

package duck

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/yagura/yagura/table"
)

// A dynamic value stands in DuckDB as JSON text. Values that JSON has no type for
// (datetimes, timespans, guids, decimals, reals that are not numbers) stand in it as
// strings that begin with mark and a letter, so that they come back as what they were.
// The mark is random and never leaves the process: no stored text has it.
var mark = func() string {
	b := make([]byte, 12)
	if _, err := rand.Read(b); err != nil {
		panic("duck: no random numbers: " + err.Error())
	}
	return "\uE000" + hex.EncodeToString(b)
}()

// encodeDynamic appends d's text.
func encodeDynamic(dst []byte, d table.Dyn) []byte {
	t := d.Tree()
	if needsMark(t) {
		t = marked(t)
	}
	return table.AppendTreeJSON(dst, t)
}

func needsMark(t any) bool {
	switch t := t.(type) {
	case table.Time, table.Duration, table.UUID, table.Dec:
		return true
	case float64:
		return t-t != 0 // NaN or infinite
	case []any:
		for _, e := range t {
			if needsMark(e) {
				return true
			}
		}
	case *table.Bag:
		for _, e := range t.Vals {
			if needsMark(e) {
				return true
			}
		}
	}
	return false
}

func marked(t any) any {
	switch t := t.(type) {
	case table.Time:
		return mark + "t" + strconv.FormatInt(int64(t), 10)
	case table.Duration:
		return mark + "s" + strconv.FormatInt(int64(t), 10)
	case table.UUID:
		return mark + "g" + t.String()
	case table.Dec:
		return mark + "d" + string(t)
	case float64:
		if t-t != 0 {
			return mark + "r" + strconv.FormatFloat(t, 'g', -1, 64)
		}
	case []any:
		out := make([]any, len(t))
		for i, e := range t {
			out[i] = marked(e)
		}
		return out
	case *table.Bag:
		out := &table.Bag{Keys: t.Keys, Vals: make([]any, len(t.Vals))}
		for i, e := range t.Vals {
			out.Vals[i] = marked(e)
		}
		return out
	}
	return t
}

// decodeDynamic is the inverse of encodeDynamic. Text without marks is parsed when it
// is needed.
func decodeDynamic(s string) table.Dyn {
	if !strings.Contains(s, mark) {
		return table.NewDyn(table.Raw(s))
	}
	t, err := table.ParseTree(s)
	if err != nil {
		panic("duck: a dynamic value that we wrote is not JSON: " + err.Error())
	}
	return table.NewDyn(unmarked(t))
}

func unmarked(t any) any {
	switch t := t.(type) {
	case string:
		if body, ok := strings.CutPrefix(t, mark); ok && body != "" {
			return unmarkedText(body[0], body[1:])
		}
	case []any:
		for i, e := range t {
			t[i] = unmarked(e)
		}
	case *table.Bag:
		for i, e := range t.Vals {
			t.Vals[i] = unmarked(e)
		}
	}
	return t
}

func unmarkedText(kind byte, s string) any {
	switch kind {
	case 't', 's':
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			panic("duck: bad mark: " + err.Error())
		}
		if kind == 't' {
			return table.Time(n)
		}
		return table.Duration(n)
	case 'g':
		u, err := table.ParseUUID(s)
		if err != nil {
			panic("duck: bad mark: " + err.Error())
		}
		return u
	case 'd':
		return table.Dec(s)
	case 'r':
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic("duck: bad mark: " + err.Error())
		}
		return f
	}
	panic("duck: bad mark: " + string(kind))
}

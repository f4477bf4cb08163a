package table

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

// Dyn is a dynamic value that is not null. It is immutable. The zero Dyn is JSON's
// null, which stands only inside arrays and bags. v is a tree (see NewDyn), or *Raw.
type Dyn struct{ v any }

// Raw is JSON text that has not been parsed yet; it is valid and compact.
type Raw string

// Raws makes dynamic values of JSON texts, with memory for many at a time.
type Raws struct {
	free []Raw
	made int
}

// rawsMost is how many are made at once at most; one that is kept keeps the others.
const rawsMost = 256

// Dyn returns a value of a text that is valid and compact.
func (r *Raws) Dyn(text string) Dyn {
	if len(r.free) == 0 {
		n := min(max(1, r.made), rawsMost) // as many as there were, so that few take little
		r.free, r.made = make([]Raw, n), r.made+n
	}
	p := &r.free[0]
	*p, r.free = Raw(text), r.free[1:]
	return Dyn{p}
}

// Bag is a property bag. Keys keep their order and are unique.
type Bag struct {
	Keys []string
	Vals []any
}

// Get returns the value of a key.
func (b *Bag) Get(key string) (any, bool) {
	for i, k := range b.Keys {
		if k == key {
			return b.Vals[i], true
		}
	}
	return nil, false
}

// Set puts or replaces a key. Only the bag's maker may call it.
func (b *Bag) Set(key string, v any) {
	for i, k := range b.Keys {
		if k == key {
			b.Vals[i] = v
			return
		}
	}
	b.Keys = append(b.Keys, key)
	b.Vals = append(b.Vals, v)
}

// NewDyn wraps a tree: nil, bool, int64, float64, Dec, string, Time, Duration,
// UUID, []any or *Bag of these, or Raw. An int32 becomes int64, a Dyn is unwrapped.
func NewDyn(v any) Dyn { return Dyn{plain(v)} }

// DynValue returns v as a Value of type dynamic: nil for nil.
func DynValue(v any) Value {
	v = plain(v)
	if v == nil {
		return nil
	}
	return Dyn{v}
}

func plain(v any) any {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case int:
		return int64(v)
	case Dyn:
		return v.v
	case Raw:
		return &v
	case nil, bool, int64, float64, Dec, string, Time, Duration, UUID, []any, *Bag:
		return v
	}
	panic(fmt.Sprintf("table: %T cannot be dynamic", v))
}

// Tree returns the value as a tree (see NewDyn; never Raw, never Dyn), parsing it
// if need be. The tree is shared: it may not be changed.
func (d Dyn) Tree() any {
	if r, ok := d.v.(*Raw); ok {
		t, err := ParseTree(string(*r))
		if err != nil {
			return string(*r)
		}
		return t
	}
	return d.v
}

// Same reports whether d and o surely are one value, cheaply: arrays and bags count
// as different unless they share memory.
func (d Dyn) Same(o Dyn) bool {
	switch x := d.v.(type) {
	case []any:
		y, ok := o.v.([]any)
		return ok && len(x) == len(y) && (len(x) == 0 || &x[0] == &y[0])
	case *Raw:
		y, ok := o.v.(*Raw)
		return ok && *x == *y
	default:
		if _, ok := o.v.([]any); ok {
			return false
		}
		return x == o.v
	}
}

// Array returns the elements if d is an array.
func (d Dyn) Array() ([]any, bool) { a, ok := d.Tree().([]any); return a, ok }

// Bag returns the bag if d is one.
func (d Dyn) Bag() (*Bag, bool) { b, ok := d.Tree().(*Bag); return b, ok }

// String writes d as JSON text.
func (d Dyn) String() string {
	if r, ok := d.v.(*Raw); ok {
		return string(*r)
	}
	return string(d.AppendJSON(nil))
}

// AppendJSON writes d as compact JSON. Types that JSON lacks become strings.
func (d Dyn) AppendJSON(dst []byte) []byte { return AppendTreeJSON(dst, d.v) }

// AppendJSON is AppendJSON of a value that may be long.
func (w *Work) AppendJSON(dst []byte, d Dyn) []byte { return w.AppendTreeJSON(dst, d.v) }

// Width is about how many bytes a value takes without what lies within its elements.
func (d Dyn) Width() int {
	switch v := d.v.(type) {
	case string:
		return len(v)
	case *Raw:
		return len(*v)
	case []any:
		return boxBytes * len(v)
	case *Bag:
		return 3 * boxBytes * len(v.Keys)
	}
	return boxBytes
}

// JSONLen returns the length of what AppendJSON writes.
func (d Dyn) JSONLen() int {
	if r, ok := d.v.(*Raw); ok {
		return len(*r)
	}
	return len(d.AppendJSON(nil))
}

// AppendTreeJSON writes a tree (see NewDyn) as compact JSON.
func AppendTreeJSON(dst []byte, v any) []byte { return (*Work)(nil).AppendTreeJSON(dst, v) }

// elementSteps is about what an element of an array or a bag takes to write or to read,
// in steps.
const elementSteps = 64

// AppendTreeJSON is AppendTreeJSON of a tree that may be large.
func (w *Work) AppendTreeJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return AppendRealJSON(dst, v)
	case Dec:
		return append(dst, v...)
	case string:
		return AppendQuoted(dst, v)
	case Time:
		dst = append(dst, '"')
		dst = append(dst, v.String()...)
		return append(dst, '"')
	case Duration:
		dst = append(dst, '"')
		dst = append(dst, v.String()...)
		return append(dst, '"')
	case UUID:
		dst = append(dst, '"')
		dst = append(dst, v.String()...)
		return append(dst, '"')
	case *Raw:
		return append(dst, *v...)
	case Dyn:
		return w.AppendTreeJSON(dst, v.v)
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			w.Step(elementSteps)
			dst = w.AppendTreeJSON(dst, e)
		}
		return append(dst, ']')
	case *Bag:
		dst = append(dst, '{')
		for i, k := range v.Keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendQuoted(dst, k)
			dst = append(dst, ':')
			w.Step(elementSteps)
			dst = w.AppendTreeJSON(dst, v.Vals[i])
		}
		return append(dst, '}')
	}
	panic(fmt.Sprintf("table: %T cannot be dynamic", v))
}

// AppendRealJSON writes a real so that it reads back as a real: 1 is "1.0". NaN and
// the infinities become strings, as Kusto writes them.
func AppendRealJSON(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	n := len(dst)
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e15) {
		dst = strconv.AppendFloat(dst, f, 'E', -1, 64)
		return dst
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[n:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, '.', '0')
}

const hexDigits = "0123456789abcdef"

// AppendQuoted writes s as a JSON string. Invalid UTF-8 becomes U+FFFD.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			dst = append(append(dst, s[start:i]...), "\ufffd"...)
			i++
			start = i
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

var jsonParsers fastjson.ParserPool

// ParseTree parses JSON text as a tree: whole numbers that fit are int64, other
// numbers float64. Of equal keys the last wins.
func ParseTree(s string) (any, error) { return (*Work)(nil).ParseTree(s) }

// ParseTree is ParseTree of a text that may be long.
func (w *Work) ParseTree(s string) (any, error) {
	if w != nil && len(s) > partBytes {
		return w.parseParts(s)
	}
	p := jsonParsers.Get()
	defer jsonParsers.Put(p)
	v, err := p.Parse(s)
	if err != nil {
		return nil, err
	}
	return tree(v)
}

var errNumber = errors.New("not a number")

func tree(v *fastjson.Value) (any, error) {
	switch v.Type() {
	case fastjson.TypeNull:
		return nil, nil
	case fastjson.TypeTrue:
		return true, nil
	case fastjson.TypeFalse:
		return false, nil
	case fastjson.TypeString:
		b, err := v.StringBytes()
		return strings.ToValidUTF8(string(b), "\ufffd"), err
	case fastjson.TypeNumber:
		return ParseNumber(string(v.MarshalTo(nil)))
	case fastjson.TypeArray:
		vs, err := v.Array()
		if err != nil {
			return nil, err
		}
		a := make([]any, len(vs))
		for i, e := range vs {
			if a[i], err = tree(e); err != nil {
				return nil, err
			}
		}
		return a, nil
	case fastjson.TypeObject:
		o, err := v.Object()
		if err != nil {
			return nil, err
		}
		b := newKeyed(o.Len())
		o.Visit(func(k []byte, e *fastjson.Value) {
			t, terr := tree(e)
			if terr != nil {
				err = terr
				return
			}
			b.set(strings.ToValidUTF8(string(k), "\ufffd"), t)
		})
		return b.Bag, err
	}
	return nil, fmt.Errorf("unexpected JSON type %v", v.Type())
}

// keyed is a bag that is being made of many keys.
type keyed struct {
	*Bag
	at map[string]int // nil while they are few
}

func newKeyed(n int) *keyed {
	k := &keyed{Bag: &Bag{Keys: make([]string, 0, n), Vals: make([]any, 0, n)}}
	if n > 16 {
		k.at = make(map[string]int, n)
	}
	return k
}

func (k *keyed) set(key string, v any) {
	if k.at == nil {
		k.Set(key, v)
		return
	}
	if i, ok := k.at[key]; ok {
		k.Vals[i] = v
		return
	}
	k.at[key] = len(k.Keys)
	k.Keys, k.Vals = append(k.Keys, key), append(k.Vals, v)
}

// ParseNumber parses a number of JSON text as ParseTree does.
func ParseNumber(s string) (any, error) {
	if !strings.ContainsAny(s, ".eE") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
	}
	if s == "" || !(s[0] == '-' || s[0] >= '0' && s[0] <= '9') { // NaN, inf: not JSON
		return nil, errNumber
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return nil, errNumber
	}
	return f, nil
}

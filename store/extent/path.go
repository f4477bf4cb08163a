package extent

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/yagura/yagura/table"
)

// Path is a place in the bags of a dynamic column whose values a file has in a column of
// their own too, because in each of its rows the place holds a value of one type, null or
// nothing.
type Path struct {
	Column string   // the dynamic column
	Keys   []string // from the outermost bag inwards
	Type   table.Type
	Counts []Count // of its values, in order; nil if that is not known
}

// Name returns the name of the path's column in the file: the dynamic column's, and the
// keys as a JSON Pointer (RFC 6901).
func (p *Path) Name() string {
	var b strings.Builder
	b.WriteString(p.Column)
	for _, k := range p.Keys {
		b.WriteByte('/')
		b.WriteString(pointerEscapes.Replace(k))
	}
	return b.String()
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// PathOf returns what a place in a dynamic column has as a column of its own, nil if nothing.
func (m *Meta) PathOf(column string, keys []string) *Path {
	for i := range m.Paths {
		if p := &m.Paths[i]; p.Column == column && slices.Equal(p.Keys, keys) {
			return p
		}
	}
	return nil
}

// What is worth a column: places that many rows have, with short values.
const (
	pathSample  = 512 // rows that are looked at to choose
	pathDepth   = 4
	pathsColumn = 16  // of a dynamic column
	pathsMost   = 64  // of an extent
	pathKey     = 64  // bytes of a key
	pathText    = 128 // bytes of a string, on average
)

// choosePaths finds, in a sample of rows, the places of dynamic columns to write as
// columns. Of places whose names DuckDB would not tell apart, from one another or from
// columns, none is taken.
func choosePaths(cols []table.Column, sample *table.Batch) []*pathColumn {
	if sample == nil {
		return nil
	}
	taken := map[string]int{}
	for _, c := range cols {
		taken[strings.ToLower(c.Name)]++
	}
	var all []*pathColumn
	for _, c := range cols {
		i := sample.Schema.Index(c.Name)
		if c.Type != table.Dynamic || i < 0 {
			continue
		}
		v, ok := sample.Vecs[i].(*table.Of[table.Dyn])
		if !ok {
			continue
		}
		for _, p := range placesOf(c.Name, v) {
			taken[strings.ToLower(p.Name())]++
			all = append(all, p)
		}
	}
	all = slices.DeleteFunc(all, func(p *pathColumn) bool { return taken[strings.ToLower(p.Name())] > 1 })
	return all[:min(len(all), pathsMost)]
}

// place is what a sample has at a place.
type place struct {
	pathColumn
	kinds map[table.Type]int // of scalars; 0: arrays, bags and others
	texts int                // bytes of strings
	seen  map[any]bool
}

func placesOf(column string, v *table.Of[table.Dyn]) []*pathColumn {
	n := min(v.Len(), pathSample)
	places := map[string]*place{}
	rows := 0
	for k := range n {
		row := k * v.Len() / n
		if v.IsNull(row) {
			continue
		}
		rows++
		if b, ok := v.Vals[row].Bag(); ok {
			visit(places, column, nil, b)
		}
	}
	var out []*pathColumn
	for _, p := range slices.SortedFunc(maps.Values(places), func(a, b *place) int { return strings.Compare(a.Name(), b.Name()) }) {
		for t, n := range p.kinds {
			if len(p.kinds) == 1 && t != 0 && n >= (rows+1)/2 && p.texts <= n*pathText {
				p.Type, p.dict = t, n >= 16 && len(p.seen) <= n/4
				out = append(out, &p.pathColumn)
			}
		}
	}
	return out[:min(len(out), pathsColumn)]
}

func visit(places map[string]*place, column string, keys []string, b *table.Bag) {
	for i, k := range b.Keys {
		if k == "" || len(k) > pathKey || strings.ContainsFunc(k, unicode.IsControl) {
			continue
		}
		at := append(slices.Clip(keys), k)
		p := &place{pathColumn: pathColumn{Path: Path{Column: column, Keys: at}}, kinds: map[table.Type]int{}, seen: map[any]bool{}}
		name := p.Name()
		if old := places[name]; old != nil {
			p = old
		}
		switch x := b.Vals[i].(type) {
		case nil:
			continue
		case *table.Bag:
			if len(at) < pathDepth {
				visit(places, column, at, x)
			}
			p.kinds[0]++
		case string:
			p.kinds[table.String]++
			p.texts += len(x)
			p.seen[x] = true
		case bool, int64, float64:
			p.kinds[table.TypeOfValue(x)]++
			p.seen[x] = true
		default:
			p.kinds[0]++
		}
		places[name] = p
	}
}

// pathColumn is a place whose values are being written.
type pathColumn struct {
	Path
	dict   bool
	vals   pathValues
	broken bool // a value of another type came
}

// pathValues collects the values of some rows.
type pathValues interface {
	reset(rows int)
	// set takes the JSON text of a value; it reports whether it is of the type.
	set(row int, json string) bool
	vec() table.Vec
}

func newPathValues(t table.Type) pathValues {
	switch t {
	case table.Bool:
		return &valuesOf[bool]{}
	case table.Long:
		return &valuesOf[int64]{}
	case table.Real:
		return &valuesOf[float64]{}
	case table.String:
		return &valuesOf[string]{}
	}
	panic(fmt.Sprintf("extent: a path of type %v", t))
}

type valuesOf[T bool | int64 | float64 | string] struct{ of table.Of[T] }

func (v *valuesOf[T]) reset(rows int) {
	if cap(v.of.Vals) < rows {
		v.of.Vals, v.of.Null = make([]T, rows), make([]bool, rows)
	}
	v.of.Vals, v.of.Null = v.of.Vals[:rows], v.of.Null[:rows]
	for i := range v.of.Null {
		v.of.Null[i] = true
	}
}

func (v *valuesOf[T]) set(row int, json string) bool {
	x, err := scalarOf(json)
	t, ok := x.(T)
	if err != nil || !ok {
		return false
	}
	v.of.Vals[row], v.of.Null[row] = t, false
	return true
}

func (v *valuesOf[T]) vec() table.Vec { return &v.of }

// scalarOf parses JSON text of a scalar, as table.ParseTree does.
func scalarOf(json string) (any, error) {
	switch c := json[0]; {
	case c == 't':
		return true, nil
	case c == 'f':
		return false, nil
	case c == '"' && strings.IndexByte(json, '\\') < 0:
		return json[1 : len(json)-1], nil
	case c == '-' || '0' <= c && c <= '9':
		return table.ParseNumber(json)
	}
	return table.ParseTree(json)
}

// paths takes the values at some places out of the texts of a dynamic column.
type paths struct {
	root pathNode
	cols []*pathColumn
	row  int64 // of the file, from 1
}

// pathNode is a place on the way to others, or one of them.
type pathNode struct {
	key  string
	leaf *pathColumn
	kids []*pathNode
	row  int64 // the last in which it was met
	seen []pathKid
}

// pathKid is a key of a bag as it stood in the text, in quotes and with its colon, and
// what is under it; nil if nobody asks for it. Bags of one column have their keys in one
// order, so the last one's nth is tried first.
type pathKid struct {
	text string
	kid  *pathNode
}

// newPaths makes the paths of one column; nil if it has none.
func newPaths(column string, all []*pathColumn) *paths {
	p := &paths{}
	for _, c := range all {
		if c.Column == column {
			c.vals = newPathValues(c.Type)
			p.cols = append(p.cols, c)
			p.root.add(c.Keys, c)
		}
	}
	if p.cols == nil {
		return nil
	}
	return p
}

func (n *pathNode) add(keys []string, leaf *pathColumn) {
	if len(keys) == 0 {
		n.leaf = leaf
		return
	}
	for _, k := range n.kids {
		if k.key == keys[0] {
			k.add(keys[1:], leaf)
			return
		}
	}
	k := &pathNode{key: keys[0]}
	n.kids = append(n.kids, k)
	k.add(keys[1:], leaf)
}

// spoil gives up all places under n.
func (n *pathNode) spoil() {
	if n.leaf != nil {
		n.leaf.broken = true
	}
	for _, k := range n.kids {
		k.spoil()
	}
}

// take takes the values of rows of the column out of batches, in order.
func (p *paths) take(vecs []table.Vec, order []Pos) {
	for _, c := range p.cols {
		c.vals.reset(len(order))
	}
	for i, pos := range order {
		p.row++
		v, _ := vecs[pos.Batch].(*table.Of[table.Dyn])
		if v == nil || v.IsNull(int(pos.Row)) {
			continue
		}
		text := v.Vals[pos.Row].String()
		if text != "" && text[0] == '{' && p.bag(&p.root, text, i) != len(text) {
			p.root.spoil() // it is no compact JSON
		}
	}
	for _, c := range p.cols {
		if c.broken { // what is no column of its own is not one in part
			c.vals.reset(len(order))
		}
	}
}

// bag walks the bag at the start of compact JSON text; it returns its length, 0 if it is
// none.
func (p *paths) bag(n *pathNode, s string, row int) int {
	at := 1
	for nth := 0; at < len(s) && s[at] != '}'; nth++ {
		if s[at] == ',' {
			at++
		}
		var k pathKid
		if nth < len(n.seen) && strings.HasPrefix(s[at:], n.seen[nth].text) {
			k = n.seen[nth]
		} else {
			size := stringLen(s[at:])
			if size == 0 || at+size >= len(s) || s[at+size] != ':' {
				return 0
			}
			k = n.see(nth, s[at:at+size+1])
		}
		if at += len(k.text); at == len(s) {
			return 0
		}
		size := 0
		if k.kid == nil {
			size = valueLen(s[at:])
		} else {
			size = p.value(k.kid, s[at:], row)
		}
		if size == 0 {
			return 0
		}
		at += size
	}
	return at + 1
}

// value takes what stands at a place; it returns its length, 0 if it is no JSON.
func (p *paths) value(k *pathNode, s string, row int) int {
	if k.row == p.row { // of equal keys the last counts, with all that it lacks
		k.spoil()
	}
	k.row = p.row
	size := 0
	if s[0] == '{' {
		size = p.bag(k, s, row)
	} else {
		size = valueLen(s)
	}
	if size > 0 && k.leaf != nil && !k.leaf.broken && s[0] != 'n' {
		k.leaf.broken = s[0] == '{' || s[0] == '[' || !k.leaf.vals.set(row, s[:size])
	}
	return size
}

// seenMost bounds the keys of a bag that are noted.
const seenMost = 256

// see returns what is under the nth key of a bag, and notes it.
func (n *pathNode) see(nth int, text string) pathKid {
	k := pathKid{text, n.kid(text[1 : len(text)-2])}
	switch {
	case nth < len(n.seen):
		n.seen[nth] = k
	case nth < seenMost:
		n.seen = append(n.seen, k)
	}
	return k
}

// kid returns what is under a key, as it stands in JSON text; nil if nobody asks for it.
func (n *pathNode) kid(key string) *pathNode {
	if strings.IndexByte(key, '\\') >= 0 {
		k, err := table.ParseTree(`"` + key + `"`)
		if err != nil {
			return nil
		}
		key = k.(string)
	}
	for _, k := range n.kids {
		if k.key == key {
			return k
		}
	}
	return nil
}

// stringLen is the length of the JSON string at the start of s, quotes included; 0 if
// there is none.
func stringLen(s string) int {
	if s == "" || s[0] != '"' {
		return 0
	}
	for at := 1; ; {
		n := strings.IndexByte(s[at:], '"')
		if n < 0 {
			return 0
		}
		at += n
		slashes := 0
		for s[at-1-slashes] == '\\' {
			slashes++
		}
		at++
		if slashes%2 == 0 {
			return at
		}
	}
}

// valueLen is the length of the compact JSON value at the start of s.
func valueLen(s string) int {
	depth := 0
	for at := 0; at < len(s); {
		switch s[at] {
		case '"':
			n := stringLen(s[at:])
			if at += n; depth == 0 || n == 0 {
				return at
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return at
			}
			if depth--; depth == 0 {
				return at + 1
			}
		case ',':
			if depth == 0 {
				return at
			}
		}
		at++
	}
	return len(s)
}

// kept returns the paths of which every row is in its column, by name.
func kept(all []*pathColumn) []Path {
	var out []Path
	for _, c := range all {
		if !c.broken {
			out = append(out, c.Path)
		}
	}
	slices.SortFunc(out, func(a, b Path) int { return cmp.Compare(a.Name(), b.Name()) })
	return out
}

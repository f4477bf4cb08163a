package eval

import (
	"fmt"

	"github.com/yagura/yagura/table"
)

// grouper numbers distinct keys in the order in which they first come. One column of
// a common type has a map of its own; others are written as bytes.
type grouper struct {
	types []table.Type
	keys  *table.Batch // a row for each group
	bytes int64        // held

	longs map[int64]int
	texts map[string]int // of one string column, or of written keys
	null  int            // group of the null in longs; -1 is none
	ids   []int
	buf   []byte
}

func newGrouper(types []table.Type) *grouper {
	s := &table.Schema{Cols: make([]table.Column, len(types))}
	for i, t := range types {
		s.Cols[i].Type = t
	}
	return &grouper{types: types, keys: table.NewBatch(s), longs: map[int64]int{}, texts: map[string]int{}, null: -1}
}

func (g *grouper) len() int { return g.keys.Rows }

// groups returns the group of each row; new keys make new groups. The slice is valid
// until the next call.
func (g *grouper) groups(keys []table.Vec, rows int) []int {
	if cap(g.ids) < rows {
		g.ids = make([]int, rows)
	}
	ids := g.ids[:rows]
	if len(g.types) == 0 {
		clear(ids)
		g.keys.Rows = min(max(g.keys.Rows, rows), 1)
		return ids
	}
	if len(g.types) == 1 {
		switch v := keys[0].(type) {
		case *table.Of[int64]:
			groupLongs(g, v, keys, ids)
			return ids
		case *table.Of[table.Time]:
			groupLongs(g, v, keys, ids)
			return ids
		case *table.Of[string]:
			for i, s := range v.Vals {
				id, ok := g.texts[s]
				if !ok {
					id = g.add(keys, i, int64(len(s)))
					g.texts[s] = id
				}
				ids[i] = id
			}
			return ids
		}
	}
	for i := range ids {
		g.buf = g.buf[:0]
		for _, k := range keys {
			g.buf = table.AppendKey(g.buf, k, i)
		}
		id, ok := g.texts[string(g.buf)]
		if !ok {
			id = g.add(keys, i, int64(len(g.buf)))
			g.texts[string(g.buf)] = id
		}
		ids[i] = id
	}
	return ids
}

func groupLongs[T int64 | table.Time](g *grouper, v *table.Of[T], keys []table.Vec, ids []int) {
	for i, n := range v.Vals {
		if v.Null != nil && v.Null[i] {
			if g.null < 0 {
				g.null = g.add(keys, i, 8)
			}
			ids[i] = g.null
			continue
		}
		id, ok := g.longs[int64(n)]
		if !ok {
			id = g.add(keys, i, 8)
			g.longs[int64(n)] = id
		}
		ids[i] = id
	}
}

// add makes a group for the key in row i.
func (g *grouper) add(keys []table.Vec, i int, size int64) int {
	for k, v := range keys {
		appendRow(g.keys.Vecs[k], v, i)
	}
	g.keys.Rows++
	g.bytes += 2*size + 64
	return g.keys.Rows - 1
}

// appendRow adds row i of src to dst, a column of the same type.
func appendRow(dst, src table.Vec, i int) {
	switch d := dst.(type) {
	case *table.Of[int64]:
		appendRowOf(d, src, i)
	case *table.Of[string]:
		appendRowOf(d, src, i)
	case *table.Of[table.Time]:
		appendRowOf(d, src, i)
	default:
		if dst.Type() != src.Type() {
			panic(fmt.Sprintf("eval: append %s to %s", src.Type(), dst.Type()))
		}
		table.Append(dst, src.At(i))
	}
}

func appendRowOf[T table.Elem](d *table.Of[T], src table.Vec, i int) {
	s := src.(*table.Of[T])
	if s.IsNull(i) {
		d.AppendNull()
	} else {
		d.Append(s.Vals[i])
	}
}

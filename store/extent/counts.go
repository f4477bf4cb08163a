package extent

import (
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// Count is how many rows have a value.
type Count struct {
	Value table.Value // a bool, int, long or string
	Rows  int64
}

const (
	countsMost  = 64      // values of a column that are counted
	countsShare = 64      // rows of an extent for each of them, at least
	countsText  = 4 << 10 // bytes of all of them
)

// CountsOf returns how many rows have each value of a column of a type, and how many have
// none, if that is known; keys lead from a dynamic column to a place in its bags.
func (m *Meta) CountsOf(column string, of table.Type, keys []string) (counts []Count, none int64, known bool) {
	s, ok := m.Stat(column)
	switch {
	case !ok:
		return nil, m.Rows, true
	case s.Type != of:
		return nil, 0, false
	case len(keys) == 0:
		counts = s.Counts
	default:
		if p := m.PathOf(column, keys); p != nil {
			counts = p.Counts
		}
	}
	none = m.Rows
	for _, c := range counts {
		none -= c.Rows
	}
	return counts, none, counts != nil
}

// counter counts the values of a column that is being written, until there are too many.
type counter interface {
	add(c *column, vecs []table.Vec, order []Pos)
	// counts returns them in order, nil if they are too many for so many rows.
	counts(rows int64) []Count
}

// newCounter returns nil for columns whose values are not counted.
func newCounter(c table.Column, dict bool) counter {
	switch {
	case c.Type == table.Bool:
		return &counterOf[bool]{map[bool]int64{}}
	case !dict:
	case c.Type == table.Int:
		return &counterOf[int32]{map[int32]int64{}}
	case c.Type == table.Long:
		return &counterOf[int64]{map[int64]int64{}}
	case c.Type == table.String:
		return &counterOf[string]{map[string]int64{}}
	}
	return nil
}

type counterOf[T bool | int32 | int64 | string] struct {
	rows map[T]int64 // nil: too many
}

func (n *counterOf[T]) add(c *column, vecs []table.Vec, order []Pos) {
	if n.rows == nil {
		return
	}
	all := cellsOf[T](c, vecs)
	for _, p := range order {
		if x := all.at(p); x != nil {
			n.rows[*x]++
		}
	}
	if len(n.rows) > countsMost {
		n.rows = nil
	}
}

func (n *counterOf[T]) counts(rows int64) []Count {
	if n.rows == nil || int64(len(n.rows)) > rows/countsShare {
		return nil
	}
	out := make([]Count, 0, len(n.rows))
	texts := 0
	for v, rows := range n.rows {
		x := table.Value(v)
		if s, ok := x.(string); ok { // it may share the memory of a whole record of the log
			x = strings.Clone(s)
			texts += len(s)
		}
		out = append(out, Count{x, rows})
	}
	if texts > countsText {
		return nil
	}
	slices.SortFunc(out, func(a, b Count) int { return table.Compare(a.Value, b.Value) })
	return out
}

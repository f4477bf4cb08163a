package store

import (
	"maps"

	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

const (
	// spanShare is which share of an extent, as far as its bounds tell, may be in a span
	// for it to be found out which rows those are: others are read as a whole in less time.
	spanShare = 8
	// spanExtents is of how many extents of a snapshot that is found out.
	spanExtents = 16
)

// NarrowSpan notes in Rows which rows are in Span, of extents that have few there, and
// leaves out those that have none. It returns those that it has looked at. An extent that
// cannot be read stays as it is.
func (s *Snapshot) NarrowSpan() (narrow *Snapshot, looked []*extent.Meta) {
	for _, m := range s.Extents {
		if len(looked) < spanExtents && fewIn(m, s.Span) {
			looked = append(looked, m)
		}
	}
	if looked == nil {
		return s, nil
	}
	n := *s
	n.Extents, n.Rows = nil, map[*extent.Meta][]terms.Range{}
	maps.Copy(n.Rows, s.Rows)
	at := 0
	for _, m := range s.Extents {
		if at < len(looked) && looked[at] == m {
			at++
			in, err := s.store.extents.RowsIn(m, s.Span)
			if err == nil && in.From >= in.To {
				continue
			}
			if err == nil {
				n.Rows[m] = intersect([]terms.Range{in}, s.rowsOf(m))
			}
		}
		n.Extents = append(n.Extents, m)
	}
	return &n, looked
}

// fewIn guesses whether few of an extent's rows are in span.
func fewIn(m *extent.Meta, span table.Span) bool {
	if span.All() || span.Contains(m.Span.Start) && span.Contains(m.Span.End-1) {
		return false
	}
	in := min(m.Span.End, span.End) - max(m.Span.Start, span.Start)
	return in < (m.Span.End-m.Span.Start)/spanShare
}

// rowsOf are the rows of an extent that may be wanted.
func (s *Snapshot) rowsOf(m *extent.Meta) []terms.Range {
	if rows := s.Rows[m]; rows != nil {
		return rows
	}
	return []terms.Range{{From: 0, To: m.Rows}}
}

// Left counts the rows of some extents of s that may be wanted.
func (s *Snapshot) Left(of []*extent.Meta) (rows int64) {
	for _, m := range of {
		if some := s.Rows[m]; some != nil {
			rows += terms.Rows(some)
		} else {
			rows += m.Rows
		}
	}
	return rows
}

// intersect returns the rows that are in both of two lists of ranges in order.
func intersect(a, b []terms.Range) []terms.Range {
	out := []terms.Range{}
	for len(a) > 0 && len(b) > 0 {
		if in := (terms.Range{From: max(a[0].From, b[0].From), To: min(a[0].To, b[0].To)}); in.From < in.To {
			out = append(out, in)
		}
		if a[0].To < b[0].To {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

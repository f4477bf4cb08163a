package store

import (
	"slices"

	"github.com/yagura/yagura/table"
)

// Sources that send a few rows at a time would leave a tail of thousands of tiny
// batches, which is slow to read. So a snapshot that meets many joins them.
const (
	fewRows  = 512 // a part with fewer rows is small
	fewParts = 64  // that many small parts in a row are joined
	joinRows = 4096
)

// join joins the small parts at the end of a table's tail, if there are many.
func (t *tail) join(ref table.Ref) {
	t.mu.Lock()
	tt := t.tables[ref]
	if tt == nil || tt.busy || tt.few < t.fewParts {
		t.mu.Unlock()
		return
	}
	old := slices.Clone(tt.parts[len(tt.parts)-tt.few:])
	t.mu.Unlock()

	joined := joinParts(old)

	t.mu.Lock()
	defer t.mu.Unlock()
	tt = t.tables[ref]
	if tt == nil || tt.busy {
		return
	}
	// Meanwhile parts may have been added, and others dropped or joined.
	at := slices.Index(tt.parts, old[0])
	if at < 0 || len(tt.parts) < at+len(old) || !slices.Equal(tt.parts[at:at+len(old)], old) {
		return
	}
	rest := tt.parts[at+len(old):]
	tt.parts, tt.few = append(make([]*part, 0, at+len(joined)+len(rest)), tt.parts[:at]...), 0
	for _, p := range append(joined, rest...) {
		tt.add(p)
	}
}

// joinParts makes parts of up to joinRows rows of neighbouring ones. Parts whose
// columns have the same name and different types stay apart.
func joinParts(parts []*part) []*part {
	var out []*part
	for len(parts) > 0 {
		n, rows := 0, 0
		s := &table.Schema{}
		for n < len(parts) && rows+parts[n].batch.Rows <= joinRows && addColumns(s, parts[n].batch.Schema) {
			rows += parts[n].batch.Rows
			n++
		}
		if n <= 1 {
			out, parts = append(out, parts[0]), parts[1:]
			continue
		}
		out, parts = append(out, joinAs(s, parts[:n])), parts[n:]
	}
	return out
}

// addColumns adds to s the columns of o that it lacks; it returns false, and s is as
// it was, if they have one of different types.
func addColumns(s, o *table.Schema) bool {
	cols := s.Cols
	for _, c := range o.Cols {
		switch i := s.Index(c.Name); {
		case i < 0:
			cols = append(cols, c)
		case s.Cols[i].Type != c.Type:
			return false
		}
	}
	s.Cols = cols
	return true
}

func joinAs(s *table.Schema, parts []*part) *part {
	j := *parts[0]
	j.bytes = 0
	bs := make([]*table.Batch, len(parts))
	for i, p := range parts {
		b, err := conform(p.batch, s)
		if err != nil {
			panic(err) // s was made so that it fits
		}
		bs[i] = b
		j.seq, j.at = p.seq, p.at
		j.lo, j.hi = min(j.lo, p.lo), max(j.hi, p.hi)
		j.bytes += p.bytes
	}
	j.batch = table.ConcatBatches(s, bs)
	return &j
}

package extent

import (
	"cmp"
	"slices"

	"github.com/yagura/yagura/table"
)

// Pos is a row of one of several batches.
type Pos struct{ Batch, Row uint32 }

// times and seqs of a batch; both columns have no nulls.
func keys(b *table.Batch) (times []table.Time, seqs []int64, ok bool) {
	t, s := b.Schema.Index(table.TimeGenerated), b.Schema.Index(table.Seq)
	if t < 0 || s < 0 {
		return nil, nil, false
	}
	tv, ok1 := b.Vecs[t].(*table.Of[table.Time])
	sv, ok2 := b.Vecs[s].(*table.Of[int64])
	if !ok1 || !ok2 || slices.Contains(tv.Null, true) || slices.Contains(sv.Null, true) {
		return nil, nil, false
	}
	return tv.Vals, sv.Vals, true
}

type rowKey struct {
	time table.Time
	seq  int64
	pos  Pos
}

func (a rowKey) compare(b rowKey) int {
	if c := cmp.Compare(a.time, b.time); c != 0 {
		return c
	}
	return cmp.Compare(a.seq, b.seq)
}

// order returns the rows of batches by time and then seq.
func order(batches []*table.Batch) ([]Pos, bool) {
	n := 0
	for _, b := range batches {
		n += b.Rows
	}
	rows := make([]rowKey, 0, n)
	sorted := true
	for i, b := range batches {
		times, seqs, ok := keys(b)
		if !ok {
			return nil, false
		}
		for r := range b.Rows {
			k := rowKey{times[r], seqs[r], Pos{uint32(i), uint32(r)}}
			sorted = sorted && (len(rows) == 0 || rows[len(rows)-1].compare(k) <= 0)
			rows = append(rows, k)
		}
	}
	if !sorted {
		slices.SortFunc(rows, rowKey.compare)
	}
	out := make([]Pos, n)
	for i, k := range rows {
		out[i] = k.pos
	}
	return out, true
}

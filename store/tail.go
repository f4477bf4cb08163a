package store

import (
	"sync"

	"github.com/yagura/yagura/store/codec"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

// part is some rows of one table in the tail; it is not changed once it is there.
type part struct {
	ref    table.Ref
	first  wal.Seq      // of the first of its records
	seq    wal.Seq      // and of the last
	since  table.Time   // when the first of its rows was appended
	at     table.Time   // and the last
	batch  *table.Batch // with the column _Seq
	lo, hi table.Time   // of TimeGenerated
	bytes  int64        // in the log
}

// bounds finds the times of p, and makes r fail if it has none.
func (p *part) bounds(r *codec.Reader) {
	i := p.batch.Schema.Index(table.TimeGenerated)
	if i < 0 || p.batch.Schema.Index(table.Seq) >= 0 {
		r.Fail("rows of %s without a time, or numbered", p.ref)
		return
	}
	v, ok := p.batch.Vecs[i].(*table.Of[table.Time])
	if !ok || v.Null != nil {
		r.Fail("rows of %s without a time", p.ref)
		return
	}
	p.lo, p.hi = v.Vals[0], v.Vals[0]
	for _, t := range v.Vals {
		p.lo, p.hi = min(p.lo, t), max(p.hi, t)
	}
}

// number adds the column _Seq for the record seq, from row first of the record on.
func (p *part) number(seq wal.Seq, first int) {
	p.first, p.seq = seq, seq
	vals := make([]int64, p.batch.Rows)
	for i := range vals {
		vals[i] = table.SeqOf(uint64(seq), first+i)
	}
	p.batch.Schema.Cols = append(p.batch.Schema.Cols, table.Column{Name: table.Seq, Type: table.Long})
	p.batch.Vecs = append(p.batch.Vecs, &table.Of[int64]{Vals: vals})
}

// tail is the rows that are not in extents. Records come in the order of the log.
type tail struct {
	filling chan struct{} // see Store.Filling
	half    int64         // bytes from which on it is told

	mu       sync.Mutex
	tables   map[table.Ref]*tableTail
	last     wal.Seq // the last record published
	rows     int64
	bytes    int64
	drained  int64 // of them, what the extent that is being written has
	fewParts int
	reserved int64         // of records on their way into the log
	room     chan struct{} // closed, and made anew, when bytes shrinks
}

type tableTail struct {
	parts []*part // by seq
	few   int     // how many of the last parts have few rows
	busy  bool    // being flushed: parts stay as they are
	rows  int
	bytes int64
}

func (t *tail) init(half int64) {
	t.tables, t.fewParts = map[table.Ref]*tableTail{}, fewParts
	t.filling, t.half, t.room = make(chan struct{}, 1), half, make(chan struct{})
}

// replayed says that the log ends at last.
func (t *tail) replayed(last wal.Seq) { t.last = last }

// publish makes the parts of a record visible, those of tables that want says.
func (t *tail) publish(seq wal.Seq, rec *record, want func(table.Ref) bool) {
	first := 0
	for _, p := range rec.parts {
		p.number(seq, first)
		first += p.batch.Rows
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = seq
	for _, p := range rec.parts {
		if want != nil && !want(p.ref) {
			continue
		}
		tt := t.tables[p.ref]
		if tt == nil {
			tt = &tableTail{}
			t.tables[p.ref] = tt
		}
		tt.add(p)
		tt.rows += p.batch.Rows
		tt.bytes += p.bytes
		t.rows += int64(p.batch.Rows)
		t.bytes += p.bytes
	}
	if t.bytes > t.half {
		select {
		case t.filling <- struct{}{}:
		default: // it has been told
		}
	}
}

// parts returns the parts of a table, and the last record that was published.
func (t *tail) parts(ref table.Ref) ([]*part, wal.Seq) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tt := t.tables[ref]; tt != nil {
		return tt.parts, t.last
	}
	return nil, t.last
}

// hold is parts, and leaves them as they are until release.
func (t *tail) hold(ref table.Ref) []*part {
	t.mu.Lock()
	defer t.mu.Unlock()
	tt := t.tables[ref]
	if tt == nil {
		return nil
	}
	tt.busy = true
	return tt.parts
}

func (t *tail) release(ref table.Ref) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tt := t.tables[ref]; tt != nil {
		tt.busy = false
	}
	t.drained = 0
}

// drain notes that so many more bytes are written to an extent. They are let go when all of
// it is.
func (t *tail) drain(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drained += n
}

// all returns the parts of all tables.
func (t *tail) all() map[table.Ref][]*part {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make(map[table.Ref][]*part, len(t.tables))
	for ref, tt := range t.tables {
		out[ref] = tt.parts
	}
	return out
}

// drop forgets a table's rows up to seq.
func (t *tail) drop(ref table.Ref, seq wal.Seq) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tt := t.tables[ref]
	if tt == nil {
		return
	}
	n := 0
	for n < len(tt.parts) && tt.parts[n].seq <= seq {
		p := tt.parts[n]
		tt.rows -= p.batch.Rows
		tt.bytes -= p.bytes
		t.rows -= int64(p.batch.Rows)
		t.bytes -= p.bytes
		n++
	}
	t.drained = 0
	close(t.room)
	t.room = make(chan struct{})
	if n == len(tt.parts) {
		delete(t.tables, ref)
		return
	}
	tt.parts = append([]*part(nil), tt.parts[n:]...) // so that the dropped can be freed
	tt.few = min(tt.few, len(tt.parts))
}

func (tt *tableTail) add(p *part) {
	tt.parts = append(tt.parts, p)
	if p.batch.Rows < fewRows {
		tt.few++
	} else {
		tt.few = 0
	}
}

// oldest returns the last record of which, and of all before it, nothing is in the tail.
func (t *tail) oldest() wal.Seq {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.last
	for _, tt := range t.tables {
		o = min(o, tt.parts[0].first-1)
	}
	return o
}

// held describes a table's rows in the tail.
type held struct {
	ref   table.Ref
	rows  int
	bytes int64
	since table.Time
}

func (t *tail) held() []held {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]held, 0, len(t.tables))
	for ref, tt := range t.tables {
		out = append(out, held{ref, tt.rows, tt.bytes, tt.parts[0].since})
	}
	return out
}

func (t *tail) size() (rows, bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rows, t.bytes
}

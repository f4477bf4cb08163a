package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// The model of the crash and fault tests: what was sent, and what must be there.

type fate int

const (
	absent fate = iota // an error said so
	maybe              // the store crashed, or failed, on the way
	acked
)

// sending is the rows of one Append, of two tables.
type sending struct {
	token    string
	ids      [2][]int64 // by table
	fate     fate
	received time.Time
}

type model struct {
	t       testing.TB
	r       *rand.Rand
	fs      *vfs.Mem
	s       *Store
	opts    Options
	now     time.Time
	crashed *vfs.Mem // what a crash that has happened leaves
	sent    []*sending
	next    int64
	docs    map[string]string // sure
	either  [2]map[int64]bool // rows that a purge which failed may have deleted, by table
	steps   int
}

// modelRetention is for how long rows are there, by table: its own, and the workspace's.
var modelRetention = [2]time.Duration{2 * 24 * time.Hour, 4 * 24 * time.Hour}

var modelRefs = [2]table.Ref{{Workspace: workspace, Table: "App_CL"}, {Workspace: workspace, Table: "Heartbeat"}}

func newModel(t testing.TB, seed uint64) *model {
	m := &model{
		t: t, r: rand.New(rand.NewPCG(seed, 0)), fs: vfs.NewMem(),
		now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), docs: map[string]string{}, either: [2]map[int64]bool{{}, {}},
	}
	m.opts = Options{
		FlushRows: 20, FlushAge: 3 * time.Minute, TokenLife: time.Hour, TailBytes: 1 << 20, IndexRows: 1 + int(seed%3)*10,
		Now: func() time.Time { return m.now },
	}
	return m
}

// open opens the store and compares it with the model.
func (m *model) open() {
	m.t.Helper()
	s, err := Open(m.fs, "data", m.opts)
	if err != nil {
		m.t.Fatalf("open: %v", err)
	}
	m.s = s
	s.tail.fewParts = 3
	if _, ok := s.Catalog().View().Table(modelRefs[0]); !ok {
		def := catalog.Table{Ref: modelRefs[0], Schema: appSchema, Retention: 2}
		if err := s.Catalog().Commit(context.Background(), catalog.Edit{PutTables: []catalog.Table{def}, Retention: map[string]int{workspace: 4}}); err != nil {
			m.t.Fatal(err)
		}
	}
	m.check(true)
}

// check compares what the store shows with the model. After an open, what may be
// there is found to be there or not, and stays so.
func (m *model) check(opened bool) {
	m.t.Helper()
	var there [2]map[int64]int
	for i, ref := range modelRefs {
		there[i] = m.read(ref, nil)
	}
	m.checkIndex(there[1])
	known := [2]map[int64]bool{{}, {}}
	for _, x := range m.sent {
		have, all := 0, 0
		for i := range x.ids {
			old := m.now.Sub(x.received) > modelRetention[i]
			for _, id := range x.ids[i] {
				if old && there[i][id] > 0 {
					m.t.Fatalf("row %d of table %d is there, %v after it was received", id, i, m.now.Sub(x.received))
				}
				if old {
					continue
				}
				known[i][id] = true
				all++
				have += min(1, there[i][id])
				if there[i][id] > 1 {
					m.t.Fatalf("row %d of table %d is there %d times", id, i, there[i][id])
				}
			}
		}
		switch {
		case x.fate == acked && have < all:
			m.t.Fatalf("%d of %d acknowledged rows are lost: %v", all-have, all, x.ids)
		case x.fate == absent && have > 0:
			m.t.Fatalf("rows are there though Append failed: %v", x.ids)
		case x.fate == maybe && have != 0 && have != all:
			m.t.Fatalf("%d of %d rows of one Append are there: %v", have, all, x.ids)
		case x.fate == maybe && opened && have == all:
			x.fate = acked
		case x.fate == maybe && opened:
			x.fate = absent
		}
	}
	for i := range there {
		for id := range there[i] {
			if !known[i][id] && !m.either[i][id] {
				m.t.Fatalf("row %d of table %d was never sent", id, i)
			}
		}
	}
	for id, text := range m.docs {
		if d, _ := m.s.Catalog().View().Doc("rule", id); string(d.JSON) != text {
			m.t.Fatalf("document %s is %q, not %q", id, d.JSON, text)
		}
	}
}

// checkIndex looks up a row of Heartbeat by the term index.
func (m *model) checkIndex(there map[int64]int) {
	m.t.Helper()
	for id := range there {
		found := m.read(modelRefs[1], terms.Contain("Computer", fmt.Sprint("c", id), terms.Both, true))
		if id >= 10 && found[id] != 1 { // shorter terms are in no index
			m.t.Fatalf("row %d is found %d times by its term", id, found[id])
		}
		return
	}
}

// read counts the rows of a table by id, of those that may fit c if it is not nil.
func (m *model) read(ref table.Ref, c *terms.Cond) map[int64]int {
	m.t.Helper()
	snap, err := m.s.Snapshot(ref, table.Span{})
	if err != nil {
		m.t.Fatal(err)
	}
	defer snap.Release()
	if c != nil {
		snap, _ = snap.Narrow(c)
	}
	r := snap.Reader([]string{idColumn(ref), table.Seq})
	defer r.Close()
	out, seqs := map[int64]int{}, map[int64]bool{}
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			return out
		}
		if err != nil {
			m.t.Fatal(err)
		}
		for i := range b.Rows {
			var id int64
			fmt.Sscan(strings.TrimPrefix(fmt.Sprint(b.Vecs[0].At(i)), "c"), &id)
			out[id]++
			seq := b.Vecs[1].At(i).(int64)
			if seqs[seq] {
				m.t.Fatalf("two rows of %s have the _Seq %d", ref, seq)
			}
			seqs[seq] = true
		}
	}
}

func idColumn(ref table.Ref) string {
	if ref.Table == "Heartbeat" {
		return "Computer"
	}
	return "N"
}

// rows makes n rows of table i and notes their ids.
func (m *model) rows(i, n int) (Rows, []int64) {
	cols := []table.Column{{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "N", Type: table.Long}, {Name: table.TimeReceived, Type: table.Datetime}}
	if i == 1 {
		cols[1] = table.Column{Name: "Computer", Type: table.String}
	}
	b := table.NewBatch(&table.Schema{Cols: cols})
	ids := make([]int64, n)
	for k := range n {
		m.next++
		ids[k] = m.next
		var id table.Value = m.next
		if i == 1 {
			id = fmt.Sprint("c", m.next)
		}
		b.AppendRow(start+table.Time(m.r.Int64N(3*table.TicksPerDay)), id, table.FromGo(m.now))
	}
	return Rows{Ref: modelRefs[i], Batch: b}, ids
}

var errBoom = errors.New("boom")

// append sends some rows, or again what has a token.
func (m *model) append() {
	if len(m.sent) > 0 && m.r.IntN(6) == 0 {
		m.again(m.sent[m.r.IntN(len(m.sent))])
		return
	}
	x := &sending{fate: maybe, received: m.now}
	var rows []Rows
	for i := range modelRefs {
		if n := m.r.IntN(8); n > 0 {
			r, ids := m.rows(i, n)
			rows, x.ids[i] = append(rows, r), ids
		}
	}
	if m.r.IntN(3) == 0 {
		x.token = fmt.Sprint("token ", len(m.sent))
	}
	m.sent = append(m.sent, x)
	err := m.s.Append(context.Background(), x.token, rows...)
	m.learn(x, err)
}

// learn notes what the outcome of an Append says, unless a crash came first.
func (m *model) learn(x *sending, err error) {
	switch {
	case m.crashed != nil, errors.Is(err, ErrFailed):
	case err == nil:
		x.fate = acked
	case errors.Is(err, errBoom), errors.Is(err, ErrFull):
		x.fate = absent
	default:
		m.t.Fatalf("append: %v", err)
	}
}

// again sends other rows with a token that was used: they must not come in if what
// was sent with it is there.
func (m *model) again(x *sending) {
	if x.token == "" || m.now.Sub(x.received) > m.opts.TokenLife {
		return
	}
	r, ids := m.rows(0, 3)
	y := &sending{token: x.token, fate: maybe, received: m.now, ids: [2][]int64{ids, nil}}
	before := x.fate
	err := m.s.Append(context.Background(), x.token, r)
	switch {
	case before == acked && err == nil:
		y.fate, y.token = absent, ""
	case before == acked:
		y.fate, y.token = absent, ""
		if !errors.Is(err, ErrFailed) && !errors.Is(err, errBoom) {
			m.t.Fatalf("append with a known token: %v", err)
		}
	case before == absent:
		m.learn(y, err)
		x.token = ""
	case before == maybe:
		// Only after ErrFailed, which stays.
		if !errors.Is(err, ErrFailed) && m.crashed == nil {
			m.t.Fatalf("append after a failure: %v", err)
		}
		y.fate, y.token = absent, ""
	}
	m.sent = append(m.sent, y)
}

// step does something, and returns the error it got.
func (m *model) step() error {
	ctx := context.Background()
	m.steps++
	m.now = m.now.Add(time.Duration(m.r.IntN(60)) * time.Second)
	switch n := m.r.IntN(46); {
	case n >= 44:
		return m.purge()
	case n < 24 && n > 20:
		m.check(false)
	case n < 20:
		m.append()
	case n < 26:
		return m.s.Flush(ctx)
	case n < 28:
		return m.s.FlushAll(ctx)
	case n < 30:
		return m.s.Compact(ctx)
	case n < 31:
		m.now = m.now.Add(time.Duration(m.r.IntN(20)) * time.Hour)
	case n < 33:
		return m.s.Retain(ctx, m.now)
	case n < 35:
		return m.s.Catalog().Checkpoint(ctx, true)
	case n < 38:
		id, text := fmt.Sprint("d", m.r.IntN(5)), fmt.Sprint(`{"n":`, m.steps, `}`)
		old := m.docs[id]
		delete(m.docs, id) // unknown until the commit is known to have worked
		err := m.s.Catalog().Commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{{Kind: "rule", ID: id, JSON: []byte(text)}}})
		switch {
		case m.crashed != nil || errors.Is(err, ErrFailed):
		case err == nil:
			m.docs[id] = text
		case old != "":
			m.docs[id] = old
		}
		return err
	default:
		m.check(false)
	}
	return nil
}

// purge deletes rows of a table by a predicate of their ids. What it deletes is no longer
// known; a row of which it is not sure that it is deleted may be there or not, until the next.
func (m *model) purge() error {
	i, div := m.r.IntN(2), 1+m.r.Int64N(5)
	rest := m.r.Int64N(div)
	match := matchIDs(idColumn(modelRefs[i]), func(id int64) bool { return id%div == rest })
	_, err := m.s.Purge(context.Background(), modelRefs[i], match)
	sure := err == nil && m.crashed == nil
	for _, x := range m.sent {
		x.ids[i] = slices.DeleteFunc(x.ids[i], func(id int64) bool {
			if id%div != rest {
				return false
			}
			m.either[i][id] = true
			return true
		})
	}
	if sure {
		maps.DeleteFunc(m.either[i], func(id int64, _ bool) bool { return id%div == rest })
	}
	return err
}

// matchIDs matches rows by their ids, which are in a column of numbers, or of texts.
func matchIDs(column string, want func(id int64) bool) Match {
	return Match{Cols: []string{column}, Filter: &extent.Filter{On: []int{0}, Keep: func(cols []table.Vec, rows int) (idx []int, err error) {
		for i := range rows {
			var id int64
			fmt.Sscan(strings.TrimPrefix(fmt.Sprint(cols[0].At(i)), "c"), &id)
			if want(id) {
				idx = append(idx, i)
			}
		}
		return idx, nil
	}}}
}

// verify reads all extents.
func (m *model) verify() {
	m.t.Helper()
	err := m.s.Verify(context.Background(), func(e *extent.Meta, err error) { m.t.Fatal(err) })
	if err != nil {
		m.t.Fatal(err)
	}
}

package engine

import (
	"sync"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
)

// progress is how far a query is: the share of the rows to read that are read. It is not
// known before all that the answer reads is known, so not while subqueries run. What asks
// the backend does so only when somebody asks.
type progress struct {
	mu      sync.Mutex
	total   int64 // rows to read; 0: not known
	done    int64
	running map[*step]bool
	best    float64 // told so far
}

// step is a part of the work that runs in the backend.
type step struct {
	rows  int64
	share func() float64 // of it that is done
}

// nearly is the most that a query that runs is told to have done: what comes after the
// last row is read takes its time too.
const nearly = 0.99

// share is the share that is done, which never becomes less; 0: not known.
func (p *progress) share() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.total <= 0 {
		return 0
	}
	done := float64(p.done)
	for s := range p.running {
		done += float64(s.rows) * min(max(s.share(), 0), 1)
	}
	p.best = max(p.best, min(done/float64(p.total), nearly))
	return p.best
}

// expect begins anew: so many rows are to be read.
func (p *progress) expect(rows int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total, p.done = rows, 0
}

// more adds rows that are read beside those expected; fewer than none: that need not be.
func (p *progress) more(rows int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.total > 0 {
		p.total += rows
	}
}

// read adds rows that are read, or that are known without.
func (p *progress) read(rows int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += rows
}

// begin adds a step that runs; ended takes it away.
func (p *progress) begin(rows int64, share func() float64) (ended func()) {
	s := &step{rows, share}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		p.running = map[*step]bool{}
	}
	p.running[s] = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.running, s)
	}
}

// weigh tells how many rows the answer reads, if all of them are rows of tables.
func (r *run) weigh(n plan.Node) error {
	var rows int64
	var err error
	known := true
	plan.Walk(n, func(n plan.Node) bool {
		switch x := n.(type) {
		case *plan.Scan:
			snap, e := r.snapshot(x)
			if e != nil {
				err = e
				return false
			}
			rows += rowsOf(snap)
		case *plan.Values, *plan.SubInput:
		default:
			known = known && len(n.Inputs()) > 0 // a range, or something from outside
		}
		return err == nil && known && !lazy(n)
	})
	if err == nil && known {
		r.act.progress.expect(rows)
	}
	return err
}

// rowsOf is how many rows of a snapshot are read.
func rowsOf(snap *store.Snapshot) int64 {
	rows := snap.Left(snap.Extents)
	for _, b := range snap.Tail {
		rows += int64(b.Rows)
	}
	return rows
}

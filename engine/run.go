package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"time"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// run is one query that runs. It is used by one goroutine at a time, the one that
// reads the result.
type run struct {
	e      *Engine
	db     Backend // nil: there is none, or Go counts what the query needs
	q      Request
	env    *env
	ctx    context.Context
	cancel context.CancelCauseFunc
	stop   context.CancelFunc // of the deadline
	leave  func()
	act    *activity
	err    error // the first that the reader saw
	res    *Result
	began  time.Time // of execution

	snaps  map[snapKey]*store.Snapshot
	scans  map[*plan.Scan]*store.Snapshot // narrowed
	uses   map[int]int                    // of Caches, by ID: at how many places
	caches map[int]*plan.Values           // computed
	held   int64                          // bytes of caches and other subqueries' rows
	rowsUp int64                          // rows given to the reader
	sizeUp int64                          // bytes given to the reader
	last   bool                           // what is read is the last table of the answer
	closed bool
}

type snapKey struct {
	ref  table.Ref
	span table.Span
}

// newRun makes the run of a query that was let in; cancel ends ctx.
func newRun(ctx context.Context, cancel context.CancelCauseFunc, e *Engine, q Request, leave func()) *run {
	r := &run{e: e, db: e.backend, q: q, cancel: cancel, leave: leave, snaps: map[snapKey]*store.Snapshot{}, scans: map[*plan.Scan]*store.Snapshot{}, uses: map[int]int{}, caches: map[int]*plan.Values{}}
	r.ctx, r.stop = context.WithTimeoutCause(ctx, q.Timeout, fmt.Errorf("engine: query took longer than %v: %w", q.Timeout, context.DeadlineExceeded))
	r.res = &Result{run: r}
	return r
}

// start compiles the query and runs it to the first rows of its first table.
func (r *run) start() (err error) {
	defer func() { r.err = err }()
	defer r.caught(&err)
	began := time.Now()
	if r.env, err = r.e.env(r.q); err != nil {
		return err
	}
	q := r.q.Plan
	if q == nil {
		o := r.e.options(&r.q)
		o.Columns, o.Work = r.columns, table.NewWork(r.ctx)
		if q, err = kql.Compile(r.q.Text, r.env, o); err != nil {
			if refused := r.env.refusal(); refused != nil {
				return refused // a plugin's columns ask for rows while it compiles
			}
			if r.ctx.Err() != nil { // for which the compiler has its own words
				return r.failed(err)
			}
			return err
		}
	}
	r.began = time.Now()
	r.res.Stats.Compile = r.began.Sub(began)
	r.res.Render = q.Render
	r.limitAs(q.Limits)
	if r.q.MaxMemory < r.e.o.MaxMemory { // which only Go knows for one query
		r.db = nil
	}
	roots := make([]plan.Node, len(q.Results))
	for i, t := range q.Results {
		if roots[i], err = r.byExtents(r.env.lower(t.Root)); err != nil {
			return err
		}
		r.countCaches(roots[i])
	}
	if err := r.env.refusal(); err != nil {
		return err
	}
	for i, t := range q.Results {
		r.res.Tables = append(r.res.Tables, Table{Name: t.Name, Rows: &answer{run: r, root: roots[i], schema: t.Root.Schema()}})
	}
	if len(r.res.Tables) > 0 {
		return r.res.Tables[0].Rows.(*answer).prefetch()
	}
	return nil
}

// limitAs takes over the limits that a query puts on its answer.
func (r *run) limitAs(l plan.Limits) {
	if l.None {
		r.q.MaxRows, r.q.MaxBytes = math.MaxInt64, math.MaxInt64
	}
	if l.Rows > 0 {
		r.q.MaxRows = l.Rows
	}
	if l.Bytes > 0 {
		r.q.MaxBytes = l.Bytes
	}
	if l.Memory > 0 {
		r.q.MaxMemory = min(r.q.MaxMemory, l.Memory)
	}
}

func (r *run) countCaches(root plan.Node) {
	plan.Walk(root, func(n plan.Node) bool {
		if c, ok := n.(*plan.Cache); ok {
			r.uses[c.ID]++
			return r.uses[c.ID] == 1 // what is under it runs once
		}
		return true
	})
}

// rows starts n, whose subqueries are resolved.
func (r *run) rows(n plan.Node) (table.Reader, error) {
	n, err := r.countRows(optimise(n))
	if err != nil {
		return nil, err
	}
	if n, err = r.joinKeys(n); err != nil {
		return nil, err
	}
	if r.last {
		if err := r.weigh(n); err != nil {
			return nil, err
		}
	}
	if n, err = r.remember(n); err != nil {
		return nil, err
	}
	if n, err = r.newest(n); err != nil {
		return nil, err
	}
	if n, err = r.latest(n); err != nil {
		return nil, err
	}
	r.res.Stats.Plan += plan.String(n)
	return r.evaluate(n)
}

// evaluate starts n, a part of the plan that is optimised.
func (r *run) evaluate(n plan.Node) (table.Reader, error) {
	n, err := r.find(n)
	if err != nil {
		return nil, err
	}
	job, err := r.split(n)
	if err != nil {
		return nil, err
	}
	return eval.Run(r.ctx, n, job.open, r.limits())
}

// read runs n, a part of the plan that is optimised, to its end.
func (r *run) read(n plan.Node) (*table.Batch, error) {
	rows, err := r.evaluate(n)
	if err != nil {
		return nil, err
	}
	b, err := table.ReadAll(r.ctx, rows)
	return b, errors.Join(err, rows.Close())
}

// columns runs a plugin as far as is needed to know its columns (see kql.Options).
func (r *run) columns(p *plan.Plugin) ([]table.Column, bool, error) {
	if callsOut(p) {
		if r.e.o.Outside == nil {
			return nil, false, errors.New("no address is allowed here")
		}
		cols, err := r.e.o.Outside.Columns(r.ctx, p)
		return cols, err == nil, err
	}
	in := r.env.lower(p)
	if err := r.env.refusal(); err != nil {
		return nil, false, err
	}
	in, err := r.byExtents(in)
	if err != nil {
		return nil, false, r.failed(err)
	}
	n, err := r.resolve(in)
	if err != nil {
		return nil, false, r.failed(err)
	}
	lowered, ok := optimise(n).(*plan.Plugin)
	if !ok {
		return nil, false, fmt.Errorf("engine: plugin %s became another operator", p.Name)
	}
	job, err := r.split(lowered)
	if err != nil {
		return nil, false, r.failed(err)
	}
	cols, known, err := eval.Columns(r.ctx, lowered, job.open, r.limits())
	return cols, known, r.failed(err)
}

func (r *run) limits() eval.Limits { return eval.Limits{Bytes: r.q.MaxMemory - r.held} }

// scan reads a stored table in Go.
func (r *run) scan(s *plan.Scan) (table.Reader, error) {
	snap, err := r.snapshot(s)
	if err != nil {
		return nil, err
	}
	r.e.acts.opened(r.act, &r.res.Stats)
	return &counted{Reader: snap.Select(columnNames(s.Table), FilterOf(r.ctx, s)), run: r, left: rowsOf(snap)}, nil
}

func columnNames(s *table.Schema) []string {
	names := make([]string, len(s.Cols))
	for i, c := range s.Cols {
		names[i] = c.Name
	}
	return names
}

// FilterOf returns the filter of a scan as the store knows it, nil if it has none.
func FilterOf(ctx context.Context, s *plan.Scan) *extent.Filter {
	if s.Filter == nil {
		return nil
	}
	f := &extent.Filter{}
	columns(s.Filter, func(i int) {
		if !slices.Contains(f.On, i) {
			f.On = append(f.On, i)
		}
	})
	where := eval.Func(ctx, s.Filter)
	f.Keep = func(cols []table.Vec, rows int) ([]int, error) {
		v, err := where(cols, rows)
		if err != nil {
			return nil, err
		}
		is, ok := v.(*table.Of[bool])
		if !ok {
			return nil, fmt.Errorf("engine: a condition gives %v", v.Type())
		}
		var idx []int
		for i, yes := range is.Vals {
			if yes && !is.IsNull(i) {
				idx = append(idx, i)
			}
		}
		return idx, nil
	}
	return f
}

// snapshot returns the rows of s, without those that its condition surely does not
// want. Scans of a query that read the same table and time see the same rows.
func (r *run) snapshot(s *plan.Scan) (*store.Snapshot, error) { return r.snapshotWithout(s, nil) }

// snapshotWithout is snapshot without extents, in its order, of which all that is asked is
// known.
func (r *run) snapshotWithout(s *plan.Scan, known []*extent.Meta) (*store.Snapshot, error) {
	if snap := r.scans[s]; snap != nil {
		return snap, nil
	}
	snap, err := r.wholeSnapshot(s)
	if err != nil {
		return nil, err
	}
	st := &r.res.Stats
	if s.Extent == "" {
		byTime := len(r.env.view.Extents(s.Ref, table.Span{})) - len(snap.Extents)
		st.Skipped += byTime
		st.SkippedBy.Time += byTime
	} else {
		snap = onlyExtent(snap, s.Extent)
	}
	if len(known) > 0 {
		rest := *snap
		at := 0
		rest.Extents = slices.DeleteFunc(slices.Clone(snap.Extents), func(m *extent.Meta) bool {
			if at == len(known) || known[at] != m {
				return false
			}
			at++
			return true
		})
		st.Skipped += len(known)
		st.SkippedBy.Stats += len(known)
		st.Plan += fmt.Sprintf("counts of %s: %d of %d extents\n", s.Ref.Table, len(known), len(snap.Extents))
		snap = &rest
	}
	snap = r.narrow(s, snap)
	st.Extents += len(snap.Extents)
	for _, m := range snap.Extents {
		st.BytesRead += bytesOf(snap, m)
	}
	r.scans[s] = snap
	return snap, nil
}

// bytesOf is how much of an extent is read for its rows that may be wanted.
func bytesOf(snap *store.Snapshot, m *extent.Meta) int64 {
	if rows := snap.Rows[m]; rows != nil {
		return m.Bytes * terms.Rows(rows) / m.Rows
	}
	return m.Bytes
}

// spare takes back that extents of a snapshot are read.
func (r *run) spare(snap *store.Snapshot, ms []*extent.Meta) {
	st := &r.res.Stats
	st.Extents -= len(ms)
	st.Skipped += len(ms)
	st.SkippedBy.Stats += len(ms)
	for _, m := range ms {
		st.BytesRead -= bytesOf(snap, m)
	}
}

// wholeSnapshot returns the rows of a table in the span of s.
func (r *run) wholeSnapshot(s *plan.Scan) (*store.Snapshot, error) {
	k := snapKey{s.Ref, s.Span}
	snap := r.snaps[k]
	if snap == nil {
		var err error
		if snap, err = r.e.st.Snapshot(s.Ref, s.Span); err != nil {
			return nil, fmt.Errorf("engine: open table %s: %w", s.Ref.Table, err)
		}
		r.snaps[k] = snap
	}
	return snap, nil
}

// failed makes of an error of evaluator, backend or store the one that callers see.
func (r *run) failed(err error) error {
	if err == nil {
		return nil
	}
	if r.ctx.Err() != nil {
		if cause := context.Cause(r.ctx); cause != nil {
			return cause
		}
	}
	if errors.Is(err, eval.ErrMemory) || errors.Is(err, eval.ErrRows) {
		return fmt.Errorf("%w: %w", ErrMemory, err)
	}
	if errors.Is(err, eval.ErrInternal) {
		r.e.o.Logger.Error("query failed", "query", kql.Hide(r.q.Text), "error", err)
	}
	return err
}

// caught turns a panic into an error: one query's fault is not another's, and work is left
// when its query ends.
func (r *run) caught(err *error) {
	p := recover()
	if p == nil {
		return
	}
	if cause, left := table.WhyLeft(p); left {
		*err = cause
		return
	}
	r.e.o.Logger.Error("query panicked", "panic", p, "query", kql.Hide(r.q.Text), "stack", string(debug.Stack()))
	*err = fmt.Errorf("engine: internal error: %v", p)
}

func (r *run) close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	defer func() { r.e.acts.end(r.act, r.res.Stats, r.err) }()
	r.cancel(context.Canceled)
	var errs []error
	for _, t := range r.res.Tables {
		errs = append(errs, t.Rows.Close())
	}
	r.stop()
	for _, s := range r.snaps {
		s.Release()
	}
	r.leave()
	return errors.Join(errs...)
}

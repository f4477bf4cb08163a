package engine

import (
	"context"
	"errors"
	"io"

	"github.com/yagura/yagura/engine/sqlgen"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// job is a plan that is split: some of its subtrees run in the backend.
type job struct {
	run   *run
	parts map[plan.Node]Fragment
	can   map[plan.Node]bool // what supported has found
}

// split finds the largest subtrees of n that the backend can run and that read enough
// rows for it to be worth it.
func (r *run) split(n plan.Node) (*job, error) {
	j := &job{run: r, parts: map[plan.Node]Fragment{}, can: map[plan.Node]bool{}}
	if r.db == nil {
		return j, nil
	}
	defer r.e.acts.opened(r.act, &r.res.Stats)
	return j, j.visit(n)
}

func (j *job) visit(n plan.Node) error {
	if lazy(n) {
		return nil
	}
	if j.supported(n) {
		f, rows, err := j.fragment(n)
		if err != nil {
			return err
		}
		if rows > j.run.e.o.SmallRows && (rows > passedRows || !passes(n)) {
			j.parts[n] = f
			j.run.e.acts.reads(j.run.act, rows)
		}
		return nil
	}
	for _, in := range n.Inputs() {
		if err := j.visit(in); err != nil {
			return err
		}
	}
	return nil
}

// supported reports whether the backend can run n and all under it.
func (j *job) supported(n plan.Node) bool {
	if ok, known := j.can[n]; known {
		return ok
	}
	ok := sqlgen.Supports(j.run.db.Dialect(), n) == nil
	for _, in := range n.Inputs() {
		ok = ok && j.supported(in)
	}
	j.can[n] = ok
	return ok
}

// passedRows is up to how many rows that are in memory Go passes on.
const passedRows = 1 << 16

// passes reports whether n passes on columns of rows that are in memory: the backend would
// only copy them.
func passes(n plan.Node) bool {
	switch x := n.(type) {
	case *plan.Values:
		return true
	case *plan.Project:
		for _, c := range x.Cols {
			if _, ok := c.Expr.(*plan.Col); !ok {
				return false
			}
		}
		return passes(x.In)
	}
	return false
}

// lazyRows is up to how many rows Go takes from the start of a table.
const lazyRows = 10_000

// lazy reports whether n takes a few rows from a table, whichever they are: then Go
// stops after the first batches, while a backend would first open all extents.
func lazy(n plan.Node) bool {
	few := false
	for {
		switch x := n.(type) {
		case *plan.Limit:
			few = few || x.N <= lazyRows
			n = x.In
		case *plan.Project:
			n = x.In
		case *plan.Scan:
			return few && x.Filter == nil
		default:
			return false
		}
	}
}

// passedOver is how many of the rows that wait count as one where there is a condition:
// that is looked at in Go, whoever does the rest.
const passedOver = 16

// fragment opens the tables that n reads, and counts the rows that it may read.
func (j *job) fragment(n plan.Node) (Fragment, int64, error) {
	f := Fragment{Root: n, Scans: map[*plan.Scan]*store.Snapshot{}}
	var rows int64
	var err error
	plan.Walk(n, func(n plan.Node) bool {
		switch x := n.(type) {
		case *plan.Scan:
			snap, e := j.run.snapshot(x)
			if e != nil {
				err = errors.Join(err, e)
				return false
			}
			f.Scans[x] = snap
			rows += snap.Left(snap.Extents)
			waiting := int64(0)
			for _, b := range snap.Tail {
				waiting += int64(b.Rows)
			}
			if x.Filter != nil {
				waiting /= passedOver
			}
			rows += waiting
		case *plan.Values:
			rows += int64(x.Rows.Rows)
		}
		return true
	})
	return f, rows, err
}

// open is the eval.Source of the part that runs in Go.
func (j *job) open(ctx context.Context, n plan.Node) (table.Reader, error) {
	if f, ok := j.parts[n]; ok {
		rd, err := j.run.backend(ctx, f)
		if !errors.Is(err, ErrUnable) {
			return rd, err
		}
		j.run.e.o.Logger.Debug("fragment runs in Go", "why", err)
		return eval.Run(ctx, n, j.openLeaf, j.run.limits())
	}
	return j.openLeaf(ctx, n)
}

// backend runs f in the backend.
func (r *run) backend(ctx context.Context, f Fragment) (table.Reader, error) {
	f, told := withPaths(f)
	r.res.Stats.Plan += told
	var rows int64
	for _, snap := range f.Scans {
		rows += rowsOf(snap)
	}
	f.Running = func(share func() float64) func() { return r.act.progress.begin(rows, share) }
	rd, err := r.db.Run(ctx, f, &r.res.Stats)
	if err == nil {
		r.act.progress.read(rows)
	}
	return rd, err
}

// told marks the errors of a reader as the query's own.
func told(in table.Reader, err error) (table.Reader, error) {
	if err != nil {
		return nil, &eval.QueryError{Err: err}
	}
	return &tells{in}, nil
}

type tells struct{ table.Reader }

func (t *tells) Next(ctx context.Context) (*table.Batch, error) {
	b, err := t.Reader.Next(ctx)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &eval.QueryError{Err: err}
	}
	return b, err
}

// callsOut reports whether a plugin is for what is outside to answer; one that is refused
// is not.
func callsOut(n *plan.Plugin) bool {
	p, ok := fn.LookupPlugin(n.Name)
	return ok && p.CallsOut && p.Refused == ""
}

// openLeaf opens tables, and what is outside of the server.
func (j *job) openLeaf(_ context.Context, n plan.Node) (table.Reader, error) {
	out := j.run.e.o.Outside
	switch n := n.(type) {
	case *plan.Scan:
		return j.run.scan(n)
	case *plan.ExternalData:
		if out != nil {
			return told(out.ExternalData(n))
		}
	case *plan.Plugin:
		if callsOut(n) && out != nil {
			return told(out.Plugin(n, j.run.q.Activity))
		}
	}
	return nil, nil
}

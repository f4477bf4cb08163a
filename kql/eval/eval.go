// Package eval runs plans in Go, a batch at a time. It is the meaning of KQL: what
// SQL does must agree with it. It reads only what it is given.
//
// An operator is a table.Reader that pulls from the readers of its inputs. Those
// that need all rows first (sort, summarize, the right side of a join, …) read them
// at their first Next and count what they hold against the Limits of the run.
package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Source opens the leaves of a plan: its Scans, and whatever other node the engine
// has put in place of a subtree that runs elsewhere. It is asked for every node
// before eval runs it and returns nil, nil for nodes that eval shall run itself.
type Source func(ctx context.Context, n plan.Node) (table.Reader, error)

// Limits bound what one run may use; zero is no limit.
type Limits struct {
	Rows  int64 // held by one operator
	Bytes int64 // held by the whole run
}

// Errors of a run that its Limits ended, and of one that met a defect of eval or of
// a function.
var (
	ErrRows     = errors.New("the query needs an operator to hold more rows than allowed")
	ErrMemory   = errors.New("the query needs more memory than allowed")
	ErrInternal = errors.New("internal error")
)

// QueryError says that a query cannot be computed over its rows, and why: a function or
// a plugin ended it. It is for who asked.
type QueryError struct{ Err error }

func (e *QueryError) Error() string { return e.Err.Error() }
func (e *QueryError) Unwrap() error { return e.Err }

// batchRows is how many rows operators handle at a time.
const batchRows = 4096

// Run starts root and returns its result. The reader is not safe for concurrent use.
// Cancelling the context of a call of Next ends it.
func Run(ctx context.Context, root plan.Node, src Source, l Limits) (table.Reader, error) {
	r := newRun(src, l)
	in, err := r.open(ctx, root, nil)
	if err != nil {
		return nil, err
	}
	return &guard{in}, nil
}

// Value computes a constant expression.
func Value(e plan.Expr) (v table.Value, err error) {
	defer recovered(&err)
	ctx := context.Background()
	r := newRun(nil, Limits{})
	x := r.exprs(nil)
	x.bind(&table.Batch{Schema: &table.Schema{}, Rows: 1})
	vec, err := x.eval(ctx, e)
	if err != nil {
		return nil, err
	}
	return vec.At(0), nil
}

// guard turns a panic below it into an error, so that a defect ends one query and
// not the process, and work is left when its query ends.
type guard struct{ in table.Reader }

func (g *guard) Schema() *table.Schema { return g.in.Schema() }
func (g *guard) Close() error          { return g.in.Close() }
func (g *guard) Next(ctx context.Context) (b *table.Batch, err error) {
	defer recovered(&err)
	return g.in.Next(ctx)
}

func recovered(err *error) {
	if p := recover(); p != nil {
		if cause, left := table.WhyLeft(p); left {
			*err = cause
			return
		}
		*err = fmt.Errorf("%w: %v\n%s", ErrInternal, p, debug.Stack())
	}
}

// run is the state that the operators of one Run share. One goroutine uses it.
type run struct {
	src     Source
	limits  Limits
	held    int64 // bytes, by all operators
	scalars map[*plan.Scalar]table.Value
	sets    map[*plan.InRows]*rowSet
	caches  map[int]*cached
}

func newRun(src Source, l Limits) *run {
	return &run{src: src, limits: l, scalars: map[*plan.Scalar]table.Value{}, sets: map[*plan.InRows]*rowSet{}, caches: map[int]*cached{}}
}

// open starts a node. sc has the rows that the SubInputs of the subplan that n is in
// stand for; nil outside of subplans.
func (r *run) open(ctx context.Context, n plan.Node, sc *scope) (table.Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.src != nil {
		switch in, err := r.src(ctx, n); {
		case err != nil:
			return nil, err
		case in != nil:
			return chunked(in), nil
		}
	}
	switch n := n.(type) {
	case *plan.Cache:
		return r.openCache(ctx, n, sc)
	case *plan.CoPartition:
		return r.openCoPartition(ctx, n, sc)
	case *plan.Filter:
		return r.openFilter(ctx, n, sc)
	case *plan.GraphMatch:
		return r.openGraphMatch(ctx, n, sc)
	case *plan.GraphTable:
		return r.openGraphTable(ctx, n, sc)
	case *plan.Join:
		return r.openJoin(ctx, n, sc)
	case *plan.Limit:
		return r.openLimit(ctx, n, sc)
	case *plan.MakeSeries:
		return r.openMakeSeries(ctx, n, sc)
	case *plan.MvApply:
		return r.openMvApply(ctx, n, sc)
	case *plan.MvExpand:
		return r.openMvExpand(ctx, n, sc)
	case *plan.Parse:
		return r.openParse(ctx, n, sc)
	case *plan.ParseKv:
		return r.openParseKv(ctx, n, sc)
	case *plan.Partition:
		return r.openPartition(ctx, n, sc)
	case *plan.Plugin:
		return r.openPlugin(ctx, n, sc)
	case *plan.Project:
		return r.openProject(ctx, n, sc)
	case *plan.Range:
		return r.openRange(ctx, n, sc)
	case *plan.Reduce:
		return r.openReduce(ctx, n, sc)
	case *plan.Sample:
		return r.openSample(ctx, n, sc)
	case *plan.Scan:
		return nil, fmt.Errorf("eval: nobody can read table %s", n.Ref)
	case *plan.ScanSteps:
		return r.openScanSteps(ctx, n, sc)
	case *plan.Sort:
		return r.openSort(ctx, n, sc)
	case *plan.SubInput:
		return sc.reader(n)
	case *plan.Summarize:
		return r.openSummarize(ctx, n, sc)
	case *plan.Top:
		return r.openTop(ctx, n, sc)
	case *plan.TopNested:
		return r.openTopNested(ctx, n, sc)
	case *plan.Union:
		return r.openUnion(ctx, n, sc)
	case *plan.ExternalData:
		return nil, &QueryError{errors.New("externaldata: no address is allowed here")}
	case *plan.Widen:
		return r.openWiden(ctx, n, sc)
	case *plan.Values:
		return chunked(table.NewReader(n.Rows.Schema, n.Rows)), nil
	}
	return nil, fmt.Errorf("eval: cannot run %T", n)
}

// stream is a Reader made of functions.
type stream struct {
	schema *table.Schema
	next   func(ctx context.Context) (*table.Batch, error)
	close  func() error
}

func (s *stream) Schema() *table.Schema { return s.schema }

func (s *stream) Next(ctx context.Context) (*table.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.next(ctx)
}

func (s *stream) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// later is a Reader that reads its input at the first Next: start gives what it
// answers then. held, if not nil, is given back when it is closed.
func later(schema *table.Schema, in table.Reader, held *holding, start func(ctx context.Context) (func(context.Context) (*table.Batch, error), error)) table.Reader {
	var next func(context.Context) (*table.Batch, error)
	return &stream{
		schema: schema,
		next: func(ctx context.Context) (*table.Batch, error) {
			if next == nil {
				n, err := start(ctx)
				if err != nil {
					return nil, err
				}
				next = n
			}
			return next(ctx)
		},
		close: func() error {
			held.release()
			return in.Close()
		},
	}
}

// batches gives b in pieces.
func batches(b *table.Batch) func(context.Context) (*table.Batch, error) {
	at := 0
	return func(context.Context) (*table.Batch, error) {
		if at >= b.Rows {
			return nil, io.EOF
		}
		end := min(at+batchRows, b.Rows)
		out := b.Slice(at, end)
		at = end
		return out, nil
	}
}

// chunked cuts the batches of in that are too large.
func chunked(in table.Reader) table.Reader {
	var rest *table.Batch
	at := 0
	return &stream{
		schema: in.Schema(),
		next: func(ctx context.Context) (*table.Batch, error) {
			for {
				if rest != nil && at < rest.Rows {
					end := min(at+batchRows, rest.Rows)
					out := rest.Slice(at, end)
					at = end
					return out, nil
				}
				b, err := in.Next(ctx)
				if err != nil {
					return nil, err
				}
				if b.Rows <= 2*batchRows {
					return b, nil
				}
				rest, at = b, 0
			}
		},
		close: in.Close,
	}
}

// each calls f with every batch of in that has rows.
func each(ctx context.Context, in table.Reader, f func(*table.Batch) error) error {
	for {
		b, err := in.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if b.Rows == 0 {
			continue
		}
		if err := f(b); err != nil {
			return err
		}
	}
}

// mapped is a Reader that makes of each batch of in another; a batch without rows is
// left out.
func mapped(schema *table.Schema, in table.Reader, f func(ctx context.Context, b *table.Batch) (*table.Batch, error)) table.Reader {
	return &stream{
		schema: schema,
		next: func(ctx context.Context) (*table.Batch, error) {
			for {
				b, err := in.Next(ctx)
				if err != nil {
					return nil, err
				}
				if b.Rows == 0 {
					continue
				}
				out, err := f(ctx, b)
				if err != nil || out.Rows > 0 {
					return out, err
				}
				if err := ctx.Err(); err != nil {
					return nil, err
				}
			}
		},
		close: in.Close,
	}
}

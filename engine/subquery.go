package engine

import (
	"context"
	"fmt"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// resolve runs what must be known before root can run, and puts the results in its
// place: materialized rows, toscalar() values, and the lists of in (subquery). What
// depends on the rows of an enclosing operator (mv-apply, partition) is left to it.
func (r *run) resolve(root plan.Node) (plan.Node, error) {
	var err error
	fail := func(e error) {
		if err == nil {
			err = e
		}
	}
	expr := func(e plan.Expr) plan.Expr {
		if err != nil {
			return e
		}
		switch x := e.(type) {
		case *plan.Scalar:
			if open(x.Root) {
				return e
			}
			v, e2 := r.scalar(x.Root)
			if e2 != nil {
				fail(e2)
				return e
			}
			return &plan.Lit{Value: v, Of: x.Of}
		case *plan.InRows:
			if _, done := x.Root.(*plan.Values); done || open(x.Root) {
				return e
			}
			rows, e2 := r.all(firstColumn(x.Root))
			if e2 != nil {
				fail(e2)
				return e
			}
			return &plan.InRows{X: x.X, Op: x.Op, Root: &plan.Values{Rows: rows}}
		}
		return e
	}
	root = plan.RewriteAll(root, func(n plan.Node) plan.Node {
		if err != nil {
			return n
		}
		n = plan.MapExprs(n, func(e plan.Expr) plan.Expr { return plan.RewriteExpr(e, expr) })
		if c, ok := n.(*plan.Cache); ok && err == nil && !open(c) {
			n2, e2 := r.cached(c)
			if e2 != nil {
				fail(e2)
				return n
			}
			return n2
		}
		return n
	})
	if err != nil {
		return nil, err
	}
	return root, nil
}

// open reports whether n reads rows of an operator that it stands in.
func open(n plan.Node) bool {
	inner := map[int]bool{}
	var reads []int
	plan.Walk(n, func(n plan.Node) bool {
		switch x := n.(type) {
		case *plan.MvApply:
			inner[x.ID] = true
		case *plan.Partition:
			inner[x.ID] = true
		case *plan.CoPartition:
			for _, id := range x.IDs {
				inner[id] = true
			}
		case *plan.SubInput:
			reads = append(reads, x.ID)
		}
		return true
	})
	for _, id := range reads {
		if !inner[id] {
			return true
		}
	}
	return false
}

// cached returns the rows of c, running it if it is the first with its ID. A Cache
// that stands at one place only is not kept.
func (r *run) cached(c *plan.Cache) (plan.Node, error) {
	if r.uses[c.ID] == 1 {
		return c.In, nil
	}
	if v := r.caches[c.ID]; v != nil {
		return v, nil
	}
	rows, err := r.all(c.In)
	if err != nil {
		return nil, err
	}
	v := &plan.Values{Rows: rows}
	r.caches[c.ID] = v
	return v, nil
}

// scalar runs n and returns the first column of its first row.
func (r *run) scalar(n plan.Node) (table.Value, error) {
	rows, err := r.all(&plan.Limit{In: firstColumn(n), N: 1})
	if err != nil || rows.Rows == 0 {
		return nil, err
	}
	return rows.Vecs[0].At(0), nil
}

func firstColumn(n plan.Node) plan.Node {
	s := n.Schema()
	if len(s.Cols) == 1 {
		return n
	}
	c := s.Cols[0]
	return &plan.Project{In: n, Cols: []plan.Named{{Name: c.Name, Expr: &plan.Col{Index: 0, Of: c.Type}}}}
}

// all runs n, whose subqueries are resolved, and holds its rows until the query ends.
func (r *run) all(n plan.Node) (*table.Batch, error) {
	rd, err := r.rows(n)
	if err != nil {
		return nil, err
	}
	return r.keep(rd)
}

// keep reads rows to their end and holds them until the query ends.
func (r *run) keep(rd table.Reader) (*table.Batch, error) {
	b, err := table.ReadAll(r.ctx, &keeping{rd, r})
	if cerr := rd.Close(); err == nil {
		err = cerr
	}
	return b, err
}

// keeping counts the rows that pass as held, until there are too many.
type keeping struct {
	table.Reader
	run *run
}

func (k *keeping) Next(ctx context.Context) (*table.Batch, error) {
	b, err := k.Reader.Next(ctx)
	if err != nil {
		return nil, err
	}
	k.run.held += b.Bytes()
	if k.run.held > k.run.q.MaxMemory {
		return nil, fmt.Errorf("%w: rows kept for subqueries are over %d bytes", ErrMemory, k.run.q.MaxMemory)
	}
	return b, nil
}

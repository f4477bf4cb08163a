package eval

import (
	"context"
	"fmt"
	"io"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openScanSteps reads rows and gives records as their steps match.
func (r *run) openScanSteps(ctx context.Context, n *plan.ScanSteps, sc *scope) (table.Reader, error) {
	m := &machine{n: n, x: r.exprs(sc), width: len(n.In.Schema().Cols) + len(n.Declare), states: make([]*sequence, len(n.Steps))}
	var err error
	if m.none, err = m.emptyRecord(ctx, r, sc); err != nil {
		return nil, err
	}
	m.conds = make([]stepCond, len(n.Steps))
	for k, s := range n.Steps {
		switch s.Output {
		case "all", "last", "none":
		default:
			return nil, fmt.Errorf("eval: scan: no output %q", s.Output)
		}
		m.conds[k] = splitCond(s.Cond, len(n.In.Schema().Cols))
	}
	if m.in, err = r.open(ctx, n.In, sc); err != nil {
		return nil, err
	}
	m.vecs = make([]table.Vec, (1+len(n.Steps))*m.width)
	return &stream{schema: n.Schema(), next: m.next, close: m.in.Close}, nil
}

// machine is a scan at work.
type machine struct {
	n      *plan.ScanSteps
	in     table.Reader
	x      *exprs
	width  int         // columns of a record
	none   []table.Vec // the record of a step that holds none
	conds  []stepCond
	states []*sequence // by step; nil is none
	ids    int64       // given to sequences so far
	vecs   []table.Vec // that expressions see
	out    *table.Batch
	ended  bool
}

// sequence is the records that a match has so far, by step; each column has one row.
type sequence struct {
	id   int64
	recs [][]table.Vec
	last []table.Vec // to be given when the sequence leaves its step
}

// stepCond is a condition in two parts: what the row alone decides, and what also
// needs the sequence.
type stepCond struct {
	row  []plan.Expr
	rest []plan.Expr
	keep []bool // of the rows of the batch at hand
}

// splitCond takes a conjunction apart.
func splitCond(e plan.Expr, inputs int) stepCond {
	var c stepCond
	var split func(e plan.Expr)
	split = func(e plan.Expr) {
		if call, ok := e.(*plan.Call); ok && call.Func.Name == "and" {
			for _, a := range call.Args {
				split(a)
			}
			return
		}
		rowOnly := true
		plan.WalkExpr(e, func(e plan.Expr) bool {
			if col, ok := e.(*plan.Col); ok && col.Index >= inputs {
				rowOnly = false
			}
			return rowOnly
		})
		if rowOnly {
			c.row = append(c.row, e)
		} else {
			c.rest = append(c.rest, e)
		}
	}
	split(e)
	return c
}

// emptyRecord has nulls, and the defaults of declared columns.
func (m *machine) emptyRecord(ctx context.Context, r *run, sc *scope) ([]table.Vec, error) {
	rec := make([]table.Vec, 0, m.width)
	for _, c := range m.n.In.Schema().Cols {
		rec = append(rec, table.Repeat(c.Type, nil, 1))
	}
	for _, v := range m.n.Declare {
		var def table.Value
		if v.Default != nil {
			var err error
			if def, err = r.constant(ctx, v.Default, sc); err != nil {
				return nil, err
			}
		}
		rec = append(rec, table.Repeat(v.Type, fn.Cast(def, v.Type), 1))
	}
	return rec, nil
}

func (m *machine) next(ctx context.Context) (*table.Batch, error) {
	m.out = table.NewBatch(m.n.Schema())
	for m.out.Rows == 0 {
		if m.ended {
			return nil, io.EOF
		}
		b, err := m.in.Next(ctx)
		if err == io.EOF {
			m.ended = true
			for k, s := range m.states {
				m.leave(k, s)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := m.batch(ctx, b); err != nil {
			return nil, err
		}
	}
	return m.out, nil
}

func (m *machine) batch(ctx context.Context, b *table.Batch) error {
	m.x.bind(b)
	for k := range m.conds {
		c := &m.conds[k]
		c.keep = make([]bool, b.Rows)
		for i := range c.keep {
			c.keep[i] = true
		}
		for _, e := range c.row {
			v, err := m.x.eval(ctx, e)
			if err != nil {
				return err
			}
			cond := v.(*table.Of[bool])
			for i := range c.keep {
				c.keep[i] = c.keep[i] && cond.Vals[i] && !cond.IsNull(i)
			}
		}
	}
	for i := range b.Rows {
		if i%64 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := m.row(ctx, b, i); err != nil {
			return err
		}
	}
	return nil
}

// row lets row i of b meet the steps from the last to the first.
func (m *machine) row(ctx context.Context, b *table.Batch, i int) error {
	var rec []table.Vec
	for k := len(m.n.Steps) - 1; k >= 0; k-- {
		if !m.conds[k].keep[i] {
			continue
		}
		if rec == nil {
			rec = append([]table.Vec{}, m.none...)
			for c, v := range b.Vecs {
				one := table.NewVec(v.Type(), 1)
				appendRow(one, v, i)
				rec[c] = one
			}
		}
		if from := m.before(k); from >= 0 {
			ok, err := m.holds(ctx, k, rec, m.states[from])
			if err != nil {
				return err
			}
			if ok {
				m.leave(k, m.states[k])
				m.leave(from, m.states[from])
				m.states[k], m.states[from] = m.states[from], nil
				if err := m.match(ctx, k, rec); err != nil {
					return err
				}
				continue
			}
		}
		if k > 0 && m.states[k] == nil {
			continue
		}
		ok, err := m.holds(ctx, k, rec, m.states[k])
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if m.states[k] == nil {
			m.states[k] = &sequence{id: m.ids, recs: make([][]table.Vec, len(m.n.Steps))}
			m.ids++
		}
		if err := m.match(ctx, k, rec); err != nil {
			return err
		}
	}
	return nil
}

// before is the step from which a sequence can move on to step k, or -1.
func (m *machine) before(k int) int {
	for k--; k >= 0; k-- {
		if m.states[k] != nil {
			return k
		}
		if !m.n.Steps[k].Optional {
			break
		}
	}
	return -1
}

// see puts a record and a sequence before the expressions.
func (m *machine) see(rec []table.Vec, s *sequence) {
	copy(m.vecs, rec)
	for k := range m.n.Steps {
		of := m.none
		if s != nil && s.recs[k] != nil {
			of = s.recs[k]
		}
		copy(m.vecs[(1+k)*m.width:], of)
	}
	m.x.bind(&table.Batch{Schema: &table.Schema{}, Vecs: m.vecs, Rows: 1})
}

// holds reports whether the condition of step k is true of a record and a sequence.
func (m *machine) holds(ctx context.Context, k int, rec []table.Vec, s *sequence) (bool, error) {
	if len(m.conds[k].rest) == 0 {
		return true, nil
	}
	m.see(rec, s)
	for _, e := range m.conds[k].rest {
		v, err := m.x.eval(ctx, e)
		if err != nil {
			return false, err
		}
		if c := v.(*table.Of[bool]); !c.Vals[0] || c.IsNull(0) {
			return false, nil
		}
	}
	return true, nil
}

// match makes rec the record of step k in the sequence that the step holds.
func (m *machine) match(ctx context.Context, k int, rec []table.Vec) error {
	s := m.states[k]
	rec = append([]table.Vec{}, rec...)
	for _, set := range m.n.Steps[k].Set {
		m.see(rec, s)
		v, err := m.x.eval(ctx, set.Expr)
		if err != nil {
			return err
		}
		rec[set.Index] = castVec(v, rec[set.Index].Type())
	}
	s.recs[k] = rec
	switch m.n.Steps[k].Output {
	case "all":
		m.give(k, s.id, rec)
	case "last":
		s.last = rec
	}
	return nil
}

// leave gives the record that waits for the sequence to leave step k.
func (m *machine) leave(k int, s *sequence) {
	if s != nil && s.last != nil {
		m.give(k, s.id, s.last)
		s.last = nil
	}
}

func (m *machine) give(k int, id int64, rec []table.Vec) {
	for c, v := range rec {
		appendRow(m.out.Vecs[c], v, 0)
	}
	c := len(rec)
	if m.n.MatchID != "" {
		table.Append(m.out.Vecs[c], id)
		c++
	}
	if m.n.StepName != "" {
		table.Append(m.out.Vecs[c], m.n.Steps[k].Name)
	}
	m.out.Rows++
}

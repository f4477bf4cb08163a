package engine

import (
	"strconv"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// parts is a summarize in two steps: first makes of some rows what merge puts together.
type parts struct {
	first *plan.Summarize
	then  []plan.Agg   // over first's columns
	last  []plan.Named // over the columns of keys and then
}

// mergedBy says which aggregate puts together what an aggregate has made of parts.
var mergedBy = map[string]string{
	"count": "sum", "countif": "sum", "sum": "sum", "sumif": "sum",
	"min": "min", "minif": "min", "max": "max", "maxif": "max",
}

// weighted says which aggregates are percentiles, and of which columns there are weights.
var weighted = map[string]bool{"percentile": false, "percentiles": false, "percentilew": true, "percentilesw": true}

// takeApart makes two steps of s, if what it computes is the same in two.
func takeApart(s *plan.Summarize) (*parts, bool) {
	if !writable(s) {
		return nil, false
	}
	p := &parts{first: &plan.Summarize{In: s.In, Keys: s.Keys}}
	for i, k := range s.Keys {
		p.last = append(p.last, plan.Named{Name: k.Name, Expr: &plan.Col{Index: i, Of: k.Expr.Type()}})
	}
	for _, a := range s.Aggs {
		c, args := a.Call, a.Call.Args
		if _, ok := weighted[c.Func.Name]; ok {
			if !p.percentiles(a) {
				return nil, false
			}
			continue
		}
		var e plan.Expr
		switch name := c.Func.Name; {
		case c.Ret == table.String && name == "min":
			e = p.least(c, aggregate("count"))
		case c.Ret == table.String && name == "minif":
			e = p.least(c, aggregate("countif", args[1]))
		case mergedBy[name] != "":
			e = p.add(c, mergedBy[name])
		case name == "avg" && c.Over.Params[0].Types[0] == table.Real:
			e = p.ratio(aggregate("sum", args[0]), aggregate("countif", call("isnotnull", args[0])))
		case name == "avgif" && c.Over.Params[0].Types[0] == table.Real:
			e = p.ratio(aggregate("sumif", args...), aggregate("countif", call("and", call("isnotnull", args[0]), args[1])))
		case name == "dcount" || name == "dcountif":
			if h := p.add(aggregate(map[string]string{"dcount": "hll", "dcountif": "hll_if"}[name], args...), "hll_merge"); h != nil {
				none := &plan.Lit{Value: int64(0), Of: table.Long} // of no rows there is no state
				e = overloaded("coalesce", overloaded("dcount_hll", h), none)
			}
		}
		if e == nil || e.Type() != c.Ret {
			return nil, false
		}
		p.last = append(p.last, plan.Named{Name: a.Names[0], Expr: e})
	}
	return p, true
}

// percentiles adds an aggregate that gives a column for each percentile.
func (p *parts) percentiles(a plan.Agg) bool {
	c, of := a.Call, 1
	if weighted[c.Func.Name] {
		of = 2
	}
	state := p.by(callOf(fn.PercentileState, c.Args[:of]), fn.PercentileStates)
	outs := c.OutTypes()
	if state == nil || len(outs) != len(a.Names) || len(outs) != len(c.Args)-of {
		return false
	}
	all := callOf(fn.PercentilesOf(outs[0], len(outs)), append([]plan.Expr{state}, c.Args[of:]...))
	if all == nil {
		return false
	}
	for i, name := range a.Names {
		p.last = append(p.last, plan.Named{Name: name, Expr: &plan.Field{Call: all, I: i, Of: outs[i]}})
	}
	return true
}

// add is by an aggregate of this name.
func (p *parts) add(c *plan.Call, by string) plan.Expr {
	f, ok := fn.LookupAggregate(by)
	if !ok {
		return nil
	}
	return p.by(c, f)
}

// least adds the least of some texts, of which there are n: that of none is empty, and
// would be less than all others.
func (p *parts) least(c, n *plan.Call) plan.Expr {
	rows := &plan.Col{Index: len(p.first.Keys) + len(p.first.Aggs), Of: table.Long}
	f, ok := fn.LookupAggregate("minif")
	if !ok || p.add(n, "sum") == nil {
		return nil
	}
	return p.by(c, f, overloaded(">", rows, &plan.Lit{Value: int64(0), Of: table.Long}))
}

// by computes c in the first step and puts it together by another aggregate, with more
// arguments over the first step's columns, in the second; it returns the column, nil if
// there is no such aggregate.
func (p *parts) by(c *plan.Call, f *fn.Func, more ...plan.Expr) plan.Expr {
	if c == nil {
		return nil
	}
	at := len(p.first.Keys) + len(p.first.Aggs)
	name := "p" + strconv.Itoa(at)
	then := callOf(f, append([]plan.Expr{&plan.Col{Index: at, Of: c.Ret}}, more...))
	if then == nil {
		return nil
	}
	p.first.Aggs = append(p.first.Aggs, plan.Agg{Names: []string{name}, Call: c})
	p.then = append(p.then, plan.Agg{Names: []string{name}, Call: then})
	return &plan.Col{Index: at, Of: then.Ret}
}

func (p *parts) ratio(sum, n *plan.Call) plan.Expr {
	a, b := p.add(sum, "sum"), p.add(n, "sum")
	if a == nil || b == nil {
		return nil
	}
	return overloaded("/", a, overloaded("toreal", b))
}

// merge gives the columns of the whole summarize from rows that first has made of parts.
func (p *parts) merge(in plan.Node) plan.Node {
	return p.finish(p.together(in))
}

// finish is merge of rows of which each group has one.
func (p *parts) finish(in plan.Node) plan.Node { return &plan.Project{In: in, Cols: p.last} }

// together makes one row of each group of the rows that first has made of parts.
func (p *parts) together(in plan.Node) *plan.Summarize {
	s := &plan.Summarize{In: in, Aggs: p.then}
	for i, k := range p.first.Keys {
		s.Keys = append(s.Keys, plan.Named{Name: k.Name, Expr: &plan.Col{Index: i, Of: k.Expr.Type()}})
	}
	return s
}

// repeats reports whether what together makes are rows as first makes them.
func (p *parts) repeats() bool {
	for i, a := range p.then {
		if a.Call.Ret != p.first.Aggs[i].Call.Ret {
			return false
		}
	}
	return true
}

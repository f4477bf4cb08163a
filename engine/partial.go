package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/maypok86/otter/v2"

	"github.com/yagura/yagura/engine/sqlgen"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// partials keeps what summarize has made of whole extents. An extent never changes, so
// what was made of it is good whenever the same is asked again: refreshing a dashboard
// costs what is new since, and the extents that its time range cuts.
type partials struct {
	cache *otter.Cache[partialKey, *table.Batch]
}

// partialKey is what was asked, and of which extent; of none, whether it was asked at all.
type partialKey struct {
	ask [sha256.Size]byte
	of  extent.Hash
}

const (
	// partialRows is up to how many groups of an extent are kept; more would be about
	// as many as there are rows to come.
	partialRows = 10_000
	partialCost = 200 // bytes of an entry without its rows, roughly
)

func newPartials(bytes int64) *partials {
	if bytes < 0 {
		return nil
	}
	return &partials{otter.Must(&otter.Options[partialKey, *table.Batch]{
		MaximumWeight: uint64(bytes),
		Weigher:       func(_ partialKey, b *table.Batch) uint32 { return uint32(partialCost + batchBytes(b)) },
	})}
}

// unfit stands, at the key of no extent, for what is asked but not kept.
var unfit = &table.Batch{Schema: &table.Schema{}, Rows: 1}

// remember replaces each summarize of a table that was asked for before by one that
// takes what it can from partials, and puts there what it cannot.
func (r *run) remember(n plan.Node) (plan.Node, error) {
	if r.db == nil || r.e.partials == nil {
		return n, nil
	}
	return replace(n, r.rememberOne)
}

// rememberOne is remember of one summarize; nil if it stays as it is.
func (r *run) rememberOne(s *plan.Summarize) (plan.Node, error) {
	scan := scanUnder(s.In)
	p, ok := takeApart(s)
	if scan == nil || !ok || sqlgen.Supports(r.db.Dialect(), p.first) != nil {
		return nil, nil
	}
	snap, err := r.snapshot(scan)
	if err != nil {
		return nil, err
	}
	whole, rest := wholeExtents(snap)
	var rows int64
	for _, m := range whole {
		rows += m.Rows
	}
	if rows <= r.e.o.SmallRows {
		return nil, nil
	}
	key := partialKey{ask: ask(p.first)}
	asked, again := r.e.partials.cache.GetIfPresent(key)
	switch {
	case asked == unfit:
		return nil, nil
	case !again:
		r.e.partials.cache.Set(key, &table.Batch{Schema: unfit.Schema})
		return nil, nil
	}
	known, err := r.known(p.first, scan, snap, whole, key)
	if known == nil || err != nil {
		return nil, err
	}
	ins := []plan.Node{&plan.Values{Rows: known}}
	if len(rest.Extents)+len(rest.Tail) > 0 {
		left := *scan
		r.scans[&left] = rest
		ins = append(ins, over(p.first, &left))
	}
	return p.merge(&plan.Union{Ins: ins}), nil
}

// known returns what first makes of each whole extent, from the cache or, for those that
// are new, from the backend. It is nil if that is too much to keep.
func (r *run) known(first *plan.Summarize, scan *plan.Scan, snap *store.Snapshot, whole []*extent.Meta, key partialKey) (*table.Batch, error) {
	var all []*table.Batch
	st := &r.res.Stats
	for _, m := range whole {
		key.of = m.Hash
		b, ok := r.e.partials.cache.GetIfPresent(key)
		if ok {
			st.Extents--
			st.BytesRead -= m.Bytes
			st.Remembered++
		} else {
			var err error
			if b, err = r.partial(first, scan, snap, m); err != nil {
				if errors.Is(err, ErrUnable) {
					return nil, nil
				}
				return nil, err
			}
			if b.Rows > partialRows {
				r.e.partials.cache.Set(partialKey{ask: key.ask}, unfit)
				return nil, nil
			}
			r.e.partials.cache.Set(key, b)
		}
		all = append(all, b)
	}
	return table.ConcatBatches(first.Schema(), all), nil
}

// partial is what first makes of one extent.
func (r *run) partial(first *plan.Summarize, scan *plan.Scan, snap *store.Snapshot, m *extent.Meta) (*table.Batch, error) {
	one := *scan
	one.Span = table.Span{}
	of := *snap
	of.Span, of.Extents, of.Rows, of.Tail = one.Span, []*extent.Meta{m}, nil, nil
	rows, err := r.backend(r.ctx, Fragment{Root: over(first, &one), Scans: map[*plan.Scan]*store.Snapshot{&one: &of}})
	if err != nil {
		return nil, err
	}
	b, err := table.ReadAll(r.ctx, rows)
	return b, errors.Join(err, rows.Close())
}

// wholeExtents parts a snapshot: the extents of which all rows are in its span and may
// be wanted, and the rest.
func wholeExtents(snap *store.Snapshot) (whole []*extent.Meta, rest *store.Snapshot) {
	c := *snap
	c.Extents = nil
	for _, m := range snap.Extents {
		if snap.Rows[m] == nil && snap.Whole(m) {
			whole = append(whole, m)
		} else {
			c.Extents = append(c.Extents, m)
		}
	}
	return whole, &c
}

// scanUnder is the table that n computes columns of, or rows of, each from itself; nil
// if n is something else.
func scanUnder(n plan.Node) *plan.Scan {
	for {
		switch x := n.(type) {
		case *plan.Scan:
			return x
		case *plan.Filter:
			n = x.In
		case *plan.Project:
			if x.Window {
				return nil
			}
			n = x.In
		default:
			return nil
		}
	}
}

// over is n with something else in place of its scan.
func over(n, scan plan.Node) plan.Node {
	return plan.Rewrite(n, func(n plan.Node) plan.Node {
		if _, ok := n.(*plan.Scan); ok {
			return scan
		}
		return n
	})
}

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
		var e plan.Expr
		switch name := c.Func.Name; {
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

// add computes c in the first step and puts it together by another aggregate in the
// second; it returns the column, nil if there is no such aggregate.
func (p *parts) add(c *plan.Call, by string) plan.Expr {
	if c == nil {
		return nil
	}
	at := len(p.first.Keys) + len(p.first.Aggs)
	name := "p" + strconv.Itoa(at)
	then := aggregate(by, &plan.Col{Index: at, Of: c.Ret})
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

// merge puts together the rows that first has made of parts.
func (p *parts) merge(in plan.Node) plan.Node {
	s := &plan.Summarize{In: in, Aggs: p.then}
	for i, k := range p.first.Keys {
		s.Keys = append(s.Keys, plan.Named{Name: k.Name, Expr: &plan.Col{Index: i, Of: k.Expr.Type()}})
	}
	return &plan.Project{In: s, Cols: p.last}
}

// aggregate is a call of the overload of an aggregate that takes just these types; nil
// if there is none.
func aggregate(name string, args ...plan.Expr) *plan.Call {
	f, ok := fn.LookupAggregate(name)
	if !ok {
		return nil
	}
	return callOf(f, args)
}

// overloaded is aggregate for functions of one row; there must be such an overload.
func overloaded(name string, args ...plan.Expr) *plan.Call {
	f, ok := fn.Lookup(name)
	if ok {
		if c := callOf(f, args); c != nil {
			return c
		}
	}
	panic(fmt.Sprintf("engine: no function %s of these types", name))
}

func callOf(f *fn.Func, args []plan.Expr) *plan.Call {
	for i := range f.Overloads {
		o := &f.Overloads[i]
		if !takes(o, args) {
			continue
		}
		c := &plan.Call{Func: f, Over: o, Args: args}
		c.Ret = o.Returns(c.ArgInfo())
		return c
	}
	return nil
}

func takes(o *fn.Overload, args []plan.Expr) bool {
	last, least := len(o.Params)-1, 0
	for _, p := range o.Params {
		if !p.Opt {
			least++
		}
	}
	if len(args) < least || len(args) > last+1 && (last < 0 || !o.Params[last].Rest) {
		return false
	}
	for i, a := range args {
		p := o.Params[min(i, last)]
		if p.Types != nil && !slices.Contains(p.Types, a.Type()) {
			return false
		}
	}
	return true
}

// ask is a hash of all that tells what n computes, but for the rows that its scan reads.
func ask(n plan.Node) [sha256.Size]byte {
	var b strings.Builder
	writeAsk(&b, n)
	return sha256.Sum256([]byte(b.String()))
}

// writable reports whether writeAsk can write n.
func writable(n plan.Node) bool { return writeAsk(&strings.Builder{}, n) }

// writeAsk writes a plan so that different ones are different. It reports whether it can:
// it cannot write subplans, and does not write what is not the same each time.
func writeAsk(b *strings.Builder, n plan.Node) bool {
	ok := true
	expr := func(e plan.Expr) { ok = ok && pure(e) && writeExpr(b, e) }
	switch n := n.(type) {
	case *plan.Scan:
		fmt.Fprintf(b, "scan %q %q", n.Ref.Workspace, n.Ref.Table)
		for _, c := range n.Table.Cols {
			fmt.Fprintf(b, " %q:%s", c.Name, c.Type)
		}
		if n.Filter != nil {
			expr(n.Filter)
		}
	case *plan.Filter:
		b.WriteString("filter")
		expr(n.Cond)
	case *plan.Project:
		b.WriteString("project")
		for _, c := range n.Cols {
			expr(c.Expr)
		}
	case *plan.Summarize:
		b.WriteString("summarize")
		for _, k := range n.Keys {
			expr(k.Expr)
		}
		b.WriteString(" of")
		for _, a := range n.Aggs {
			expr(a.Call)
		}
	default:
		return false
	}
	b.WriteByte('\n')
	for _, in := range n.Inputs() {
		ok = ok && writeAsk(b, in)
	}
	return ok
}

func writeExpr(b *strings.Builder, e plan.Expr) bool {
	switch e := e.(type) {
	case *plan.Col:
		fmt.Fprintf(b, " $%d", e.Index)
	case *plan.Lit:
		fmt.Fprintf(b, " %s %q", e.Of, plan.Literal(e.Value, e.Of))
	case *plan.Call:
		fmt.Fprintf(b, " %q(", e.Func.Name)
		for _, a := range e.Args {
			if !writeExpr(b, a) {
				return false
			}
		}
		fmt.Fprintf(b, ") %s", e.Ret)
	default:
		return false
	}
	return true
}

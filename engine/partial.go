package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
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
	cache *otter.Cache[partialKey, *partial]
}

// partialKey is what was asked, and of which extent; of none, whether it was asked at all,
// and what many extents gave together.
type partialKey struct {
	ask [sha256.Size]byte
	of  extent.Hash
}

// partial is what was made of one extent, or of those in of.
type partial struct {
	rows *table.Batch // nil: nothing is kept
	of   map[extent.Hash]bool
}

// unfit stands, at the key of no extent, for what is asked but not kept.
var unfit = &partial{of: map[extent.Hash]bool{}}

const (
	// partialRows is up to how many groups of an extent are kept; more would be about
	// as many as there are rows to come.
	partialRows = 10_000
	partialCost = 200 // bytes of an entry without its rows, roughly
	// partialBytes is up to how large the results of one extent are kept; larger ones are
	// made of several at once.
	partialBytes = 128 << 10
	// partialShare is which share of all that is kept may be for one summarize: a quarter.
	partialShare = 4
	// partialsMany is from how many extents on their results are put together to be kept.
	partialsMany = 8
)

func newPartials(bytes int64) *partials {
	if bytes < 0 {
		return nil
	}
	return &partials{otter.Must(&otter.Options[partialKey, *partial]{
		MaximumWeight: uint64(bytes),
		Weigher: func(_ partialKey, p *partial) uint32 {
			cost := int64(partialCost) + int64(len(p.of))*int64(len(extent.Hash{}))
			if p.rows != nil {
				cost += batchBytes(p.rows)
			}
			return uint32(min(cost, math.MaxUint32))
		},
	})}
}

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
		r.e.partials.cache.Set(key, &partial{})
		return nil, nil
	}
	known, err := r.known(p, scan, snap, whole, key)
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

// known returns what p's first makes of each whole extent, from the cache or, for those
// that are new, from the backend; of many, what they give together. It is nil if that is
// too much to keep.
func (r *run) known(p *parts, scan *plan.Scan, snap *store.Snapshot, whole []*extent.Meta, key partialKey) (*table.Batch, error) {
	cache, none := r.e.partials.cache, key
	of := map[extent.Hash]bool{}
	for _, m := range whole {
		of[m.Hash] = true
	}
	var all []*table.Batch
	together, ok := cache.GetIfPresent(none)
	if ok = ok && together.rows != nil && subset(together.of, of); ok {
		all = append(all, together.rows)
	}
	var missing []*extent.Meta
	for _, m := range whole {
		if ok && together.of[m.Hash] {
			r.remembered(m)
			continue
		}
		key.of = m.Hash
		if one, had := cache.GetIfPresent(key); had {
			r.remembered(m)
			all = append(all, one.rows)
		} else {
			missing = append(missing, m)
		}
	}
	large := false
	for len(missing) > 0 {
		n := 1
		if large {
			n = len(missing)
		}
		rows, err := r.partial(p.first, scan, snap, missing[:n])
		switch {
		case errors.Is(err, ErrUnable):
			return nil, nil
		case err != nil:
			return nil, err
		case rows.Rows > partialRows:
			cache.Set(none, unfit)
			return nil, nil
		}
		if large = large || batchBytes(rows) > partialBytes; !large {
			key.of = missing[0].Hash
			cache.Set(key, &partial{rows: rows})
		}
		all, missing = append(all, rows), missing[n:]
	}
	known := table.ConcatBatches(p.first.Schema(), all)
	if !p.repeats() || !large && len(all) < partialsMany {
		return known, nil
	}
	known, err := r.read(p.together(&plan.Values{Rows: known}))
	switch {
	case err != nil:
		return nil, err
	case known.Rows > partialRows || batchBytes(known) > r.e.o.Partials/partialShare:
		cache.Set(none, unfit)
	default:
		cache.Set(none, &partial{known, of})
	}
	return known, nil
}

// remembered counts an extent that need not be read.
func (r *run) remembered(m *extent.Meta) {
	st := &r.res.Stats
	st.Extents--
	st.BytesRead -= m.Bytes
	st.Remembered++
}

func subset(a, b map[extent.Hash]bool) bool {
	for h := range a {
		if !b[h] {
			return false
		}
	}
	return true
}

// partial is what first makes of some extents.
func (r *run) partial(first *plan.Summarize, scan *plan.Scan, snap *store.Snapshot, of []*extent.Meta) (*table.Batch, error) {
	one := *scan
	one.Span = table.Span{}
	some := *snap
	some.Span, some.Extents, some.Rows, some.Tail = one.Span, of, nil, nil
	rows, err := r.backend(r.ctx, Fragment{Root: over(first, &one), Scans: map[*plan.Scan]*store.Snapshot{&one: &some}})
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

// by computes c in the first step and puts it together by another aggregate in the
// second; it returns the column, nil if there is no such aggregate.
func (p *parts) by(c *plan.Call, f *fn.Func) plan.Expr {
	if c == nil {
		return nil
	}
	at := len(p.first.Keys) + len(p.first.Aggs)
	name := "p" + strconv.Itoa(at)
	then := callOf(f, []plan.Expr{&plan.Col{Index: at, Of: c.Ret}})
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
	return &plan.Project{In: p.together(in), Cols: p.last}
}

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

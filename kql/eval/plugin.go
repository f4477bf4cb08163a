package eval

import (
	"context"
	"fmt"
	"sort"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// plugin is what runs behind evaluate.
type plugin struct {
	// run gives the rows of the result, in the columns of p.n.Cols.
	run func(ctx context.Context, p *pluginRun) (*table.Batch, error)
	// columns finds the columns of a result that depend on the data; nil if they
	// never do.
	columns func(ctx context.Context, p *pluginRun) ([]table.Column, error)
}

// plugins by name. They run subqueries, which may evaluate plugins: hence init.
var plugins map[string]plugin

func init() {
	plugins = map[string]plugin{
		"active_users_count":         {run: activeUsersCount},
		"activity_counts_metrics":    {run: activityCountsMetrics},
		"activity_engagement":        {run: activityEngagement},
		"activity_metrics":           {run: activityMetrics},
		"autocluster":                {run: autocluster},
		"bag_unpack":                 {run: bagUnpack, columns: bagColumns},
		"basket":                     {run: basket},
		"dcount_intersect":           {run: dcountIntersect},
		"diffpatterns":               {run: diffpatterns},
		"funnel_sequence":            {run: funnelSequence},
		"funnel_sequence_completion": {run: funnelCompletion},
		"identity":                   {run: func(_ context.Context, p *pluginRun) (*table.Batch, error) { return p.rows, nil }},
		"narrow":                     {run: narrow},
		"new_activity_metrics":       {run: newActivityMetrics},
		"pivot":                      {run: pivot, columns: pivotColumns},
		"preview":                    {run: preview},
		"rolling_percentile":         {run: rollingPercentile},
		"rows_near":                  {run: rowsNear},
		"sequence_detect":            {run: sequenceDetect},
		"session_count":              {run: sessionCount},
		"sliding_window_counts":      {run: slidingWindowCounts},
	}
}

// Plugins lists the names of the plugins that run here, sorted.
func Plugins() []string {
	var names []string
	for n := range plugins {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Columns finds the columns of a plugin's result that depend on the data, by running
// its input. known is false if there were no rows to look at.
func Columns(ctx context.Context, n *plan.Plugin, src Source, l Limits) (cols []table.Column, known bool, err error) {
	defer recovered(&err)
	pl, ok := plugins[n.Name]
	if !ok || pl.columns == nil {
		return nil, false, fmt.Errorf("eval: the columns of %s do not depend on the data", n.Name)
	}
	p := newRun(src, l).plugin(n, nil)
	defer p.held.release()
	if err := p.read(ctx); err != nil {
		return nil, false, err
	}
	cols, err = pl.columns(ctx, p)
	return cols, p.rows.Rows > 0, err
}

// openPlugin holds all rows of its input.
func (r *run) openPlugin(_ context.Context, n *plan.Plugin, sc *scope) (table.Reader, error) {
	pl, ok := plugins[n.Name]
	if !ok {
		return nil, fmt.Errorf("eval: no plugin %s", n.Name)
	}
	p := r.plugin(n, sc)
	var next func(context.Context) (*table.Batch, error)
	return &stream{
		schema: n.Schema(),
		next: func(ctx context.Context) (*table.Batch, error) {
			if next == nil {
				if err := p.read(ctx); err != nil {
					return nil, err
				}
				out, err := pl.run(ctx, p)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", n.Name, err)
				}
				next = batches(&table.Batch{Schema: n.Schema(), Vecs: out.Vecs, Rows: out.Rows})
			}
			return next(ctx)
		},
		close: func() error { p.held.release(); return nil },
	}, nil
}

// pluginRun is a plugin at work.
type pluginRun struct {
	r    *run
	n    *plan.Plugin
	sc   *scope
	held *holding
	rows *table.Batch // of the input
	x    *exprs       // bound to rows
}

func (r *run) plugin(n *plan.Plugin, sc *scope) *pluginRun {
	return &pluginRun{r: r, n: n, sc: sc, held: r.holding(), x: r.exprs(sc)}
}

// read reads the input.
func (p *pluginRun) read(ctx context.Context) (err error) {
	p.rows = &table.Batch{Schema: &table.Schema{}, Rows: 1}
	if p.n.In != nil {
		if p.rows, err = p.readNode(ctx, p.n.In); err != nil {
			return err
		}
	}
	p.x.bind(p.rows)
	return nil
}

func (p *pluginRun) readNode(ctx context.Context, n plan.Node) (rows *table.Batch, err error) {
	in, err := p.r.open(ctx, n, p.sc)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := in.Close(); err == nil {
			err = cerr
		}
	}()
	return p.held.all(ctx, in)
}

// has reports whether argument i is given, and not only ~.
func (p *pluginRun) has(i int) bool { return i < len(p.n.Args) && p.n.Args[i].Expr != nil }

// column computes argument i for all rows.
func (p *pluginRun) column(ctx context.Context, i int) (table.Vec, error) {
	if !p.has(i) {
		return nil, fmt.Errorf("argument %d is missing", i+1)
	}
	return p.x.eval(ctx, p.n.Args[i].Expr)
}

// constant computes argument i, which depends on no row.
func (p *pluginRun) constant(ctx context.Context, i int) (table.Value, error) {
	if !p.has(i) {
		return nil, fmt.Errorf("argument %d is missing", i+1)
	}
	return p.r.constant(ctx, p.n.Args[i].Expr, p.sc)
}

// number computes argument i as a real; def if it is not given.
func (p *pluginRun) number(ctx context.Context, i int, def float64) (float64, error) {
	if !p.has(i) {
		return def, nil
	}
	v, err := p.constant(ctx, i)
	if err != nil {
		return 0, err
	}
	f, ok := fn.Cast(v, table.Real).(float64)
	if !ok || table.TypeOfValue(v) == table.String {
		return def, nil
	}
	return f, nil
}

// whole computes argument i as a long; def if it is not given.
func (p *pluginRun) whole(ctx context.Context, i int, def int64) (int64, error) {
	f, err := p.number(ctx, i, float64(def))
	return int64(f), err
}

// timeline computes argument i as counted by a timeline: ticks, or whole numbers.
// null[r] says that row r has no place on it.
func (p *pluginRun) timeline(ctx context.Context, i int) (at []int64, null []bool, of table.Type, err error) {
	v, err := p.column(ctx, i)
	if err != nil {
		return nil, nil, 0, err
	}
	at, null = make([]int64, v.Len()), make([]bool, v.Len())
	for r := range at {
		x := v.At(r)
		if at[r], err = instant(x); err != nil {
			return nil, nil, 0, err
		}
		null[r] = x == nil
	}
	return at, null, v.Type(), nil
}

// instant is a value as counted by a timeline; 0 for null.
func instant(v table.Value) (int64, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case int32:
		return int64(v), nil
	case int64:
		return v, nil
	case table.Time:
		return int64(v), nil
	case table.Duration:
		return int64(v), nil
	}
	return 0, fmt.Errorf("a timeline of %s is not supported", table.TypeOfValue(v))
}

// moment is an instant as a value of the timeline's type.
func moment(at int64, of table.Type) table.Value {
	switch of {
	case table.Datetime:
		return table.Time(at)
	case table.Timespan:
		return table.Duration(at)
	case table.Int:
		return int32(at)
	}
	return at
}

// span computes argument i as a stretch of a timeline.
func (p *pluginRun) span(ctx context.Context, i int) (int64, error) {
	v, err := p.constant(ctx, i)
	if err != nil {
		return 0, err
	}
	if v == nil {
		return 0, fmt.Errorf("argument %d must not be null", i+1)
	}
	return instant(v)
}

// positive computes argument i as a stretch that is longer than nothing.
func (p *pluginRun) positive(ctx context.Context, i int) (int64, error) {
	n, err := p.span(ctx, i)
	if err == nil && n <= 0 {
		err = fmt.Errorf("argument %d must be positive", i+1)
	}
	return n, err
}

// spans computes arguments from to before to, as stretches or places.
func (p *pluginRun) spans(ctx context.Context, from, to int) ([]int64, error) {
	var out []int64
	for i := from; i < to; i++ {
		n, err := p.span(ctx, i)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// groupsFrom numbers the rows by the values of the arguments from i on: a plugin's
// dimensions.
func (p *pluginRun) groupsFrom(ctx context.Context, i int) (*grouper, []int, error) {
	var types []table.Type
	var vecs []table.Vec
	for ; i < len(p.n.Args); i++ {
		v, err := p.column(ctx, i)
		if err != nil {
			return nil, nil, err
		}
		types, vecs = append(types, v.Type()), append(vecs, v)
	}
	g := newGrouper(types)
	ids := append([]int{}, g.groups(vecs, p.rows.Rows)...)
	return g, ids, nil
}

// identities numbers the values of argument i; null is a value too.
func (p *pluginRun) identities(ctx context.Context, i int) ([]int, *grouper, error) {
	v, err := p.column(ctx, i)
	if err != nil {
		return nil, nil, err
	}
	g := newGrouper([]table.Type{v.Type()})
	return append([]int{}, g.groups([]table.Vec{v}, p.rows.Rows)...), g, nil
}

// binOf is where the bin begins that at is in.
func binOf(at, width int64) int64 { return at - mod(at, width) }

// result is an empty batch in the columns of the plugin's result.
func (p *pluginRun) result() *table.Batch { return table.NewBatch(p.n.Schema()) }

// put adds a row to a result, each value brought to its column's type.
func put(out *table.Batch, row ...table.Value) error {
	if len(row) != len(out.Vecs) {
		return fmt.Errorf("%w: %d values for %d columns", ErrInternal, len(row), len(out.Vecs))
	}
	for i, v := range row {
		row[i] = fn.Cast(v, out.Schema.Cols[i].Type)
	}
	out.AppendRow(row...)
	return nil
}

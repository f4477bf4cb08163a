package eval

import (
	"context"
	"fmt"
	"math"

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
		"diffpatterns_text":          {run: diffpatternsText},
		"estimate_rows_count":        {run: estimateRowsCount},
		"funnel_sequence":            {run: funnelSequence},
		"funnel_sequence_completion": {run: funnelCompletion},
		"geo_line_lookup":            {run: geoLineLookup},
		"geo_polygon_lookup":         {run: geoPolygonLookup},
		"ipv4_lookup":                {run: ipv4Lookup},
		"ipv6_lookup":                {run: ipv6Lookup},
		"identity":                   {run: func(_ context.Context, p *pluginRun) (*table.Batch, error) { return p.rows, nil }},
		"narrow":                     {run: narrow},
		"new_activity_metrics":       {run: newActivityMetrics},
		"pivot":                      {run: pivot, columns: pivotColumns},
		"preview":                    {run: preview},
		"rolling_percentile":         {run: rollingPercentile},
		"rows_near":                  {run: rowsNear},
		"schema_merge":               {run: schemaMerge},
		"sequence_detect":            {run: sequenceDetect},
		"session_count":              {run: sessionCount},
		"sliding_window_counts":      {run: slidingWindowCounts},
	}
}

// Columns finds the columns of a plugin's result that depend on the data, by running
// its input. known is false if there were no rows to look at.
func Columns(ctx context.Context, n *plan.Plugin, src Source, l Limits) (cols []table.Column, known bool, err error) {
	defer recovered(&err)
	pl, ok := plugins[n.Name]
	if d, known := fn.LookupPlugin(n.Name); known && d.CallsOut {
		return nil, false, nil // nothing is asked here
	}
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
		d, known := fn.LookupPlugin(n.Name)
		switch {
		case known && d.Refused != "":
			return nil, &QueryError{fmt.Errorf("%s is not there: %s", n.Name, d.Refused)}
		case known && d.Source:
			return nil, &QueryError{fmt.Errorf("%s: no address is allowed here", n.Name)}
		}
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
					return nil, &QueryError{fmt.Errorf("%s: %w", n.Name, err)}
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

// args returns the arguments of a parameter, in order; holes and tables are none.
func (p *pluginRun) args(param string) []*plan.PluginArg {
	var out []*plan.PluginArg
	for i := range p.n.Args {
		if a := &p.n.Args[i]; a.Param == param && a.Expr != nil {
			out = append(out, a)
		}
	}
	return out
}

func (p *pluginRun) has(param string) bool { return len(p.args(param)) > 0 }

// table returns the table that is the argument of a parameter, or nil.
func (p *pluginRun) table(param string) plan.Node {
	for _, a := range p.n.Args {
		if a.Param == param && a.Expr == nil && a.Table > 0 {
			return p.n.Tables[a.Table-1]
		}
	}
	return nil
}

// column computes the argument of a parameter for all rows.
func (p *pluginRun) column(ctx context.Context, param string) (table.Vec, error) {
	as := p.args(param)
	if len(as) == 0 {
		return nil, fmt.Errorf("%s is missing", param)
	}
	return p.x.eval(ctx, as[0].Expr)
}

// columns computes all arguments of a parameter for all rows.
func (p *pluginRun) columns(ctx context.Context, param string) ([]table.Vec, error) {
	var out []table.Vec
	for _, a := range p.args(param) {
		v, err := p.x.eval(ctx, a.Expr)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// constant computes the argument of a parameter, which depends on no row; null if it
// is not given.
func (p *pluginRun) constant(ctx context.Context, param string) (table.Value, error) {
	as := p.args(param)
	if len(as) == 0 {
		return nil, nil
	}
	return p.r.constant(ctx, as[0].Expr, p.sc)
}

// number computes the argument of a parameter as a real; def if it is not given.
func (p *pluginRun) number(ctx context.Context, param string, def float64) (float64, error) {
	v, err := p.constant(ctx, param)
	if err != nil {
		return 0, err
	}
	f, ok := fn.Cast(v, table.Real).(float64)
	if !ok || table.TypeOfValue(v) == table.String {
		return def, nil
	}
	return f, nil
}

// whole computes the argument of a parameter as a long; def if it is not given.
func (p *pluginRun) whole(ctx context.Context, param string, def int64) (int64, error) {
	f, err := p.number(ctx, param, float64(def))
	return int64(f), err
}

// flag computes the argument of a parameter as a bool; def if it is not given.
func (p *pluginRun) flag(ctx context.Context, param string, def bool) (bool, error) {
	v, err := p.constant(ctx, param)
	if b, ok := v.(bool); ok {
		return b, err
	}
	return def, err
}

// timeline computes the argument of a parameter as counted by a timeline: ticks, or
// whole numbers. null[r] says that row r has no place on it.
func (p *pluginRun) timeline(ctx context.Context, param string) (at []int64, null []bool, of table.Type, err error) {
	v, err := p.column(ctx, param)
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

// span computes the argument of a parameter as a stretch of a timeline, or a place.
func (p *pluginRun) span(ctx context.Context, param string) (int64, error) {
	v, err := p.constant(ctx, param)
	if err != nil {
		return 0, err
	}
	if v == nil {
		return 0, fmt.Errorf("%s must not be null", param)
	}
	return instant(v)
}

// positive computes the argument of a parameter as a stretch that is longer than
// nothing.
func (p *pluginRun) positive(ctx context.Context, param string) (int64, error) {
	n, err := p.span(ctx, param)
	if err == nil && n <= 0 {
		err = fmt.Errorf("%s must be positive", param)
	}
	return n, err
}

// period computes Start and End; without them, all of the timeline.
func (p *pluginRun) period(ctx context.Context) (start, end int64, err error) {
	if !p.has("Start") {
		return math.MinInt64, math.MaxInt64, nil
	}
	if start, err = p.span(ctx, "Start"); err != nil {
		return 0, 0, err
	}
	end, err = p.span(ctx, "End")
	return start, end, err
}

// before is a place so far before another, within what can be counted.
func before(at, back int64) int64 {
	if at < math.MinInt64+back {
		return math.MinInt64
	}
	return at - back
}

// dimensions numbers the rows by the values of the arguments of Dimension.
func (p *pluginRun) dimensions(ctx context.Context) (*grouper, []int, error) {
	vecs, err := p.columns(ctx, "Dimension")
	if err != nil {
		return nil, nil, err
	}
	types := make([]table.Type, len(vecs))
	for i, v := range vecs {
		types[i] = v.Type()
	}
	g := newGrouper(types)
	return g, append([]int{}, g.groups(vecs, p.rows.Rows)...), nil
}

// identities numbers the values of the argument of a parameter; null is a value too.
func (p *pluginRun) identities(ctx context.Context, param string) ([]int, *grouper, error) {
	v, err := p.column(ctx, param)
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

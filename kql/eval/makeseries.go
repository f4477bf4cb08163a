package eval

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// maxBins is how many bins a series may have, as in Kusto.
const maxBins = 1048576

var errNullAxis = errors.New("make-series: from, to and step must not be null")

var errBins = &QueryError{fmt.Errorf("make-series: more than %d bins", maxBins)}

func (r *run) openMakeSeries(ctx context.Context, n *plan.MakeSeries, sc *scope) (table.Reader, error) {
	ax, err := r.newAxis(ctx, n, sc)
	if err != nil {
		return nil, err
	}
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	m := &seriesMaker{n: n, ax: ax, held: r.holding(), x: r.exprs(sc)}
	return later(n.Schema(), in, m.held, func(ctx context.Context) (func(context.Context) (*table.Batch, error), error) {
		return m.run(ctx, in)
	}), nil
}

// seriesMaker is a make-series at work. A cell is a bin of a series that has rows; it
// has accumulators.
type seriesMaker struct {
	n     *plan.MakeSeries
	ax    *axis
	held  *holding
	x     *exprs
	g     *grouper // of series
	keys  []plan.Expr
	aggs  *aggregation
	axes  []*axis   // by series
	cells [][]int32 // by series, then bin: the cell, -1 is none
	count int       // of cells
}

func (m *seriesMaker) run(ctx context.Context, in table.Reader) (func(context.Context) (*table.Batch, error), error) {
	var types []table.Type
	m.keys, types = namedExprs(m.n.By)
	m.g = newGrouper(types)
	calls := make([]*plan.Call, len(m.n.Aggs))
	for i, a := range m.n.Aggs {
		calls[i] = a.Call
	}
	var err error
	if m.aggs, err = newAggregation(ctx, calls, m.held); err != nil {
		return nil, err
	}
	if m.ax.null {
		return nothing(ctx, in, m.n.NonEmpty)
	}
	if m.ax.from != nil && m.ax.to != nil {
		if err := m.ax.settle(); err != nil {
			return nil, err
		}
		err = each(ctx, in, func(b *table.Batch) error { return m.add(ctx, b, m.ax.inBin) })
	} else {
		err = m.addAll(ctx, in)
	}
	if err != nil {
		return nil, err
	}
	out, err := m.result(ctx)
	if err != nil {
		return nil, err
	}
	return batches(out), nil
}

// nothing makes no series where an axis without bins has no rows either.
func nothing(ctx context.Context, in table.Reader, nonEmpty bool) (func(context.Context) (*table.Batch, error), error) {
	if nonEmpty {
		return nil, errNullAxis
	}
	err := each(ctx, in, func(b *table.Batch) error {
		if b.Rows > 0 {
			return errNullAxis
		}
		return nil
	})
	return batches(&table.Batch{}), err
}

// addAll reads all rows before it knows the bins: without from they begin with the first
// that has rows of a series, without to they end with the last.
func (m *seriesMaker) addAll(ctx context.Context, in table.Reader) error {
	all := table.NewBatch(in.Schema())
	err := each(ctx, in, func(b *table.Batch) error {
		if err := m.held.add(int64(b.Rows), b.Bytes()); err != nil {
			return err
		}
		b, at, series, err := m.rows(ctx, b, m.ax.reaches)
		if err != nil {
			return err
		}
		for i, k := range series {
			if k == len(m.axes) {
				a := *m.ax
				m.axes = append(m.axes, &a)
			}
			m.axes[k].see(at, i)
		}
		extendBatch(all, b)
		return nil
	})
	if err != nil {
		return err
	}
	for _, a := range m.axes {
		if err := a.settle(); err != nil {
			return err
		}
	}
	pieces := batches(all)
	return each(ctx, &stream{schema: all.Schema, next: pieces}, func(b *table.Batch) error { return m.add(ctx, b, m.ax.reaches) })
}

// rows returns the rows of b that are on the axis, their places on it and their series.
func (m *seriesMaker) rows(ctx context.Context, b *table.Batch, on func(axisValue) bool) (*table.Batch, table.Vec, []int, error) {
	m.x.bind(b)
	at, err := m.x.eval(ctx, m.n.Axis.Expr)
	if err != nil {
		return nil, nil, nil, err
	}
	var rows []int
	for i := range b.Rows {
		if x, ok := m.ax.at(at, i); ok && on(x) {
			rows = append(rows, i)
		}
	}
	if len(rows) < b.Rows {
		b, at = b.Gather(rows), at.Gather(rows)
		m.x.bind(b)
	}
	keys, err := m.x.evalAll(ctx, m.keys)
	if err != nil {
		return nil, nil, nil, err
	}
	return b, at, m.g.groups(keys, b.Rows), nil
}

// add gives rows to their cells.
func (m *seriesMaker) add(ctx context.Context, b *table.Batch, on func(axisValue) bool) error {
	b, at, series, err := m.rows(ctx, b, on)
	if err != nil || b.Rows == 0 {
		return err
	}
	for k := len(m.cells); k < m.g.len(); k++ {
		if k == len(m.axes) {
			m.axes = append(m.axes, m.ax)
		}
		if err := m.held.add(1, int64(4*m.axes[k].bins)+m.g.bytes/int64(m.g.len())); err != nil {
			return err
		}
		m.cells = append(m.cells, emptyCells(m.axes[k].bins))
	}
	ids := make([]int, b.Rows)
	for i, k := range series {
		x, _ := m.ax.at(at, i)
		c := &m.cells[k][m.axes[k].bin(x)]
		if *c < 0 {
			*c = int32(m.count)
			m.count++
		}
		ids[i] = int(*c)
	}
	return m.aggs.add(ctx, m.x, ids, m.count)
}

func emptyCells(bins int) []int32 {
	cells := make([]int32, bins)
	for i := range cells {
		cells[i] = -1
	}
	return cells
}

func (m *seriesMaker) result(ctx context.Context) (*table.Batch, error) {
	schema := m.n.Schema()
	if m.n.NonEmpty && len(m.cells) == 0 && len(m.n.By) == 0 && m.ax.from != nil && m.ax.to != nil {
		m.axes, m.cells = append(m.axes, m.ax), append(m.cells, emptyCells(m.ax.bins))
	}
	out := &table.Batch{Schema: schema, Vecs: append([]table.Vec{}, m.g.keys.Vecs...), Rows: len(m.cells)}
	vals, err := m.aggs.results(ctx)
	if err != nil {
		return nil, err
	}
	for i, a := range m.n.Aggs {
		var empty any
		if a.Default != nil {
			v, err := m.x.r.constant(ctx, a.Default, m.x.sc)
			if err != nil {
				return nil, err
			}
			if to := a.Call.OutTypes()[0]; to.Numeric() && table.TypeOfValue(v).Numeric() {
				v = fn.Cast(v, to)
			}
			empty = dynamicTree(v)
		}
		col := &table.Of[table.Dyn]{}
		for _, cells := range m.cells {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			elems := make([]any, len(cells))
			for bin, c := range cells {
				elems[bin] = empty
				if c >= 0 {
					elems[bin] = dynamicTree(vals[i].At(int(c)))
				}
			}
			col.Append(table.NewDyn(elems))
		}
		out.Vecs = append(out.Vecs, col)
	}
	bins := &table.Of[table.Dyn]{}
	var last *axis
	var values table.Dyn
	for _, a := range m.axes {
		if a != last {
			last, values = a, table.NewDyn(a.values())
		}
		bins.Append(values)
	}
	out.Vecs = append(out.Vecs, bins)
	return out, nil
}

// dynamicTree is a value as it stands in a dynamic.
func dynamicTree(v table.Value) any { return table.NewDyn(v).Tree() }

// axis is the bins of a series: of ticks or whole numbers, or of reals.
type axis struct {
	of       table.Type
	from, to table.Value // nil if they are not given
	step     table.Value
	closed   bool // to is where the last bin begins
	null     bool // from, to or step is null, as the min() of no rows: there are no bins

	seen     bool // a value
	min, max axisValue
	first    axisValue
	width    axisValue
	bins     int
}

// axisValue is a value on an axis, as that axis counts.
type axisValue struct {
	i int64
	f float64
}

func (r *run) newAxis(ctx context.Context, n *plan.MakeSeries, sc *scope) (*axis, error) {
	a := &axis{of: n.Axis.Expr.Type(), closed: n.ToIncluded}
	step := a.of
	switch a.of {
	case table.Datetime:
		step = table.Timespan
	case table.Timespan, table.Int, table.Long, table.Real:
	default:
		return nil, fmt.Errorf("eval: make-series on %s", a.of)
	}
	for _, c := range []struct {
		e  plan.Expr
		to table.Type
		v  *table.Value
	}{{n.From, a.of, &a.from}, {n.To, a.of, &a.to}, {n.Step, step, &a.step}} {
		if c.e == nil {
			continue
		}
		v, err := r.constant(ctx, c.e, sc)
		if err != nil {
			return nil, err
		}
		if *c.v = fn.Cast(v, c.to); *c.v == nil {
			a.null = true
		}
	}
	if a.null {
		return a, nil
	}
	if a.step == nil {
		return nil, errors.New("make-series: no step")
	}
	a.width = a.value(a.step)
	if a.width.i <= 0 && a.width.f <= 0 {
		return nil, errors.New("make-series: the step must be positive")
	}
	return a, nil
}

func (a *axis) real() bool { return a.of == table.Real }

func (a *axis) value(v table.Value) axisValue {
	switch v := v.(type) {
	case int32:
		return axisValue{i: int64(v)}
	case int64:
		return axisValue{i: v}
	case table.Time:
		return axisValue{i: int64(v)}
	case table.Duration:
		return axisValue{i: int64(v)}
	case float64:
		return axisValue{f: v}
	}
	panic(fmt.Sprintf("eval: %T on an axis", v))
}

// at reads row i of the axis' column; false if it is null or no number.
func (a *axis) at(v table.Vec, i int) (axisValue, bool) {
	if v.IsNull(i) {
		return axisValue{}, false
	}
	if t, ok := v.(*table.Of[table.Time]); ok {
		return axisValue{i: int64(t.Vals[i])}, true
	}
	x := a.value(v.At(i))
	return x, !math.IsNaN(x.f) && !math.IsInf(x.f, 0)
}

// see takes row i into account for where the axis begins and ends.
func (a *axis) see(v table.Vec, i int) {
	x, ok := a.at(v, i)
	if !ok {
		return
	}
	if !a.seen {
		a.min, a.max, a.seen = x, x, true
		return
	}
	a.min = axisValue{min(a.min.i, x.i), min(a.min.f, x.f)}
	a.max = axisValue{max(a.max.i, x.i), max(a.max.f, x.f)}
}

// settle computes the first bin and the number of bins.
func (a *axis) settle() error {
	if a.from != nil {
		a.first = a.value(a.from)
	} else {
		a.first = a.start(a.min)
	}
	var bins float64
	switch {
	case a.to != nil && a.real():
		bins = math.Ceil((a.value(a.to).f - a.first.f) / a.width.f)
	case a.to != nil:
		d := a.value(a.to).i - a.first.i
		bins = float64(d / a.width.i)
		if d%a.width.i > 0 {
			bins++
		}
	case a.real():
		bins = math.Floor((a.max.f-a.first.f)/a.width.f) + 1
	default:
		bins = float64((a.max.i-a.first.i)/a.width.i + 1)
		if a.max.i < a.first.i {
			bins = 0
		}
	}
	if a.closed && a.to != nil {
		bins++
		if d := a.value(a.to); a.real() && math.Mod(d.f-a.first.f, a.width.f) != 0 || !a.real() && (d.i-a.first.i)%a.width.i != 0 {
			bins--
		}
	}
	if bins > maxBins {
		return errBins
	}
	a.bins = int(max(bins, 0))
	return nil
}

// mod is the remainder that is not negative; 0 on an axis of reals.
func mod(v, by int64) int64 {
	if by == 0 {
		return 0
	}
	m := v % by
	if m < 0 {
		m += by
	}
	return m
}

// bin returns the bin that x falls in.
func (a *axis) bin(x axisValue) int {
	if a.real() {
		return int(math.Floor((x.f - a.first.f) / a.width.f))
	}
	return int((x.i - a.first.i) / a.width.i)
}

// inBin reports whether x falls in a bin.
func (a *axis) inBin(x axisValue) bool {
	if a.real() {
		b := math.Floor((x.f - a.first.f) / a.width.f)
		return b >= 0 && b < float64(a.bins)
	}
	return x.i >= a.first.i && (x.i-a.first.i)/a.width.i < int64(a.bins)
}

// reaches reports whether x falls in a bin of an axis that has no from or no to.
func (a *axis) reaches(x axisValue) bool {
	if a.from != nil {
		from := a.value(a.from)
		return x.i >= from.i && x.f >= from.f
	}
	if a.to == nil {
		return true
	}
	to, bin := a.value(a.to), a.start(x)
	return bin.i < to.i || bin.f < to.f
}

// start is where the bin begins that x falls in, if no from says where bins begin.
func (a *axis) start(x axisValue) axisValue {
	return axisValue{x.i - mod(x.i, a.width.i), math.Floor(x.f/a.width.f) * a.width.f}
}

// values lists where the bins begin.
func (a *axis) values() []any {
	out := make([]any, a.bins)
	for k := range out {
		i := a.first.i + int64(k)*a.width.i
		switch a.of {
		case table.Datetime:
			out[k] = table.Time(i)
		case table.Timespan:
			out[k] = table.Duration(i)
		case table.Real:
			out[k] = a.first.f + float64(k)*a.width.f
		default:
			out[k] = i
		}
	}
	return out
}

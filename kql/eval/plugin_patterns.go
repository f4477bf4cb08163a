package eval

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// The plugins in this file find patterns: values of some of the columns that many
// rows share. A column without a value is a wildcard.

const (
	maxPatterns   = 100000 // looked at
	maxPatternDim = 5      // columns with values, unless told
)

// miner looks for patterns in rows.
type miner struct {
	cols    []int // of the input, that may have values
	values  []*grouper
	ids     [][]int // by column of cols, then row: the value
	weights []float64
	total   float64
	maxDims int
}

// pattern is a set of rows and the values that they share.
type pattern struct {
	vals   []int // by column of the miner; -1 is the wildcard
	dims   int
	rows   []int
	weight float64
}

// miner reads the columns of the input but those in leave.
func (p *pluginRun) miner(weight table.Vec, leave map[int]bool) *miner {
	m := &miner{maxDims: maxPatternDim, weights: make([]float64, p.rows.Rows)}
	for i := range m.weights {
		m.weights[i] = 1
		if weight != nil {
			w, _ := fn.Cast(weight.At(i), table.Real).(float64)
			m.weights[i] = w
		}
		m.total += m.weights[i]
	}
	for c, v := range p.rows.Vecs {
		if leave[c] || v.Type() == table.Dynamic {
			continue
		}
		g := newGrouper([]table.Type{v.Type()})
		ids := append([]int{}, g.groups([]table.Vec{v}, p.rows.Rows)...)
		m.cols, m.values, m.ids = append(m.cols, c), append(m.values, g), append(m.ids, ids)
	}
	return m
}

// frequent returns the patterns of at least so much weight by frequent-itemset
// search, depth first; of patterns with the same rows, the one with most values.
func (m *miner) frequent(ctx context.Context, least float64, rows []int) ([]*pattern, error) {
	var out []*pattern
	byRows := map[string]*pattern{}
	root := &pattern{vals: make([]int, len(m.cols)), rows: rows}
	for i := range root.vals {
		root.vals[i] = -1
	}
	looked := 0
	var grow func(from int, base *pattern) error
	grow = func(from int, base *pattern) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		for c := from; c < len(m.cols); c++ {
			byVal := map[int][]int{}
			var order []int
			for _, r := range base.rows {
				v := m.ids[c][r]
				if byVal[v] == nil {
					order = append(order, v)
				}
				byVal[v] = append(byVal[v], r)
			}
			for _, v := range order {
				w := m.weigh(byVal[v])
				if w < least || w == 0 {
					continue
				}
				if looked++; looked > maxPatterns {
					return fmt.Errorf("more than %d patterns; a higher threshold gives fewer", maxPatterns)
				}
				q := &pattern{vals: slices.Clone(base.vals), dims: base.dims + 1, rows: byVal[v], weight: w}
				q.vals[c] = v
				m.remember(&out, byRows, q)
				if q.dims < m.maxDims {
					if err := grow(c+1, q); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}
	if err := grow(0, root); err != nil {
		return nil, err
	}
	return out, nil
}

func (m *miner) remember(out *[]*pattern, byRows map[string]*pattern, q *pattern) {
	key := make([]byte, 0, 4*len(q.rows))
	for _, r := range q.rows {
		key = append(key, byte(r), byte(r>>8), byte(r>>16), byte(r>>24))
	}
	if was := byRows[string(key)]; was != nil {
		if q.dims > was.dims {
			*was = *q
		}
		return
	}
	byRows[string(key)] = q
	*out = append(*out, q)
}

func (m *miner) weigh(rows []int) float64 {
	var w float64
	for _, r := range rows {
		w += m.weights[r]
	}
	return w
}

func allRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// cells are the values of a pattern for all columns of the input; wildcards are what
// wild says, or null.
func (m *miner) cells(q *pattern, in *table.Schema, wild map[table.Type]table.Value) []table.Value {
	out := make([]table.Value, len(in.Cols))
	for c := range out {
		out[c] = wild[in.Cols[c].Type]
	}
	for k, c := range m.cols {
		if q.vals[k] >= 0 {
			out[c] = m.values[k].keys.Vecs[0].At(q.vals[k])
		}
	}
	return out
}

// wildcards reads the values that stand for any, one for each type.
func (p *pluginRun) wildcards(ctx context.Context) (map[table.Type]table.Value, error) {
	wild := map[table.Type]table.Value{}
	for _, a := range p.args("CustomWildcard") {
		v, err := p.r.constant(ctx, a.Expr, p.sc)
		if err != nil {
			return nil, err
		}
		if v != nil && v != "~" {
			wild[table.TypeOfValue(v)] = v
		}
	}
	return wild, nil
}

// columnArg returns the column that is the argument of a parameter; -1 if none is.
func (p *pluginRun) columnArg(param string) int {
	if as := p.args(param); len(as) > 0 {
		if c, ok := as[0].Expr.(*plan.Col); ok {
			return c.Index
		}
	}
	return -1
}

// weighted reads the column of weights, if there is one.
func (p *pluginRun) weighted() (table.Vec, map[int]bool) {
	if c := p.columnArg("WeightColumn"); c >= 0 {
		return p.rows.Vecs[c], map[int]bool{c: true}
	}
	return nil, map[int]bool{}
}

// basket gives all patterns of at least a threshold's share of the rows.
func basket(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	threshold, err := p.number(ctx, "Threshold", 0.05)
	if err != nil {
		return nil, err
	}
	weight, leave := p.weighted()
	m := p.miner(weight, leave)
	dims, err := p.whole(ctx, "MaxDimensions", maxPatternDim)
	if err != nil {
		return nil, err
	}
	m.maxDims = int(max(1, dims))
	wild, err := p.wildcards(ctx)
	if err != nil {
		return nil, err
	}
	found, err := m.frequent(ctx, threshold*m.total, allRows(p.rows.Rows))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b *pattern) int {
		return cmp.Or(cmp.Compare(b.weight*float64(b.dims), a.weight*float64(a.dims)), cmp.Compare(b.dims, a.dims))
	})
	return p.segments(m, found, wild)
}

// segments is the result of basket and autocluster.
func (p *pluginRun) segments(m *miner, found []*pattern, wild map[table.Type]table.Value) (*table.Batch, error) {
	out := p.result()
	for i, q := range found {
		row := []table.Value{int64(i), int64(math.Round(q.weight)), 100 * q.weight / m.total}
		if err := put(out, append(row, m.cells(q, p.rows.Schema, wild)...)...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// autocluster chooses a few patterns that together say much: one after the other the
// pattern that says most of the rows that none has covered. SizeWeight sets how much
// the number of rows counts against the number of values.
func autocluster(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	size, err := p.number(ctx, "SizeWeight", 0.5)
	if err != nil {
		return nil, err
	}
	if size <= 0 || size >= 1 {
		return nil, fmt.Errorf("SizeWeight must be between 0 and 1")
	}
	weight, leave := p.weighted()
	m := p.miner(weight, leave)
	m.maxDims = max(maxPatternDim, len(m.cols))
	wild, err := p.wildcards(ctx)
	if err != nil {
		return nil, err
	}
	const least, most = 0.05, 20 // share of the rows; patterns
	found, err := m.frequent(ctx, least*m.total, allRows(p.rows.Rows))
	if err != nil {
		return nil, err
	}
	covered := make([]bool, p.rows.Rows)
	var chosen []*pattern
	for len(chosen) < most {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var best *pattern
		var bestScore float64
		for _, q := range found {
			var fresh float64
			for _, r := range q.rows {
				if !covered[r] {
					fresh += m.weights[r]
				}
			}
			if fresh < least*m.total || fresh < q.weight/2 {
				continue
			}
			score := math.Pow(fresh/m.total, size) * math.Pow(float64(q.dims)/float64(len(m.cols)), 1-size)
			if score > bestScore {
				best, bestScore = q, score
			}
		}
		if best == nil {
			break
		}
		chosen = append(chosen, best)
		for _, r := range best.rows {
			covered[r] = true
		}
	}
	slices.SortStableFunc(chosen, func(a, b *pattern) int { return cmp.Compare(b.weight, a.weight) })
	return p.segments(m, chosen, wild)
}

// diffpatterns finds the patterns whose shares of two sets of rows differ most.
func diffpatterns(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	split := p.columnArg("SplitColumn")
	if split < 0 {
		return nil, fmt.Errorf("the first argument must be a column")
	}
	var sides [2][]int
	for k, param := range []string{"SplitValueA", "SplitValueB"} {
		v, err := p.constant(ctx, param)
		if err != nil {
			return nil, err
		}
		for i := range p.rows.Rows {
			if table.Text(p.rows.Vecs[split].At(i)) == table.Text(v) {
				sides[k] = append(sides[k], i)
			}
		}
	}
	weight, leave := p.weighted()
	leave[split] = true
	m := p.miner(weight, leave)
	threshold, err := p.number(ctx, "Threshold", 0.05)
	if err != nil {
		return nil, err
	}
	dims, err := p.whole(ctx, "MaxDimensions", maxPatternDim)
	if err != nil {
		return nil, err
	}
	m.maxDims = int(max(1, dims))
	wild, err := p.wildcards(ctx)
	if err != nil {
		return nil, err
	}
	totals := [2]float64{m.weigh(sides[0]), m.weigh(sides[1])}
	inA := map[int]bool{}
	for _, r := range sides[0] {
		inA[r] = true
	}
	// A pattern whose shares differ by the threshold has that share of one side.
	least := threshold * min(totals[0], totals[1])
	found, err := m.frequent(ctx, least, slices.Concat(sides[0], sides[1]))
	if err != nil {
		return nil, err
	}
	type diff struct {
		*pattern
		count, percent [2]float64
		differs        float64
	}
	var diffs []diff
	for _, q := range found {
		d := diff{pattern: q}
		for _, r := range q.rows {
			if inA[r] {
				d.count[0] += m.weights[r]
			} else {
				d.count[1] += m.weights[r]
			}
		}
		for k := range totals {
			if totals[k] > 0 {
				d.percent[k] = 100 * d.count[k] / totals[k]
			}
		}
		if d.differs = math.Abs(d.percent[0] - d.percent[1]); d.differs >= 100*threshold {
			diffs = append(diffs, d)
		}
	}
	slices.SortStableFunc(diffs, func(a, b diff) int {
		return cmp.Or(cmp.Compare(b.differs, a.differs), cmp.Compare(b.dims, a.dims))
	})
	out := p.result()
	for i, d := range diffs {
		row := []table.Value{int64(i), int64(math.Round(d.count[0])), int64(math.Round(d.count[1])), round2(d.percent[0]), round2(d.percent[1]), round2(d.differs)}
		if err := put(out, append(row, m.cells(d.pattern, p.rows.Schema, wild)...)...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func round2(f float64) float64 { return math.Round(f*100) / 100 }

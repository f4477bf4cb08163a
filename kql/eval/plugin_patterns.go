package eval

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
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
	maxPatterns    = 100000  // looked at
	maxPatternRows = 1 << 26 // of these, together
	maxPatternDim  = 5       // values that do not come along with others, unless told
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
	rows   []int32
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

// errPatterns ends a search that would go on for too long.
var errPatterns = fmt.Errorf("more than %d patterns; a higher threshold, a smaller MaxDimensions, or fewer columns, give fewer", maxPatterns)

// frequent returns the patterns of at least so much weight; of those with the same rows,
// the one with most values. It begins with what all rows share, and looks at what is
// found with one more value until that is maxDims values: those that come along with
// them do not count. With errPatterns come those that it has looked at.
func (m *miner) frequent(ctx context.Context, least float64, rows []int32) ([]*pattern, error) {
	cols := m.frequentValues(least, rows)
	root := m.closed(cols, rows, m.weigh(rows))
	seen := map[[sha256.Size]byte]bool{rowsKey(rows): true}
	var out []*pattern
	if root.dims > 0 && root.weight >= least && root.weight > 0 {
		out = append(out, root)
	}
	kept := 0
	for dims, level := 0, []*pattern{root}; dims < m.maxDims && len(level) > 0; dims++ {
		var next []*pattern
		for _, base := range level {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for c, col := range cols {
				if base.vals[c] >= 0 {
					continue
				}
				for _, rows := range col.split(base.rows) {
					w := m.weigh(rows)
					key := rowsKey(rows)
					if w < least || w == 0 || seen[key] {
						continue
					}
					if kept += len(rows); len(out) >= maxPatterns || kept > maxPatternRows {
						return out, errPatterns
					}
					seen[key] = true
					q := m.closed(cols, rows, w)
					out, next = append(out, q), append(next, q)
				}
			}
		}
		level = next
	}
	return out, nil
}

// frequentColumn are a column's values that have the weight to be in a pattern, from 0
// on, by rows; -1 is any other.
type frequentColumn struct {
	of  []int // of the values, which they are of the miner's
	ids []int32
}

func (m *miner) frequentValues(least float64, rows []int32) []frequentColumn {
	cols := make([]frequentColumn, len(m.cols))
	for c, ids := range m.ids {
		weights := map[int]float64{}
		for _, r := range rows {
			weights[ids[r]] += m.weights[r]
		}
		as := map[int]int32{}
		cols[c].ids = make([]int32, len(ids))
		for i := range ids {
			cols[c].ids[i] = -1
		}
		for _, r := range rows {
			v := ids[r]
			if weights[v] < least || weights[v] == 0 {
				continue
			}
			if _, ok := as[v]; !ok {
				as[v] = int32(len(cols[c].of))
				cols[c].of = append(cols[c].of, v)
			}
			cols[c].ids[r] = as[v]
		}
	}
	return cols
}

// split parts rows by the column's values.
func (c *frequentColumn) split(rows []int32) [][]int32 {
	parts := make([][]int32, len(c.of))
	for _, r := range rows {
		if id := c.ids[r]; id >= 0 {
			parts[id] = append(parts[id], r)
		}
	}
	return parts
}

// closed is the pattern of all values that rows share.
func (m *miner) closed(cols []frequentColumn, rows []int32, weight float64) *pattern {
	q := &pattern{vals: make([]int, len(cols)), rows: rows, weight: weight}
	for c, col := range cols {
		q.vals[c] = -1
		if len(rows) == 0 {
			continue
		}
		first := col.ids[rows[0]]
		if first < 0 || slices.ContainsFunc(rows, func(r int32) bool { return col.ids[r] != first }) {
			continue
		}
		q.vals[c] = col.of[first]
		q.dims++
	}
	return q
}

// rowsKey tells sets of rows apart.
func rowsKey(rows []int32) [sha256.Size]byte {
	key := make([]byte, 0, 4*len(rows))
	for _, r := range rows {
		key = binary.LittleEndian.AppendUint32(key, uint32(r))
	}
	return sha256.Sum256(key)
}

func (m *miner) weigh(rows []int32) float64 {
	var w float64
	for _, r := range rows {
		w += m.weights[r]
	}
	return w
}

func allRows(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
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

// threshold is the share of rows that a pattern must have.
func (p *pluginRun) threshold(ctx context.Context) (float64, error) {
	t, err := p.number(ctx, "Threshold", 0.05)
	if err == nil && !(t >= 0.015 && t <= 1) {
		err = fmt.Errorf("Threshold must be between 0.015 and 1")
	}
	return t, err
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
	threshold, err := p.threshold(ctx)
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
	if !(size >= 0 && size <= 1) {
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
	if err != nil && !errors.Is(err, errPatterns) { // a choice of a few has enough to choose from
		return nil, err
	}
	common := 0 // values that all rows share tell nothing of a part of them
	if len(found) > 1 && len(found[0].rows) == p.rows.Rows {
		common, found = found[0].dims, found[1:]
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
			score := math.Pow(fresh/m.total, size) * math.Pow(float64(q.dims-common)/float64(len(m.cols)-common), 1-size)
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
	var sides [2][]int32
	for k, param := range []string{"SplitValueA", "SplitValueB"} {
		v, err := p.constant(ctx, param)
		if err != nil {
			return nil, err
		}
		for i := range p.rows.Rows {
			if table.Text(p.rows.Vecs[split].At(i)) == table.Text(v) {
				sides[k] = append(sides[k], int32(i))
			}
		}
	}
	weight, leave := p.weighted()
	leave[split] = true
	m := p.miner(weight, leave)
	threshold, err := p.threshold(ctx)
	if err != nil {
		return nil, err
	}
	dims, err := p.whole(ctx, "MaxDimensions", int64(len(m.cols)))
	if err != nil {
		return nil, err
	}
	m.maxDims = int(max(1, dims))
	wild, err := p.wildcards(ctx)
	if err != nil {
		return nil, err
	}
	totals := [2]float64{m.weigh(sides[0]), m.weigh(sides[1])}
	inA := map[int32]bool{}
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

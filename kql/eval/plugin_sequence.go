package eval

import (
	"context"
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// maxSamples is how many identities funnel_sequence shows of each row.
const maxSamples = 128

// sequenceDetect finds rows that fulfil one condition after the other, in time.
func sequenceDetect(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	at, null, of, err := p.timeline(ctx, "TimelineColumn")
	if err != nil {
		return nil, err
	}
	step, err := p.span(ctx, "MaxSequenceStepWindow")
	if err != nil {
		return nil, err
	}
	whole, err := p.span(ctx, "MaxSequenceSpan")
	if err != nil {
		return nil, err
	}
	conds, err := p.columns(ctx, "Expr")
	if err != nil {
		return nil, err
	}
	steps := make([]*table.Of[bool], len(conds))
	for i, c := range conds {
		s, ok := c.(*table.Of[bool])
		if !ok {
			return nil, fmt.Errorf("a step is %s, not bool", c.Type())
		}
		steps[i] = s
	}
	g, groups, err := p.dimensions(ctx)
	if err != nil {
		return nil, err
	}
	hits := make([][][]int64, g.len()) // by dimensions, then step: when
	for i, d := range groups {
		if null[i] {
			continue
		}
		if hits[d] == nil {
			hits[d] = make([][]int64, len(steps))
		}
		for k, s := range steps {
			if s.Vals[i] && !s.IsNull(i) {
				hits[d][k] = append(hits[d][k], at[i])
			}
		}
	}
	out := p.result()
	for d, byStep := range hits {
		for k := range byStep {
			slices.Sort(byStep[k])
			byStep[k] = slices.Compact(byStep[k])
		}
		var key []table.Value
		for _, v := range g.keys.Vecs {
			key = append(key, v.At(d))
		}
		if err := sequences(ctx, p, byStep, nil, step, whole, func(s []int64) error {
			row := slices.Clone(key)
			for _, t := range s {
				row = append(row, moment(t, of))
			}
			return put(out, append(row, table.Duration(s[len(s)-1]-s[0]))...)
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sequences calls f for each choice of one time from every step that keeps order and
// limits.
func sequences(ctx context.Context, p *pluginRun, byStep [][]int64, done []int64, step, whole int64, f func([]int64) error) error {
	k := len(done)
	if k == len(byStep) {
		if k == 0 {
			return nil
		}
		if err := p.held.add(1, int64(16*k)); err != nil {
			return err
		}
		return f(done)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, t := range byStep[k] {
		if k > 0 {
			if t < done[k-1] {
				continue
			}
			if t-done[k-1] > step || t-done[0] > whole {
				return nil
			}
		}
		if err := sequences(ctx, p, byStep, append(done[:k:k], t), step, whole, f); err != nil {
			return err
		}
	}
	return nil
}

// visit is a row of a funnel: an identity in a state at a time.
type visit struct {
	at    int64
	state int // index of states
}

// visits reads the rows of a funnel from start to end by identity, in time.
func (p *pluginRun) visits(ctx context.Context, start, end int64) (byID [][]visit, ids, states *grouper, of table.Type, err error) {
	idOf, ids, err := p.identities(ctx, "IdColumn")
	if err != nil {
		return nil, nil, nil, 0, err
	}
	at, null, of, err := p.timeline(ctx, "TimelineColumn")
	if err != nil {
		return nil, nil, nil, 0, err
	}
	stateOf, states, err := p.identities(ctx, "StateColumn")
	if err != nil {
		return nil, nil, nil, 0, err
	}
	byID = make([][]visit, ids.len())
	for i, id := range idOf {
		if !null[i] && at[i] >= start && at[i] <= end {
			byID[id] = append(byID[id], visit{at[i], stateOf[i]})
		}
	}
	for _, vs := range byID {
		slices.SortStableFunc(vs, func(a, b visit) int { return int(max(-1, min(1, a.at-b.at))) })
	}
	return byID, ids, states, of, nil
}

// sequence finds the states that the argument of Sequence lists; -1 is one that no
// row has.
func (p *pluginRun) sequence(ctx context.Context, states *grouper) ([]int, []table.Value, error) {
	v, err := p.constant(ctx, "Sequence")
	if err != nil {
		return nil, nil, err
	}
	d, _ := v.(table.Dyn)
	elems, ok := d.Array()
	if !ok || len(elems) == 0 {
		return nil, nil, fmt.Errorf("Sequence must be an array of states")
	}
	idx, vals := make([]int, len(elems)), make([]table.Value, len(elems))
	for i, e := range elems {
		idx[i], vals[i] = -1, fn.Cast(table.DynValue(e), states.types[0])
		for s := range states.len() {
			if states.keys.Vecs[0].At(s) == vals[i] {
				idx[i] = s
			}
		}
	}
	return idx, vals, nil
}

// The tables of funnel_sequence: by the states right before and right after a sequence,
// by those before, by those after.
const (
	_ = iota
	funnelBefore
	funnelAfter
)

// funnelSequence counts the identities that went through a sequence of states, by the
// states right before and right after it, or one of them.
func funnelSequence(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	gap, err := p.span(ctx, "MaxSequenceStepWindow")
	if err != nil {
		return nil, err
	}
	step, err := p.steps(ctx, "Step", start)
	if err != nil {
		return nil, err
	}
	byID, ids, states, of, err := p.visits(ctx, start, end)
	if err != nil {
		return nil, err
	}
	seq, _, err := p.sequence(ctx, states)
	if err != nil {
		return nil, err
	}
	type key struct {
		bin        int64
		prev, next int // -1: none
	}
	found := map[key][]int{}
	for id, vs := range byID {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		met := map[key]bool{}
		for i := range vs {
			last, ok := follows(vs, i, seq, gap)
			if !ok {
				continue
			}
			k := key{step.of(vs[i].at), -1, -1}
			if p.n.Table != funnelAfter && i > 0 && vs[i].at-vs[i-1].at <= gap {
				k.prev = vs[i-1].state
			}
			if p.n.Table != funnelBefore && last+1 < len(vs) && vs[last+1].at-vs[last].at <= gap {
				k.next = vs[last+1].state
			}
			if !met[k] {
				met[k] = true
				found[k] = append(found[k], id)
			}
		}
	}
	keys := make([]key, 0, len(found))
	for k := range found {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		switch {
		case a.bin != b.bin:
			return int(max(-1, min(1, a.bin-b.bin)))
		case len(found[a]) != len(found[b]):
			return len(found[b]) - len(found[a])
		case a.prev != b.prev:
			return a.prev - b.prev
		}
		return a.next - b.next
	})
	state := func(i int) table.Value {
		if i < 0 {
			return nil
		}
		return states.keys.Vecs[0].At(i)
	}
	out := p.result()
	for _, k := range keys {
		var samples []any
		for _, id := range found[k][:min(len(found[k]), maxSamples)] {
			samples = append(samples, dynamicTree(ids.keys.Vecs[0].At(id)))
		}
		row := []table.Value{moment(k.bin, of)}
		if p.n.Table != funnelAfter {
			row = append(row, state(k.prev))
		}
		if p.n.Table != funnelBefore {
			row = append(row, state(k.next))
		}
		if err := put(out, append(row, int64(len(found[k])), table.NewDyn(samples))...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// follows reports whether the sequence begins with visit i, each next state being the
// next visit within gap, and with which visit it ends.
func follows(vs []visit, i int, seq []int, gap int64) (int, bool) {
	for k, s := range seq {
		if i+k >= len(vs) || vs[i+k].state != s || k > 0 && vs[i+k].at-vs[i+k-1].at > gap {
			return 0, false
		}
	}
	return i + len(seq) - 1, true
}

// funnelCompletion counts, for each state of a sequence and each of some periods, the
// identities that came to the state through those before it within the period.
func funnelCompletion(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	step, err := p.steps(ctx, "BinSize", start)
	if err != nil {
		return nil, err
	}
	byID, _, states, of, err := p.visits(ctx, start, end)
	if err != nil {
		return nil, err
	}
	seq, names, err := p.sequence(ctx, states)
	if err != nil {
		return nil, err
	}
	v, err := p.constant(ctx, "MaxSequenceStepPeriods")
	if err != nil {
		return nil, err
	}
	d, _ := v.(table.Dyn)
	elems, ok := d.Array()
	if !ok {
		return nil, fmt.Errorf("the periods must be an array")
	}
	periods := make([]int64, len(elems))
	for i, e := range elems {
		to := table.Timespan
		if of == table.Long || of == table.Int {
			to = table.Long
		}
		if periods[i], err = instant(fn.Cast(table.DynValue(e), to)); err != nil {
			return nil, err
		}
	}
	type key struct {
		bin           int64
		state, period int
	}
	found := map[key]int64{}
	var bins []int64
	for _, vs := range byID {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		met := map[key]bool{}
		for i := range vs {
			if vs[i].state != seq[0] {
				continue
			}
			bin := step.of(vs[i].at)
			at := i
			for k := range seq {
				for at < len(vs) && vs[at].state != seq[k] {
					at++
				}
				if at == len(vs) {
					break
				}
				for n, period := range periods {
					if c := (key{bin, k, n}); vs[at].at-vs[i].at <= period && !met[c] {
						met[c] = true
						found[c]++
					}
				}
				if !slices.Contains(bins, bin) {
					bins = append(bins, bin)
				}
				at++
			}
		}
	}
	slices.Sort(bins)
	out := p.result()
	for _, bin := range bins {
		for n := range periods {
			for k := range seq {
				if err := put(out, moment(bin, of), names[k], table.DynValue(elems[n]), found[key{bin, k, n}]); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

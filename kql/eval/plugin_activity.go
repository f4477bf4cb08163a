package eval

import (
	"context"
	"fmt"
	"slices"

	"github.com/yagura/yagura/table"
)

// The plugins in this file count identities over a timeline: who was active when.

// event is a row: an identity, its place on the timeline and its dimensions.
type event struct {
	at     int64
	id, of int
}

// activity is the rows of such a plugin that are within its period.
type activity struct {
	p      *pluginRun
	events []event // by place, then as they came
	dims   *grouper
	time   table.Type
}

// activity reads the rows from start to end, both included.
func (p *pluginRun) activity(ctx context.Context, start, end int64) (*activity, error) {
	ids, _, err := p.identities(ctx, "IdColumn")
	if err != nil {
		return nil, err
	}
	at, null, of, err := p.timeline(ctx, "TimelineColumn")
	if err != nil {
		return nil, err
	}
	g, groups, err := p.dimensions(ctx)
	if err != nil {
		return nil, err
	}
	a := &activity{p: p, dims: g, time: of}
	for i := range ids {
		if !null[i] && at[i] >= start && at[i] <= end {
			a.events = append(a.events, event{at[i], ids[i], groups[i]})
		}
	}
	slices.SortStableFunc(a.events, func(x, y event) int {
		switch {
		case x.at < y.at:
			return -1
		case x.at > y.at:
			return 1
		}
		return 0
	})
	return a, nil
}

// row is a row of the result: a place, the values of the dimensions, and counts.
func (a *activity) row(out *table.Batch, at int64, of int, vals ...table.Value) error {
	row := []table.Value{moment(at, a.time)}
	for _, v := range a.dims.keys.Vecs {
		row = append(row, v.At(of))
	}
	return put(out, append(row, vals...)...)
}

// bins splits the events by bins of a width, in order, and each by its dimensions.
func (a *activity) bins(ctx context.Context, width int64, f func(bin int64, of int, events []event) error) error {
	for from := 0; from < len(a.events); {
		if err := ctx.Err(); err != nil {
			return err
		}
		bin, to := binOf(a.events[from].at, width), from
		byDim := map[int][]event{}
		var dims []int
		for ; to < len(a.events) && binOf(a.events[to].at, width) == bin; to++ {
			e := a.events[to]
			if byDim[e.of] == nil {
				dims = append(dims, e.of)
			}
			byDim[e.of] = append(byDim[e.of], e)
		}
		for _, d := range dims {
			if err := f(bin, d, byDim[d]); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// idSet is a set of identities.
type idSet map[int]bool

func idsOf(events []event) idSet {
	s := idSet{}
	for _, e := range events {
		s[e.id] = true
	}
	return s
}

// perDim is something for each value of the dimensions.
type perDim[T any] struct {
	m    map[int]T
	make func() T
}

func (d *perDim[T]) at(of int) T {
	if d.m == nil {
		d.m = map[int]T{}
	}
	v, ok := d.m[of]
	if !ok {
		v = d.make()
		d.m[of] = v
	}
	return v
}

func newIDSet() idSet { return idSet{} }

// activityCountsMetrics counts, in each bin, rows, identities, those that were not in
// a bin before, and those of all bins so far.
func activityCountsMetrics(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	width, err := p.positive(ctx, "Window")
	if err != nil {
		return nil, err
	}
	a, err := p.activity(ctx, start, end)
	if err != nil {
		return nil, err
	}
	out := p.result()
	seen := perDim[idSet]{make: newIDSet}
	err = a.bins(ctx, width, func(bin int64, of int, events []event) error {
		all, now := seen.at(of), idsOf(events)
		before := len(all)
		for id := range now {
			all[id] = true
		}
		return a.row(out, bin, of, int64(len(events)), int64(len(now)), int64(len(all)-before), int64(len(all)))
	})
	return out, err
}

// activityMetrics compares each window with the one before it: identities, new ones,
// and the share of the earlier window's that came back or did not.
func activityMetrics(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	width, err := p.positive(ctx, "Window")
	if err != nil {
		return nil, err
	}
	a, err := p.activity(ctx, start, end)
	if err != nil {
		return nil, err
	}
	type window struct {
		bin int64
		ids idSet
	}
	out := p.result()
	last := perDim[*window]{make: func() *window { return &window{} }}
	seen := perDim[idSet]{make: newIDSet}
	err = a.bins(ctx, width, func(bin int64, of int, events []event) error {
		w, all, now := last.at(of), seen.at(of), idsOf(events)
		was, adjacent := w.ids, w.ids != nil && w.bin == bin-width
		fresh, back := 0, 0
		for id := range now {
			if !all[id] {
				fresh++
				all[id] = true
			}
			if adjacent && was[id] {
				back++
			}
		}
		first := w.ids == nil
		w.bin, w.ids = bin, now
		if first {
			return nil
		}
		retention, churn := table.Value(nil), table.Value(nil)
		if adjacent && len(was) > 0 {
			r := float64(back) / float64(len(was))
			retention, churn = r, 1-r
		}
		return a.row(out, bin, of, int64(len(now)), int64(fresh), retention, churn)
	})
	return out, err
}

// newActivityMetrics follows cohorts: of the identities that are new in a window, how
// many are there in each later one.
func newActivityMetrics(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	width, err := p.positive(ctx, "Window")
	if err != nil {
		return nil, err
	}
	cohort, err := p.constant(ctx, "Cohort")
	if err != nil {
		return nil, err
	}
	a, err := p.activity(ctx, start, end)
	if err != nil {
		return nil, err
	}
	known, err := p.lookback(ctx)
	if err != nil {
		return nil, err
	}
	type window struct {
		bin   int64
		ids   idSet
		fresh idSet
	}
	windows := map[int][]*window{}
	seen := perDim[idSet]{make: newIDSet}
	if err := a.bins(ctx, width, func(bin int64, of int, events []event) error {
		w := &window{bin, idsOf(events), idSet{}}
		all := seen.at(of)
		for id := range w.ids {
			if !all[id] && !known[id] {
				w.fresh[id] = true
			}
			all[id] = true
		}
		windows[of] = append(windows[of], w)
		return nil
	}); err != nil {
		return nil, err
	}
	out := p.result()
	for of := range a.dims.len() {
		ws := windows[of]
		for i, from := range ws {
			if c, err := instant(cohort); err != nil {
				return nil, err
			} else if cohort != nil && binOf(c, width) != from.bin {
				continue
			}
			for _, to := range ws[i:] {
				kept := 0
				for id := range from.fresh {
					if to.ids[id] {
						kept++
					}
				}
				retention := table.Value(nil)
				churn := table.Value(nil)
				if n := len(from.fresh); n > 0 {
					r := float64(kept) / float64(n)
					retention, churn = r, 1-r
				}
				row := []table.Value{moment(from.bin, a.time), moment(to.bin, a.time)}
				for _, v := range a.dims.keys.Vecs {
					row = append(row, v.At(of))
				}
				row = append(row, int64(len(from.fresh)), int64(kept), int64(len(from.fresh)-kept), retention, churn)
				if err := put(out, row...); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

// lookback reads the identities that the table Lookback lists in its first column:
// they are not new.
func (p *pluginRun) lookback(ctx context.Context) (idSet, error) {
	n := p.table("Lookback")
	if n == nil {
		return nil, nil
	}
	rows, err := p.readNode(ctx, n)
	if err != nil || len(rows.Vecs) == 0 {
		return nil, err
	}
	_, g, err := p.identities(ctx, "IdColumn")
	if err != nil {
		return nil, err
	}
	if rows.Vecs[0].Type() != g.types[0] {
		return nil, fmt.Errorf("the first column of Lookback is %s, not %s as the identities are", rows.Vecs[0].Type(), g.types[0])
	}
	known := idSet{}
	for _, id := range g.groups(rows.Vecs[:1], rows.Rows) {
		known[id] = true
	}
	return known, nil
}

// windows reads where the period starts, the lengths of two windows, and what was done in
// the period and, before it, in the second window.
func (p *pluginRun) windows(ctx context.Context, first, second string) (start, one, two int64, a *activity, err error) {
	start, end, err := p.period(ctx)
	if err == nil {
		one, err = p.positive(ctx, first)
	}
	if err == nil {
		two, err = p.positive(ctx, second)
	}
	if err == nil {
		a, err = p.activity(ctx, before(start, two), end)
	}
	return start, one, two, a, err
}

// activityEngagement compares the identities of each inner window with those of the
// outer window that ends with it.
func activityEngagement(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, inner, outer, a, err := p.windows(ctx, "InnerActivityWindow", "OuterActivityWindow")
	if err != nil {
		return nil, err
	}
	type window struct {
		bin int64
		ids idSet
	}
	out := p.result()
	past := perDim[*[]window]{make: func() *[]window { return &[]window{} }}
	err = a.bins(ctx, inner, func(bin int64, of int, events []event) error {
		ws := past.at(of)
		now := idsOf(events)
		*ws = append(*ws, window{bin, now})
		if bin+inner <= start {
			return nil
		}
		wide := idSet{}
		for _, w := range *ws {
			if w.bin > bin-outer {
				for id := range w.ids {
					wide[id] = true
				}
			}
		}
		return a.row(out, bin, of, int64(len(now)), int64(len(wide)), float64(len(now))/float64(len(wide)))
	})
	return out, err
}

// activeUsersCount counts, in each bin, the identities that were there and that, in
// the time looked back on, were there in at least so many periods.
func activeUsersCount(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	var sizes [4]int64
	for i, param := range []string{"LookbackWindow", "Period", "ActivePeriods", "Bin"} {
		if sizes[i], err = p.positive(ctx, param); err != nil {
			return nil, err
		}
	}
	back, period, least, width := sizes[0], sizes[1], sizes[2], sizes[3]
	a, err := p.activity(ctx, before(start, back), end)
	if err != nil {
		return nil, err
	}
	type who struct{ of, id int }
	periods := map[who][]int64{} // in which each was there, in order
	for _, e := range a.events {
		k, b := who{e.of, e.id}, binOf(e.at, period)
		if ps := periods[k]; len(ps) == 0 || ps[len(ps)-1] != b {
			periods[k] = append(ps, b)
		}
	}
	out := p.result()
	err = a.bins(ctx, width, func(bin int64, of int, events []event) error {
		if bin+width <= start {
			return nil
		}
		var n int64
		for id := range idsOf(events) {
			var active int64
			for _, b := range periods[who{of, id}] {
				if b >= bin+width-back && b < bin+width {
					active++
				}
			}
			if active >= least {
				n++
			}
		}
		if n == 0 {
			return nil
		}
		return a.row(out, bin, of, n)
	})
	return out, err
}

// sessionCount counts, in each bin, the sessions that begin there: rows of an
// identity without another within the window before.
func sessionCount(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, width, back, a, err := p.windows(ctx, "Bin", "LookBackWindow")
	if err != nil {
		return nil, err
	}
	type who struct{ of, id int }
	last := map[who]int64{}
	begins := make([]event, 0, len(a.events))
	for _, e := range a.events {
		k := who{e.of, e.id}
		at, met := last[k]
		last[k] = e.at
		if (!met || e.at-at >= back) && e.at >= start {
			begins = append(begins, e)
		}
	}
	a.events = begins
	out := p.result()
	err = a.bins(ctx, width, func(bin int64, of int, events []event) error {
		return a.row(out, bin, of, int64(len(events)))
	})
	return out, err
}

// slidingWindowCounts counts, for each bin, the rows and identities of the window that
// ends with it.
func slidingWindowCounts(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	back, err := p.positive(ctx, "LookbackWindow")
	if err != nil {
		return nil, err
	}
	width, err := p.positive(ctx, "Bin")
	if err != nil {
		return nil, err
	}
	a, err := p.activity(ctx, before(start, back), end)
	if err != nil {
		return nil, err
	}
	if (end-start)/width > maxBins {
		return nil, errBins
	}
	out := p.result()
	for bin := binOf(start, width); bin <= end; bin += width {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		from, _ := slices.BinarySearchFunc(a.events, bin+width-back, func(e event, at int64) int { return int(max(-1, min(1, e.at-at))) })
		counts, ids := map[int]int64{}, map[int]idSet{}
		var dims []int
		for _, e := range a.events[from:] {
			if e.at >= bin+width {
				break
			}
			if ids[e.of] == nil {
				ids[e.of] = idSet{}
				dims = append(dims, e.of)
			}
			counts[e.of]++
			ids[e.of][e.id] = true
		}
		for _, of := range dims {
			if err := a.row(out, bin, of, counts[of], int64(len(ids[of]))); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

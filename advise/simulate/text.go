package simulate

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"
)

// textPoints bounds the states that are printed.
const textPoints = 60

// Text writes a result for people: states over time, what was lost and why, and how it
// ended.
func Text(w io.Writer, r *Result) error {
	b := bufio.NewWriter(w)
	if len(r.Points) > 0 {
		fmt.Fprintf(b, "%10s  %-24s %5s %9s %5s %7s %7s %11s %10s\n", "after", "workload", "ready", "available", "total", "updated", "pending", "terminating", "lost")
	}
	points := lasting(r.Points)
	for i, p := range points {
		if i == textPoints {
			fmt.Fprintf(b, "… %d more\n", len(points)-i)
			break
		}
		fmt.Fprintf(b, "%10s  %-24s %5d %9d %5d %7d %7d %11d %10.0f\n", clock(p.At), p.Workload, p.Ready, p.Available, p.Total, p.Updated, p.Pending, p.Terminating, p.Lost)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(b, "%10s  %s\n", clock(n.At), n.Text)
	}
	fmt.Fprintln(b)
	for _, t := range r.Traffic {
		if t.All == 0 {
			continue
		}
		fmt.Fprintf(b, "%s: %s requests", t.Workload, expected(t.All))
		lost := 0.0
		for _, c := range t.Causes() {
			lost += t.Lost[c]
		}
		fmt.Fprintf(b, ", %s lost (%.3f%% answered)\n", expected(lost), r.SuccessOf(t.Workload))
		for _, c := range t.Causes() {
			fmt.Fprintf(b, "    %s %s\n", expected(t.Lost[c]), c)
		}
		if t.Connections > 0 {
			fmt.Fprintf(b, "    %s long connections cut\n", expected(t.Connections))
		}
	}
	switch {
	case r.Done:
		fmt.Fprintf(b, "done after %s\n", clock(time.Duration(r.Finished-r.Began)))
	default:
		fmt.Fprintf(b, "stalls after %s: %s: %s\n", clock(r.Stall.At), r.Stall.Who, r.Stall.Why)
	}
	fmt.Fprintf(b, "pods at once: at most %d; restarts: %d; evictions: %d, and %d refused\n", r.Peak(""), r.Restarts, r.Evictions, r.Refused)
	return b.Flush()
}

// lasting leaves out points that say the same of the pods as the one before: there,
// only what becomes of requests has changed.
func lasting(points []Point) []Point {
	var out []Point
	last := map[string]Point{}
	for _, p := range points {
		state := p
		state.At, state.Lost = 0, 0
		if before, ok := last[p.Workload]; ok && before == state {
			continue
		}
		last[p.Workload] = state
		out = append(out, p)
	}
	return out
}

func clock(d time.Duration) string { return d.Round(time.Millisecond).String() }

// expected writes how many of something there are on average: of few, a tenth counts.
func expected(n float64) string {
	if n < 100 {
		return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64)
	}
	return strconv.FormatFloat(n, 'f', 0, 64)
}

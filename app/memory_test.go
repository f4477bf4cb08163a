package app

import (
	"runtime/debug"
	"testing"
	"time"
)

var sink [][]byte

// TestCollector: a server that allocates much collects seldom, one that is calm at Go's
// default, and memory that is free goes back once nothing happens.
func TestCollector(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	old := debug.SetGCPercent(100)
	defer debug.SetGCPercent(old)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	c := newCollector(640 << 20)
	if got := debug.SetMemoryLimit(-1); got != 640<<20 {
		t.Errorf("the limit is %d", got)
	}
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	round := func() {
		t.Helper()
		if err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	round()
	c.at = c.at.Add(-10 * time.Millisecond)
	for range 64 {
		sink = append(sink, make([]byte, 1<<20))
	}
	sink = nil
	round()
	if got := percent(); got != busyPercent || c.rested {
		t.Errorf("busy: %d %%, rested %v", got, c.rested)
	}
	c.at = c.at.Add(-time.Hour)
	round()
	if got := percent(); got != calmPercent || !c.rested {
		t.Errorf("calm: %d %%, rested %v", got, c.rested)
	}
	t.Setenv("GOGC", "50")
	if newCollector(0) != nil {
		t.Error("what the environment says does not win")
	}
}

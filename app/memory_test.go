package app

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
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
	if got := percent(); got != busyPercent {
		t.Errorf("busy: %d %%", got)
	}
	free := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	runtime.GC()
	for i := range restAfter {
		if got := free(); got < 16<<20 {
			t.Errorf("%d calm rounds: %d bytes are free for what comes next", i, got)
		}
		c.at = c.at.Add(-time.Hour)
		round()
	}
	if got := percent(); got != calmPercent {
		t.Errorf("calm: %d %%", got)
	}
	if got := free(); got > 8<<20 {
		t.Errorf("calm: %d bytes are not given back", got)
	}
	t.Setenv("GOGC", "50")
	if newCollector(0) != nil {
		t.Error("what the environment says does not win")
	}
}

// TestResident: what the system says of the process's memory grows with it.
func TestResident(t *testing.T) {
	got := resident()
	if runtime.GOOS != "linux" {
		if got != 0 {
			t.Errorf("%d bytes where it is not known", got)
		}
		return
	}
	held := bytes.Repeat([]byte{1}, 64<<20)
	if now := resident(); now-got < int64(len(held))/2 {
		t.Errorf("%d bytes, then %d, with %d more in use", got, now, len(held))
	}
	runtime.KeepAlive(held)
}

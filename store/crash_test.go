package store

import (
	"testing"

	"github.com/yagura/yagura/internal/vfs"
)

// TestCrash does random things and loses power anywhere. After each crash what was
// acknowledged is there once, what failed is not, and what was on its way is there
// wholly or not at all.
func TestCrash(t *testing.T) {
	seeds, steps := uint64(60), 0
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		m := newModel(t, seed)
		for range 5 {
			m.open()
			m.crashed = nil
			m.fs.CrashAt(1+m.r.IntN(200), m.r.IntN(101), m.r.Uint64(), func(c *vfs.Mem) { m.crashed = c })
			for m.crashed == nil {
				if err := m.step(); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, m.steps, err)
				}
			}
			m.s.Close()
			m.fs = m.crashed
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, m.steps)
			}
		}
		m.crashed = nil
		m.open()
		m.verify()
		m.s.Close()
		steps += m.steps
	}
	t.Logf("%d steps, %d crashes", steps, seeds*5)
}

// TestReopen closes the store in order now and then: nothing is in doubt then.
func TestReopen(t *testing.T) {
	for seed := range uint64(10) {
		m := newModel(t, seed)
		for range 5 {
			m.open()
			for range 40 {
				if err := m.step(); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, m.steps, err)
				}
			}
			m.check(false)
			if err := m.s.Close(); err != nil {
				t.Fatal(err)
			}
			m.fs = m.fs.Crash(0, seed)
		}
	}
}

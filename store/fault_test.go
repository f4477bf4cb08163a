package store

import (
	"errors"
	"testing"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/table"
)

// TestFaults makes the nth write, sync, rename or removal fail, whatever that is, and
// goes on: no acknowledged row is lost, before or after a restart, and the error says
// what happened.
func TestFaults(t *testing.T) {
	seeds, steps := uint64(80), 0
	if testing.Short() {
		seeds = 20
	}
	failed := 0
	for seed := range seeds {
		m := newModel(t, seed)
		for range 4 {
			m.open()
			m.fs.Fail(1+m.r.IntN(150), errBoom)
			for range 60 {
				err := m.step()
				if err != nil && !errors.Is(err, errBoom) {
					t.Fatalf("seed %d, step %d: %v", seed, m.steps, err)
				}
				if errors.Is(err, ErrFailed) {
					failed++
				}
			}
			m.fs.Fail(0, nil)
			m.check(false)
			m.s.Close()
			m.fs = m.fs.Crash(m.r.IntN(101), m.r.Uint64())
		}
		m.open()
		m.verify()
		m.s.Close()
		steps += m.steps
	}
	t.Logf("%d steps, %d of them with a failed log", steps, failed)
}

// TestFullDisk fills the disk, and makes room again: what was refused was refused with
// ErrFull, and afterwards all goes on without a restart.
func TestFullDisk(t *testing.T) {
	for seed := range uint64(30) {
		m := newModel(t, seed)
		m.opts.MinFree = -1
		m.open()
		for range 5 {
			m.fs.SetRoom(m.r.Int64N(20_000))
			for range 30 {
				if err := m.step(); err != nil && !errors.Is(err, vfs.ErrNoSpace) {
					t.Fatalf("seed %d, step %d: %v", seed, m.steps, err)
				}
			}
			m.fs.SetRoom(-1)
			m.check(false)
			for range 10 {
				if err := m.step(); err != nil {
					t.Fatalf("seed %d, step %d, with room again: %v", seed, m.steps, err)
				}
			}
		}
		m.s.Close()
		m.fs = m.fs.Crash(m.r.IntN(101), m.r.Uint64())
		m.open()
		m.verify()
		m.s.Close()
	}
}

// TestLimits: a disk that is nearly full and a tail that is too large are ErrFull.
func TestLimits(t *testing.T) {
	fs := vfs.NewMem()
	s := testOpen(t, fs, Options{TailBytes: 20_000, MinFree: 1000})
	putApp(t, s)
	n := 0
	for ; ; n++ {
		err := s.Append(t.Context(), "", appRows(n*10, 10))
		if errors.Is(err, ErrFull) {
			break
		}
		if err != nil || n > 1000 {
			t.Fatal(n, err)
		}
	}
	select {
	case <-s.Filling():
	default:
		t.Error("the owner was not told")
	}
	if err := s.Flush(t.Context()); err != nil { // more than half full, so it is due
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), "", appRows(n*10, 10)); err != nil {
		t.Fatal(err)
	}
	wantNs(t, readNs(t, s, table.Span{}), n*10+10)
	if err := s.Append(t.Context(), "", appRows(0, 2000)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("more than the tail can hold: %v", err)
	}
	fs.SetRoom(999)
	s.disk.next.Store(0)
	if err := s.Append(t.Context(), "", appRows(0, 1)); !errors.Is(err, ErrFull) {
		t.Errorf("a nearly full disk: %v", err)
	}
}

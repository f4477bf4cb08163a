package engine

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// line starts waiting in the background and returns once it waits.
func line(t *testing.T, g *gate, caller string, ran func(leave func())) {
	t.Helper()
	before := g.waiting()
	go func() {
		leave, err := g.enter(context.Background(), caller, time.Minute)
		if err != nil {
			t.Error(err)
			return
		}
		ran(leave)
	}()
	for g.waiting() == before {
		time.Sleep(time.Millisecond)
	}
}

func (g *gate) waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, l := range g.lines {
		n += len(l)
	}
	return n
}

func TestGateTakesTurns(t *testing.T) {
	g := newGate(1, 10, time.Minute)
	leave, err := g.enter(context.Background(), "a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var order []string
	var wg sync.WaitGroup
	ran := func(name string) func(func()) {
		wg.Add(1)
		return func(leave func()) {
			mu.Lock()
			order = append(order, name)
			mu.Unlock()
			leave()
			wg.Done()
		}
	}
	line(t, g, "a", ran("a1"))
	line(t, g, "a", ran("a2"))
	line(t, g, "a", ran("a3"))
	line(t, g, "b", ran("b1"))
	line(t, g, "b", ran("b2"))
	leave()
	leave() // does nothing
	wg.Wait()
	want := []string{"a1", "b1", "a2", "b2", "a3"}
	for i := range want {
		if order[i] != want[i] {
			t.Fatalf("they ran in the order %v, not %v", order, want)
		}
	}
	if g.free != 1 || g.room != 10 || len(g.turns) != 0 || len(g.lines) != 0 {
		t.Errorf("afterwards free %d, room %d, turns %v, lines %v", g.free, g.room, g.turns, g.lines)
	}
}

func TestGateRefuses(t *testing.T) {
	g := newGate(1, 1, 20*time.Millisecond)
	leave, err := g.enter(context.Background(), "a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := g.enter(context.Background(), "b", time.Minute); !errors.Is(err, ErrBusy) {
			t.Errorf("waiting too long gives %v", err)
		}
	}()
	for g.waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := g.enter(context.Background(), "c", time.Minute); !errors.Is(err, ErrBusy) {
		t.Errorf("a full queue gives %v", err)
	}
	<-done
	g.wait = time.Hour
	if _, err := g.enter(context.Background(), "b", time.Millisecond); !errors.Is(err, ErrBusy) {
		t.Errorf("waiting longer than the query may run gives %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(time.Millisecond, cancel)
	if _, err := g.enter(ctx, "b", time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ends gives %v", err)
	}
	leave()
	if leave, err = g.enter(context.Background(), "b", time.Minute); err != nil {
		t.Fatal(err)
	}
	leave()
	if g.free != 1 || g.room != 1 {
		t.Errorf("afterwards free %d, room %d", g.free, g.room)
	}
}

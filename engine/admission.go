package engine

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// gate lets so many queries run at once. Others wait in line, one line for each
// caller; when a place is free the lines take turns, so that nobody who sends many
// queries keeps another waiting for all of them.
type gate struct {
	wait time.Duration

	mu    sync.Mutex
	free  int // places
	room  int // of the lines together
	turns []string
	lines map[string][]*waiter
}

type waiter struct{ in chan struct{} } // closed when it may run

func newGate(places, room int, wait time.Duration) *gate {
	return &gate{wait: wait, free: places, room: room, lines: map[string][]*waiter{}}
}

// enter waits for a place, but no longer than most. The function that it returns gives
// the place back; it may be called more than once.
func (g *gate) enter(ctx context.Context, caller string, most time.Duration) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		g.mu.Unlock()
		return sync.OnceFunc(g.next), nil
	}
	if g.room == 0 {
		g.mu.Unlock()
		return nil, fmt.Errorf("%w: the queue is full", ErrBusy)
	}
	w := &waiter{make(chan struct{})}
	g.room--
	if len(g.lines[caller]) == 0 {
		g.turns = append(g.turns, caller)
	}
	g.lines[caller] = append(g.lines[caller], w)
	g.mu.Unlock()

	most = min(most, g.wait)
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-w.in:
		return sync.OnceFunc(g.next), nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = fmt.Errorf("%w: no place within %v", ErrBusy, most)
	}
	if !g.giveUp(caller, w) { // it was let in at the same moment
		g.next()
	}
	return nil, err
}

// giveUp takes w out of its line and reports whether it was there.
func (g *gate) giveUp(caller string, w *waiter) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, o := range g.lines[caller] {
		if o == w {
			g.lines[caller] = append(g.lines[caller][:i:i], g.lines[caller][i+1:]...)
			g.room++
			if len(g.lines[caller]) == 0 {
				g.endLine(caller)
			}
			return true
		}
	}
	return false
}

func (g *gate) endLine(caller string) {
	delete(g.lines, caller)
	for i, c := range g.turns {
		if c == caller {
			g.turns = append(g.turns[:i], g.turns[i+1:]...)
			return
		}
	}
}

// next gives a free place to the first of the line whose turn it is.
func (g *gate) next() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.turns) == 0 {
		g.free++
		return
	}
	caller := g.turns[0]
	line := g.lines[caller]
	g.room++
	close(line[0].in)
	g.turns = append(g.turns[:0], g.turns[1:]...)
	if len(line) > 1 {
		g.lines[caller] = line[1:]
		g.turns = append(g.turns, caller)
	} else {
		delete(g.lines, caller)
	}
}

package duck

import (
	"runtime"
	"testing"
)

// The handlers of crashes leave Go's own faults to Go.
func TestGoPanicsStayPanics(t *testing.T) {
	defer func() {
		if _, ok := recover().(runtime.Error); !ok {
			t.Error("a nil pointer is not a panic any more")
		}
	}()
	var p *DB
	_ = p.o.Threads
}

package duck

// #include "glue.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/engine"
)

// conn is a connection; it runs one statement at a time.
type conn struct {
	c      bind.Connection
	o      *Options
	spoilt bool // it cannot be used again
}

// pool keeps connections that are not in use.
type pool struct {
	db   bind.Database
	o    *Options
	mu   sync.Mutex
	free []*conn
}

func (p *pool) get() (*conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		c := p.free[n-1]
		p.free = p.free[:n-1]
		return c, nil
	}
	c := &conn{o: p.o}
	if bind.Connect(p.db, &c.c) != bind.StateSuccess {
		return nil, errors.New("duck: connect: refused")
	}
	for _, pragma := range []string{"enable_progress_bar", "disable_print_progress_bar"} { // which is what counts
		if err := c.exec("PRAGMA " + pragma); err != nil {
			bind.Disconnect(&c.c)
			return nil, err
		}
	}
	return c, nil
}

func (p *pool) put(c *conn) {
	if c.spoilt {
		bind.Disconnect(&c.c)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, c)
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.free {
		bind.Disconnect(&c.c)
	}
	p.free = nil
}

// exec runs statements whose results nobody needs.
func (c *conn) exec(sql string) error {
	var res bind.Result
	defer bind.DestroyResult(&res)
	if bind.Query(c.c, sql, &res) != bind.StateSuccess {
		return fmt.Errorf("duck: %s: %w", sql, errorOf(bind.ResultError(&res)))
	}
	return nil
}

// query runs one statement to its end and holds the result in DuckDB. It returns
// soon after ctx ends, and ends ctx, for what Go computes, if the process grows too much.
func (c *conn) query(ctx context.Context, end context.CancelCauseFunc, sql string) (*bind.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	stop := c.watch(ctx, end)
	res := &bind.Result{}
	said, ok := c.run(sql, res)
	ended := stop()
	if ok {
		return res, nil
	}
	bind.DestroyResult(res)
	if ended == nil && ctx.Err() != nil { // what Go computes for DuckDB can be the first to see it
		ended = context.Cause(ctx)
	}
	if ended != nil {
		return nil, ended
	}
	return nil, errorOf(said)
}

// run is bind.Query, which burns a processor while this thread waits for DuckDB's. It reports
// whether res has the rows, and what DuckDB says if it has not.
func (c *conn) run(sql string, res *bind.Result) (said string, ok bool) {
	var stmt bind.PreparedStatement
	defer bind.DestroyPrepare(&stmt)
	if bind.Prepare(c.c, sql, &stmt) != bind.StateSuccess {
		return bind.PrepareError(stmt), false
	}
	var pending bind.PendingResult
	defer bind.DestroyPending(&pending)
	if bind.PendingPrepared(stmt, &pending) != bind.StateSuccess {
		return bind.PendingError(pending), false
	}
	if C.yagura_execute(pending.Ptr) == 0 {
		return bind.PendingError(pending), false
	}
	if bind.ExecutePending(pending, res) != bind.StateSuccess {
		return bind.ResultError(res), false
	}
	return "", true
}

// share is which share of the statement that runs is done, as DuckDB reckons; 0 if it
// cannot. It may be called while the statement runs.
func (c *conn) share() float64 {
	p := bind.QueryProgress(c.c)
	percent, _, _ := bind.QueryProgressTypeMembers(&p)
	return max(percent, 0) / 100
}

// watch interrupts the connection when ctx ends, or the process has grown too much, until the
// function that it returns is called, which tells why. An interrupt that comes before the
// statement has begun is lost, so it is repeated.
func (c *conn) watch(ctx context.Context, end context.CancelCauseFunc) (stop func() error) {
	quit, done := make(chan struct{}), make(chan struct{})
	var why error
	go func() {
		defer close(done)
		if why = c.wait(ctx, quit); why != nil {
			end(why)
		}
		for why != nil {
			bind.Interrupt(c.c)
			select {
			case <-quit:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() error {
		close(quit)
		<-done
		return why
	}
}

// look is how often the memory of the process is looked at.
const look = 100 * time.Millisecond

// wait returns why the statement that runs is to end, nil if it has ended. The rows that a
// statement gives are in memory that DuckDB does not count.
func (c *conn) wait(ctx context.Context, quit chan struct{}) error {
	var looks <-chan time.Time
	if c.o.Growth > 0 {
		t := time.NewTicker(look)
		defer t.Stop()
		looks = t.C
	}
	before := int64(-1)
	for {
		select {
		case <-quit:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-looks:
			now := c.o.Resident()
			if before < 0 {
				before = now
			}
			if now-before > c.o.Growth {
				return fmt.Errorf("%w: the server grew by %d MiB meanwhile", engine.ErrMemory, (now-before)>>20)
			}
		}
	}
}

// errorOf makes a Go error of what DuckDB says, which begins with the type of the error: of a
// statement that is not whole there is no other word of it.
func errorOf(msg string) error {
	kind, _, _ := strings.Cut(msg, " Error: ")
	switch {
	case kind == "FATAL":
		die("DuckDB is beyond use: " + msg)
	case kind == "Out of Memory", strings.Contains(msg, errRoom.Error()):
		return fmt.Errorf("%w: %s", engine.ErrMemory, firstLine(msg))
	case kind == "Out of Range", kind == "Conversion", kind == "Divide by Zero", strings.Contains(msg, errUTF8.Error()):
		return fmt.Errorf("%w: %s", engine.ErrUnable, firstLine(msg))
	}
	return errors.New("duck: " + msg)
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// die ends the process as a crash of DuckDB does: after a fatal error DuckDB refuses
// everything until it is opened anew.
func die(why string) { C.yagura_die(C.CString(why)) }

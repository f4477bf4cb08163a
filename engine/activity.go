package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/yagura/yagura/kql"
)

// ErrCancelled is the cause with which Cancel ends a query.
var ErrCancelled = errors.New("engine: the query was cancelled")

// The states of an Activity, as Kusto calls them.
const (
	InProgress = "InProgress"
	Completed  = "Completed"
	Failed     = "Failed"
	Cancelled  = "Cancelled"
)

// Activity is a query that runs, or that ran lately.
type Activity struct {
	ID        string // the client's (Request.ID)
	Activity  string // the server's (Request.Activity), a guid
	Workspace string
	Text      string
	Caller    string // Request.Caller
	About     About
	Started   time.Time
	Ended     time.Time // zero while it runs
	State     string
	Failure   string
	Rows      int64 // of the answer, so far
	Bytes     int64 // of the answer, so far
	Stats     Stats // while it runs: the extents, rows and bytes that it has begun to read
	// Progress is, while it runs, which share of what there is to read it has read; below 1,
	// and never less than before. 0: that is not known.
	Progress float64
}

// About is what a client says of itself and of its query, for lists of queries.
type About struct{ Application, User, Description string }

// keptActivities is how many queries that have ended are remembered, and keptText how
// much of the text of each.
const (
	keptActivities = 1000
	keptText       = 64 << 10
)

// activities are the queries that run, and the last that ended.
type activities struct {
	mu      sync.Mutex
	running map[*activity]struct{}
	ended   []Activity // a ring
	next    int
}

type activity struct {
	Activity
	cancel   context.CancelCauseFunc
	progress progress
}

func (l *activities) begin(q *Request, cancel context.CancelCauseFunc) *activity {
	text := kql.Hide(q.Text)
	if len(text) > keptText {
		text = text[:keptText]
	}
	a := &activity{Activity: Activity{ID: q.ID, Activity: q.Activity, Workspace: q.Workspace, Text: text, Caller: q.Caller, About: q.About, Started: time.Now(), State: InProgress}, cancel: cancel}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running == nil {
		l.running = map[*activity]struct{}{}
	}
	l.running[a] = struct{}{}
	return a
}

// answered counts rows that were given to the reader.
func (l *activities) answered(a *activity, rows, bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Rows, a.Bytes = rows, bytes
}

// opened tells of the extents that a query has opened, and their bytes.
func (l *activities) opened(a *activity, s *Stats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Stats.Extents, a.Stats.Skipped, a.Stats.BytesRead = s.Extents, s.Skipped, s.BytesRead
}

// reads counts rows that a query reads, or lets the backend read.
func (l *activities) reads(a *activity, rows int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Stats.RowsRead += rows
}

// end moves a query to those that have ended. err is what ended it, or nil.
func (l *activities) end(a *activity, stats Stats, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.running[a]; !ok {
		return
	}
	delete(l.running, a)
	done := a.Activity
	done.Ended, done.Stats, done.State = time.Now(), stats, Completed
	switch {
	case errors.Is(err, ErrCancelled), errors.Is(err, context.Canceled):
		done.State, done.Failure = Cancelled, err.Error()
	case err != nil:
		done.State, done.Failure = Failed, err.Error()
	}
	if len(l.ended) < keptActivities {
		l.ended = append(l.ended, done)
		return
	}
	l.ended[l.next] = done
	l.next = (l.next + 1) % keptActivities
}

// Activities lists the queries of a workspace that run, then those that ended lately,
// by when they started.
func (e *Engine) Activities(workspace string) []Activity {
	e.acts.mu.Lock()
	defer e.acts.mu.Unlock()
	var out []Activity
	for a := range e.acts.running {
		if a.Workspace == workspace {
			running := a.Activity
			running.Progress = a.progress.share()
			out = append(out, running)
		}
	}
	for _, a := range e.acts.ended {
		if a.Workspace == workspace {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b Activity) int { return a.Started.Compare(b.Started) })
	return out
}

// Cancel ends the queries of a workspace that run or wait, have the client's id, and are
// of a caller of whom may is true. The reason is part of the error with which they end.
// It returns how many there were.
func (e *Engine) Cancel(workspace, id, reason string, may func(caller string) bool) int {
	cause := ErrCancelled
	if reason != "" {
		cause = fmt.Errorf("%w: %s", ErrCancelled, reason)
	}
	e.acts.mu.Lock()
	defer e.acts.mu.Unlock()
	n := 0
	for a := range e.acts.running {
		if a.Workspace == workspace && a.ID == id && may(a.Caller) {
			a.cancel(cause)
			n++
		}
	}
	return n
}

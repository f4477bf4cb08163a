package store

import (
	"context"
	"sync"
	"time"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

// tokens remembers append tokens. Those of records that are still in the log are
// found there again after a restart; before the log is trimmed they go into the
// catalog.
type tokens struct {
	mu    sync.Mutex
	life  table.Duration
	known map[string]*tokenState
	in    []loggedToken // in the log and not in the catalog, by seq
}

type tokenState struct {
	done chan struct{} // closed once it is known whether the append worked
	at   table.Time    // when it did; 0: it has not
}

type loggedToken struct {
	catalog.Token
	seq wal.Seq
}

func (t *tokens) init(known []catalog.Token, life time.Duration) {
	t.life = table.Duration(life / 100)
	t.known = map[string]*tokenState{}
	for _, k := range known {
		t.known[k.Token] = usedAt(k.Time)
	}
}

var closedChan = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func usedAt(at table.Time) *tokenState { return &tokenState{done: closedChan, at: at} }

func (t *tokens) expired(at, now table.Time) bool { return int64(now-at) > int64(t.life) }

// replayed notes the token of a record that was read from the log.
func (t *tokens) replayed(token string, at table.Time, seq wal.Seq) {
	if token == "" {
		return
	}
	t.known[token] = usedAt(at)
	t.in = append(t.in, loggedToken{catalog.Token{Token: token, Time: at}, seq})
}

// used notes that the record with token is durable.
func (t *tokens) used(token string, at table.Time, seq wal.Seq) {
	if token == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known[token].at = at
	t.in = append(t.in, loggedToken{catalog.Token{Token: token, Time: at}, seq})
}

// once runs do unless it was run for token before without an error. If it is being
// run, once waits for the outcome.
func (t *tokens) once(ctx context.Context, token string, now time.Time, do func() error) error {
	for {
		t.mu.Lock()
		k := t.known[token]
		if k != nil && k.at != 0 && t.expired(k.at, table.FromGo(now)) {
			k = nil
		}
		if k == nil {
			k = &tokenState{done: make(chan struct{})}
			t.known[token] = k
			t.mu.Unlock()
			err := do()
			t.mu.Lock()
			if k.at == 0 {
				delete(t.known, token)
			}
			close(k.done)
			t.mu.Unlock()
			return err
		}
		t.mu.Unlock()
		select {
		case <-k.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		t.mu.Lock()
		done := k.at != 0
		t.mu.Unlock()
		if done {
			return nil
		}
	}
}

// upTo returns the tokens of records up to seq that are not in the catalog.
func (t *tokens) upTo(seq wal.Seq) []catalog.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []catalog.Token
	for _, l := range t.in {
		if l.seq > seq {
			break
		}
		out = append(out, l.Token)
	}
	return out
}

// kept says that the first n of them are in the catalog now.
func (t *tokens) kept(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.in = append([]loggedToken(nil), t.in[n:]...)
}

// expire forgets the tokens that were used before the returned time, 0 if there are none.
func (t *tokens) expire(now table.Time) table.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	any := false
	for name, k := range t.known {
		if k.at != 0 && t.expired(k.at, now) {
			delete(t.known, name)
			any = true
		}
	}
	if !any {
		return 0
	}
	return now - table.Time(t.life)
}

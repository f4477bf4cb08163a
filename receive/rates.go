package receive

import (
	"net/http"
	"sync"
	"time"
)

// rates counts what each data collection rule took in the current minute.
type rates struct {
	mu     sync.Mutex
	minute time.Time
	rules  map[string]*taken
}

type taken struct{ requests, bytes int64 }

// take counts a request of so many bytes (0 before they are known), or refuses it until
// the next minute.
func (r *rates) take(o *Options, rule string, requests, bytes int64) error {
	if o.RuleBytes == 0 && o.RuleRequests == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := o.Now()
	if m := now.Truncate(time.Minute); !m.Equal(r.minute) {
		r.minute, r.rules = m, map[string]*taken{}
	}
	t := r.rules[rule]
	if t == nil {
		t = &taken{}
		r.rules[rule] = t
	}
	t.requests += requests
	t.bytes += bytes
	if over := func(n, limit int64) bool { return limit > 0 && n > limit }; over(t.requests, o.RuleRequests) || over(t.bytes, o.RuleBytes) {
		return &fault{
			status: http.StatusTooManyRequests, code: "TooManyRequests",
			message: "The data collection rule's limit of requests or bytes in a minute is reached.",
			retry:   r.minute.Add(time.Minute).Sub(now),
		}
	}
	return nil
}

package serve

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// rateWindow is in which time the queries of a caller are counted.
const rateWindow = 30 * time.Second

// rate counts the queries that each caller sends by the query API:
// https://learn.microsoft.com/azure/azure-monitor/service-limits#user-query-throttling
type rate struct {
	limit int // 0: any number

	mu     sync.Mutex
	window time.Time
	sent   map[string]int
}

// take counts one query, or refuses it until the window ends.
func (r *rate) take(caller string, now time.Time) error {
	if r.limit == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := now.Truncate(rateWindow); !w.Equal(r.window) {
		r.window, r.sent = w, map[string]int{}
	}
	if r.sent[caller] >= r.limit {
		wait := r.window.Add(rateWindow).Sub(now)
		return &apiError{
			Code: "ThrottledError", Message: fmt.Sprintf("Too many queries: %d in %d seconds are allowed. Try again later.", r.limit, int(rateWindow.Seconds())),
			status: http.StatusTooManyRequests, retryAfter: strconv.Itoa(int(wait/time.Second) + 1),
		}
	}
	r.sent[caller]++
	return nil
}

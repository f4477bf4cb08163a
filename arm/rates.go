package arm

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// rates bounds how often one principal asks: a bucket for reads, for writes and for
// deletions each, which fills again steadily. The numbers are Resource Manager's for a
// subscription:
// https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
type rates struct {
	mu      sync.Mutex
	buckets map[bucketKey]*bucket
}

type bucketKey struct{ principal, kind string }

type bucket struct {
	left float64
	at   time.Time
}

// limit is a bucket's size and how much of it comes back in a second.
type limit struct{ size, refill float64 }

var limits = map[string]limit{"reads": {250, 25}, "writes": {200, 10}, "deletes": {200, 10}}

// maxBuckets bounds what is remembered. Those that are full again are forgotten first.
const maxBuckets = 10_000

// take counts a request, says in the header how many more there may be, or refuses it.
func (l *rates) take(h http.Header, r *request, now time.Time) error {
	kind := "writes"
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		kind = "reads"
	case http.MethodDelete:
		kind = "deletes"
	}
	left, wait := l.spend(bucketKey{r.caller.ObjectID, kind}, limits[kind], now)
	if wait > 0 {
		return &fault{
			status: http.StatusTooManyRequests, code: "TooManyRequests", retry: wait,
			message: fmt.Sprintf("Number of %s for principal '%s' exceeded the limit. Please try again after '%d' seconds.", kind, r.caller.ObjectID, int(wait/time.Second)),
		}
	}
	h.Set("x-ms-ratelimit-remaining-subscription-"+kind, strconv.Itoa(int(left)))
	return nil
}

func (l *rates) spend(k bucketKey, lim limit, now time.Time) (left float64, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil || len(l.buckets) >= maxBuckets {
		l.forget(now)
	}
	b := l.buckets[k]
	if b == nil {
		b = &bucket{lim.size, now}
		l.buckets[k] = b
	}
	b.left = min(lim.size, b.left+lim.refill*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	if b.left < 1 {
		return 0, time.Duration((1-b.left)/lim.refill*float64(time.Second)).Truncate(time.Second) + time.Second
	}
	b.left--
	return b.left, 0
}

// forget drops the buckets that would be full, as if nobody had asked.
func (l *rates) forget(now time.Time) {
	kept := map[bucketKey]*bucket{}
	for k, b := range l.buckets {
		if lim := limits[k.kind]; b.left+lim.refill*now.Sub(b.at).Seconds() < lim.size {
			kept[k] = b
		}
	}
	l.buckets = kept
}

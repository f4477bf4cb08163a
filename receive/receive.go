// Package receive is the way in: a file for each protocol that brings data. A protocol
// decodes bytes to batches and pushes them; it decides nothing else.
package receive

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
)

// Options are the protocols' settings. The zero value has Azure's limits, and no
// listeners beside HTTP.
type Options struct {
	Logger *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // nil: time.Now

	// The largest bodies, in bytes, as they are sent and once they are decompressed.
	MaxLogs      int64 // of the Logs Ingestion API; 0: 1 MiB
	MaxCollector int64 // of the HTTP Data Collector API; 0: 30 MiB
	MaxRows      int64 // of the rows API; 0: 64 MiB
	MaxTrack     int64 // of Application Insights' intake; 0: 32 MiB
	MaxStream    int64 // of Kusto's streaming ingestion, as it is sent; 0: 4 MiB

	// What one data collection rule takes in a minute; 0: any number. Azure's limits,
	// which are the settings' defaults, are 2 GiB and 12,000.
	RuleBytes    int64
	RuleRequests int64

	Syslog Syslog
}

// Syslog says where syslog is listened for, and whose it is. Addresses are "host:port";
// "" is nowhere.
type Syslog struct {
	UDP, TCP, TLS string
	TLSConfig     *tls.Config
	Workspace     string // the id of the workspace that the rows go to
	Host          string // the name of this machine, as CollectorHostName
}

// Receiver is the protocols, over one pipeline.
type Receiver struct {
	in      *ingest.Pipeline
	control *control.Store
	o       Options
	decode  chan struct{} // a slot for each body that is being decoded
	rates   rates
	syslog  syslogState
}

// New makes a receiver. It listens to nothing before Serve is called.
func New(in *ingest.Pipeline, c *control.Store, o Options) *Receiver {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	for _, l := range []struct {
		limit *int64
		is    int64
	}{{&o.MaxLogs, 1 << 20}, {&o.MaxCollector, 30 << 20}, {&o.MaxRows, 64 << 20}, {&o.MaxTrack, 32 << 20}, {&o.MaxStream, 4 << 20}} {
		if *l.limit == 0 {
			*l.limit = l.is
		}
	}
	return &Receiver{in: in, control: c, o: o, decode: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// Routes are the endpoints of the protocols that use HTTP.
func (r *Receiver) Routes() []route.Route {
	return slices.Concat(r.azureLogsRoutes(), r.collectorRoutes(), r.rowsRoutes(), r.kustoRoutes(), r.appInsightsRoutes())
}

// Serve runs the protocols that have listeners of their own, until ctx is done and what
// they had read is durable.
func (r *Receiver) Serve(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	r.serveSyslog(ctx, g)
	if err := g.Wait(); err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	return nil
}

// handler makes an HTTP handler of a function that may fail, for a protocol.
func (r *Receiver) handler(p *protocol, h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("x-ms-request-id", uuid.NewString())
		if id := q.Header.Get("x-ms-client-request-id"); id != "" {
			w.Header().Set("x-ms-client-request-id", id)
		}
		if err := h(w, q); err != nil {
			r.writeError(w, q, p, err)
		}
	}
}

// decoding runs f when a processor is free for it, so that what is decoded at a time
// has a bound.
func (r *Receiver) decoding(ctx context.Context, f func() error) error {
	select {
	case r.decode <- struct{}{}:
		defer func() { <-r.decode }()
		return f()
	case <-ctx.Done():
		return ctx.Err()
	}
}

package app

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Job is one piece of background work. Run does one round and returns.
type Job struct {
	Name  string
	Every time.Duration
	Wake  <-chan struct{} // a value starts a round at once; may be nil
	Run   func(context.Context) error
}

// runJobs runs each job every so often, never two rounds of one at a time, until ctx
// is done; it returns when the last round has ended.
func runJobs(ctx context.Context, log *slog.Logger, jobs []Job) {
	var wg sync.WaitGroup
	for _, j := range jobs {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-time.After(j.Every + rand.N(j.Every/10+1)):
				case <-j.Wake:
				}
				start := time.Now()
				if err := j.Run(ctx); err != nil && ctx.Err() == nil {
					log.Error("job failed", "job", j.Name, "err", err)
				}
				log.Debug("job ran", "job", j.Name, "took", time.Since(start))
			}
		})
	}
	wg.Wait()
}

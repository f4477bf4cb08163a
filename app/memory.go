package app

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How garbage is collected. While rows come in, most of what is allocated lives for
// moments, and a collector that runs often costs a tenth of the processor's time; when it
// is calm, memory counts for more.
const (
	busyPercent = 400
	calmPercent = 100
	busyRate    = 32 << 20 // bytes allocated in a second
	idleRate    = 64 << 10
	memoryEvery = 2 * time.Second
	restAfter   = 5 // rounds without anything: who asks every few seconds needs the memory again
)

// growth is by how many bytes the server may grow while one statement runs: by as much as
// DuckDB may use, once more for rows that it holds to give them on, and by Go's. Without a
// limit of Go's there is none.
func growth(cfg Config) int64 {
	if cfg.Heap <= 0 {
		return 0
	}
	return int64(2*cfg.Memory+cfg.Heap) << 20
}

// collector sets how often garbage is collected by how much is allocated, and gives memory
// back when nothing happens.
type collector struct {
	allocated uint64
	at        time.Time
	percent   int
	calm      int // rounds in which nothing happened
}

// newCollector keeps Go's memory below a limit in bytes as long as that is possible; 0 is no
// limit. What the environment says (GOGC, GOMEMLIMIT) stays: then it is nil.
func newCollector(limit int64) *collector {
	if limit > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
	if os.Getenv("GOGC") != "" {
		return nil
	}
	return &collector{percent: calmPercent}
}

// Run is one round of the job.
func (c *collector) Run(context.Context) error {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	now, allocated := time.Now(), s[0].Value.Uint64()
	rate := float64(allocated-c.allocated) / now.Sub(c.at).Seconds()
	first := c.at.IsZero()
	c.at, c.allocated = now, allocated
	if first {
		return nil
	}
	percent := calmPercent
	if rate > busyRate {
		percent = busyPercent
	}
	if percent != c.percent {
		c.percent = percent
		debug.SetGCPercent(percent)
	}
	c.calm++
	if rate > idleRate {
		c.calm = 0
	}
	if c.calm == restAfter { // once, until something happens
		debug.FreeOSMemory()
	}
	return nil
}

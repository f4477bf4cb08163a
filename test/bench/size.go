package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store"
)

// size reports what is on disk beside zstd -3 of the records: as ingestion leaves it, and
// after compaction; of the latter also what was written for it in all.
func size(r *report, b *bench) error {
	zstd, err := zstdSize(b.lines)
	if err != nil {
		return err
	}
	before, err := onDisk(b.data)
	if err != nil {
		return err
	}
	r.add(figure{Name: "stored before compaction, beside zstd -3", Yagura: before.all() / 1e6, Baseline: float64(zstd) / 1e6, Unit: "MB", Note: before.String()})
	used := cpu()
	began := time.Now()
	written, err := compact(b.data)
	if err != nil {
		return err
	}
	took := time.Since(began)
	r.add(figure{Name: "compaction of the day, CPU", Yagura: (cpu() - used).Seconds() * 1e6 / float64(b.rows), Unit: "µs/row", Note: "of all rows once; background work that ingestion at full speed does not wait for"})
	after, err := onDisk(b.data)
	if err != nil {
		return err
	}
	r.add(figure{Name: "stored after compaction, beside zstd -3", Yagura: after.all() / 1e6, Baseline: float64(zstd) / 1e6, Unit: "MB", Note: fmt.Sprintf("%v; %.1f s", after, took.Seconds())})
	if b.written > 0 {
		b.written += float64(written)
		r.add(figure{Name: "written, beside what is stored in the end", Yagura: b.written / 1e6, Baseline: after.all() / 1e6, Unit: "MB", Note: "write amplification: log, extents, indexes, compaction"})
	}
	// What people ask of a day is there in this form: the server merges small extents as it goes.
	return compare(r, b, append(slices.Clone(pairs), rare), "compacted: ", "-query-remember", "0")
}

// rare is a question that only the grams of a merged extent narrow.
var rare = pair{"part of a rare word", `Bench_CL | where Message contains "eedle-7f3" | project TimeGenerated, Computer, Message`, `SELECT TimeGenerated, Computer, Message FROM t WHERE contains(lower(Message), 'eedle-7f3')`}

// disk is how many bytes the parts of a directory have.
type disk struct {
	extents, indexes, log, catalog float64
	files                          int // extents
}

func (d disk) all() float64 { return d.extents + d.indexes + d.log + d.catalog }

func (d disk) String() string {
	return fmt.Sprintf("%d extents of %.1f MB, indexes %.1f, log %.1f, catalog %.1f", d.files, d.extents/1e6, d.indexes/1e6, d.log/1e6, d.catalog/1e6)
}

func onDisk(dir string) (d disk, err error) {
	err = filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // it was merged meanwhile
		}
		if err != nil || e.IsDir() {
			return err
		}
		st, err := e.Info()
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil {
			return err
		}
		n := float64(st.Size())
		switch rel := strings.TrimPrefix(name, dir+"/"); {
		case strings.HasSuffix(rel, ".parquet"):
			d.extents += n
			d.files++
		case strings.HasSuffix(rel, ".terms"):
			d.indexes += n
		case strings.HasPrefix(rel, "wal/"):
			d.log += n
		default:
			d.catalog += n
		}
		return nil
	})
	return d, err
}

// compact does what a server does in the night, when a day is over: it merges what the day
// has left. It returns how many bytes it wrote.
func compact(dir string) (written int64, err error) {
	tomorrow := func() time.Time { return time.Now().Add(24 * time.Hour) }
	st, err := store.Open(vfs.OS, dir, store.Options{Now: tomorrow})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	ctx := context.Background()
	if err := errors.Join(st.FlushAll(ctx), st.Compact(ctx), st.Retain(ctx, tomorrow())); err != nil {
		return 0, err
	}
	s := st.Stats()
	return s.FlushedBytes + s.CompactedBytes, nil
}

// writes is how many bytes the server has written to storage so far; 0 if that cannot be
// known.
func (b *bench) writes() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", b.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var n float64
		if _, err := fmt.Sscanf(line, "write_bytes: %g", &n); err == nil {
			return n
		}
	}
	return 0
}

package wal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"strings"

	"github.com/yagura/yagura/internal/vfs"
)

// Open opens the log in dir, making it if need be, and cuts off a torn end: records
// that were being written when the machine stopped and were not acknowledged. A
// record that had been acknowledged and cannot be read is an error that wraps
// vfs.ErrCorrupt and names the file and the place; nothing is cut off then.
func Open(fs vfs.FS, dir string, o Options) (*Log, error) {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 64 << 20
	}
	if o.TrimBytes == 0 {
		o.TrimBytes = 16 << 20
	}
	o.From = max(o.From, 1)
	l := &Log{fs: fs, dir: dir, opts: o, next: o.From}
	l.idle.L = &l.mu
	if err := fs.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("open log %s: %w", dir, err)
	}
	names, err := fs.List(dir)
	if err != nil {
		return nil, fmt.Errorf("open log %s: %w", dir, err)
	}
	for _, n := range names {
		if first, ok := parseSegmentName(n); ok {
			l.segs = append(l.segs, segment{name: n, first: first})
		}
		if strings.HasSuffix(n, spareSuffix) {
			if err := fs.Remove(filepath.Join(dir, n)); err != nil {
				return nil, fmt.Errorf("open log %s: %w", dir, err)
			}
		}
	}
	if err := l.recover(); err != nil {
		return nil, fmt.Errorf("open log %s: %w", dir, err)
	}
	return l, nil
}

// recover drops segments that are not needed or never began, cuts the torn end
// of the last, and finds the number of the next record.
func (l *Log) recover() error {
	for len(l.segs) > 1 && l.segs[1].first <= l.opts.From {
		if err := l.fs.Remove(l.path(l.segs[0])); err != nil {
			return err
		}
		l.segs = l.segs[1:]
	}
	for len(l.segs) > 0 {
		last := l.segs[len(l.segs)-1]
		end, err := l.scanLast(last)
		if err != nil {
			return err
		}
		if end == nil { // it never began
			if err := l.fs.Remove(l.path(last)); err != nil {
				return err
			}
			if err := l.fs.SyncDir(l.dir); err != nil {
				return err
			}
			l.segs = l.segs[:len(l.segs)-1]
			continue
		}
		if end.cut >= 0 {
			if err := l.fs.Truncate(l.path(last), end.cut); err != nil {
				return err
			}
		}
		l.next = end.next
		break
	}
	if len(l.segs) > 0 {
		if first := l.segs[0].first; first > l.opts.From {
			return corrupt(segmentName(l.opts.From), 0, "the segment with record %d is missing; the first there is %d", l.opts.From, first)
		}
	}
	if known := max(l.opts.From-1, l.opts.Last); l.next <= known {
		return fmt.Errorf("%w: the log ends at record %d, but record %d was written", vfs.ErrCorrupt, l.next-1, known)
	}
	return nil
}

func (l *Log) path(s segment) string { return filepath.Join(l.dir, s.name) }

func corrupt(name string, off int64, format string, args ...any) error {
	return fmt.Errorf("%w: %s at byte %d: %s", vfs.ErrCorrupt, name, off, fmt.Sprintf(format, args...))
}

type segmentEnd struct {
	next Seq
	cut  int64 // where the torn end begins; -1: there is none
}

// scanLast reads the last segment to its end; nil means that it never began.
func (l *Log) scanLast(s segment) (*segmentEnd, error) {
	b, err := readFile(l.fs, l.path(s))
	if err != nil {
		return nil, err
	}
	info, err := parseSegmentHeader(b)
	if err != nil || info.first != s.first {
		// A segment gets its first record only when its header is durable.
		if len(b) > segmentHeaderSize || l.opts.Last >= s.first {
			return nil, corrupt(s.name, 0, "bad segment header")
		}
		return nil, nil
	}
	next, off, bad := scan(s, info.salt, b, 0, nil)
	if bad == nil {
		return &segmentEnd{next: next, cut: -1}, nil
	}
	if next <= l.opts.Last {
		return nil, bad
	}
	// A record after it whose group began later proves that this one had been synced.
	// Otherwise both are of the group that was being written, or the file is one that was
	// written over, and has something older there. That has numbers from before, and none of
	// what looks like a record by chance has one that fits.
	most := next + Seq(len(b)/headerSize)
	for at := off + 1; at+headerSize <= len(b); at++ {
		if h, ok := parseHeader(b[at:], info.salt); ok && h.seq-Seq(h.group) > next && h.seq <= most {
			return nil, bad
		}
	}
	return &segmentEnd{next: next, cut: int64(off)}, nil
}

// scan reads the records of a segment, up to record until if that is not 0, and calls fn,
// if not nil, for each. It returns the number of the record after the last, where that one
// would stand, and what is wrong there.
func scan(s segment, salt uint32, b []byte, until Seq, fn func(Seq, []byte) error) (next Seq, off int, err error) {
	next, off = s.first, segmentHeaderSize
	for off < len(b) && next != until {
		h, ok := parseHeader(b[off:], salt)
		if !ok {
			return next, off, corrupt(s.name, int64(off), "bad header of record %d", next)
		}
		end := off + headerSize + int(h.len)
		switch {
		case h.seq != next:
			err = corrupt(s.name, int64(off), "record %d stands where %d should", h.seq, next)
		case h.len > MaxRecord || end > len(b):
			err = corrupt(s.name, int64(off), "record %d is cut short", next)
		case crc32.Checksum(b[off+headerSize:end], castagnoli) != h.crc:
			err = corrupt(s.name, int64(off), "wrong checksum of record %d", next)
		case fn != nil:
			err = fn(next, b[off+headerSize:end])
		}
		if err != nil {
			return next, off, err
		}
		next, off = next+1, end
	}
	return next, off, nil
}

// Replay calls fn for each record from from on; fn may not keep what it is given.
// A record that cannot be read is an error that wraps vfs.ErrCorrupt.
func (l *Log) Replay(from Seq, fn func(Seq, []byte) error) error {
	l.hold()
	defer l.release()
	for i, s := range l.segs {
		if i+1 < len(l.segs) && l.segs[i+1].first <= from {
			continue
		}
		if err := l.replay(i, from, fn); err != nil {
			return fmt.Errorf("replay %s: %w", s.name, err)
		}
	}
	return nil
}

func (l *Log) replay(i int, from Seq, fn func(Seq, []byte) error) error {
	s := l.segs[i]
	b, err := readFile(l.fs, l.path(s))
	if err != nil {
		return err
	}
	info, err := parseSegmentHeader(b)
	if err != nil {
		return corrupt(s.name, 0, "%v", err)
	}
	if info.first != s.first {
		return corrupt(s.name, 0, "it begins with record %d", info.first)
	}
	if i > 0 && info.prev != l.segs[i-1].first {
		return corrupt(s.name, 0, "the segment before it, %s, is missing", segmentName(info.prev))
	}
	until := l.next // what stands behind is older: see Options.Spares
	if i+1 < len(l.segs) {
		until = l.segs[i+1].first
	}
	next, off, err := scan(s, info.salt, b, until, func(seq Seq, rec []byte) error {
		if seq < from {
			return nil
		}
		return fn(seq, rec)
	})
	if err != nil {
		return err
	}
	if next != until {
		return corrupt(s.name, int64(off), "it ends with record %d, but what comes next begins with %d", next-1, until)
	}
	return nil
}

func readFile(fs vfs.FS, name string) ([]byte, error) {
	f, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, size), b); err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", name, err), f.Close())
	}
	return b, f.Close()
}

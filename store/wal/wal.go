// Package wal is a log of checksummed records. The store keeps rows
// in one until they are in extents; the catalog keeps its edits in another.
//
// Words: a record is what Append was given, with a number (Seq). A group is the
// records that were made durable by one sync. A segment is a file of records.
// docs/format/wal.md describes the files.
package wal

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"

	"github.com/yagura/yagura/internal/vfs"
)

// Seq numbers records from 1, without gaps.
type Seq uint64

// MaxRecord is the size in bytes of the largest record.
const MaxRecord = 256 << 20

var (
	// ErrFailed marks the error of every Append after a write or sync whose
	// outcome is unknown, until the log is opened again.
	ErrFailed = errors.New("wal: failed")
	// ErrClosed is returned by methods of a closed log.
	ErrClosed = errors.New("wal: closed")
	// ErrTooLarge is returned for a record of more than MaxRecord bytes.
	ErrTooLarge = errors.New("wal: record too large")
)

// Options' zero value works.
type Options struct {
	// Spares is how many segments that are dropped are kept to be written over: so files do
	// not grow while records come in, and a sync writes no metadata.
	Spares       int
	SegmentBytes int64 // a segment of this size is finished; 0 is 64 MiB
	TrimBytes    int64 // one of this size is finished by Trim (see there); 0 is 16 MiB
	// From is the first record that is still needed. Segments wholly before it
	// are removed by Open; records from it on must be there without a gap.
	From Seq
	// Last is a record that the log is known to hold, if it is not 0.
	Last Seq
}

// Log is a directory of segments. Its methods may be called concurrently.
type Log struct {
	fs   vfs.FS
	dir  string
	opts Options

	mu      sync.Mutex
	err     error // once set, every Append returns it
	queue   []*waiter
	leading bool // somebody writes the queue
	turn    bool // the next to lead starts a segment (see Trim)
	closed  bool
	idle    sync.Cond // leading became false
	spares  []string  // paths of files to write over
	fresh   Seq       // segments that begin before are not kept as spares

	// What follows belongs to the leader, and the segment list also needs mu.
	segs  []segment // oldest first; the last one is being written
	file  vfs.File
	size  int64  // of the last segment; in its file something older may follow
	salt  uint32 // of the last segment
	next  Seq
	batch []byte
}

type segment struct {
	name  string
	first Seq
	over  bool // it was written over another
}

// waiter is one Append on its way.
type waiter struct {
	rec     []byte
	crc     uint32
	durable func(Seq)
	seq     Seq
	err     error
	lead    bool // woken to lead, not because it is done
	wake    chan struct{}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Append returns when rec is on stable storage. Concurrent calls share a sync.
// If durable is not nil it is called before Append returns, once rec is on stable
// storage: in the order of the log, one call at a time; it must be quick. ctx is
// looked at before the record is queued, not after. rec is not kept.
//
// If an error is returned the record is not there, unless the error is ErrFailed:
// then it is unknown until the log is opened again.
func (l *Log) Append(ctx context.Context, rec []byte, durable func(Seq)) (Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if len(rec) > MaxRecord {
		return 0, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(rec))
	}
	w := &waiter{rec: rec, crc: crc32.Checksum(rec, castagnoli), durable: durable, wake: make(chan struct{})}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return 0, ErrClosed
	}
	if l.err != nil {
		defer l.mu.Unlock()
		return 0, l.err
	}
	l.queue = append(l.queue, w)
	lead := !l.leading
	l.leading = true
	l.mu.Unlock()
	if !lead {
		<-w.wake
		lead = w.lead
	}
	if lead {
		l.lead()
	}
	return w.seq, w.err
}

// lead writes all that is queued, the caller's own record among it, and hands the
// lead on to one of those that queued up meanwhile.
func (l *Log) lead() {
	l.mu.Lock()
	group := l.queue
	l.queue = nil
	err, turn := l.err, l.turn
	l.turn = false
	l.mu.Unlock()

	var fatal bool
	if err == nil {
		err, fatal = l.commit(group, turn)
	}
	for _, w := range group {
		if w.err = err; err != nil {
			w.seq = 0
		} else if w.durable != nil {
			w.durable(w.seq)
		}
	}

	l.mu.Lock()
	if fatal {
		l.err = err
	}
	if len(l.queue) > 0 {
		l.queue[0].lead = true
		close(l.queue[0].wake)
	} else {
		l.leading = false
		l.idle.Broadcast()
	}
	l.mu.Unlock()
	for _, w := range group {
		if !w.lead {
			close(w.wake)
		}
	}
}

// commit makes group durable, in a new segment if turn is set and the last is large enough.
// Only the leader calls it. fatal says that the log cannot go on after err.
func (l *Log) commit(group []*waiter, turn bool) (err error, fatal bool) {
	if l.size >= l.opts.SegmentBytes || l.file == nil || turn && l.size >= l.opts.TrimBytes {
		if err := l.rotate(); err != nil {
			return fmt.Errorf("start a segment: %w", err), false
		}
	}
	seg := l.last()
	start, first := l.size, l.next
	if err := l.write(group, first); err != nil {
		// Nothing of the group was acknowledged: cut it off, and go on in a new segment.
		l.next, l.size = first, start
		if cut := l.abandon(seg, start); cut != nil {
			return fmt.Errorf("%w: write %s: %w; then: %w", ErrFailed, seg.name, err, cut), true
		}
		return fmt.Errorf("write %s: %w", seg.name, err), false
	}
	if err := l.file.Sync(); err != nil {
		l.next = first
		// What the kernel could not write it may have forgotten: a second sync that
		// succeeds would prove nothing.
		return fmt.Errorf("%w: sync %s: %w", ErrFailed, seg.name, err), true
	}
	return nil, false
}

// write writes a group's records at the end of the segment and numbers them.
func (l *Log) write(group []*waiter, first Seq) error {
	const small = 64 << 10
	buf := l.batch[:0]
	flush := func() error {
		if len(buf) == 0 {
			return nil
		}
		n, err := l.file.Write(buf)
		l.size += int64(n)
		buf = buf[:0]
		return err
	}
	for _, w := range group {
		w.seq = l.next
		l.next++
		h := header{len: uint32(len(w.rec)), crc: w.crc, seq: w.seq, group: uint32(w.seq - first)}
		buf = h.append(buf, l.salt)
		if len(w.rec) <= small {
			if buf = append(buf, w.rec...); len(buf) < 4*small {
				continue
			}
			if err := flush(); err != nil {
				return err
			}
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		n, err := l.file.Write(w.rec)
		l.size += int64(n)
		if err != nil {
			return err
		}
	}
	err := flush()
	l.batch = buf
	return err
}

// abandon closes the segment being written after cutting it off at size.
func (l *Log) abandon(seg segment, size int64) error {
	err := l.file.Close()
	l.file = nil
	return errors.Join(err, l.fs.Truncate(filepath.Join(l.dir, seg.name), size))
}

// rotate closes the segment being written and starts the next.
func (l *Log) rotate() error {
	if f := l.file; f != nil {
		l.file = nil
		if err := f.Close(); err != nil {
			return err
		}
	}
	spare := l.spare()
	seg := segment{name: segmentName(l.next), first: l.next, over: spare != ""}
	var prev Seq
	l.mu.Lock()
	if segs := l.written(); len(segs) > 0 {
		prev = segs[len(segs)-1].first
	}
	l.mu.Unlock()
	salt := rand.Uint32()
	head := segmentHeader(seg.first, prev, salt)
	var f vfs.File
	var err error
	if seg.over {
		f, err = l.beginOver(spare, l.path(seg), head)
	} else {
		f, err = l.begin(l.path(seg), head)
	}
	if err != nil {
		return err
	}
	l.file, l.size, l.salt = f, segmentHeaderSize, salt
	l.mu.Lock()
	l.segs = append(slices.Clip(l.written()), seg) // Trim may have dropped some meanwhile
	l.mu.Unlock()
	return nil
}

// begin makes the file of a segment, header and name durable, and opens it for the records.
func (l *Log) begin(path string, head []byte) (vfs.File, error) {
	f, err := l.fs.Create(path)
	if err != nil {
		return nil, err
	}
	if err = writeHead(f, head); err == nil {
		err = l.fs.SyncDir(l.dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// beginOver is begin in a file that was another segment's. It gets the name of a segment with
// the header of one, so that a header that cannot be read is damage here, too.
func (l *Log) beginOver(spare, path string, head []byte) (vfs.File, error) {
	f, err := l.fs.Overwrite(spare, 0)
	if err != nil {
		return nil, err
	}
	err = errors.Join(writeHead(f, head), f.Close())
	if err == nil {
		err = l.fs.Rename(spare, path)
	}
	if err != nil {
		return nil, errors.Join(err, l.fs.Remove(spare))
	}
	if err := l.fs.SyncDir(l.dir); err != nil {
		return nil, err
	}
	return l.fs.Overwrite(path, int64(len(head)))
}

func writeHead(f vfs.File, head []byte) error {
	if _, err := f.Write(head); err != nil {
		return err
	}
	return f.Sync()
}

// spare takes the path of a file to write over, "" if there is none.
func (l *Log) spare() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.spares) == 0 {
		return ""
	}
	path := l.spares[0]
	l.spares = l.spares[1:]
	return path
}

// written are the segments without the last if that holds no record: rotate makes it anew.
func (l *Log) written() []segment {
	if n := len(l.segs); n > 0 && l.segs[n-1].first == l.next {
		return l.segs[:n-1]
	}
	return l.segs
}

// last is the segment being written.
func (l *Log) last() segment {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.segs[len(l.segs)-1]
}

// Last returns the number of the last durable record, 0 if there never was one.
func (l *Log) Last() Seq {
	l.hold()
	defer l.release()
	return l.next - 1
}

// Err returns the error that every Append returns, nil if the log works.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// hold makes the caller the leader, with nothing to write; release ends that.
func (l *Log) hold() {
	l.mu.Lock()
	for l.leading {
		l.idle.Wait()
	}
	l.leading = true
	l.mu.Unlock()
}

func (l *Log) release() {
	l.mu.Lock()
	if len(l.queue) > 0 {
		l.queue[0].lead = true
		close(l.queue[0].wake)
	} else {
		l.leading = false
		l.idle.Broadcast()
	}
	l.mu.Unlock()
}

// Trim drops the segments that hold nothing after through. The segment being written
// stays; but if it too holds nothing after through, or is large, the next is started, so
// that this one can go, now or with a later Trim. If the log holds nothing any more, no
// file is kept to be written over: rows do not outlive their log.
func (l *Log) Trim(through Seq) error {
	if err := l.finish(through); err != nil {
		return fmt.Errorf("trim: start a segment: %w", err)
	}
	l.mu.Lock()
	var drop []segment
	for len(l.segs) > 1 && l.segs[1].first <= through+1 {
		drop = append(drop, l.segs[0])
		l.segs = l.segs[1:]
	}
	l.mu.Unlock()
	for _, s := range drop {
		if err := l.drop(s); err != nil {
			return fmt.Errorf("trim: %w", err)
		}
	}
	return nil
}

// Forget is a Trim after which of what it dropped, and of what was dropped before, nothing
// is left in a file. What is in the log still leaves nothing when a later Trim drops it.
func (l *Log) Forget(through Seq) error {
	l.hold()
	l.mu.Lock()
	err := l.err
	if l.closed {
		err = ErrClosed
	}
	l.mu.Unlock()
	if err == nil {
		err = l.anew()
	}
	l.release()
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	return l.Trim(through)
}

// drop removes the file of a segment, or keeps it to be written over.
func (l *Log) drop(s segment) error {
	l.mu.Lock()
	keep := len(l.spares) < l.opts.Spares && s.first >= l.fresh
	l.mu.Unlock()
	if !keep {
		return l.fs.Remove(l.path(s))
	}
	spare := filepath.Join(l.dir, spareName(s.first))
	if err := l.fs.Rename(l.path(s), spare); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spares = append(l.spares, spare)
	return nil
}

// finish starts the next segment if that makes the one being written of use to Trim. While
// others append, the next of them does it.
func (l *Log) finish(through Seq) error {
	l.mu.Lock()
	n := len(l.segs)
	if l.err != nil || l.closed || n == 0 || l.segs[n-1].first > through && !l.segs[n-1].over {
		l.mu.Unlock()
		return nil
	}
	if l.leading {
		l.turn = true
		l.mu.Unlock()
		return nil
	}
	l.leading = true
	l.mu.Unlock()
	defer l.release()
	switch {
	case through >= l.next-1:
		return l.anew()
	case l.size >= l.opts.TrimBytes:
		return l.rotate()
	}
	return nil
}

// anew removes the files to write over, and starts a segment in a new one; those before it
// will be removed. Only the leader calls it.
func (l *Log) anew() error {
	l.mu.Lock()
	spares, n := l.spares, len(l.segs)
	l.spares, l.fresh = nil, l.next
	clean := n == 0 || l.segs[n-1].first == l.next && !l.segs[n-1].over
	l.mu.Unlock()
	var errs []error
	for _, spare := range spares {
		errs = append(errs, l.fs.Remove(spare))
	}
	if !clean {
		errs = append(errs, l.rotate())
	}
	return errors.Join(errs...)
}

// Close waits for the Appends under way and closes the log.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.mu.Unlock()
	l.hold()
	defer l.release()
	if l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return f.Close()
}

// Package wal is an append-only log of checksummed records. The store keeps rows
// in one until they are in extents; the catalog keeps its edits in another.
package wal

import (
	"context"

	"github.com/yagura/yagura/internal/vfs"
)

// Seq numbers records from 1, without gaps.
type Seq uint64

type Options struct {
	SegmentBytes int64
}

// Log is a directory of segments. Its methods may be called concurrently.
type Log struct{}

// Open opens the log, cutting off a torn record at its end.
func Open(fs vfs.FS, dir string, o Options) (*Log, error) { panic("being written") }

// Append returns when rec is on stable storage. Concurrent calls share a sync.
func (l *Log) Append(ctx context.Context, rec []byte) (Seq, error) { panic("being written") }

// Replay calls fn for each record from seq on.
func (l *Log) Replay(from Seq, fn func(Seq, []byte) error) error { panic("being written") }

// Trim drops the segments that hold nothing after seq.
func (l *Log) Trim(through Seq) error { panic("being written") }

func (l *Log) Close() error { panic("being written") }

// Package vfs is the file system as the store sees it, so that tests can
// crash it, fill it and make it fail.
//
// A file's content is durable once Sync has returned nil; its name is durable
// once SyncDir of its directory has.
package vfs

import (
	"errors"
	"io"
)

var (
	// ErrLocked is returned by Lock while somebody else holds the lock.
	ErrLocked = errors.New("locked by another process")
	// ErrNoSpace marks an error that says the disk is full.
	ErrNoSpace = errors.New("no space left on device")
	// ErrCorrupt marks an error that says a file is not what was written.
	ErrCorrupt = errors.New("corrupt")
)

// FS is what the store needs of a file system, and no more. A file that is not
// there is an error that wraps fs.ErrNotExist.
type FS interface {
	// Create makes an empty file for writing, replacing one of that name.
	Create(name string) (File, error)
	// Overwrite opens a file for writing from the byte at on; what is behind what is written
	// stays.
	Overwrite(name string, at int64) (File, error)
	// Open opens a file for reading.
	Open(name string) (File, error)
	// Rename replaces to by from, atomically.
	Rename(from, to string) error
	Remove(name string) error
	// Truncate cuts a file off at size; the cut is durable when it returns.
	Truncate(name string, size int64) error
	// List returns the names in a directory, sorted.
	List(dir string) ([]string, error)
	// MkdirAll makes a directory and its parents, durably.
	MkdirAll(dir string) error
	SyncDir(dir string) error
	// Lock takes the advisory lock of the file name, which it makes if need be;
	// closing gives it back. It does not wait: if it is taken, ErrLocked.
	Lock(name string) (io.Closer, error)
	// Free returns how many bytes can still be written below dir.
	Free(dir string) (int64, error)
}

// File is one open file. Write goes on where what was written through it ends. After a
// Sync that failed it is unknown what of the file is durable, and a later Sync
// that succeeds says nothing about it.
type File interface {
	io.ReaderAt
	io.Writer
	io.Closer
	Sync() error
	Size() (int64, error)
}

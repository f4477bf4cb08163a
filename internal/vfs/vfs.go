// Package vfs is the file system as the store sees it, so that tests can
// crash it, fill it and make it fail.
package vfs

import "io"

// FS is what the store needs of a file system, and no more.
type FS interface {
	Create(name string) (File, error)
	Open(name string) (File, error)
	Rename(from, to string) error // atomic; durable only after SyncDir
	Remove(name string) error
	List(dir string) ([]string, error)
	MkdirAll(dir string) error
	SyncDir(dir string) error
}

// File is one open file.
type File interface {
	io.ReaderAt
	io.Writer
	io.Closer
	Sync() error
	Size() (int64, error)
}

// OS is the real file system.
var OS FS

// Mem is a file system in memory that remembers what was synced.
type Mem struct{ FS }

// NewMem returns an empty Mem.
func NewMem() *Mem { return &Mem{} }

// Crash returns what a machine would find after losing power now: all that was
// synced, and each unsynced write or rename with probability keep/100.
func (m *Mem) Crash(keep int, seed uint64) *Mem { panic("being written") }

// Fail makes the nth write, sync or rename from now return err.
func (m *Mem) Fail(nth int, err error) { panic("being written") }

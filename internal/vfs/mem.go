package vfs

import (
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
)

// Mem is a file system in memory that remembers what was synced. Directories are
// durable as soon as they are made. The zero Mem is not ready; see NewMem.
type Mem struct {
	mu        sync.Mutex
	names     map[string]*inode // what a running program sees
	durable   map[string]*inode // what is sure to be there after a crash
	pending   []nameOp          // changes to names that no SyncDir has confirmed
	dirs      map[string]bool
	locked    map[string]bool
	failIn    int // the failIn-th call from now fails; 0: none
	failErr   error
	calls     int
	capture   func() // runs before the captureIn-th call from now
	captureIn int
	room      int64 // bytes that can still be written; negative: any number
}

// nameOp binds a name to a file, and unbinds from (a rename) if that is set; with
// a nil file it only unbinds.
type nameOp struct {
	name, from string
	file       *inode
}

type inode struct {
	data    []byte
	synced  []byte
	pending []write // since the last Sync
}

type write struct {
	off  int
	data []byte
}

// NewMem returns an empty Mem.
func NewMem() *Mem {
	return &Mem{
		names: map[string]*inode{}, durable: map[string]*inode{},
		dirs: map[string]bool{".": true, "/": true}, locked: map[string]bool{}, room: -1,
	}
}

// Crash returns what a machine would find after losing power now: all that was
// synced, and each unsynced write, new name, rename or removal with probability
// keep/100. A write that stays may be torn. m itself is not changed.
func (m *Mem) Crash(keep int, seed uint64) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.crash(keep, seed)
}

// CrashAt calls got with what Crash would return just before the nth call from now
// that changes or syncs something. got may not call methods of m.
func (m *Mem) CrashAt(nth, keep int, seed uint64, got func(*Mem)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.captureIn, m.capture = nth, func() { got(m.crash(keep, seed)) }
}

func (m *Mem) crash(keep int, seed uint64) *Mem {
	r := rand.New(rand.NewPCG(seed, 1))
	names := map[string]*inode{}
	for n, f := range m.durable {
		names[n] = f
	}
	for _, op := range m.pending {
		if r.IntN(100) >= keep {
			continue
		}
		delete(names, op.from)
		if op.file != nil {
			names[op.name] = op.file
		} else {
			delete(names, op.name)
		}
	}
	out := NewMem()
	out.room = m.room
	for d := range m.dirs {
		out.dirs[d] = true
	}
	for _, n := range sortedKeys(names) {
		data := names[n].crash(keep, r)
		f := &inode{data: data, synced: slices.Clone(data)}
		out.names[n], out.durable[n] = f, f
	}
	return out
}

func (f *inode) crash(keep int, r *rand.Rand) []byte {
	data := slices.Clone(f.synced)
	for _, w := range f.pending {
		if r.IntN(100) >= keep {
			continue
		}
		part := w.data
		off := w.off
		if r.IntN(4) == 0 { // torn: some run of its bytes
			i := r.IntN(len(part) + 1)
			j := i + r.IntN(len(part)+1-i)
			part, off = part[i:j], off+i
		}
		data = writeAt(data, off, part)
	}
	return data
}

func writeAt(data []byte, off int, p []byte) []byte {
	if len(p) == 0 {
		return data
	}
	if n := off + len(p); n > len(data) {
		data = append(data, make([]byte, n-len(data))...)
	}
	copy(data[off:], p)
	return data
}

// Fail makes the nth call from now that changes or syncs something return err,
// once. A write that fails has written half of its bytes; what a failed Sync should
// have made durable never will be.
func (m *Mem) Fail(nth int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failIn, m.failErr = nth, err
}

// SetRoom makes the file system full after n more bytes; negative: never.
func (m *Mem) SetRoom(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.room = n
}

// Calls returns how many calls there were that Fail can make fail.
func (m *Mem) Calls() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls
}

// Damage replaces the durable content of a file by what f makes of it.
func (m *Mem) Damage(name string, f func([]byte) []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, ok := m.names[clean(name)]
	if !ok {
		return notExist("damage", name)
	}
	n.data = f(slices.Clone(n.data))
	n.synced, n.pending = slices.Clone(n.data), nil
	return nil
}

// fault counts a call that can fail. m.mu is held.
func (m *Mem) fault() error {
	m.calls++
	if m.captureIn > 0 {
		if m.captureIn--; m.captureIn == 0 {
			m.capture()
		}
	}
	if m.failIn == 0 {
		return nil
	}
	if m.failIn--; m.failIn == 0 {
		return m.failErr
	}
	return nil
}

func clean(name string) string { return path.Clean(strings.ReplaceAll(name, `\`, "/")) }

func notExist(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (m *Mem) Create(name string) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = clean(name)
	if err := m.fault(); err != nil {
		return nil, fmt.Errorf("create %s: %w", name, err)
	}
	if !m.dirs[path.Dir(name)] {
		return nil, notExist("create", name)
	}
	f := &inode{}
	m.names[name] = f
	m.pending = append(m.pending, nameOp{name: name, file: f})
	return &memFile{m: m, f: f, name: name, writable: true}, nil
}

func (m *Mem) Overwrite(name string, at int64) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.names[clean(name)]
	if !ok {
		return nil, notExist("overwrite", name)
	}
	return &memFile{m: m, f: f, name: name, off: int(at), writable: true}, nil
}

func (m *Mem) Open(name string) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.names[clean(name)]
	if !ok {
		return nil, notExist("open", name)
	}
	return &memFile{m: m, f: f, name: name}, nil
}

func (m *Mem) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	from, to = clean(from), clean(to)
	if err := m.fault(); err != nil {
		return fmt.Errorf("rename %s: %w", from, err)
	}
	f, ok := m.names[from]
	if !ok {
		return notExist("rename", from)
	}
	delete(m.names, from)
	m.names[to] = f
	m.pending = append(m.pending, nameOp{name: to, from: from, file: f})
	return nil
}

func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = clean(name)
	if err := m.fault(); err != nil {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	f, ok := m.names[name]
	if !ok {
		return notExist("remove", name)
	}
	if m.room >= 0 {
		m.room += int64(len(f.data))
	}
	delete(m.names, name)
	m.pending = append(m.pending, nameOp{name: name})
	return nil
}

func (m *Mem) Truncate(name string, size int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fault(); err != nil {
		return fmt.Errorf("truncate %s: %w", name, err)
	}
	f, ok := m.names[clean(name)]
	if !ok {
		return notExist("truncate", name)
	}
	if size > int64(len(f.data)) {
		return fmt.Errorf("truncate %s: it has only %d bytes", name, len(f.data))
	}
	f.data = f.data[:size:size]
	f.synced, f.pending = slices.Clone(f.data), nil
	return nil
}

func (m *Mem) List(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir = clean(dir)
	if !m.dirs[dir] {
		return nil, notExist("list", dir)
	}
	var out []string
	for n := range m.names {
		if path.Dir(n) == dir {
			out = append(out, path.Base(n))
		}
	}
	for d := range m.dirs {
		if d != dir && path.Dir(d) == dir {
			out = append(out, path.Base(d))
		}
	}
	slices.Sort(out)
	return out, nil
}

func (m *Mem) MkdirAll(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for dir = clean(dir); !m.dirs[dir]; dir = path.Dir(dir) {
		m.dirs[dir] = true
	}
	return nil
}

func (m *Mem) SyncDir(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir = clean(dir)
	if err := m.fault(); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	rest := m.pending[:0]
	for _, op := range m.pending {
		if path.Dir(op.name) != dir {
			rest = append(rest, op)
			continue
		}
		delete(m.durable, op.from)
		if op.file != nil {
			m.durable[op.name] = op.file
		} else {
			delete(m.durable, op.name)
		}
	}
	m.pending = rest
	return nil
}

func (m *Mem) Lock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = clean(name)
	if m.locked[name] {
		return nil, fmt.Errorf("%s: %w", name, ErrLocked)
	}
	m.locked[name] = true
	return &memLock{m: m, name: name}, nil
}

func (m *Mem) Free(string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.room < 0 {
		return 1 << 50, nil
	}
	return m.room, nil
}

type memLock struct {
	m    *Mem
	name string
}

func (l *memLock) Close() error {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	delete(l.m.locked, l.name)
	return nil
}

type memFile struct {
	m        *Mem
	f        *inode
	name     string
	off      int
	writable bool
	closed   bool
}

func (h *memFile) check(op string) error {
	if h.closed {
		return &fs.PathError{Op: op, Path: h.name, Err: fs.ErrClosed}
	}
	return nil
}

func (h *memFile) ReadAt(p []byte, off int64) (int, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.check("read"); err != nil {
		return 0, err
	}
	if off < 0 {
		return 0, &fs.PathError{Op: "read", Path: h.name, Err: fs.ErrInvalid}
	}
	if off >= int64(len(h.f.data)) {
		return 0, io.EOF
	}
	n := copy(p, h.f.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *memFile) Write(p []byte) (int, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.check("write"); err != nil {
		return 0, err
	}
	if !h.writable {
		return 0, &fs.PathError{Op: "write", Path: h.name, Err: fs.ErrPermission}
	}
	err := h.m.fault()
	n, there := len(p), max(0, len(h.f.data)-h.off) // what is written over takes no room
	if err != nil {
		n /= 2
	} else if h.m.room >= 0 && int64(n-there) > h.m.room {
		n, err = there+int(h.m.room), ErrNoSpace
	}
	if h.m.room >= 0 {
		h.m.room -= int64(max(0, n-there))
	}
	if n > 0 {
		h.f.data = writeAt(h.f.data, h.off, p[:n])
		h.f.pending = append(h.f.pending, write{h.off, slices.Clone(p[:n])})
		h.off += n
	}
	if err != nil {
		return n, fmt.Errorf("write %s: %w", h.name, err)
	}
	return n, nil
}

func (h *memFile) Sync() error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.check("sync"); err != nil {
		return err
	}
	if err := h.m.fault(); err != nil {
		h.f.pending = nil // as Linux does: the pages count as clean, and are lost
		return fmt.Errorf("sync %s: %w", h.name, err)
	}
	for _, w := range h.f.pending {
		h.f.synced = writeAt(h.f.synced, w.off, w.data)
	}
	h.f.pending = nil
	return nil
}

func (h *memFile) Size() (int64, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	return int64(len(h.f.data)), h.check("size")
}

func (h *memFile) Close() error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.check("close"); err != nil {
		return err
	}
	h.closed = true
	return nil
}

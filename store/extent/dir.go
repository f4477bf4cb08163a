package extent

import (
	"container/list"
	"errors"
	"path/filepath"
	"sync"

	"github.com/yagura/yagura/internal/vfs"
)

// Dir is a directory of extents and their term indexes. Files that were read lately stay open,
// with what their feet say: a lookup reads very little of many.
type Dir struct {
	fs   vfs.FS
	path string

	mu     sync.Mutex
	open   map[string]*opened // by name
	idle   list.List          // those of open that nobody uses, the last used in front
	held   int64              // bytes of the feet of idle
	closed bool
}

// How much stays open.
const (
	idleFiles = 256
	idleBytes = 4 << 20 // of feet; parsed they are several times as large
)

// opened is a file that some may use at the same time.
type opened struct {
	vfs.File
	name  string
	rows  *file // what is known of an extent; nil for an index
	users int
	gone  bool          // who gives it back last closes it
	place *list.Element // in idle
}

// NewDir returns the directory of a path, which must be there.
func NewDir(fs vfs.FS, path string) *Dir {
	return &Dir{fs: fs, path: path, open: map[string]*opened{}}
}

// Path returns where an extent's file is.
func (d *Dir) Path(m *Meta) string { return m.Path(d.path) }

// take returns a file for one who gives it back. What is new goes through init.
func (d *Dir) take(name string, init func(*opened) error) (*opened, error) {
	d.mu.Lock()
	if o := d.open[name]; o != nil {
		d.use(o)
		d.mu.Unlock()
		return o, nil
	}
	d.mu.Unlock()
	f, err := d.fs.Open(filepath.Join(d.path, name))
	if err != nil {
		return nil, err
	}
	o := &opened{File: f, name: name, users: 1}
	if err := init(o); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.open[name] != nil { // somebody else was first
		o.gone = true
	} else {
		d.open[name] = o
	}
	return o, nil
}

func (d *Dir) use(o *opened) {
	if o.users++; o.place != nil {
		d.idle.Remove(o.place)
		o.place = nil
		d.held -= o.foot()
	}
}

// give gives a file back. A bad one is opened anew by who comes next.
func (d *Dir) give(o *opened, bad bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if bad {
		d.forget(o)
	}
	if o.users--; o.users > 0 {
		return nil
	}
	if o.gone {
		return o.Close()
	}
	o.place = d.idle.PushFront(o)
	d.held += o.foot()
	var errs []error
	for d.idle.Len() > idleFiles || d.held > idleBytes {
		errs = append(errs, d.end(d.idle.Back().Value.(*opened)))
	}
	return errors.Join(errs...)
}

// forget lets nobody else use a file.
func (d *Dir) forget(o *opened) {
	if o.gone = true; d.open[o.name] == o {
		delete(d.open, o.name)
	}
}

// end closes a file now, or when its users have given it back.
func (d *Dir) end(o *opened) error {
	d.forget(o)
	if o.users > 0 {
		return nil
	}
	d.idle.Remove(o.place)
	d.held -= o.foot()
	return o.Close()
}

func (o *opened) foot() int64 {
	if o.rows == nil {
		return 0
	}
	return o.rows.meta.Foot.Bytes
}

// Remove removes a file. Those who read it go on.
func (d *Dir) Remove(name string) error {
	d.mu.Lock()
	var err error
	if o := d.open[name]; o != nil {
		err = d.end(o)
	}
	d.mu.Unlock()
	return errors.Join(d.fs.Remove(filepath.Join(d.path, name)), err)
}

// Close closes what nobody uses, and from then on what is given back.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	var errs []error
	for _, o := range d.open {
		errs = append(errs, d.end(o))
	}
	return errors.Join(errs...)
}

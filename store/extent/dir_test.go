package extent

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// opens counts the files that are open for reading.
type opens struct {
	*vfs.Mem
	mu   sync.Mutex
	now  map[string]int
	most int
	all  int
}

type openFile struct {
	vfs.File
	of   *opens
	name string
}

func (o *opens) Open(name string) (vfs.File, error) {
	f, err := o.Mem.Open(name)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now[filepath.Base(name)]++
	o.all++
	o.most = max(o.most, o.total())
	return openFile{f, o, filepath.Base(name)}, nil
}

func (f openFile) Close() error {
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	f.of.now[f.name]--
	return f.File.Close()
}

func (o *opens) total() (n int) {
	for _, x := range o.now {
		n += x
	}
	return n
}

// manyExtents writes n extents with indexes, of which each has one text that no other has.
func manyExtents(t *testing.T, d *Dir, n int) (ms []*Meta, s *table.Schema) {
	t.Helper()
	s = &table.Schema{Cols: []table.Column{{Name: table.TimeGenerated, Type: table.Datetime}, {Name: table.Seq, Type: table.Long}, {Name: "Text", Type: table.String}}}
	for i := range n {
		b := table.NewBatch(s)
		b.AppendRow(table.Time(i), int64(i), textOf(i))
		m, err := d.Write(ref, []*table.Batch{b}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
	return ms, s
}

func textOf(i int) string {
	return "the text number" + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
}

func textIn(d *Dir, m *Meta, s *table.Schema) (string, error) {
	r, err := d.Select(m, s, table.Span{}, nil, nil)
	if err != nil {
		return "", err
	}
	b, err := table.ReadAll(context.Background(), r)
	if err := errors.Join(err, r.Close()); err != nil {
		return "", err
	}
	return b.Vecs[2].At(0).(string), nil
}

// TestDirKeepsSomeOpen: what is asked again is not opened again, and however many extents
// there are, no more than some stay open; none does after Close.
func TestDirKeepsSomeOpen(t *testing.T) {
	fs := &opens{Mem: newFS(t), now: map[string]int{}}
	d := NewDir(fs, "x")
	ms, s := manyExtents(t, d, idleFiles)
	var g sync.WaitGroup
	for w := range 4 {
		r := rand.New(rand.NewPCG(uint64(w), 0))
		g.Go(func() {
			for range 600 {
				i := r.IntN(len(ms))
				if got, err := textIn(d, ms[i], s); err != nil || got != textOf(i) {
					t.Errorf("extent %d has %q: %v", i, got, err)
				}
				rows, err := d.Narrow(ms[i], &terms.Cond{Op: terms.Has, Column: "Text", Text: "TEXT"})
				if err != nil || len(rows) != 1 {
					t.Errorf("rows of extent %d with a term that all have: %v %v", i, rows, err)
				}
			}
		})
	}
	g.Wait()
	if fs.most > idleFiles+2*4 {
		t.Errorf("%d files were open at a time", fs.most)
	}
	before := fs.all
	for range 10 {
		if _, err := textIn(d, ms[7], s); err != nil {
			t.Fatal(err)
		}
	}
	if fs.all > before+1 {
		t.Errorf("one extent was opened %d times", fs.all-before)
	}
	if err := d.Close(); err != nil || fs.total() != 0 {
		t.Errorf("%d files are open at the end: %v", fs.total(), err)
	}
	if got, err := textIn(d, ms[7], s); err != nil || got != textOf(7) || fs.total() != 0 {
		t.Errorf("afterwards %q, %d files open: %v", got, fs.total(), err)
	}
}

// TestDirRemove: a removed file is closed, so that its room on the disk is free, but not
// before who reads it has ended.
func TestDirRemove(t *testing.T) {
	fs := &opens{Mem: newFS(t), now: map[string]int{}}
	d := NewDir(fs, "x")
	ms, s := manyExtents(t, d, 2)
	for _, m := range ms {
		if _, err := textIn(d, m, s); err != nil {
			t.Fatal(err)
		}
	}
	if fs.total() != 2 {
		t.Fatalf("%d files stay open, not 2", fs.total())
	}
	if err := d.Remove(ms[0].Name()); err != nil || fs.now[ms[0].Name()] != 0 {
		t.Errorf("a removed file is open: %v", err)
	}
	if _, err := textIn(d, ms[0], s); !errors.Is(err, vfs.ErrCorrupt) {
		t.Errorf("reading a removed extent: %v", err)
	}
	r, err := d.Select(ms[1], s, table.Span{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Remove(ms[1].Name()); err != nil || fs.now[ms[1].Name()] != 1 {
		t.Errorf("a file was closed under its reader: %v", err)
	}
	if b, err := r.Next(context.Background()); err != nil || b.Rows != 1 {
		t.Errorf("its rows: %v", err)
	}
	if _, err := r.Next(context.Background()); err != io.EOF {
		t.Error(err)
	}
	if err := r.Close(); err != nil || fs.total() != 0 {
		t.Errorf("%d files are open at the end: %v", fs.total(), err)
	}
}

// TestDirForgetsBad: a file that was found damaged is opened anew, so that one that was put
// in its place is read.
func TestDirForgetsBad(t *testing.T) {
	fs := newFS(t)
	d := NewDir(fs, "x")
	ms, s := manyExtents(t, d, 1)
	path := d.Path(ms[0])
	var good []byte
	damage := func(b []byte) []byte {
		good = append([]byte(nil), b...)
		b[len(b)/3] ^= 1
		return b
	}
	if err := fs.Damage(path, damage); err != nil {
		t.Fatal(err)
	}
	if _, err := textIn(d, ms[0], s); !errors.Is(err, vfs.ErrCorrupt) {
		t.Fatalf("a damaged extent: %v", err)
	}
	f, err := fs.Create("x/good")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(good); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Sync(), f.Close(), fs.Rename("x/good", path)); err != nil {
		t.Fatal(err)
	}
	if got, err := textIn(d, ms[0], s); err != nil || got != textOf(0) {
		t.Errorf("the right file has %q: %v", got, err)
	}
}

package store

import (
	"sync"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
)

// files knows which files of dropped extents somebody may still be reading: those that were
// dropped by a later edit than the one that somebody's view ends with.
type files struct {
	mu   sync.Mutex
	live map[wal.Seq]int // how many views of this version are in use
	dead []deadFile
}

// deadFile is a file in the directory of extents.
type deadFile struct {
	name    string
	dropped wal.Seq
}

// view returns the catalog's view now; the files in it stay until release.
func (f *files) view(c *catalog.Catalog) (v *catalog.View, release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v = c.View()
	if f.live == nil {
		f.live = map[wal.Seq]int{}
	}
	f.live[v.Version()]++
	return v, sync.OnceFunc(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.live[v.Version()]--; f.live[v.Version()] == 0 {
			delete(f.live, v.Version())
		}
	})
}

// drop says that views from now on have none of the files of metas.
func (f *files) drop(now wal.Seq, metas []*extent.Meta) {
	var names []string
	for _, m := range metas {
		names = append(names, filesOf(m)...)
	}
	f.dropFiles(now, names)
}

func (f *files) dropFiles(now wal.Seq, names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range names {
		f.dead = append(f.dead, deadFile{n, now})
	}
}

// filesOf lists the files of an extent.
func filesOf(m *extent.Meta) []string {
	if m.Index == nil {
		return []string{m.Name()}
	}
	return []string{m.Name(), m.Index.Name()}
}

// unused takes the dropped files that nobody reads any more.
func (f *files) unused() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	oldest := ^wal.Seq(0)
	for v := range f.live {
		oldest = min(oldest, v)
	}
	var out []string
	rest := f.dead[:0]
	for _, d := range f.dead {
		if d.dropped <= oldest {
			out = append(out, d.name)
		} else {
			rest = append(rest, d)
		}
	}
	f.dead = rest
	return out
}

package extent

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"path/filepath"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// writeIndex completes an index and writes its file, under its name already; the name
// is durable once the directory is synced. If it fails there is no file.
func writeIndex(fs vfs.FS, dir string, of Hash, b *terms.Builder) (_ *Index, path string, err error) {
	text, foot := b.Finish(of)
	x := &Index{Hash: sha256.Sum256(text), Bytes: int64(len(text))}
	x.Foot = Foot{Bytes: int64(foot), CRC: crc32.Checksum(text[len(text)-foot:], castagnoli)}
	path = filepath.Join(dir, fmt.Sprintf("%s%016x", TempPrefix, rand.Uint64()))
	f, err := fs.Create(path)
	if err != nil {
		return nil, "", err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = fs.Rename(path, x.Path(dir))
	}
	if err != nil {
		return nil, "", errors.Join(err, fs.Remove(path))
	}
	return x, x.Path(dir), nil
}

// Narrow returns the rows of an extent outside of which none fits c, in order, as its
// term index tells; all rows if it has none. An error wraps vfs.ErrCorrupt and names the
// file if the index is not what was written: the rows themselves are none the worse.
func (d *Dir) Narrow(m *Meta, c *terms.Cond) ([]terms.Range, error) {
	all := []terms.Range{{From: 0, To: m.Rows}}
	c, can := c.Without(func(column string) bool { _, there := m.Stat(column); return !there })
	switch {
	case !can:
		return nil, nil
	case c == nil || m.Index == nil:
		return all, nil
	}
	set, err := d.blocks(m, c)
	if err != nil {
		return nil, fmt.Errorf("%w: term index %s: %w", vfs.ErrCorrupt, m.Index.Path(d.path), err)
	}
	var out []terms.Range
	for i := int64(0); i*terms.BlockRows < m.Rows; i++ {
		if set[i/64]>>(i%64)&1 == 0 {
			continue
		}
		from, to := i*terms.BlockRows, min((i+1)*terms.BlockRows, m.Rows)
		if n := len(out); n > 0 && out[n-1].To == from {
			out[n-1].To = to
		} else {
			out = append(out, terms.Range{From: from, To: to})
		}
	}
	return out, nil
}

func (d *Dir) blocks(m *Meta, c *terms.Cond) (_ []uint64, err error) {
	f, err := d.take(m.Index.Name(), func(*opened) error { return nil })
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.give(f, err != nil)) }()
	x := m.Index.opened.Load()
	if x == nil {
		if x, err = terms.Open(f, m.Hash, m.Index.Bytes, m.Index.Foot.Bytes, m.Index.Foot.CRC); err != nil {
			return nil, err
		}
		m.Index.opened.Store(x)
	}
	set, err := x.Blocks(f, c)
	if err == nil && int64(len(set))*64*terms.BlockRows < m.Rows {
		err = fmt.Errorf("it is of fewer rows than %d", m.Rows)
	}
	return set, err
}

// BuildIndex makes the term index of an extent from its rows, for one that has none or
// whose index is damaged, with grams. The file is durable when it returns.
func (d *Dir) BuildIndex(ctx context.Context, m *Meta) (_ *Index, err error) {
	s := &table.Schema{}
	for _, st := range m.Stats {
		if _, ok := terms.Indexed(st.Type); ok {
			s.Cols = append(s.Cols, table.Column{Name: st.Name, Type: st.Type})
		}
	}
	b := terms.NewBuilder(s.Cols, true)
	r, err := d.Read(m, s, table.Span{})
	if err != nil {
		return nil, err
	}
	err = indexRows(ctx, b, r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("index %s: %w", d.Path(m), err)
	}
	x, path, err := writeIndex(d.fs, d.path, m.Hash, b)
	if err != nil {
		return nil, fmt.Errorf("index %s: %w", d.Path(m), err)
	}
	if err := d.fs.SyncDir(d.path); err != nil {
		return nil, fmt.Errorf("index %s: %w", d.Path(m), errors.Join(err, d.fs.Remove(path)))
	}
	return x, nil
}

func indexRows(ctx context.Context, b *terms.Builder, r table.Reader) error {
	rows := 0 // of the present block
	for {
		batch, err := r.Next(ctx)
		if err == io.EOF {
			if rows > 0 {
				b.Next()
			}
			return nil
		}
		if err != nil {
			return err
		}
		for at := 0; at < batch.Rows; {
			n := min(batch.Rows-at, terms.BlockRows-rows)
			for c, v := range batch.Vecs {
				addValues(b, c, v, at, at+n)
			}
			at += n
			if rows += n; rows == terms.BlockRows {
				b.Next()
				rows = 0
			}
		}
	}
}

func addValues(b *terms.Builder, col int, v table.Vec, from, to int) {
	switch v := v.(type) {
	case *table.Of[string]:
		for _, s := range v.Vals[from:to] {
			b.Add(col, s)
		}
	case *table.Of[table.UUID]:
		for i := from; i < to; i++ {
			if !v.IsNull(i) {
				b.Add(col, v.Vals[i].String())
			}
		}
	case *table.Of[table.Dyn]:
		for i := from; i < to; i++ {
			if !v.IsNull(i) {
				b.Add(col, v.Vals[i].String())
			}
		}
	}
}

// VerifyIndex reads the whole file of an extent's term index and compares its hash with
// its name. An extent without one is right.
func (d *Dir) VerifyIndex(m *Meta) error {
	if m.Index == nil {
		return nil
	}
	return d.verify(m.Index.Path(d.path), m.Index.Hash, "term index")
}

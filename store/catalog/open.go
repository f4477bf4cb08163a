package catalog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

const (
	checkpointMagic  = "YAGCAT01"
	checkpointPrefix = "checkpoint-"
	checkpointTemp   = "tmp-checkpoint"
	checkpointHead   = len(checkpointMagic) + 8 // magic, number of the edit
	segmentBytes     = 4 << 20
	checkpointEvery  = 4 << 20 // bytes of edits, at least
)

// Open opens the catalog in dir, making it if need be.
func Open(fs vfs.FS, dir string, o Options) (*Catalog, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Catalog{fs: fs, dir: dir, lg: o.Logger, tokens: map[string]table.Time{}, extents: map[extent.Hash]*extent.Meta{}}
	c.view.Store(&View{tables: map[table.Ref]*tableState{}, docs: map[string]map[string]Doc{}, builtin: &builtins{}})
	if err := c.open(o); err != nil {
		return nil, fmt.Errorf("open catalog %s: %w", dir, err)
	}
	return c, nil
}

func (c *Catalog) open(o Options) error {
	if err := c.fs.MkdirAll(c.dir); err != nil {
		return err
	}
	from, err := c.loadCheckpoint()
	if err != nil {
		return err
	}
	// The log is kept from the oldest checkpoint on, so that a newer one that cannot
	// be read costs nothing.
	c.log, err = wal.Open(c.fs, c.dir, wal.Options{SegmentBytes: segmentBytes, TrimBytes: 1, From: c.checked[0] + 1, Last: o.Last})
	if err != nil {
		return err
	}
	return c.log.Replay(from+1, func(seq wal.Seq, rec []byte) error {
		e, err := parseEdit(slices.Clone(rec))
		if err != nil {
			return fmt.Errorf("%w: edit %d: %w", vfs.ErrCorrupt, seq, err)
		}
		c.bytes += int64(len(rec))
		return c.replay(seq, e)
	})
}

// replay applies an edit that was read.
func (c *Catalog) replay(seq wal.Seq, e *Edit) error {
	if err := c.check(c.View(), e); err != nil {
		return fmt.Errorf("%w: edit %d: %w", vfs.ErrCorrupt, seq, err)
	}
	for i := range e.PutDocs {
		if e.PutDocs[i].Version == 0 { // in a checkpoint it stands there
			e.PutDocs[i].Version = uint64(seq)
		}
	}
	c.apply(seq, e)
	return nil
}

// loadCheckpoint reads the newest checkpoint that can be read, and returns the number
// of the last edit in it. A new catalog gets an empty one, so there always is one.
func (c *Catalog) loadCheckpoint() (wal.Seq, error) {
	names, err := c.fs.List(c.dir)
	if err != nil {
		return 0, err
	}
	for _, n := range names {
		if digits, ok := strings.CutPrefix(n, checkpointPrefix); ok {
			if seq, err := strconv.ParseUint(digits, 10, 64); err == nil {
				c.checked = append(c.checked, wal.Seq(seq))
			}
		}
	}
	slices.Sort(c.checked)
	if len(c.checked) == 0 {
		if slices.ContainsFunc(names, func(n string) bool { return n != checkpointTemp }) {
			return 0, fmt.Errorf("%w: no checkpoint", vfs.ErrCorrupt)
		}
		return 0, c.checkpoint(0)
	}
	var bad []error
	for i, seq := range slices.Backward(c.checked) {
		e, size, err := c.readCheckpoint(seq)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		c.sized = size
		for k, seq := range c.checked[i+1:] {
			c.lg.Warn("a damaged checkpoint of the catalog was passed over", "error", bad[len(bad)-1-k])
			if err := c.fs.Remove(filepath.Join(c.dir, checkpointName(seq))); err != nil {
				return 0, err
			}
		}
		c.checked = c.checked[:i+1]
		return seq, c.replay(seq, e)
	}
	return 0, errors.Join(bad...)
}

func checkpointName(seq wal.Seq) string { return fmt.Sprintf("%s%020d", checkpointPrefix, seq) }

func (c *Catalog) readCheckpoint(seq wal.Seq) (*Edit, int64, error) {
	name := checkpointName(seq)
	f, err := c.fs.Open(filepath.Join(c.dir, name))
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, size), b); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	e, err := parseCheckpoint(b, seq)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %s: %w", vfs.ErrCorrupt, name, err)
	}
	return e, size, nil
}

func parseCheckpoint(b []byte, seq wal.Seq) (*Edit, error) {
	n := len(b) - 4
	switch {
	case n < checkpointHead:
		return nil, fmt.Errorf("only %d bytes", len(b))
	case string(b[:len(checkpointMagic)]) != checkpointMagic:
		return nil, fmt.Errorf("begins with %q", b[:len(checkpointMagic)])
	case crc32.Checksum(b[:n], castagnoli) != binary.LittleEndian.Uint32(b[n:]):
		return nil, errors.New("wrong checksum")
	case wal.Seq(binary.LittleEndian.Uint64(b[len(checkpointMagic):])) != seq:
		return nil, errors.New("it has another name")
	}
	return parseEdit(b[checkpointHead:n])
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checkpoint writes the state to a file, if the log has grown enough since the last
// time or force is set, and drops what of the log is not needed any more.
func (c *Catalog) Checkpoint(ctx context.Context, force bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	seq := c.View().version
	if c.bytes == 0 || !force && c.bytes < max(checkpointEvery, c.sized) || slices.Contains(c.checked, seq) {
		return nil
	}
	if err := c.checkpoint(seq); err != nil {
		return fmt.Errorf("checkpoint of the catalog: %w", err)
	}
	return nil
}

// Forget writes the state to files until nothing of what was before is left in others.
func (c *Catalog) Forget(ctx context.Context) error {
	// The last two checkpoints are kept, and the log from the older of them on, whose
	// segment can go once the next but one has begun.
	for range 3 {
		if err := c.Commit(ctx, Edit{}); err != nil {
			return err
		}
		if err := c.Checkpoint(ctx, true); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalog) checkpoint(seq wal.Seq) error {
	b := binary.LittleEndian.AppendUint64([]byte(checkpointMagic), uint64(seq))
	b = appendEdit(b, c.state())
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	temp := filepath.Join(c.dir, checkpointTemp)
	if err := writeFile(c.fs, temp, b); err != nil {
		return err
	}
	if err := c.fs.Rename(temp, filepath.Join(c.dir, checkpointName(seq))); err != nil {
		return err
	}
	c.checked = append(c.checked, seq) // whatever comes, it is there, and must go one day
	if err := c.fs.SyncDir(c.dir); err != nil {
		return err
	}
	c.bytes, c.sized = 0, int64(len(b))
	for len(c.checked) > 2 {
		if err := c.fs.Remove(filepath.Join(c.dir, checkpointName(c.checked[0]))); err != nil {
			return err
		}
		c.checked = c.checked[1:]
	}
	if c.log == nil {
		return nil // a new catalog
	}
	// The older checkpoint must be gone for good before what it needs goes.
	if err := c.fs.SyncDir(c.dir); err != nil {
		return err
	}
	return c.log.Trim(c.checked[0])
}

// state is the edit that makes the present state out of nothing.
func (c *Catalog) state() *Edit {
	v := c.View()
	e := &Edit{Trimmed: v.trimmed, Retention: v.keep, Flushed: map[table.Ref]wal.Seq{}}
	for _, ref := range slices.SortedFunc(maps.Keys(v.tables), compareRefs) {
		t := v.tables[ref]
		if t.def != nil {
			e.PutTables = append(e.PutTables, *t.def)
		}
		if t.flushed > v.trimmed {
			e.Flushed[ref] = t.flushed
		}
		e.AddExtents = append(e.AddExtents, t.extents...)
	}
	for _, kind := range slices.Sorted(maps.Keys(v.docs)) {
		v.Docs(kind, func(d Doc) bool {
			e.PutDocs = append(e.PutDocs, d)
			return true
		})
	}
	for _, t := range slices.Sorted(maps.Keys(c.tokens)) {
		e.Tokens = append(e.Tokens, Token{t, c.tokens[t]})
	}
	return e
}

func writeFile(fs vfs.FS, name string, b []byte) error {
	f, err := fs.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

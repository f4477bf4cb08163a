package extent

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

// Options of a Writer. The zero value works.
type Options struct {
	// Received is when the last of the rows was appended.
	Received table.Time
	// Dense spends several times the time to make the file a quarter smaller, and puts
	// grams into its index.
	Dense bool
	// IndexRows is from how many rows on the extent gets a term index; negative: never.
	IndexRows int
	// Wrote is called with how many rows were added to the file, block by block; it may be nil.
	Wrote func(rows int)
}

// Writer writes one extent from batches that are in order.
type Writer struct {
	fs   vfs.FS
	dir  string
	temp string // what Abort removes, as it does tempIndex
	file vfs.File

	tempIndex string

	buf     *bufio.Writer
	sum     *summer
	pq      *parquet.Writer
	cols    []*column
	paths   []*pathColumn
	vecs    [][]table.Vec  // of the batches being written, by column; nil where one lacks it
	idx     *terms.Builder // nil: no index
	meta    Meta
	vals    []parquet.Value
	inOrder []Pos // of one batch, a block
	rows    int   // in the current row group
	last    rowKey
	wrote   func(rows int)
}

var (
	fast  = sync.OnceValue(func() *codec { return newCodec(1) })
	dense = sync.OnceValue(func() *codec { return newCodec(6) })
)

// NewWriter starts an extent of the columns cols, which must be among table.Stored's
// and include TimeGenerated and _Seq. rows is about how many rows will come, sample
// some of them (it may be nil). The file is under a temporary name until Close.
func (d *Dir) NewWriter(ref table.Ref, cols []table.Column, rows int, sample *table.Batch, o Options) (*Writer, error) {
	w := &Writer{fs: d.fs, dir: d.path, meta: Meta{Ref: ref, Received: o.Received}, wrote: o.Wrote, vals: make([]parquet.Value, 512)}
	cols = slices.Clone(cols)
	slices.SortFunc(cols, func(a, b table.Column) int { return strings.Compare(a.Name, b.Name) })
	for _, col := range cols {
		w.cols = append(w.cols, &column{Column: col, null: !required(col), dict: repeats(col, sample)})
	}
	w.addPaths(choosePaths(cols, sample))
	group := parquet.Group{}
	for i, col := range w.cols {
		col.count = newCounter(col.Column, col.dict)
		var c compress.Codec = fast()
		if o.Dense {
			c = &chosen{codec: dense(), fast: fast()}
		}
		n, err := node(col.Column, col.dict, col.null, c)
		if err != nil {
			return nil, err
		}
		if _, twice := group[col.Name]; twice {
			return nil, fmt.Errorf("%w: column %s is there twice", ErrInvalid, col.Name)
		}
		group[col.Name], col.index = n, i
	}
	if err := w.create(); err != nil {
		return nil, fmt.Errorf("write extent of %s: %w", ref, err)
	}
	w.sum = &summer{w: w.file, sha: sha256.New()}
	w.buf = bufio.NewWriterSize(w.sum, 256<<10)
	if o.IndexRows >= 0 && rows >= o.IndexRows {
		w.idx = terms.NewBuilder(w.indexed(), o.Dense)
	}
	most := pageMost
	if o.Dense {
		most = denseMost
	}
	for _, c := range w.cols {
		switch c.least = pageLeast; {
		case o.Dense && texts(c) && long(c, sample):
			c.least = denseLeast
		case texts(c):
			c.least = textLeast
		}
	}
	page := min(most, max(4<<10, rows*16))
	w.pq = parquet.NewWriter(w.buf, parquet.NewSchema("extent", group),
		parquet.PageBufferSize(page), parquet.DataPageStatistics(false), parquet.CreatedBy("yagura", "1", ""))
	return w, nil
}

// addPaths adds columns of paths, in their order: after the columns that they are of.
func (w *Writer) addPaths(all []*pathColumn) {
	if len(all) == 0 {
		return
	}
	w.paths = all
	for i := range uint32(terms.BlockRows) {
		w.inOrder = append(w.inOrder, Pos{0, i})
	}
	for _, c := range w.cols {
		if c.Type == table.Dynamic {
			c.paths = newPaths(c.Name, all)
		}
	}
	for _, p := range all {
		w.cols = append(w.cols, &column{Column: table.Column{Name: p.Name(), Type: p.Type}, null: true, dict: p.dict, path: p})
	}
	slices.SortFunc(w.cols, func(a, b *column) int { return strings.Compare(a.Name, b.Name) })
}

// indexed returns the columns for the term index, by their places; those of paths have
// nothing that is not in others.
func (w *Writer) indexed() []table.Column {
	cols := make([]table.Column, len(w.cols))
	for i, c := range w.cols {
		if c.path == nil {
			cols[i] = c.Column
		}
	}
	return cols
}

func (w *Writer) create() (err error) {
	w.temp = filepath.Join(w.dir, fmt.Sprintf("%s%016x", TempPrefix, rand.Uint64()))
	w.file, err = w.fs.Create(w.temp)
	return err
}

// Write adds the rows of b in the given order, or all of them if order is nil. They
// must not be before rows added earlier.
func (w *Writer) Write(b *table.Batch) error {
	times, seqs, ok := keys(b)
	if !ok {
		return fmt.Errorf("%w: no TimeGenerated, or no _Seq, or nulls in them", ErrInvalid)
	}
	order := make([]Pos, b.Rows)
	for i := range order {
		k := rowKey{times[i], seqs[i], Pos{0, uint32(i)}}
		if i+int(w.meta.Rows) > 0 && w.last.compare(k) > 0 {
			return fmt.Errorf("%w: row %d is not in order", ErrInvalid, w.meta.Rows+int64(i))
		}
		w.last, order[i] = k, k.pos
	}
	return w.write([]*table.Batch{b}, order)
}

// WriteMerged adds rows of batches in the given order, which the caller answers for.
func (w *Writer) WriteMerged(batches []*table.Batch, order []Pos) error {
	return w.write(batches, order)
}

// write adds rows of batches, a block of rows after the other.
func (w *Writer) write(batches []*table.Batch, order []Pos) error {
	if err := w.find(batches); err != nil {
		return fmt.Errorf("write extent of %s: %w", w.meta.Ref, err)
	}
	for len(order) > 0 {
		n := min(len(order), terms.BlockRows-w.rows%terms.BlockRows)
		for i, c := range w.cols {
			if err := w.writeColumn(c, w.vecs[i], order[:n]); err != nil {
				return fmt.Errorf("write extent of %s: column %s: %w", w.meta.Ref, c.Name, err)
			}
			runtime.Gosched() // who waits for an answer does not wait for the whole extent
		}
		order = order[n:]
		w.meta.Rows += int64(n)
		if w.wrote != nil {
			w.wrote(n)
		}
		if w.rows += n; w.rows%terms.BlockRows > 0 {
			continue
		}
		if err := w.endBlock(); err != nil {
			return fmt.Errorf("write extent of %s: %w", w.meta.Ref, err)
		}
	}
	return nil
}

// find looks up the columns in batches.
func (w *Writer) find(batches []*table.Batch) error {
	w.vecs = w.vecs[:0]
	for _, c := range w.cols {
		if c.path != nil { // its values come with those of the dynamic column
			w.vecs = append(w.vecs, nil)
			continue
		}
		vecs := make([]table.Vec, len(batches))
		for i, b := range batches {
			j := b.Schema.Index(c.Name)
			if j < 0 {
				continue
			}
			if b.Schema.Cols[j].Type != c.Type {
				return fmt.Errorf("column %s: %w: its values are %v", c.Name, ErrInvalid, b.Schema.Cols[j].Type)
			}
			vecs[i] = b.Vecs[j]
		}
		w.vecs = append(w.vecs, vecs)
	}
	return nil
}

// endBlock ends a block of rows, and pages and row groups that are large enough. So a
// reader that wants one block finds it in one page of each column of long texts.
func (w *Writer) endBlock() error {
	if w.idx != nil {
		w.idx.Next()
	}
	full := w.rows == rowGroupRows
	for i, c := range w.cols {
		c.last = ""
		if !full && c.page < c.least {
			continue
		}
		c.page = 0
		if full {
			continue
		}
		if err := w.pq.ColumnWriters()[i].Flush(); err != nil {
			return err
		}
	}
	if !full {
		return nil
	}
	w.rows = 0
	return w.pq.Flush()
}

// Close completes the extent: the file is durable under its name when it returns
// without an error, and not there otherwise. An extent without rows is an error.
func (w *Writer) Close() (*Meta, error) {
	m, err := w.finish()
	if err != nil {
		return nil, fmt.Errorf("write extent of %s: %w", w.meta.Ref, errors.Join(err, w.Abort()))
	}
	return m, nil
}

func (w *Writer) finish() (*Meta, error) {
	if w.meta.Rows == 0 {
		return nil, fmt.Errorf("%w: no rows", ErrInvalid)
	}
	if err := w.pq.Flush(); err != nil {
		return nil, err
	}
	if err := w.buf.Flush(); err != nil {
		return nil, err
	}
	for _, c := range w.cols {
		var counts []Count
		if c.count != nil {
			counts = c.count.counts(w.meta.Rows)
		}
		if c.path != nil {
			c.path.Counts = counts
			continue
		}
		st := c.stat()
		st.Counts = counts
		w.meta.Stats = append(w.meta.Stats, st)
	}
	w.meta.Paths = kept(w.paths)
	if err := w.describe(); err != nil {
		return nil, err
	}
	data := w.sum.size
	w.sum.foot = true
	if err := w.pq.Close(); err != nil {
		return nil, err
	}
	if err := w.buf.Flush(); err != nil {
		return nil, err
	}
	w.meta.Bytes = w.sum.size
	w.meta.Foot = Foot{Bytes: w.sum.size - data, CRC: w.sum.crc}
	w.sum.sha.Sum(w.meta.Hash[:0])
	st, _ := w.meta.Stat(table.TimeGenerated)
	w.meta.Span = table.Span{Start: st.Min.(table.Time), End: st.Max.(table.Time) + 1}
	if w.idx != nil {
		if err := w.index(); err != nil {
			return nil, fmt.Errorf("term index: %w", err)
		}
	}
	if err := w.file.Sync(); err != nil {
		return nil, err
	}
	f := w.file
	w.file = nil
	if err := f.Close(); err != nil {
		return nil, err
	}
	if err := w.fs.Rename(w.temp, w.meta.Path(w.dir)); err != nil {
		return nil, err
	}
	w.temp = w.meta.Path(w.dir) // to be removed, if the name cannot be made durable
	if err := w.fs.SyncDir(w.dir); err != nil {
		return nil, err
	}
	w.temp, w.tempIndex = "", ""
	m := w.meta // of which nothing leads back to the Writer and the rows
	return &m, nil
}

// index writes the term index; its name is made durable with that of the extent.
func (w *Writer) index() error {
	if w.rows%terms.BlockRows > 0 {
		w.idx.Next()
	}
	var err error
	w.meta.Index, w.tempIndex, err = writeIndex(w.fs, w.dir, w.meta.Hash, w.idx)
	return err
}

// describe adds our keys to the file's metadata.
func (w *Writer) describe() error {
	s := fileSchema{Version: 1, Workspace: w.meta.Ref.Workspace, Table: w.meta.Ref.Table, Received: int64(w.meta.Received)}
	for _, c := range w.cols {
		if c.path == nil {
			s.Columns = append(s.Columns, [2]string{c.Name, c.Type.String()})
		}
	}
	for _, p := range w.meta.Paths {
		s.Paths = append(s.Paths, filePath{p.Column, p.Keys, p.Type.String()})
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	w.pq.SetKeyValueMetadata(schemaKey, string(text))
	w.pq.SetKeyValueMetadata(blocksKey, base64.StdEncoding.EncodeToString(w.sum.blockSums()))
	return nil
}

// fileSchema is the JSON under schemaKey.
type fileSchema struct {
	Version   int         `json:"version"`
	Workspace string      `json:"workspace"`
	Table     string      `json:"table"`
	Received  int64       `json:"received"`
	Columns   [][2]string `json:"columns"` // name and Kusto type
	Paths     []filePath  `json:"paths,omitempty"`
}

type filePath struct {
	Column string   `json:"column"`
	Keys   []string `json:"keys"`
	Type   string   `json:"type"`
}

// Abort removes what was written. After Close it does nothing.
func (w *Writer) Abort() error {
	var err error
	if w.file != nil {
		err = w.file.Close()
		w.file = nil
	}
	if w.temp != "" {
		err = errors.Join(err, w.fs.Remove(w.temp))
		w.temp = ""
	}
	if w.tempIndex != "" {
		err = errors.Join(err, w.fs.Remove(w.tempIndex))
		w.tempIndex = ""
	}
	return err
}

// Write sorts and writes batches of one table, each in columns of table.Stored with
// TimeGenerated and _Seq among them; a column that is null or empty in all rows is
// left out. The file is complete and durable when Write returns, and not there at
// all if it fails.
func (d *Dir) Write(ref table.Ref, batches []*table.Batch, o Options) (*Meta, error) {
	order, ok := order(batches)
	if !ok {
		return nil, fmt.Errorf("write extent of %s: %w: no TimeGenerated, or no _Seq, or nulls in them", ref, ErrInvalid)
	}
	cols, err := union(batches)
	if err != nil {
		return nil, fmt.Errorf("write extent of %s: %w", ref, err)
	}
	var sample *table.Batch
	if len(batches) > 0 {
		sample = slices.MaxFunc(batches, func(a, b *table.Batch) int { return a.Rows - b.Rows })
	}
	w, err := d.NewWriter(ref, cols, len(order), sample, o)
	if err != nil {
		return nil, err
	}
	if err := w.write(batches, order); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return w.Close()
}

// union returns the columns that have a value in some batch.
func union(batches []*table.Batch) ([]table.Column, error) {
	var cols []table.Column
	at := map[string]int{}
	for _, b := range batches {
		for i, c := range b.Schema.Cols {
			j, seen := at[c.Name]
			switch {
			case seen && cols[j].Type != c.Type:
				return nil, fmt.Errorf("%w: column %s is %v and %v", ErrInvalid, c.Name, cols[j].Type, c.Type)
			case !seen && !empty(b.Vecs[i]):
				at[c.Name] = len(cols)
				cols = append(cols, table.Column{Name: c.Name, Type: c.Type})
			}
		}
	}
	return cols, nil
}

// empty reports whether every row of a column is null or the empty string.
func empty(v table.Vec) bool {
	if s, ok := v.(*table.Of[string]); ok {
		return !slices.ContainsFunc(s.Vals, func(s string) bool { return s != "" })
	}
	for i := range v.Len() {
		if !v.IsNull(i) {
			return false
		}
	}
	return true
}

// repeats reports whether a column has few enough different values for a dictionary.
func repeats(c table.Column, sample *table.Batch) bool {
	if sample == nil || c.Name == table.Seq || c.Type == table.Bool || c.Type == table.Datetime {
		return false
	}
	i := sample.Schema.Index(c.Name)
	if i < 0 {
		return c.Type == table.String
	}
	const most = 2048
	v := sample.Vecs[i]
	n := min(v.Len(), most)
	step := max(1, v.Len()/most)
	seen := map[any]bool{}
	for k := range n {
		switch x := v.At(k * step).(type) {
		case table.Dyn:
			seen[x.String()] = true
		default:
			seen[x] = true
		}
	}
	return n >= 16 && len(seen) <= n/4
}

// texts reports whether the pages of a column have its texts.
func texts(c *column) bool {
	return c.path == nil && !c.dict && (c.Type == table.String || c.Type == table.Dynamic)
}

// long reports whether a column of texts has long ones, of which one repeats parts of
// another: they are worth large pages. Of numbers and names, one is found sooner in small
// pages.
func long(c *column, sample *table.Batch) bool {
	i := -1
	if sample != nil {
		i = sample.Schema.Index(c.Name)
	}
	if i < 0 {
		return true
	}
	size, n := 0, min(sample.Rows, 2048)
	for row := range n {
		switch v := sample.Vecs[i].At(row).(type) {
		case string:
			size += len(v)
		case table.Dyn:
			size += len(v.String())
		}
	}
	return size >= longText*n
}

// summer hashes what is written, whole and in blocks.
type summer struct {
	w      vfs.File
	sha    hash.Hash
	size   int64
	synced int64
	block  uint32 // of the block being written
	blocks []uint32
	foot   bool // what comes belongs to the foot
	crc    uint32
}

func (s *summer) Write(p []byte) (int, error) {
	s.sha.Write(p)
	if s.foot {
		s.crc = crc32.Update(s.crc, castagnoli, p)
	} else {
		s.addBlocks(p)
	}
	n, err := s.w.Write(p)
	s.size += int64(n)
	if err == nil && s.size-s.synced >= syncBytes {
		err, s.synced = s.w.Sync(), s.size
	}
	return n, err
}

func (s *summer) addBlocks(p []byte) {
	at := s.size
	for len(p) > 0 {
		n := min(int64(len(p)), blockBytes-at%blockBytes)
		s.block = crc32.Update(s.block, castagnoli, p[:n])
		p, at = p[n:], at+n
		if at%blockBytes == 0 {
			s.blocks, s.block = append(s.blocks, s.block), 0
		}
	}
}

// blockSums returns the checksums of the blocks before the foot; the last may be short.
func (s *summer) blockSums() []byte {
	if s.size%blockBytes != 0 {
		s.blocks = append(s.blocks, s.block)
	}
	var out []byte
	for _, c := range s.blocks {
		out = binary.LittleEndian.AppendUint32(out, c)
	}
	return out
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

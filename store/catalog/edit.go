package catalog

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yagura/yagura/store/codec"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

// An edit is a version and then parts, each with its kind in front.
const editVersion = 1

const (
	partPutTable = iota + 1
	partDropTable
	partAddExtent
	partDropExtent
	partFlushed
	partTrimmed
	partPutDoc
	partDropDoc
	partToken
	partDropTokens
	partIndex
	partRetention
	partTotal
	partPaths
	partNumbers
)

const (
	partPutBare = iota + 16 // partPutTable of a table that is bare
	partCounts
)

func appendEdit(dst []byte, e *Edit) []byte {
	dst = append(dst, editVersion)
	for _, ref := range e.DropTables {
		dst = codec.AppendRef(append(dst, partDropTable), ref)
	}
	for i := range e.PutTables {
		kind := byte(partPutTable)
		if e.PutTables[i].Bare {
			kind = partPutBare
		}
		dst = appendTable(append(dst, kind), &e.PutTables[i])
		if total := e.PutTables[i].Total; total > 0 {
			dst = codec.AppendUint(append(dst, partTotal), uint64(total))
		}
	}
	for _, w := range slices.Sorted(maps.Keys(e.Retention)) {
		dst = codec.AppendString(append(dst, partRetention), w)
		dst = codec.AppendUint(dst, uint64(e.Retention[w]))
	}
	for _, h := range e.DropExtents {
		dst = append(append(dst, partDropExtent), h[:]...)
	}
	for _, m := range e.AddExtents {
		dst = appendMeta(append(dst, partAddExtent), m)
		if m.Index != nil {
			dst = appendIndex(dst, m.Hash, m.Index)
		}
		if len(m.Paths) > 0 {
			dst = appendPaths(dst, m)
		}
		dst = appendNumbers(dst, m)
		dst = appendCounts(dst, m)
	}
	for _, x := range e.Indexes {
		dst = appendIndex(dst, x.Extent, x.Index)
	}
	for _, ref := range slices.SortedFunc(maps.Keys(e.Flushed), compareRefs) {
		dst = codec.AppendRef(append(dst, partFlushed), ref)
		dst = codec.AppendUint(dst, uint64(e.Flushed[ref]))
	}
	if e.Trimmed > 0 {
		dst = codec.AppendUint(append(dst, partTrimmed), uint64(e.Trimmed))
	}
	for _, d := range e.DropDocs {
		dst = codec.AppendString(codec.AppendString(append(dst, partDropDoc), d.Kind), d.ID)
	}
	for _, d := range e.PutDocs {
		dst = codec.AppendString(codec.AppendString(append(dst, partPutDoc), d.Kind), d.ID)
		dst = codec.AppendUint(dst, d.Version)
		dst = append(codec.AppendUint(dst, uint64(len(d.JSON))), d.JSON...)
	}
	if e.DropTokens > 0 {
		dst = codec.AppendInt(append(dst, partDropTokens), int64(e.DropTokens))
	}
	for _, t := range e.Tokens {
		dst = codec.AppendString(append(dst, partToken), t.Token)
		dst = codec.AppendInt(dst, int64(t.Time))
	}
	return dst
}

func compareRefs(a, b table.Ref) int {
	if c := strings.Compare(a.Workspace, b.Workspace); c != 0 {
		return c
	}
	return strings.Compare(a.Table, b.Table)
}

// parseEdit reads what appendEdit wrote; the result shares memory with b.
func parseEdit(b []byte) (*Edit, error) {
	r := codec.NewReader(b)
	if v := r.Byte(); v != editVersion {
		return nil, fmt.Errorf("%w: an edit of version %d", codec.ErrMalformed, v)
	}
	e := &Edit{}
	for r.Len() > 0 && r.Err() == nil {
		switch kind := r.Byte(); kind {
		case partPutTable:
			e.PutTables = append(e.PutTables, readTable(r))
		case partPutBare:
			t := readTable(r)
			t.Bare = true
			e.PutTables = append(e.PutTables, t)
		case partTotal:
			days := readDays(r)
			if n := len(e.PutTables); n > 0 {
				e.PutTables[n-1].Total = days
			} else {
				r.Fail("a total retention of no table")
			}
		case partRetention:
			if e.Retention == nil {
				e.Retention = map[string]int{}
			}
			w := r.String()
			e.Retention[w] = readDays(r)
		case partDropTable:
			e.DropTables = append(e.DropTables, r.Ref())
		case partAddExtent:
			e.AddExtents = append(e.AddExtents, readMeta(r))
		case partIndex:
			e.addIndex(readHash(r), readIndex(r))
		case partPaths:
			e.addPaths(r)
		case partNumbers:
			e.addNumbers(r)
		case partCounts:
			e.addCounts(r)
		case partDropExtent:
			e.DropExtents = append(e.DropExtents, readHash(r))
		case partFlushed:
			if e.Flushed == nil {
				e.Flushed = map[table.Ref]wal.Seq{}
			}
			ref := r.Ref()
			e.Flushed[ref] = wal.Seq(r.Uint())
		case partTrimmed:
			e.Trimmed = wal.Seq(r.Uint())
		case partPutDoc:
			d := Doc{Kind: r.String(), ID: r.String(), Version: r.Uint()}
			d.JSON = r.Bytes(r.Count(1))
			e.PutDocs = append(e.PutDocs, d)
		case partDropDoc:
			e.DropDocs = append(e.DropDocs, Doc{Kind: r.String(), ID: r.String()})
		case partToken:
			e.Tokens = append(e.Tokens, Token{r.String(), table.Time(r.Int())})
		case partDropTokens:
			e.DropTokens = table.Time(r.Int())
		default:
			r.Fail("no such part of an edit: %d", kind)
		}
	}
	return e, r.Err()
}

func appendTable(dst []byte, t *Table) []byte {
	dst = codec.AppendRef(dst, t.Ref)
	dst = codec.AppendUint(dst, uint64(t.Retention))
	dst = codec.AppendUint(dst, uint64(len(t.Schema.Cols)))
	for _, c := range t.Schema.Cols {
		dst = append(codec.AppendString(dst, c.Name), byte(c.Type))
		dst = codec.AppendString(dst, c.Doc)
	}
	return dst
}

func readTable(r *codec.Reader) Table {
	t := Table{Ref: r.Ref(), Retention: readDays(r), Schema: &table.Schema{}}
	n := r.Count(3)
	t.Schema.Cols = make([]table.Column, 0, n)
	for range n {
		t.Schema.Cols = append(t.Schema.Cols, table.Column{Name: r.String(), Type: r.Type(), Doc: r.String()})
	}
	return t
}

func readDays(r *codec.Reader) int { return int(min(r.Uint(), 1<<20)) }

func appendMeta(dst []byte, m *extent.Meta) []byte {
	dst = append(dst, m.Hash[:]...)
	dst = codec.AppendRef(dst, m.Ref)
	dst = codec.AppendInt(dst, m.Rows)
	dst = codec.AppendInt(dst, m.Bytes)
	dst = codec.AppendInt(dst, int64(m.Span.Start))
	dst = codec.AppendInt(dst, int64(m.Span.End))
	dst = codec.AppendInt(dst, int64(m.Received))
	dst = codec.AppendInt(dst, m.Foot.Bytes)
	dst = binary.LittleEndian.AppendUint32(dst, m.Foot.CRC)
	dst = codec.AppendUint(dst, uint64(len(m.Stats)))
	for i := range m.Stats {
		s := &m.Stats[i]
		dst = append(codec.AppendString(dst, s.Name), byte(s.Type))
		dst = codec.AppendInt(dst, s.Nulls)
		dst = codec.AppendValue(codec.AppendValue(dst, s.Min), s.Max)
	}
	return dst
}

func appendIndex(dst []byte, of extent.Hash, x *extent.Index) []byte {
	dst = append(append(append(dst, partIndex), of[:]...), x.Hash[:]...)
	dst = codec.AppendInt(dst, x.Bytes)
	dst = codec.AppendInt(dst, x.Foot.Bytes)
	return binary.LittleEndian.AppendUint32(dst, x.Foot.CRC)
}

func readIndex(r *codec.Reader) *extent.Index {
	x := &extent.Index{Hash: readHash(r), Bytes: r.Int()}
	x.Foot.Bytes = r.Int()
	if b := r.Bytes(4); b != nil {
		x.Foot.CRC = binary.LittleEndian.Uint32(b)
	}
	return x
}

// addIndex gives an index to the extent that was added last, if it is the one, or to one
// that was there.
func (e *Edit) addIndex(of extent.Hash, x *extent.Index) {
	if n := len(e.AddExtents); n > 0 && e.AddExtents[n-1].Hash == of && len(e.Indexes) == 0 {
		e.AddExtents[n-1].Index = x
		return
	}
	e.Indexes = append(e.Indexes, Index{of, x})
}

func appendPaths(dst []byte, m *extent.Meta) []byte {
	dst = append(append(dst, partPaths), m.Hash[:]...)
	dst = codec.AppendUint(dst, uint64(len(m.Paths)))
	for i := range m.Paths {
		p := &m.Paths[i]
		dst = append(codec.AppendString(dst, p.Column), byte(p.Type))
		dst = codec.AppendUint(dst, uint64(len(p.Keys)))
		for _, k := range p.Keys {
			dst = codec.AppendString(dst, k)
		}
	}
	return dst
}

// addPaths reads the paths of the extent that was added last.
func (e *Edit) addPaths(r *codec.Reader) {
	m := e.added(r)
	if m == nil {
		return
	}
	paths := make([]extent.Path, 0, r.Count(3))
	for range cap(paths) {
		p := extent.Path{Column: r.String(), Type: r.Type()}
		p.Keys = make([]string, 0, r.Count(1))
		for range cap(p.Keys) {
			p.Keys = append(p.Keys, r.String())
		}
		paths = append(paths, p)
	}
	m.Paths = paths
}

// added reads which extent a part is about: the one that was added last.
func (e *Edit) added(r *codec.Reader) *extent.Meta {
	of, n := readHash(r), len(e.AddExtents)
	if n == 0 || e.AddExtents[n-1].Hash != of {
		r.Fail("a part about an extent that was not added just before")
		return nil
	}
	return e.AddExtents[n-1]
}

// appendNumbers writes which columns of reals are known to have no NaN, if any is.
func appendNumbers(dst []byte, m *extent.Meta) []byte {
	var names []string
	for i := range m.Stats {
		if m.Stats[i].Numbers {
			names = append(names, m.Stats[i].Name)
		}
	}
	if names == nil {
		return dst
	}
	dst = append(append(dst, partNumbers), m.Hash[:]...)
	dst = codec.AppendUint(dst, uint64(len(names)))
	for _, name := range names {
		dst = codec.AppendString(dst, name)
	}
	return dst
}

// addNumbers reads that of the extent that was added last.
func (e *Edit) addNumbers(r *codec.Reader) {
	m := e.added(r)
	if m == nil {
		return
	}
	for range r.Count(1) {
		if s, ok := m.Stat(r.String()); ok {
			s.Numbers = true
		}
	}
}

// appendCounts writes how many rows have which value, of the columns and paths of which that
// is known.
func appendCounts(dst []byte, m *extent.Meta) []byte {
	var names []string
	var all [][]extent.Count
	for i := range m.Stats {
		if s := &m.Stats[i]; s.Counts != nil {
			names, all = append(names, s.Name), append(all, s.Counts)
		}
	}
	for i := range m.Paths {
		if p := &m.Paths[i]; p.Counts != nil {
			names, all = append(names, p.Name()), append(all, p.Counts)
		}
	}
	if names == nil {
		return dst
	}
	dst = append(append(dst, partCounts), m.Hash[:]...)
	dst = codec.AppendUint(dst, uint64(len(names)))
	for i, name := range names {
		dst = codec.AppendUint(codec.AppendString(dst, name), uint64(len(all[i])))
		for _, c := range all[i] {
			dst = codec.AppendUint(codec.AppendValue(dst, c.Value), uint64(c.Rows))
		}
	}
	return dst
}

// addCounts reads those of the extent that was added last.
func (e *Edit) addCounts(r *codec.Reader) {
	m := e.added(r)
	if m == nil {
		return
	}
	of := map[string]*[]extent.Count{}
	for i := range m.Stats {
		of[m.Stats[i].Name] = &m.Stats[i].Counts
	}
	for i := range m.Paths {
		of[m.Paths[i].Name()] = &m.Paths[i].Counts
	}
	for range r.Count(2) {
		name := r.String()
		counts := make([]extent.Count, 0, r.Count(2))
		for range cap(counts) {
			counts = append(counts, extent.Count{Value: r.Value(), Rows: int64(r.Uint())})
		}
		if at := of[name]; at != nil {
			*at = counts
		}
	}
}

func readHash(r *codec.Reader) (h extent.Hash) {
	copy(h[:], r.Bytes(len(h)))
	return h
}

func readMeta(r *codec.Reader) *extent.Meta {
	m := &extent.Meta{Hash: readHash(r), Ref: r.Ref(), Rows: r.Int(), Bytes: r.Int()}
	m.Span.Start, m.Span.End = table.Time(r.Int()), table.Time(r.Int())
	m.Received = table.Time(r.Int())
	m.Foot.Bytes = r.Int()
	if b := r.Bytes(4); b != nil {
		m.Foot.CRC = binary.LittleEndian.Uint32(b)
	}
	n := r.Count(5)
	m.Stats = make([]extent.Stat, 0, n)
	for range n {
		m.Stats = append(m.Stats, extent.Stat{Name: r.String(), Type: r.Type(), Nulls: r.Int(), Min: r.Value(), Max: r.Value()})
	}
	return m
}

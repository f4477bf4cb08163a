package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/yagura/yagura/store/codec"
	"github.com/yagura/yagura/table"
)

// A record of the log: see docs/format/wal.md.
const (
	recordVersion = 1
	maxRows       = 1 << table.SeqRowBits // of a record
	maxCells      = 1 << 26               // rows times columns, of a record

	columnConst = 1 << 0 // one value stands for all rows
	columnNulls = 1 << 1 // a bitmap of nulls comes first
)

// record is a decoded record.
type record struct {
	at    table.Time
	token string
	parts []*part
}

// appendRecord writes the header of a record; appendBatch follows for each batch.
func appendRecord(dst []byte, at table.Time, token string, batches int) []byte {
	dst = append(dst, recordVersion)
	dst = codec.AppendInt(dst, int64(at))
	dst = codec.AppendString(dst, token)
	return codec.AppendUint(dst, uint64(batches))
}

// appendBatch writes the rows of one table; columns that are null or empty in all
// rows are left out.
func appendBatch(dst []byte, ref table.Ref, b *table.Batch) []byte {
	dst = codec.AppendRef(dst, ref)
	dst = codec.AppendUint(dst, uint64(b.Rows))
	cols := 0
	keep := make([]bool, len(b.Vecs))
	for i, v := range b.Vecs {
		if keep[i] = !allNull(v); keep[i] {
			cols++
		}
	}
	dst = codec.AppendUint(dst, uint64(cols))
	for i, v := range b.Vecs {
		if keep[i] {
			dst = codec.AppendString(dst, b.Schema.Cols[i].Name)
			dst = append(dst, byte(v.Type()))
			dst = appendVec(dst, v)
		}
	}
	return dst
}

func appendVec(dst []byte, v table.Vec) []byte {
	switch v := v.(type) {
	case *table.Of[bool]:
		return appendFixed(dst, v, func(dst []byte, b bool) []byte {
			if b {
				return append(dst, 1)
			}
			return append(dst, 0)
		})
	case *table.Of[int32]:
		return appendFixed(dst, v, func(dst []byte, n int32) []byte { return binary.LittleEndian.AppendUint32(dst, uint32(n)) })
	case *table.Of[int64]:
		return appendFixed(dst, v, func(dst []byte, n int64) []byte { return binary.LittleEndian.AppendUint64(dst, uint64(n)) })
	case *table.Of[table.Time]:
		return appendFixed(dst, v, func(dst []byte, n table.Time) []byte { return binary.LittleEndian.AppendUint64(dst, uint64(n)) })
	case *table.Of[table.Duration]:
		return appendFixed(dst, v, func(dst []byte, n table.Duration) []byte { return binary.LittleEndian.AppendUint64(dst, uint64(n)) })
	case *table.Of[float64]:
		return appendFixed(dst, v, func(dst []byte, f float64) []byte {
			return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
		})
	case *table.Of[table.UUID]:
		return appendFixed(dst, v, func(dst []byte, u table.UUID) []byte { return append(dst, u[:]...) })
	case *table.Of[string]:
		return appendTexts(dst, v, func(s string) string { return s })
	case *table.Of[table.Dec]:
		return appendTexts(dst, v, func(d table.Dec) string { return string(d) })
	case *table.Of[table.Dyn]:
		return appendDyns(dst, v)
	}
	panic(fmt.Sprintf("store: %T is not a column", v))
}

// appendFlags writes the flags and the bitmap of nulls.
func appendFlags(dst []byte, constant bool, null []bool) []byte {
	if constant {
		return append(dst, columnConst)
	}
	if null == nil {
		return append(dst, 0)
	}
	dst = append(dst, columnNulls)
	at := len(dst)
	dst = append(dst, make([]byte, (len(null)+7)/8)...)
	for i, n := range null {
		if n {
			dst[at+i/8] |= 1 << (i % 8)
		}
	}
	return dst
}

func appendFixed[T interface {
	table.Elem
	comparable
}](dst []byte, v *table.Of[T], put func([]byte, T) []byte) []byte {
	if sameAll(v.Vals) && v.Null == nil {
		return put(appendFlags(dst, true, nil), v.Vals[0])
	}
	dst = appendFlags(dst, false, v.Null)
	for _, x := range v.Vals {
		dst = put(dst, x)
	}
	return dst
}

func sameAll[T comparable](vals []T) bool {
	for _, x := range vals {
		if x != vals[0] {
			return false
		}
	}
	return true
}

func appendTexts[T interface {
	table.Elem
	comparable
}](dst []byte, v *table.Of[T], text func(T) string) []byte {
	if sameAll(v.Vals) && v.Null == nil {
		return codec.AppendString(appendFlags(dst, true, nil), text(v.Vals[0]))
	}
	dst = appendFlags(dst, false, v.Null)
	for _, x := range v.Vals {
		dst = codec.AppendUint(dst, uint64(len(text(x))))
	}
	for _, x := range v.Vals {
		dst = append(dst, text(x)...)
	}
	return dst
}

func appendDyns(dst []byte, v *table.Of[table.Dyn]) []byte {
	dst = appendFlags(dst, false, v.Null)
	var text []byte
	for i, d := range v.Vals {
		n := len(text)
		if v.Null == nil || !v.Null[i] {
			text = d.AppendJSON(text)
		}
		dst = codec.AppendUint(dst, uint64(len(text)-n))
	}
	return append(dst, text...)
}

// allNull reports whether every row of v is null or the empty string.
func allNull(v table.Vec) bool {
	if s, ok := v.(*table.Of[string]); ok {
		for _, x := range s.Vals {
			if x != "" {
				return false
			}
		}
		return true
	}
	for i := range v.Len() {
		if !v.IsNull(i) {
			return false
		}
	}
	return true
}

// decodeRecord reads a record. The result shares memory with b.
func decodeRecord(b []byte) (*record, error) {
	r := codec.NewReader(b)
	if v := r.Byte(); v != recordVersion {
		return nil, fmt.Errorf("%w: a record of version %d", codec.ErrMalformed, v)
	}
	rec := &record{at: table.Time(r.Int()), token: r.String()}
	rows, cells := 0, 0
	for range r.Count(4) {
		p := &part{ref: r.Ref()}
		start := r.Len()
		n, cols := r.Uint(), r.Count(3)
		if rows, cells = rows+int(min(n, maxRows+1)), cells+int(min(n, maxRows+1))*cols; n == 0 || rows > maxRows || cells > maxCells {
			r.Fail("%d rows of %d columns", n, cols)
			break
		}
		s := &table.Schema{Cols: make([]table.Column, 0, cols+1)}
		p.batch = &table.Batch{Schema: s, Vecs: make([]table.Vec, 0, cols+1), Rows: int(n)}
		for range cols {
			c := table.Column{Name: r.String(), Type: r.Type()}
			s.Cols = append(s.Cols, c)
			p.batch.Vecs = append(p.batch.Vecs, readVec(r, c.Type, int(n)))
			if r.Err() != nil {
				break
			}
		}
		if r.Err() == nil {
			p.bounds(r)
		}
		p.bytes = int64(start - r.Len())
		p.since, p.at = rec.at, rec.at
		rec.parts = append(rec.parts, p)
	}
	if r.Err() == nil && r.Len() > 0 {
		r.Fail("%d bytes too many", r.Len())
	}
	return rec, r.Err()
}

func readVec(r *codec.Reader, t table.Type, n int) table.Vec {
	switch t {
	case table.Bool:
		return readFixed(r, n, 1, func(b []byte) bool { return b[0] != 0 })
	case table.Int:
		return readFixed(r, n, 4, func(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) })
	case table.Long:
		return readFixed(r, n, 8, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) })
	case table.Datetime:
		return readFixed(r, n, 8, func(b []byte) table.Time { return table.Time(binary.LittleEndian.Uint64(b)) })
	case table.Timespan:
		return readFixed(r, n, 8, func(b []byte) table.Duration { return table.Duration(binary.LittleEndian.Uint64(b)) })
	case table.Real:
		return readFixed(r, n, 8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
	case table.Guid:
		return readFixed(r, n, 16, func(b []byte) table.UUID { return table.UUID(b) })
	case table.String:
		return readTexts(r, n, func(s string) string { return s })
	case table.Decimal:
		return readTexts(r, n, func(s string) table.Dec { return table.Dec(s) })
	case table.Dynamic:
		return readTexts(r, n, func(s string) table.Dyn { return table.NewDyn(table.Raw(s)) })
	}
	panic(fmt.Sprintf("store: no such type: %v", t))
}

func readFlags(r *codec.Reader, n int) (constant bool, null []bool) {
	switch flags := r.Byte(); flags {
	case 0:
	case columnConst:
		return true, nil
	case columnNulls:
		bits := r.Bytes((n + 7) / 8)
		if bits == nil {
			return false, nil
		}
		null = make([]bool, n)
		for i := range null {
			null[i] = bits[i/8]&(1<<(i%8)) != 0
		}
	default:
		r.Fail("no such column: %d", flags)
	}
	return false, null
}

func readFixed[T table.Elem](r *codec.Reader, n, size int, get func([]byte) T) table.Vec {
	constant, null := readFlags(r, n)
	v := &table.Of[T]{Null: null}
	if constant {
		if b := r.Bytes(size); b != nil {
			v.Vals = repeat(get(b), n)
		}
		return v
	}
	b := r.Bytes(n * size)
	if b == nil {
		return v
	}
	v.Vals = make([]T, n)
	for i := range v.Vals {
		v.Vals[i] = get(b[i*size:])
	}
	return v
}

func repeat[T any](x T, n int) []T {
	vals := make([]T, n)
	for i := range vals {
		vals[i] = x
	}
	return vals
}

func readTexts[T table.Elem](r *codec.Reader, n int, get func(string) T) table.Vec {
	constant, null := readFlags(r, n)
	v := &table.Of[T]{Null: null}
	if constant {
		s := r.String()
		if !utf8.ValidString(s) {
			r.Fail("text that is not valid UTF-8")
		}
		if r.Err() == nil {
			v.Vals = repeat(get(s), n)
		}
		return v
	}
	vals := make([]T, min(n, r.Len())) // if there are fewer bytes than texts it will fail
	r.Texts(n, func(i int, s string) {
		if null == nil || !null[i] {
			vals[i] = get(s)
		}
	})
	v.Vals = vals
	return v
}

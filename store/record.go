package store

import (
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"
	"unsafe"

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
		return appendFixed(dst, v, 1)
	case *table.Of[int32]:
		return appendFixed(dst, v, 4)
	case *table.Of[int64]:
		return appendFixed(dst, v, 8)
	case *table.Of[table.Time]:
		return appendFixed(dst, v, 8)
	case *table.Of[table.Duration]:
		return appendFixed(dst, v, 8)
	case *table.Of[float64]:
		return appendFixed(dst, v, 8)
	case *table.Of[table.UUID]:
		return appendFixed(dst, v, 1)
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

// appendFixed writes values of a fixed size, made of numbers of so many bytes each.
func appendFixed[T interface {
	table.Elem
	comparable
}](dst []byte, v *table.Of[T], number int) []byte {
	vals, constant := v.Vals, sameAll(v.Vals) && v.Null == nil
	if constant {
		vals = vals[:1]
	}
	dst = appendFlags(dst, constant, v.Null)
	at := len(dst)
	dst = append(dst, memory(vals)...)
	littleEndian(dst[at:], number)
	return dst
}

// memory is the bytes of values that have no pointers.
func memory[T any](vals []T) []byte {
	var x T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(vals))), len(vals)*int(unsafe.Sizeof(x)))
}

// littleEndian turns numbers of so many bytes each between the order of the log and that
// of this machine's memory.
func littleEndian(b []byte, number int) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		return
	}
	for ; len(b) > 0; b = b[number:] {
		slices.Reverse(b[:number])
	}
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
	texts, size := make([]string, len(v.Vals)), 0
	for i, d := range v.Vals {
		if v.Null == nil || !v.Null[i] {
			texts[i] = d.String()
		}
		size += len(texts[i])
		dst = codec.AppendUint(dst, uint64(len(texts[i])))
	}
	dst = slices.Grow(dst, size)
	for _, text := range texts {
		dst = append(dst, text...)
	}
	return dst
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
		return readBools(r, n)
	case table.Int:
		return readFixed[int32](r, n, 4)
	case table.Long:
		return readFixed[int64](r, n, 8)
	case table.Datetime:
		return readFixed[table.Time](r, n, 8)
	case table.Timespan:
		return readFixed[table.Duration](r, n, 8)
	case table.Real:
		return readFixed[float64](r, n, 8)
	case table.Guid:
		return readFixed[table.UUID](r, n, 1)
	case table.String:
		return readTexts(r, n, func(s string) string { return s })
	case table.Decimal:
		return readTexts(r, n, func(s string) table.Dec { return table.Dec(s) })
	case table.Dynamic:
		raws := table.Raws{}
		return readTexts(r, n, raws.Dyn)
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

// readFixed reads what appendFixed wrote, but for booleans.
func readFixed[T table.Elem](r *codec.Reader, n, number int) table.Vec {
	constant, null := readFlags(r, n)
	v, m := &table.Of[T]{Null: null}, n
	if constant {
		m = 1
	}
	var x T
	b := r.Bytes(m * int(unsafe.Sizeof(x)))
	if b == nil {
		return v
	}
	v.Vals = make([]T, m)
	into := memory(v.Vals)
	copy(into, b)
	littleEndian(into, number)
	if constant {
		v.Vals = repeat(v.Vals[0], n)
	}
	return v
}

// readBools is readFixed of booleans: of other bytes than 0 and 1 memory would have no meaning.
func readBools(r *codec.Reader, n int) table.Vec {
	v := readFixed[bool](r, n, 1).(*table.Of[bool])
	bytes := memory(v.Vals)
	for i, b := range bytes {
		bytes[i] = min(b, 1)
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

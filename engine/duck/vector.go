package duck

// #include "glue.h"
import "C"

import (
	"errors"
	"fmt"
	"unicode/utf8"
	"unsafe"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/table"
)

// How each type stands in DuckDB: datetime and timespan as BIGINT ticks, guid as UUID,
// decimal as its text, dynamic as JSON (see dynamic.go), strings never NULL.
var sqlTypes = map[table.Type]bind.Type{
	table.Bool:     bind.TypeBoolean,
	table.Int:      bind.TypeInteger,
	table.Long:     bind.TypeBigInt,
	table.Real:     bind.TypeDouble,
	table.Decimal:  bind.TypeVarchar,
	table.String:   bind.TypeVarchar,
	table.Datetime: bind.TypeBigInt,
	table.Timespan: bind.TypeBigInt,
	table.Guid:     bind.TypeUUID,
	table.Dynamic:  bind.TypeVarchar,
}

var errUTF8 = errors.New("a string is not UTF-8")

// errRoom is that of strings for which DuckDB has no memory.
var errRoom = errors.New("no memory is left for strings")

// readVector copies n rows out of one of DuckDB's vectors.
func readVector(v bind.Vector, t table.Type, n int) (table.Vec, error) {
	data := bind.VectorGetData(v)
	null := readValidity(bind.VectorGetValidity(v), n)
	switch t {
	case table.Bool:
		return readFixed[bool](data, null, n), nil
	case table.Int:
		return readFixed[int32](data, null, n), nil
	case table.Long:
		return readFixed[int64](data, null, n), nil
	case table.Real:
		return readFixed[float64](data, null, n), nil
	case table.Datetime:
		return readFixed[table.Time](data, null, n), nil
	case table.Timespan:
		return readFixed[table.Duration](data, null, n), nil
	case table.Guid:
		return readGuids(data, null, n), nil
	case table.String:
		return &table.Of[string]{Vals: readStrings[string](data, null, n)}, nil
	case table.Decimal:
		return &table.Of[table.Dec]{Vals: readStrings[table.Dec](data, null, n), Null: null}, nil
	case table.Dynamic:
		texts := readStrings[string](data, null, n)
		out := &table.Of[table.Dyn]{Vals: make([]table.Dyn, n), Null: null}
		for i, s := range texts {
			if null == nil || !null[i] {
				out.Vals[i] = decodeDynamic(s)
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("duck: no vector of %v", t)
}

// readValidity makes of a validity mask, a bit for each row, what table.Of has; nil if
// no row is NULL.
func readValidity(mask unsafe.Pointer, n int) []bool {
	if mask == nil || n == 0 {
		return nil
	}
	words := unsafe.Slice((*uint64)(mask), (n+63)/64)
	var null []bool
	for i := range n {
		if words[i/64]>>(i%64)&1 == 0 {
			if null == nil {
				null = make([]bool, n)
			}
			null[i] = true
		}
	}
	return null
}

// readFixed copies values whose bytes are the same in DuckDB and in Go.
func readFixed[T bool | int32 | int64 | float64 | table.Time | table.Duration](data unsafe.Pointer, null []bool, n int) table.Vec {
	out := &table.Of[T]{Vals: make([]T, n), Null: null}
	copy(out.Vals, unsafe.Slice((*T)(data), n))
	var zero T
	for i, isNull := range null {
		if isNull {
			out.Vals[i] = zero
		}
	}
	return out
}

// signBit is how DuckDB keeps the order of UUIDs in its signed 128-bit integers.
const signBit = 1 << 63

func readGuids(data unsafe.Pointer, null []bool, n int) table.Vec {
	words := unsafe.Slice((*[2]uint64)(data), n) // low, high
	out := &table.Of[table.UUID]{Vals: make([]table.UUID, n), Null: null}
	for i, w := range words {
		if null == nil || !null[i] {
			putWord(out.Vals[i][:8], w[1]^signBit)
			putWord(out.Vals[i][8:], w[0])
		}
	}
	return out
}

func putWord(b []byte, w uint64) {
	for i := range 8 {
		b[i] = byte(w >> (56 - 8*i))
	}
}

func getWord(b []byte) (w uint64) {
	for _, c := range b[:8] {
		w = w<<8 | uint64(c)
	}
	return w
}

// stringT is DuckDB's string: its bytes if there are at most 12, or where they are.
type stringT struct {
	len    uint32
	prefix [4]byte
	ptr    *byte
}

const inlined = 12

func (s *stringT) bytes() []byte {
	if s.len <= inlined {
		return unsafe.Slice(&s.prefix[0], s.len)
	}
	return unsafe.Slice(s.ptr, s.len)
}

// readStrings copies all strings into one piece of memory.
func readStrings[T ~string](data unsafe.Pointer, null []bool, n int) []T {
	src := unsafe.Slice((*stringT)(data), n)
	size := 0
	for i := range src {
		if null == nil || !null[i] {
			size += int(src[i].len)
		}
	}
	buf := make([]byte, 0, size)
	out := make([]T, n)
	for i := range src {
		if null != nil && null[i] {
			continue
		}
		start := len(buf)
		buf = append(buf, src[i].bytes()...)
		if len(buf) > start {
			out[i] = T(unsafe.String(&buf[start], len(buf)-start))
		}
	}
	return out
}

// lendVector is readVector for a caller that is done with the rows when the call returns in
// which DuckDB gave them: where it can, it copies nothing. The strings' headers go to texts.
func lendVector(v bind.Vector, t table.Type, n int, texts []string) (table.Vec, []string, error) {
	null := readValidity(bind.VectorGetValidity(v), n)
	data := bind.VectorGetData(v)
	switch {
	case t == table.String:
		src := unsafe.Slice((*stringT)(data), n)
		texts = append(texts[:0], make([]string, n)...)
		for i := range src {
			if null == nil || !null[i] {
				texts[i] = unsafe.String(unsafe.SliceData(src[i].bytes()), src[i].len)
			}
		}
		return &table.Of[string]{Vals: texts}, texts, nil
	case null != nil: // what stands there is not zero
	case t == table.Real:
		return &table.Of[float64]{Vals: unsafe.Slice((*float64)(data), n)}, texts, nil
	case t == table.Long:
		return &table.Of[int64]{Vals: unsafe.Slice((*int64)(data), n)}, texts, nil
	case t == table.Datetime:
		return &table.Of[table.Time]{Vals: unsafe.Slice((*table.Time)(data), n)}, texts, nil
	case t == table.Timespan:
		return &table.Of[table.Duration]{Vals: unsafe.Slice((*table.Duration)(data), n)}, texts, nil
	}
	out, err := readVector(v, t, n)
	return out, texts, err
}

// writeVector copies src into one of DuckDB's vectors of the same type, from row
// offset on. The rows there were not written before.
func writeVector(v bind.Vector, src table.Vec, offset int) error {
	n := src.Len()
	switch s := src.(type) {
	case *table.Of[bool]:
		writeFixed(v, s, offset)
	case *table.Of[int32]:
		writeFixed(v, s, offset)
	case *table.Of[int64]:
		writeFixed(v, s, offset)
	case *table.Of[float64]:
		writeFixed(v, s, offset)
	case *table.Of[table.Time]:
		writeFixed(v, s, offset)
	case *table.Of[table.Duration]:
		writeFixed(v, s, offset)
	case *table.Of[table.UUID]:
		words := unsafe.Slice((*[2]uint64)(bind.VectorGetData(v)), offset+n)[offset:]
		for i, u := range s.Vals {
			words[i] = [2]uint64{getWord(u[8:]), getWord(u[:8]) ^ signBit}
		}
		writeValidity(v, s.Null, offset)
	case *table.Of[string]:
		size := 0
		for _, text := range s.Vals {
			size += len(text)
		}
		return writeStrings(v, n, offset, size, func(dst []byte, i int) []byte { return append(dst, s.Vals[i]...) })
	case *table.Of[table.Dec]:
		writeValidity(v, s.Null, offset)
		return writeStrings(v, n, offset, 0, func(dst []byte, i int) []byte { return append(dst, s.Vals[i]...) })
	case *table.Of[table.Dyn]:
		writeValidity(v, s.Null, offset)
		return writeStrings(v, n, offset, 0, func(dst []byte, i int) []byte {
			if s.IsNull(i) {
				return dst
			}
			return encodeDynamic(dst, s.Vals[i])
		})
	default:
		return fmt.Errorf("duck: no vector of %T", src)
	}
	return nil
}

func writeFixed[T bool | int32 | int64 | float64 | table.Time | table.Duration](v bind.Vector, src *table.Of[T], offset int) {
	copy(unsafe.Slice((*T)(bind.VectorGetData(v)), offset+len(src.Vals))[offset:], src.Vals)
	writeValidity(v, src.Null, offset)
}

func writeValidity(v bind.Vector, null []bool, offset int) {
	if null == nil {
		return
	}
	bind.VectorEnsureValidityWritable(v)
	words := unsafe.Slice((*uint64)(bind.VectorGetValidity(v)), (offset+len(null)+63)/64)
	for i, isNull := range null {
		if isNull {
			words[(offset+i)/64] &^= 1 << ((offset + i) % 64)
		}
	}
}

// writeStrings writes n strings, each as add appends it, of about so many bytes.
func writeStrings(v bind.Vector, n, offset, size int, add func(dst []byte, i int) []byte) error {
	if n == 0 {
		return nil
	}
	ends := make([]uint64, n)
	buf := make([]byte, 0, size)
	for i := range n {
		buf = add(buf, i)
		ends[i] = uint64(len(buf))
	}
	if !utf8.Valid(buf) {
		return errUTF8
	}
	bytes := (*C.char)(nil)
	if len(buf) > 0 {
		bytes = (*C.char)(unsafe.Pointer(&buf[0]))
	}
	if C.yagura_assign_strings(v.Ptr, C.uint64_t(offset), bytes, (*C.uint64_t)(&ends[0]), C.uint64_t(n)) == 0 {
		return errRoom
	}
	return nil
}

package duck

// #include <stdlib.h>
// #include "glue.h"
import "C"

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/table"
)

// Rows in memory (the tail of a table, constants) are read by a table function:
// kql_rows(id). DuckDB tells which columns it wants and takes rows from as many
// threads as it likes, a chunk at a time.
type rowsFunc struct {
	schema  *table.Schema
	batches []*table.Batch
	rows    int64
	where   func(cols []table.Vec, rows int) (table.Vec, error) // nil: all rows
}

func newRows(s *table.Schema, batches []*table.Batch, where func([]table.Vec, int) (table.Vec, error)) *rowsFunc {
	f := &rowsFunc{schema: s, batches: batches, where: where}
	for _, b := range batches {
		f.rows += int64(b.Rows)
	}
	return f
}

// rowsScan is one scan of a rowsFunc.
type rowsScan struct {
	of     *rowsFunc
	cols   []int
	pieces []piece
	next   atomic.Int64
}

// piece is so many rows as a chunk holds, of one batch.
type piece struct{ batch, from, to int }

var (
	rowSources registry[*rowsFunc]
	rowScans   registry[*rowsScan]
)

const rowsName = "kql_rows"

// manyRows is from how many rows on a scan is worth more than one thread. Fewer come
// in their order.
const manyRows = 50_000

func registerRows(conn bind.Connection) error {
	f := bind.CreateTableFunction()
	defer bind.DestroyTableFunction(&f)
	bind.TableFunctionSetName(f, rowsName)
	withTypes(func(lt ...bind.LogicalType) { bind.TableFunctionAddParameter(f, lt[0]) }, bind.TypeBigInt)
	bind.TableFunctionSupportsProjectionPushdown(f, true)
	bind.TableFunctionSetBind(f, unsafe.Pointer(C.yaguraBindRows))
	bind.TableFunctionSetInit(f, unsafe.Pointer(C.yaguraInitRows))
	bind.TableFunctionSetFunction(f, unsafe.Pointer(C.yaguraReadRows))
	if bind.RegisterTableFunction(conn, f) != bind.StateSuccess {
		return fmt.Errorf("duck: register %s: refused", rowsName)
	}
	return nil
}

//export yaguraBindRows
func yaguraBindRows(ptr unsafe.Pointer) {
	info := bind.BindInfo{Ptr: ptr}
	v := bind.BindGetParameter(info, 0)
	id := bind.GetInt64(v)
	bind.DestroyValue(&v)
	f, ok := rowSources.get(id)
	if !ok {
		bind.BindSetError(info, fmt.Sprintf("duck: no rows %d", id))
		return
	}
	for i, c := range f.schema.Cols {
		withTypes(func(lt ...bind.LogicalType) { bind.BindAddResultColumn(info, colName(i), lt[0]) }, sqlTypes[c.Type])
	}
	bind.BindSetCardinality(info, bind.IdxT(f.rows), true)
	bind.BindSetBindData(info, cNumber(id), C.free)
}

// cNumber puts a number into memory that C frees.
func cNumber(n int64) unsafe.Pointer {
	p := C.malloc(8)
	*(*int64)(p) = n
	return p
}

//export yaguraInitRows
func yaguraInitRows(ptr unsafe.Pointer) {
	info := bind.InitInfo{Ptr: ptr}
	f, ok := rowSources.get(*(*int64)(bind.InitGetBindData(info)))
	if !ok {
		bind.InitSetError(info, "duck: rows are gone")
		return
	}
	s := &rowsScan{of: f}
	for i := range bind.InitGetColumnCount(info) {
		s.cols = append(s.cols, int(bind.InitGetColumnIndex(info, i)))
	}
	size := int(bind.VectorSize())
	for b, batch := range f.batches {
		for from := 0; from < batch.Rows; from += size {
			s.pieces = append(s.pieces, piece{b, from, min(from+size, batch.Rows)})
		}
	}
	threads := 1
	if f.rows >= manyRows {
		threads = len(s.pieces)
	}
	bind.InitSetMaxThreads(info, bind.IdxT(threads))
	bind.InitSetInitData(info, cNumber(rowScans.put(s)), unsafe.Pointer(C.yaguraFree))
}

//export yaguraFree
func yaguraFree(p unsafe.Pointer) {
	rowScans.drop(*(*int64)(p))
	C.free(p)
}

//export yaguraReadRows
func yaguraReadRows(ptr, output unsafe.Pointer) {
	info := bind.FunctionInfo{Ptr: ptr}
	if err := readRows(*(*int64)(bind.FunctionGetInitData(info)), bind.DataChunk{Ptr: output}); err != nil {
		bind.FunctionSetError(info, err.Error())
	}
}

func readRows(id int64, out bind.DataChunk) (err error) {
	defer caught(&err)
	s, ok := rowScans.get(id)
	if !ok {
		return fmt.Errorf("duck: no scan %d", id)
	}
	for {
		i := s.next.Add(1) - 1
		if i >= int64(len(s.pieces)) {
			bind.DataChunkSetSize(out, 0)
			return nil
		}
		p := s.pieces[i]
		b := s.of.batches[p.batch].Slice(p.from, p.to)
		idx, err := s.of.matches(b)
		if err != nil {
			return err
		}
		rows := b.Rows
		if s.of.where != nil {
			rows = len(idx)
		}
		if rows > 0 { // a chunk without rows is the end
			return s.write(out, b, idx, rows)
		}
	}
}

// matches returns which rows of b are wanted; nil if all may be.
func (f *rowsFunc) matches(b *table.Batch) ([]int, error) {
	if f.where == nil {
		return nil, nil
	}
	v, err := f.where(b.Vecs, b.Rows)
	if err != nil {
		return nil, err
	}
	keep, ok := v.(*table.Of[bool])
	if !ok {
		return nil, fmt.Errorf("duck: a condition gives %v", v.Type())
	}
	var idx []int
	for i, yes := range keep.Vals {
		if yes && !keep.IsNull(i) {
			idx = append(idx, i)
		}
	}
	return idx, nil
}

// write fills a chunk with the rows of b, or with those at idx.
func (s *rowsScan) write(out bind.DataChunk, b *table.Batch, idx []int, rows int) error {
	for o, c := range s.cols {
		if c >= len(s.of.schema.Cols) {
			continue // the row number, when no column is wanted
		}
		v := b.Vecs[c]
		if idx != nil {
			v = v.Gather(idx)
		}
		if err := writeVector(bind.DataChunkGetVector(out, bind.IdxT(o)), v, 0); err != nil {
			return err
		}
	}
	bind.DataChunkSetSize(out, bind.IdxT(rows))
	return nil
}

// colName is how column i of a relation is called in SQL.
func colName(i int) string { return fmt.Sprintf("c%d", i) }

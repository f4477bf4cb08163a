package duck

// #include <stdlib.h>
// #include "glue.h"
import "C"

import (
	"fmt"
	"unsafe"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// Aggregates without a template run in Go: SQL calls kqlagg_<type>(id, columns…), and
// id finds the aggregate here. DuckDB keeps, as the state of a group, the number of an
// accumulator. A group without rows has none, and its result is NULL.
type aggFunc struct {
	args   []table.Type
	result table.Type
	make   func() fn.Accumulator
	lend   bool // strings in DuckDB's own memory will do
}

// accState is one group's accumulator and the aggregate that it is of.
type accState struct {
	of  *aggFunc
	acc fn.Accumulator
}

var (
	aggregates   registry[*aggFunc]
	accumulators slab[accState]
)

// maxAggArgs is how many arguments an aggregate may have in SQL.
const maxAggArgs = 8

func aggName(t table.Type) string { return "kqlagg_" + t.String() }

func registerAggregates(conn bind.Connection) error {
	for t, sqlType := range sqlTypes {
		name := C.CString(aggName(t))
		var failed C.int
		withTypes(func(lt ...bind.LogicalType) {
			failed = C.yagura_register_aggregate(conn.Ptr, name, lt[0].Ptr, lt[1].Ptr, lt[2].Ptr, maxAggArgs)
		}, bind.TypeBigInt, bind.TypeAny, sqlType)
		C.free(unsafe.Pointer(name))
		if failed != 0 {
			return fmt.Errorf("duck: register %s: refused", aggName(t))
		}
	}
	return nil
}

func aggError(info unsafe.Pointer, err error) {
	msg := C.CString(err.Error())
	C.yagura_aggregate_error(info, msg)
	C.free(unsafe.Pointer(msg))
}

//export yaguraUpdate
func yaguraUpdate(info, input, states unsafe.Pointer) {
	if err := aggUpdate(bind.DataChunk{Ptr: input}, states); err != nil {
		aggError(info, err)
	}
}

func aggUpdate(in bind.DataChunk, states unsafe.Pointer) (err error) {
	defer caught(&err)
	rows := int(bind.DataChunkGetSize(in))
	if rows == 0 {
		return nil
	}
	id := *(*int64)(bind.VectorGetData(bind.DataChunkGetVector(in, 0)))
	f, ok := aggregates.get(id)
	if !ok {
		return fmt.Errorf("duck: no aggregate %d", id)
	}
	args, err := readArgs(in, f.args, rows, f.lend)
	if err != nil {
		return err
	}
	var last *uint64
	var acc fn.Accumulator
	for i, h := range unsafe.Slice((**uint64)(states), rows) {
		if h != last {
			s, err := stateOf(h, f)
			if err != nil {
				return err
			}
			last, acc = h, s.acc
		}
		if err := acc.Add(args, i); err != nil {
			return err
		}
	}
	return nil
}

// stateOf returns the accumulator of the state at h, making it if there is none.
func stateOf(h *uint64, f *aggFunc) (*accState, error) {
	if *h != 0 {
		return accumulators.get(*h), nil
	}
	s := &accState{f, f.make()}
	if *h = accumulators.put(s); *h == 0 {
		return nil, fmt.Errorf("duck: too many groups")
	}
	return s, nil
}

//export yaguraCombine
func yaguraCombine(info, source, target unsafe.Pointer, count C.uint64_t) {
	if err := aggCombine(source, target, int(count)); err != nil {
		aggError(info, err)
	}
}

func aggCombine(source, target unsafe.Pointer, n int) (err error) {
	defer caught(&err)
	from, to := unsafe.Slice((**uint64)(source), n), unsafe.Slice((**uint64)(target), n)
	for i := range n {
		if *from[i] == 0 {
			continue
		}
		s := accumulators.get(*from[i])
		t, err := stateOf(to[i], s.of)
		if err != nil {
			return err
		}
		if err := t.acc.Merge(s.acc); err != nil {
			return err
		}
	}
	return nil
}

//export yaguraFinalize
func yaguraFinalize(info, source, result unsafe.Pointer, count, offset C.uint64_t) {
	if err := aggFinalize(source, bind.Vector{Ptr: result}, int(count), int(offset)); err != nil {
		aggError(info, err)
	}
}

func aggFinalize(source unsafe.Pointer, out bind.Vector, n, offset int) (err error) {
	defer caught(&err)
	none := make([]bool, n)
	var vals table.Vec
	for i, h := range unsafe.Slice((**uint64)(source), n) {
		if none[i] = *h == 0; none[i] {
			if vals != nil {
				table.Append(vals, nil)
			}
			continue
		}
		s := accumulators.get(*h)
		if vals == nil {
			vals = table.Repeat(s.of.result, nil, i)
		}
		var v table.Value
		if r := s.acc.Result(); len(r) > 0 {
			v = r[0]
		}
		table.Append(vals, v)
	}
	if vals != nil {
		if err := writeVector(out, vals, offset); err != nil {
			return err
		}
	}
	writeValidity(out, none, offset)
	return nil
}

//export yaguraDestroy
func yaguraDestroy(states unsafe.Pointer, count C.uint64_t) {
	for _, h := range unsafe.Slice((**uint64)(states), int(count)) {
		if *h != 0 {
			accumulators.drop(*h)
			*h = 0
		}
	}
}

package duck

// #include <stdlib.h>
// #include "glue.h"
import "C"

import (
	"fmt"
	"sync"
	"unsafe"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// Aggregates without a template run in Go: SQL calls kqlagg_<type>(id, columns…), and
// id finds the aggregate here. DuckDB keeps, as the state of a group, the number of an
// accumulator. A group without rows has none, and its result is NULL.
type aggFunc struct {
	args   []aggArg
	result table.Type
	make   func() fn.Accumulator
	lend   bool // columns in DuckDB's own memory will do
	many   bool // the accumulators take many rows at once
}

// aggArg is an argument: a column, or a constant as one.
type aggArg struct {
	of       table.Type
	constant table.Vec
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
	u := updates.Get().(*update)
	defer u.done()
	args, err := u.read(f, in, rows)
	if err != nil {
		return err
	}
	return u.add(f, args, unsafe.Slice((**uint64)(states), rows))
}

// update is what one call of aggUpdate needs; it is used again by another.
type update struct {
	args   []table.Vec
	texts  [][]string // lent, by argument
	states []*uint64  // those of the rows, each once
	rows   []int32    // in the order of states
	ends   []int32    // of the rows of each state
	of     []int32    // by row, the place in states
	places [2 << maxStatesBits]int32
}

var updates = sync.Pool{New: func() any { return new(update) }}

// done forgets where DuckDB's memory is, which the collector must not find here once
// others have it.
func (u *update) done() {
	clear(u.args)
	for _, texts := range u.texts {
		clear(texts)
	}
	clear(u.states)
	updates.Put(u)
}

// read reads the arguments of a chunk.
func (u *update) read(f *aggFunc, in bind.DataChunk, rows int) ([]table.Vec, error) {
	u.args, u.texts = u.args[:0], append(u.texts, make([][]string, max(0, len(f.args)-len(u.texts)))...)
	col := bind.IdxT(1)
	for i, a := range f.args {
		if a.constant != nil {
			u.args = append(u.args, a.constant)
			continue
		}
		v := bind.DataChunkGetVector(in, col)
		col++
		var arg table.Vec
		var err error
		if f.lend {
			arg, u.texts[i], err = lendVector(v, a.of, rows, u.texts[i])
		} else {
			arg, err = readVector(v, a.of, rows)
		}
		if err != nil {
			return nil, err
		}
		u.args = append(u.args, arg)
	}
	return u.args, nil
}

// add gives each row to the accumulator of its state.
func (u *update) add(f *aggFunc, args []table.Vec, states []*uint64) error {
	if f.many && same(states) == len(states) {
		s, err := stateOf(states[0], f)
		if err != nil {
			return err
		}
		return s.acc.(fn.Batched).AddRows(args, everyRow()[:len(states)])
	}
	if f.many && u.split(states) {
		from := int32(0)
		for i, h := range u.states {
			s, err := stateOf(h, f)
			if err != nil {
				return err
			}
			if err := s.acc.(fn.Batched).AddRows(args, u.rows[from:u.ends[i]]); err != nil {
				return err
			}
			from = u.ends[i]
		}
		return nil
	}
	var last *uint64
	var acc fn.Accumulator
	for i, h := range states {
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

// everyRow are the rows of a chunk.
var everyRow = sync.OnceValue(func() []int32 {
	rows := make([]int32, bind.VectorSize())
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
})

// same is how many states are the first one.
func same(states []*uint64) int {
	for i, h := range states {
		if h != states[0] {
			return i
		}
	}
	return len(states)
}

// maxStatesBits says how many states split tells apart; with more, each has too few rows
// for it to be worth while.
const maxStatesBits = 8

// split puts the rows of each state together. It reports whether there are few states.
func (u *update) split(states []*uint64) bool {
	u.states, u.of, u.ends = u.states[:0], u.of[:0], u.ends[:0]
	clear(u.places[:])
	var last *uint64
	var at int32
	for _, h := range states {
		if h != last {
			last = h
			p := uint64(uintptr(unsafe.Pointer(h))) * 0x9e3779b97f4a7c15 >> (63 - maxStatesBits)
			for u.places[p] != 0 && u.states[u.places[p]-1] != h {
				p = (p + 1) % (2 << maxStatesBits)
			}
			if u.places[p] == 0 {
				if len(u.states) == 1<<maxStatesBits {
					return false
				}
				u.states, u.ends = append(u.states, h), append(u.ends, 0)
				u.places[p] = int32(len(u.states))
			}
			at = u.places[p] - 1
		}
		u.of = append(u.of, at)
		u.ends[at]++
	}
	from := int32(0)
	for i, n := range u.ends {
		u.ends[i] = from
		from += n
	}
	u.rows = append(u.rows[:0], make([]int32, len(states))...)
	for row, at := range u.of {
		u.rows[u.ends[at]] = int32(row)
		u.ends[at]++
	}
	return true
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

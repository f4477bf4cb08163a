package duck

// #include "glue.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime/debug"
	"unsafe"

	bind "github.com/duckdb/duckdb-go-bindings"
	"github.com/yagura/yagura/table"
)

// Expressions without a template run in Go: SQL calls kql_<type>(id, columns…), which
// is registered once for each type of result, and id finds the expression here.
type scalarFunc struct {
	args []table.Type
	run  func(args []table.Vec, rows int) (table.Vec, error)
}

var scalars registry[*scalarFunc]

// scalarName is the SQL function whose result is of type t.
func scalarName(t table.Type) string { return "kql_" + t.String() }

// registerScalars makes the SQL functions known.
func registerScalars(conn bind.Connection) error {
	for t, sqlType := range sqlTypes {
		f := bind.CreateScalarFunction()
		bind.ScalarFunctionSetName(f, scalarName(t))
		withTypes(func(lt ...bind.LogicalType) {
			bind.ScalarFunctionAddParameter(f, lt[0])
			bind.ScalarFunctionSetVarargs(f, lt[1])
			bind.ScalarFunctionSetReturnType(f, lt[2])
		}, bind.TypeBigInt, bind.TypeAny, sqlType)
		bind.ScalarFunctionSetSpecialHandling(f) // NULLs are arguments like others
		bind.ScalarFunctionSetFunction(f, unsafe.Pointer(C.yaguraScalar))
		state := bind.RegisterScalarFunction(conn, f)
		bind.DestroyScalarFunction(&f)
		if state != bind.StateSuccess {
			return fmt.Errorf("duck: register %s: refused", scalarName(t))
		}
	}
	return nil
}

// registerFind makes kql_find known (see text.c).
func registerFind(conn bind.Connection) error {
	f := bind.CreateScalarFunction()
	defer bind.DestroyScalarFunction(&f)
	bind.ScalarFunctionSetName(f, "kql_find")
	withTypes(func(lt ...bind.LogicalType) {
		bind.ScalarFunctionAddParameter(f, lt[0])
		bind.ScalarFunctionAddParameter(f, lt[0])
		bind.ScalarFunctionAddParameter(f, lt[1])
		bind.ScalarFunctionSetReturnType(f, lt[2])
	}, bind.TypeVarchar, bind.TypeInteger, bind.TypeTinyInt)
	bind.ScalarFunctionSetFunction(f, unsafe.Pointer(C.yagura_find))
	if bind.RegisterScalarFunction(conn, f) != bind.StateSuccess {
		return errors.New("duck: register kql_find: refused")
	}
	return nil
}

// withTypes calls f with DuckDB's descriptions of types.
func withTypes(f func(...bind.LogicalType), types ...bind.Type) {
	lts := make([]bind.LogicalType, len(types))
	for i, t := range types {
		lts[i] = bind.CreateLogicalType(t)
	}
	f(lts...)
	for i := range lts {
		bind.DestroyLogicalType(&lts[i])
	}
}

//export yaguraScalar
func yaguraScalar(info, input, output unsafe.Pointer) {
	if err := scalarCall(bind.DataChunk{Ptr: input}, bind.Vector{Ptr: output}); err != nil {
		bind.ScalarFunctionSetError(bind.FunctionInfo{Ptr: info}, err.Error())
	}
}

func scalarCall(in bind.DataChunk, out bind.Vector) (err error) {
	defer caught(&err)
	rows := int(bind.DataChunkGetSize(in))
	if rows == 0 {
		return nil
	}
	id := *(*int64)(bind.VectorGetData(bind.DataChunkGetVector(in, 0)))
	f, ok := scalars.get(id)
	if !ok {
		return fmt.Errorf("duck: no expression %d", id)
	}
	args, err := readArgs(in, f.args, rows)
	if err != nil {
		return err
	}
	v, err := f.run(args, rows)
	if err != nil {
		return err
	}
	return writeVector(out, v, 0)
}

// readArgs reads the columns of a chunk but the first, which is the id.
func readArgs(in bind.DataChunk, types []table.Type, rows int) ([]table.Vec, error) {
	args := make([]table.Vec, len(types))
	for i, t := range types {
		var err error
		if args[i], err = readVector(bind.DataChunkGetVector(in, bind.IdxT(i+1)), t, rows); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// caught turns a panic into an error: it must not unwind DuckDB's stack.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("duck: panic in a function: %v\n%s", p, debug.Stack())
	}
}

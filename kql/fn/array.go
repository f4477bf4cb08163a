package fn

import (
	"github.com/yagura/yagura/table"
)

// Functions on dynamic arrays. What is not an array has no result.
var arrayFuncs = []Func{
	arrayLengthFunc("array_length", Example{`array_length(dynamic([1, 2, 3]))`, `3`}, Example{`array_length(dynamic({"a":1}))`, `long(null)`}),
	aliasOf(arrayLengthFunc("arraylength", Example{`arraylength(dynamic([]))`, `0`}), "array_length"),
}

func arrayLengthFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "Number of elements of an array.", Examples: examples,
		Overloads: []Overload{{Params: P(DynP("array")), Returns: Is(table.Long), Eval: lift1(dyns, func(d table.Dyn) (int64, bool) {
			a, ok := d.Array()
			return int64(len(a)), ok
		})}},
	}
}

package fn

import (
	"math/bits"

	"github.com/yagura/yagura/table"
)

// Bits of whole numbers, all as long.
var bitFuncs = []Func{
	bitFunc("binary_and", "The bits that two numbers share.", "value1", "value2", func(a, b int64) (int64, bool) { return a & b, true }, Example{`binary_and(12, 10)`, `8`}),
	bitFunc("binary_or", "The bits that one of two numbers has.", "value1", "value2", func(a, b int64) (int64, bool) { return a | b, true }, Example{`binary_or(12, 10)`, `14`}),
	bitFunc("binary_xor", "The bits in which two numbers differ.", "value1", "value2", func(a, b int64) (int64, bool) { return a ^ b, true }, Example{`binary_xor(12, 10)`, `6`}),
	bitFunc("binary_shift_left", "A number's bits moved to the left; the count is taken modulo 64, and a negative one gives null.", "value", "shift", func(a, n int64) (int64, bool) {
		return a << (uint64(n) & 63), n >= 0
	}, Example{`binary_shift_left(1, 2)`, `4`}),
	bitFunc("binary_shift_right", "A number's bits moved to the right, keeping the sign; the count is taken modulo 64, and a negative one gives null.", "value", "shift", func(a, n int64) (int64, bool) {
		return a >> (uint64(n) & 63), n >= 0
	}, Example{`binary_shift_right(8, 2)`, `2`}),
	{
		Name: "binary_not", Kind: Scalar, Doc: "A number with all bits the other way.", Result: FirstArg,
		Overloads: []Overload{{Params: P(IntP("value")), Returns: Is(table.Long), Eval: lift1(longs, sure(func(a int64) int64 { return ^a }))}},
		Examples:  []Example{{`binary_not(100)`, `long(-101)`}},
	},
	{
		Name: "bitset_count_ones", Kind: Scalar, Doc: "How many bits of a number are set.", Result: FirstArg,
		Overloads: []Overload{{Params: P(IntP("value")), Returns: Is(table.Long), Eval: lift1(longs, sure(func(a int64) int64 { return int64(bits.OnesCount64(uint64(a))) }))}},
		Examples:  []Example{{`bitset_count_ones(42)`, `3`}},
	},
}

func bitFunc(name, doc, p1, p2 string, f func(a, b int64) (int64, bool), examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Result: FirstArg, Examples: examples,
		Overloads: []Overload{{Params: P(IntP(p1), IntP(p2)), Returns: Is(table.Long), Eval: lift2(longs, longs, f)}},
	}
}

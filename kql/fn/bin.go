package fn

import (
	"math"

	"github.com/shopspring/decimal"

	"github.com/yagura/yagura/table"
)

// Rounding, down to multiples and otherwise.
var binFuncs = []Func{
	{
		Name: "bin", Kind: Scalar, Doc: "The largest multiple of a size that is not above a value; null for a size that is not positive.", Result: FirstArg,
		Overloads: binning, Examples: []Example{{`bin(4.5, 1)`, `4.0`}, {`bin(-7, 3)`, `long(-9)`}, {`bin(datetime(1970-05-11 13:45:07), 1d)`, `datetime(1970-05-11)`}, {`bin(16d, 7d)`, `14d`}},
	},
	{
		Name: "floor", Kind: Scalar, Doc: "The largest multiple of a size that is not above a value; null for a size that is not positive.", Result: FirstArg,
		Alias: "bin", Overloads: binning, Examples: []Example{{`floor(-1.5, 1)`, `-2.0`}},
	},
	{
		Name: "bin_at", Kind: Scalar, Doc: "A value brought down to one of the points that are whole sizes away from a fixed point.", Result: FirstArg,
		Overloads: []Overload{
			{Params: P(Same(NumP("value")), Same(NumP("bin_size")), Same(NumP("fixed_point"))), Returns: widest, Eval: binAtNumbers},
			{Params: P(SpanP("value"), SpanP("bin_size"), SpanP("fixed_point")), Returns: Is(table.Timespan), Eval: lift3(ticks, ticks, ticks, binAtSpan)},
			{Params: P(SpanP("value"), NumP("bin_size"), SpanP("fixed_point")), Returns: Is(table.Timespan), Eval: lift3(ticks, ticks, ticks, binAtSpan)},
			{Params: P(TimeP("value"), Param{Name: "bin_size", Types: []table.Type{table.Timespan, table.Int, table.Long, table.Real, table.Decimal}}, TimeP("fixed_point")), Returns: Is(table.Datetime), Eval: lift3(ticks, ticks, ticks, binAtTime),
				SQL: SQL{"duckdb:datetime,timespan,datetime": "CASE WHEN $2 > 0 THEN " + validTime("$1 - ($1 - $3) % $2 - CASE WHEN ($1 - $3) % $2 < 0 THEN $2 ELSE 0 END")[DuckDB] + " END"}},
		},
		Examples: []Example{{`bin_at(6.5, 2.5, 7)`, `4.5`}, {`bin_at(1h, 1d, 12h)`, `-12h`}, {`bin_at(datetime(2017-05-15 10:20), 1d, datetime(1970-01-01 12:00))`, `datetime(2017-05-14 12:00)`}},
	},
	{
		Name: "round", Kind: Scalar, Doc: "A number to so many decimals; halves go away from zero.", Result: FirstArg,
		Overloads: []Overload{{Params: P(NumP("number"), Opt(Const(LongP("precision")))), Returns: ArgType(0), Eval: padded(round, 1, int64(0))}},
		Examples:  []Example{{`round(2.98765, 3)`, `2.988`}, {`round(2.5)`, `3.0`}, {`round(-2.5)`, `-3.0`}},
	},
	{
		Name: "ceiling", Kind: Scalar, Doc: "The smallest whole number that is not below a number.", Result: FirstArg,
		Overloads: []Overload{
			{Params: P(RealP("number")), Returns: Is(table.Real), Eval: Map1(math.Ceil)},
			{Params: P(Param{Name: "number", Types: []table.Type{table.Decimal}}), Returns: Is(table.Decimal), Eval: Map1(func(d table.Dec) table.Dec { return newDec(parseDecimal(d).Ceil()) })},
		},
		Examples: []Example{{`ceiling(-1.1)`, `-1.0`}, {`ceiling(0.9)`, `1.0`}},
	},
}

var binning = []Overload{
	{Params: P(Same(NumP("value")), Same(NumP("roundTo"))), Returns: widest, Eval: binNumbers, SQL: SQL{
		"duckdb:int,int":   "CASE WHEN $2 > 0 THEN CAST($1 AS BIGINT) - (CAST($1 AS BIGINT) % $2 + CAST($2 AS BIGINT)) % $2 END",
		"duckdb:long,long": binSQL, "duckdb:real,real": "CASE WHEN $2 > 0 AND NOT isnan($2) THEN floor($1 / $2) * $2 END",
	}},
	{Params: pairNamed("value", table.Timespan, "roundTo", table.Timespan), Returns: Is(table.Timespan), Eval: lift2(ticks, ticks, asSpan(binLong)), SQL: SQL{DuckDB: binSQL}},
	{Params: pairNamed("value", table.Datetime, "roundTo", table.Datetime), Returns: Is(table.Datetime), Eval: lift2(ticks, ticks, asTime(binLong)), SQL: SQL{DuckDB: binTimeSQL}},
	{Params: pairNamed("value", table.Datetime, "roundTo", table.Timespan), Returns: Is(table.Datetime), Eval: lift2(ticks, ticks, asTime(binLong)), SQL: SQL{DuckDB: binTimeSQL}},
}

const (
	binSQL     = "CASE WHEN $2 > 0 THEN $1 - ($1 % $2 + $2) % $2 END"
	binTimeSQL = "CASE WHEN $2 > 0 THEN $1 - $1 % $2 END" // a datetime is not negative
)

func pairNamed(l string, lt table.Type, r string, rt table.Type) []Param {
	return P(Param{Name: l, Types: []table.Type{lt}}, Param{Name: r, Types: []table.Type{rt}})
}

var binNumbers = numberOp{long: binLong, real: binReal, dec: binDec}.eval

// binLong has no result for a size that is not positive, nor where it would leave
// the range of long.
func binLong(v, size int64) (int64, bool) {
	if size <= 0 {
		return 0, false
	}
	r := v % size
	if r < 0 {
		r += size
	}
	return subTicks(v, r)
}

func binReal(v, size float64) (float64, bool) {
	return math.Floor(v/size) * size, size > 0
}

func binDec(v, size table.Dec) (table.Dec, bool) {
	x, s := parseDecimal(v), parseDecimal(size)
	if s.Sign() <= 0 {
		return "", false
	}
	return trimDec(newDec(x.Div(s).Floor().Mul(s))), true
}

func binAtNumbers(args []table.Vec, rows int) (table.Vec, error) {
	t, _ := Wider(args[0].Type(), args[1].Type())
	t, _ = Wider(t, args[2].Type())
	switch t {
	case table.Real:
		return lift3(reals, reals, reals, func(v, size, at float64) (float64, bool) { return at + math.Floor((v-at)/size)*size, size > 0 })(args, rows)
	case table.Decimal:
		return lift3(decs, decs, decs, func(v, size, at table.Dec) (table.Dec, bool) {
			b, ok := binDec(newDec(parseDecimal(v).Sub(parseDecimal(at))), size)
			if !ok {
				return "", false
			}
			return newDec(parseDecimal(b).Add(parseDecimal(at))), true
		})(args, rows)
	}
	return lift3(longs, longs, longs, binAt)(args, rows)
}

func binAt(v, size, at int64) (int64, bool) {
	d, ok := subTicks(v, at)
	if !ok {
		return 0, false
	}
	if d, ok = binLong(d, size); !ok {
		return 0, false
	}
	return addTicks(at, d)
}

func binAtSpan(v, size, at int64) (table.Duration, bool) {
	n, ok := binAt(v, size, at)
	return table.Duration(n), ok
}

func binAtTime(v, size, at int64) (table.Time, bool) {
	n, ok := binAt(v, size, at)
	return table.Time(n), ok && table.Time(n).Valid()
}

func round(args []table.Vec, rows int) (table.Vec, error) {
	switch args[0].Type() {
	case table.Real:
		return lift2(reals, longs, func(f float64, p int64) (float64, bool) { return roundReal(f, p), true })(args, rows)
	case table.Decimal:
		return lift2(decs, longs, func(d table.Dec, p int64) (table.Dec, bool) {
			return newDec(parseDecimal(d).Round(int32(max(min(p, 100), -100)))), true
		})(args, rows)
	}
	whole := lift2(longs, longs, func(n, p int64) (int64, bool) {
		if p >= 0 {
			return n, true
		}
		r := decimal.NewFromInt(n).Round(int32(max(p, -20))).BigInt()
		return r.Int64(), r.IsInt64()
	})
	v, err := whole(args, rows)
	if err != nil {
		return nil, err
	}
	return castVec(v, args[0].Type()), nil
}

// roundReal rounds the number that f's shortest text is, so that 2.675 goes to 2.68.
func roundReal(f float64, places int64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) || places > 300 {
		return f
	}
	if places == 0 {
		return math.Round(f)
	}
	return decimal.NewFromFloat(f).Round(int32(max(places, -400))).InexactFloat64()
}

package duck

import (
	"math"
	"math/rand/v2"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// randomRows makes rows with nulls and extremes in all columns.
func randomRows(r *rand.Rand, s *table.Schema, n int) *plan.Values {
	b := table.NewBatch(s)
	for range n {
		row := make([]table.Value, len(s.Cols))
		for i, c := range s.Cols {
			row[i] = randomValue(r, c.Type)
		}
		b.AppendRow(row...)
	}
	return &plan.Values{Rows: b}
}

// extremes are the values at which things go wrong.
var extremes = map[table.Type][]table.Value{
	table.Bool: {true, false},
	table.Int:  {int32(0), int32(1), int32(-1), int32(math.MinInt32), int32(math.MaxInt32)},
	table.Long: {int64(0), int64(1), int64(-1), int64(2), int64(math.MinInt64), int64(math.MaxInt64), int64(1 << 53), int64(1<<53 + 1)},
	table.Real: {
		0.0, math.Copysign(0, -1), 1.0, -1.0, 0.5, 2.5, -2.5, 1e300, -1e300, 1e-300, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(),
		float64(1 << 63), -float64(1 << 63), 9.007199254740993e15,
	},
	table.Decimal: {table.Dec("0"), table.Dec("1.50"), table.Dec("-99999999999999999999.5"), table.Dec("1.5")},
	table.String: {
		"", " ", "a", "A", "hello world", "Hello World", "HELLO-WORLD!", "hello_world", "helloworld", "the needle-7f3a9c ends",
		"straße", "STRASSE", "STRAßE", "ẞ", "éclair", "École", "hélloéworld", "ırmak", "İstanbul", "ſpecial hello", "K is Kelvin", "kelvin",
		"x\u0345hello", "hello\u0345", "日本語 hello 日本", "日本hello", "it's", "%_\\", "1", "-12", "0x1F", "1e3", "true", "2024-01-01", "1.00:00:00",
		"Error", "error", "errors", "an error.", "héllo wörld", "a\x00b", "🙂 hello 🙂",
	},
	table.Datetime: {table.MinTime, table.MaxTime, table.UnixTicks, table.UnixTicks + 1, table.Time(638_000_000_000_000_001)},
	table.Timespan: {
		table.Duration(0), table.Duration(1), table.Duration(-1), table.Duration(table.TicksPerDay), table.Duration(table.TicksPerHour),
		table.Duration(-table.TicksPerDay), table.Duration(math.MinInt64), table.Duration(math.MaxInt64),
	},
	table.Guid: {table.UUID{}, table.UUID{0: 0x80}, table.UUID{0: 0x7f, 15: 1}, table.UUID{15: 1}},
	table.Dynamic: {
		table.NewDyn(int64(1)), table.NewDyn(1.5), table.NewDyn("hello"), table.NewDyn([]any{int64(1), "hello", nil}),
		table.NewDyn([]any{"hello", "error"}), table.NewDyn([]any{int64(1), int64(2)}), table.NewDyn([]any{}),
		table.NewDyn(&table.Bag{Keys: []string{"a"}, Vals: []any{table.UnixTicks}}), table.NewDyn(true), table.NewDyn(table.UnixTicks),
		table.NewDyn(table.Raw(`{"b":[1.0,"x"],"a":null}`)), table.NewDyn(math.NaN()),
	},
}

// randomValue makes a value: null, an extreme one, or one of no special kind.
func randomValue(r *rand.Rand, t table.Type) table.Value {
	switch n := r.IntN(10); {
	case n == 0 && t != table.String:
		return nil
	case n < 6:
		return extremes[t][r.IntN(len(extremes[t]))]
	}
	switch t {
	case table.Bool:
		return r.IntN(2) == 0
	case table.Int:
		return r.Int32N(200) - 100
	case table.Long:
		if r.IntN(2) == 0 {
			return int64(r.Uint64())
		}
		return r.Int64N(200) - 100
	case table.Real:
		return r.NormFloat64() * 100
	case table.Decimal:
		return table.Dec(table.Text(r.Int64N(1000)) + "." + table.Text(r.Int64N(1000)))
	case table.String:
		return randomText(r)
	case table.Datetime:
		return table.Time(r.Int64N(int64(table.MaxTime)))
	case table.Timespan:
		return table.Duration(r.Int64N(20*table.TicksPerDay) - 10*table.TicksPerDay)
	case table.Guid:
		var u table.UUID
		for i := range u {
			u[i] = byte(r.Uint32())
		}
		return u
	case table.Dynamic:
		return table.NewDyn([]any{r.Int64N(10), randomText(r), r.Float64()})
	}
	panic("no type " + t.String())
}

// randomText makes text of few words, so that parts of one are found in another.
func randomText(r *rand.Rand) string {
	words := []string{"hello", "Hello", "HELLO", "error", "Error", "s", "I", "i", "K", "k", "é", "É", "ß", "ı", "ſ", "\u0345", "x1", "7f3a9c", "日本"}
	gaps := []string{" ", "", "-", "_", ".", ", ", "é"}
	s := ""
	for range r.IntN(6) {
		s += words[r.IntN(len(words))] + gaps[r.IntN(len(gaps))]
	}
	return s
}

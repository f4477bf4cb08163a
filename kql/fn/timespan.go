package fn

import (
	"math"

	"github.com/yagura/yagura/table"
)

var timespanFuncs = []Func{
	{
		Name: "make_timespan", Kind: Scalar, Doc: "The timespan of days, hours, minutes and seconds; of hours, minutes and seconds; or of text.", Result: OnlyArg,
		Overloads: []Overload{
			{Params: P(AnyP("value")), Returns: Is(table.Timespan), Slow: converting(table.Timespan)},
			{Params: P(NumP("hours"), NumP("minutes")), Returns: Is(table.Timespan), Eval: makeTimespan(table.TicksPerHour, table.TicksPerMinute)},
			{Params: P(NumP("hours"), NumP("minutes"), NumP("seconds")), Returns: Is(table.Timespan), Eval: makeTimespan(table.TicksPerHour, table.TicksPerMinute, table.TicksPerSecond)},
			{Params: P(NumP("days"), NumP("hours"), NumP("minutes"), NumP("seconds")), Returns: Is(table.Timespan), Eval: makeTimespan(table.TicksPerDay, table.TicksPerHour, table.TicksPerMinute, table.TicksPerSecond)},
		},
		Examples: []Example{{`make_timespan(1, 12, 30, 55.123)`, `time(1.12:30:55.123)`}, {`make_timespan(1, 15)`, `75m`}},
	},
}

// makeTimespan adds up parts, of which only seconds may be fractions; a part that
// is too big for its place gives null.
func makeTimespan(units ...int64) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		parts := make([]*table.Of[float64], len(args))
		var null []bool
		for k, a := range args {
			parts[k] = reals(a)
			null = either(null, parts[k].Null)
		}
		return fill(rows, null, func(i int) (table.Duration, bool) {
			sum := 0.0
			for k, p := range parts {
				v := p.Vals[i]
				most := math.Inf(1)
				if units[k] < table.TicksPerDay {
					most = map[int64]float64{table.TicksPerHour: 24, table.TicksPerMinute: 60, table.TicksPerSecond: 60}[units[k]]
				}
				if !(v >= 0 && v < most) {
					return 0, false
				}
				if units[k] != table.TicksPerSecond {
					v = math.Trunc(v)
				}
				sum += v * float64(units[k])
			}
			n, ok := truncate(math.Round(sum))
			return table.Duration(n), ok
		}), nil
	}
}

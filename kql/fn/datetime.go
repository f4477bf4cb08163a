package fn

import (
	"math"
	"strings"
	"time"

	"github.com/yagura/yagura/table"
)

// Functions on datetimes. Weeks begin on Sunday, but weeks of the year are ISO 8601's.
var datetimeFuncs = []Func{
	{
		Name: "ago", Kind: Scalar, Doc: "The time of the query less a timespan.",
		Overloads: []Overload{{Params: P(SpanP("timespan")), Returns: Is(table.Datetime), Macro: "now() - $1"}},
		Examples:  []Example{{`now() - ago(1h)`, `1h`}},
	},
	boundary("startofday", "Start of the day, so many days on.", FirstArg, startOfDay, false, Example{`startofday(datetime(2017-01-01 10:10:17), -1)`, `datetime(2016-12-31)`}),
	boundary("startofweek", "Start of the week, a Sunday, so many weeks on.", NoName, startOfWeek, false, Example{`startofweek(datetime(2017-01-03 10:10:17))`, `datetime(2017-01-01)`}),
	boundary("startofmonth", "Start of the month, so many months on.", NoName, startOfMonth, false, Example{`startofmonth(datetime(2017-01-15), 1)`, `datetime(2017-02-01)`}),
	boundary("startofyear", "Start of the year, so many years on.", NoName, startOfYear, false, Example{`startofyear(datetime(2017-05-15))`, `datetime(2017-01-01)`}),
	boundary("endofday", "Last instant of the day, so many days on.", NoName, startOfDay, true, Example{`endofday(datetime(2017-01-01 10:10:17))`, `datetime(2017-01-01 23:59:59.9999999)`}),
	boundary("endofweek", "Last instant of the week, a Saturday, so many weeks on.", NoName, startOfWeek, true, Example{`endofweek(datetime(2017-01-01))`, `datetime(2017-01-07 23:59:59.9999999)`}),
	boundary("endofmonth", "Last instant of the month, so many months on.", NoName, startOfMonth, true, Example{`endofmonth(datetime(2020-02-01))`, `datetime(2020-02-29 23:59:59.9999999)`}),
	boundary("endofyear", "Last instant of the year, so many years on.", NoName, startOfYear, true, Example{`endofyear(datetime(2017-02-01), -1)`, `datetime(2016-12-31 23:59:59.9999999)`}),
	{
		Name: "dayofweek", Kind: Scalar, Doc: "Days since the last Sunday, as a timespan.",
		Overloads: []Overload{{Params: P(TimeP("date")), Returns: Is(table.Timespan), Eval: Map1(func(t table.Time) table.Duration { return table.Duration(int64(t.Go().Weekday()) * table.TicksPerDay) }), SQL: SQL{DuckDB: "($1 // 864000000000 + 1) % 7 * 864000000000"}}},
		Examples:  []Example{{`dayofweek(datetime(1970-05-11))`, `1d`}},
	},
	timePart("dayofmonth", "Day of the month.", table.Int, "day", Example{`dayofmonth(datetime(2015-12-14))`, `int(14)`}),
	timePart("dayofyear", "Day of the year.", table.Int, "dayofyear", Example{`dayofyear(datetime(2015-12-14))`, `int(348)`}),
	timePart("getmonth", "Month of the year.", table.Int, "month", Example{`getmonth(datetime(2015-10-12))`, `int(10)`}),
	timePart("monthofyear", "Month of the year.", table.Long, "month", Example{`monthofyear(datetime(2015-12-14))`, `12`}),
	timePart("getyear", "Year.", table.Long, "year", Example{`getyear(datetime(2015-10-12))`, `2015`}),
	timePart("hourofday", "Hour of the day.", table.Long, "hour", Example{`hourofday(datetime(2015-12-14 18:54))`, `18`}),
	timePart("week_of_year", "Week of the year by ISO 8601.", table.Int, "week_of_year", Example{`week_of_year(datetime(2020-12-31))`, `int(53)`}),
	aliasOf(timePart("weekofyear", "Week of the year by ISO 8601.", table.Int, "week_of_year", Example{`weekofyear(datetime(1970-01-01))`, `int(1)`}), "week_of_year"),
	{
		Name: "datetime_part", Kind: Scalar, Doc: "A part of a datetime as a number.",
		Overloads: datetimePart, Examples: []Example{{`datetime_part("nanosecond", datetime(2017-10-30 01:02:03.7654321))`, `765432100`}, {`datetime_part("quarter", datetime(2017-10-30))`, `4`}},
	},
	aliasOf(Func{
		Name: "datepart", Kind: Scalar, Doc: "A part of a datetime as a number.",
		Overloads: datetimePart, Examples: []Example{{`datepart("day", datetime(2017-10-30))`, `30`}},
	}, "datetime_part"),
	{
		Name: "datetime_add", Kind: Scalar, Doc: "A datetime so many years, quarters, months, … later.",
		Overloads: []Overload{{Params: P(OneOf("part", "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"), IntP("value"), TimeP("datetime")), Returns: Is(table.Datetime), Eval: lift3(texts, longs, times, addPart)}},
		Examples:  []Example{{`datetime_add("month", 1, datetime(2017-01-31))`, `datetime(2017-02-28)`}, {`datetime_add("week", 1, datetime(2017-01-01))`, `datetime(2017-01-08)`}},
	},
	{
		Name: "datetime_diff", Kind: Scalar, Doc: "How many years, quarters, months, … the first datetime is after the second, by calendar boundaries passed.",
		Overloads: []Overload{{Params: P(OneOf("part", "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"), TimeP("datetime1"), TimeP("datetime2")), Returns: diffType, Eval: diffEval}},
		Examples:  []Example{{`datetime_diff("year", datetime(2017-01-01), datetime(2000-12-31))`, `17`}, {`datetime_diff("week", datetime(2017-10-29), datetime(2017-09-30 23:59))`, `5.0`}},
	},
	{
		Name: "make_datetime", Kind: Scalar, Doc: "The datetime of a year, month, day and a time; or of text.", Result: OnlyArg,
		Overloads: []Overload{
			{Params: P(AnyP("value")), Returns: Is(table.Datetime), Slow: converting(table.Datetime)},
			{Params: P(NumP("year"), NumP("month"), NumP("day"), Opt(NumP("hour")), Opt(NumP("minute")), Opt(NumP("second"))), Returns: Is(table.Datetime), Eval: padded(makeDatetime, 3, int64(0), int64(0), 0.0)},
		},
		Examples: []Example{{`make_datetime(2017, 10, 1)`, `datetime(2017-10-01)`}, {`make_datetime(2017, 10, 1, 12, 11, 0.1234567)`, `datetime(2017-10-01 12:11:00.1234567)`}, {`make_datetime(2017, 13, 1)`, `datetime(null)`}},
	},
	unixTime("unixtime_seconds_todatetime", "second", table.TicksPerSecond, Example{`unixtime_seconds_todatetime(1546300800)`, `datetime(2019-01-01)`}),
	unixTime("unixtime_milliseconds_todatetime", "millisecond", table.TicksPerMillisecond, Example{`unixtime_milliseconds_todatetime(1546300800000)`, `datetime(2019-01-01)`}),
	unixTime("unixtime_microseconds_todatetime", "microsecond", table.TicksPerMicrosecond, Example{`unixtime_microseconds_todatetime(1546300800000000)`, `datetime(2019-01-01)`}),
	unixTime("unixtime_nanoseconds_todatetime", "nanosecond", 0.01, Example{`unixtime_nanoseconds_todatetime(1546300800000000000)`, `datetime(2019-01-01)`}),
}

// aliasOf makes f another, hidden spelling of name.
func aliasOf(f Func, name string) Func { f.Alias, f.Hidden = name, true; return f }

// boundary makes a function of a period's start, or of its end: the tick before the
// next start.
func boundary(name, doc string, result ResultName, start func(t time.Time, offset int) time.Time, end bool, examples ...Example) Func {
	at := func(t table.Time, offset int64) (table.Time, bool) {
		if offset > 1e8 || offset < -1e8 {
			return 0, false
		}
		if end {
			r := table.FromGo(start(t.Go(), int(offset)+1)) - 1
			return r, r.Valid()
		}
		r := table.FromGo(start(t.Go(), int(offset)))
		return r, r.Valid()
	}
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Result: result, Examples: examples,
		Overloads: []Overload{{Params: P(TimeP("date"), Opt(LongP("offset"))), Returns: Is(table.Datetime), Eval: padded(lift2(times, longs, at), 1, int64(0)), SQL: boundarySQL[name]}},
	}
}

// boundarySQL are templates of boundaries of fixed length, without an offset.
var boundarySQL = map[string]SQL{
	"startofday": {"duckdb:datetime": "$1 - $1 % 864000000000"},
	"endofday":   {"duckdb:datetime": "$1 - $1 % 864000000000 + 863999999999"},
}

func startOfDay(t time.Time, n int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+n, 0, 0, 0, 0, time.UTC)
}

func startOfWeek(t time.Time, n int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()-int(t.Weekday())+7*n, 0, 0, 0, 0, time.UTC)
}

func startOfMonth(t time.Time, n int) time.Time {
	return time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
}

func startOfYear(t time.Time, n int) time.Time {
	return time.Date(t.Year()+n, 1, 1, 0, 0, 0, 0, time.UTC)
}

var datetimePart = []Overload{{
	Params:  P(OneOf("part", "year", "quarter", "month", "week_of_year", "day", "dayofyear", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"), TimeP("date")),
	Returns: Is(table.Long), Eval: lift2(texts, times, func(part string, t table.Time) (int64, bool) { return partOf(strings.ToLower(part), t) }),
}}

func timePart(name, doc string, ret table.Type, part string, examples ...Example) Func {
	f := Func{Name: name, Kind: Scalar, Doc: doc, Examples: examples}
	o := Overload{Params: P(TimeP("date")), Returns: Is(ret)}
	if part == "hour" {
		o.SQL = SQL{DuckDB: "$1 // 36000000000 % 24"}
	}
	if ret == table.Int {
		o.Eval = lift1(times, func(t table.Time) (int32, bool) { n, ok := partOf(part, t); return int32(n), ok })
	} else {
		o.Eval = lift1(times, func(t table.Time) (int64, bool) { return partOf(part, t) })
	}
	f.Overloads = []Overload{o}
	return f
}

func partOf(part string, t table.Time) (int64, bool) {
	g := t.Go()
	switch part {
	case "year":
		return int64(g.Year()), true
	case "quarter":
		return int64(g.Month()+2) / 3, true
	case "month":
		return int64(g.Month()), true
	case "week_of_year":
		_, w := g.ISOWeek()
		return int64(w), true
	case "day":
		return int64(g.Day()), true
	case "dayofyear":
		return int64(g.YearDay()), true
	case "hour":
		return int64(g.Hour()), true
	case "minute":
		return int64(g.Minute()), true
	case "second":
		return int64(g.Second()), true
	case "millisecond":
		return int64(g.Nanosecond()) / 1e6, true
	case "microsecond":
		return int64(g.Nanosecond()) / 1e3, true
	case "nanosecond":
		return int64(g.Nanosecond()), true
	}
	return 0, false
}

// unitTicks are the parts of fixed length.
var unitTicks = map[string]int64{
	"week": 7 * table.TicksPerDay, "day": table.TicksPerDay, "hour": table.TicksPerHour, "minute": table.TicksPerMinute, "second": table.TicksPerSecond,
	"millisecond": table.TicksPerMillisecond, "microsecond": table.TicksPerMicrosecond,
}

func addPart(part string, n int64, t table.Time) (table.Time, bool) {
	part = strings.ToLower(part)
	if unit, ok := unitTicks[part]; ok {
		d, ok := mulTicks(n, unit)
		if !ok {
			return 0, false
		}
		return addMoments(int64(t), d)
	}
	switch part {
	case "nanosecond":
		return addMoments(int64(t), n/100)
	case "month":
		return addMonths(t, n, 1)
	case "quarter":
		return addMonths(t, n, 3)
	case "year":
		return addMonths(t, n, 12)
	}
	return 0, false
}

// addMonths keeps the day of the month, or takes the month's last.
func addMonths(t table.Time, n, times int64) (table.Time, bool) {
	if n > 1e6 || n < -1e6 {
		return 0, false
	}
	g := t.Go()
	first := startOfMonth(g, int(n*times))
	last := first.AddDate(0, 1, -1).Day()
	r := table.FromGo(first.AddDate(0, 0, min(g.Day(), last)-1)) + t%table.TicksPerDay
	return r, r.Valid()
}

// diffType is real for weeks, as in Kusto, and long for the rest.
func diffType(args []Arg) table.Type {
	if s, _ := args[0].Const.(string); strings.EqualFold(s, "week") {
		return table.Real
	}
	return table.Long
}

func diffEval(args []table.Vec, rows int) (table.Vec, error) {
	if part, ok := constant(texts(args[0])); ok && strings.EqualFold(part, "week") {
		return lift2(times, times, func(a, b table.Time) (float64, bool) {
			return float64(weekNumber(a) - weekNumber(b)), true
		})(args[1:], rows)
	}
	return lift3(texts, times, times, diffParts)(args, rows)
}

// weekNumber counts Sundays.
func weekNumber(t table.Time) int64 { return (int64(t)/table.TicksPerDay + 1) / 7 }

func diffParts(part string, a, b table.Time) (int64, bool) {
	part = strings.ToLower(part)
	if unit, ok := unitTicks[part]; ok {
		return int64(a)/unit - int64(b)/unit, true
	}
	x, y := a.Go(), b.Go()
	months := func(t time.Time) int64 { return int64(t.Year())*12 + int64(t.Month()) - 1 }
	switch part {
	case "nanosecond":
		return int64(a-b) * 100, true
	case "month":
		return months(x) - months(y), true
	case "quarter":
		return months(x)/3 - months(y)/3, true
	case "year":
		return int64(x.Year() - y.Year()), true
	}
	return 0, false
}

func makeDatetime(args []table.Vec, rows int) (table.Vec, error) {
	var part [5]*table.Of[int64]
	var null []bool
	for i := range part {
		part[i] = longs(args[i])
		null = either(null, part[i].Null)
	}
	sec := reals(args[5])
	return fill(rows, either(null, sec.Null), func(i int) (table.Time, bool) {
		y, mo, d, h, mi, s := part[0].Vals[i], part[1].Vals[i], part[2].Vals[i], part[3].Vals[i], part[4].Vals[i], sec.Vals[i]
		if y < 1 || y > 9999 || mo < 1 || mo > 12 || d < 1 || d > 31 || h < 0 || h > 23 || mi < 0 || mi > 59 || !(s >= 0 && s < 60) {
			return 0, false
		}
		g := time.Date(int(y), time.Month(mo), int(d), int(h), int(mi), 0, 0, time.UTC)
		t := table.FromGo(g) + table.Time(math.Round(s*table.TicksPerSecond))
		return t, int64(g.Day()) == d && t.Valid()
	}), nil
}

func unixTime(name, unit string, ticksEach float64, examples ...Example) Func {
	whole := func(n int64) (table.Time, bool) {
		if ticksEach < 1 {
			return addMoments(int64(table.UnixTicks), n/100)
		}
		d, ok := mulTicks(n, int64(ticksEach))
		if !ok {
			return 0, false
		}
		return addMoments(int64(table.UnixTicks), d)
	}
	frac := func(f float64) (table.Time, bool) {
		n, ok := truncate(math.Round(f * ticksEach))
		if !ok {
			return 0, false
		}
		return addMoments(int64(table.UnixTicks), n)
	}
	return Func{
		Name: name, Kind: Scalar, Doc: "The datetime so many " + unit + "s after 1970-01-01.", Examples: examples,
		Overloads: []Overload{{Params: P(NumP("number")), Returns: Is(table.Datetime), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			if t := args[0].Type(); t == table.Int || t == table.Long {
				return lift1(longs, whole)(args, rows)
			}
			return lift1(reals, frac)(args, rows)
		}}},
	}
}

package fn

import (
	_ "embed"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones must be the same on every machine

	"github.com/yagura/yagura/table"
)

// The names of the time zones of the IANA database, one a line, sorted.
//
//go:embed timezones.txt
var timezoneNames string

var timezoneFuncs = []Func{
	{
		Name: "datetime_list_timezones", Kind: Scalar, Doc: "The names of all time zones, as an array.",
		Overloads: []Overload{{Returns: Is(table.Dynamic), Eval: func(_ []table.Vec, rows int) (table.Vec, error) {
			var names []any
			for n := range strings.Lines(timezoneNames) {
				names = append(names, strings.TrimSpace(n))
			}
			return table.Repeat(table.Dynamic, table.NewDyn(names), rows), nil
		}}},
		Examples: []Example{{`datetime_list_timezones()[0]`, `dynamic("Africa/Abidjan")`}},
	},
	{
		Name: "datetime_utc_to_local", Kind: Scalar, Doc: "A datetime of UTC as the clocks of a time zone show it; null for an unknown zone.",
		Overloads: []Overload{{Params: P(TimeP("from"), Str("timezone")), Returns: Is(table.Datetime), Eval: Map2OK(func(t table.Time, zone string) (table.Time, bool) {
			loc, ok := location(zone)
			if !ok {
				return 0, false
			}
			return addMoments(int64(t), offsetAt(loc, t))
		})}},
		Examples: []Example{{`datetime_utc_to_local(datetime(2015-12-31 23:59:59.9), "US/Eastern")`, `datetime(2015-12-31 18:59:59.9)`}},
	},
	{
		Name: "datetime_local_to_utc", Kind: Scalar, Doc: "The datetime of UTC at which the clocks of a time zone show a datetime; null for an unknown zone.",
		Overloads: []Overload{{Params: P(TimeP("from"), Str("timezone")), Returns: Is(table.Datetime), Eval: Map2OK(localToUTC)}},
		Examples:  []Example{{`datetime_local_to_utc(datetime(2020-02-02 20:02:20), "US/Pacific")`, `datetime(2020-02-03 04:02:20)`}},
	},
}

var locations sync.Map // name to *time.Location, or nil

func location(name string) (*time.Location, bool) {
	if l, ok := locations.Load(name); ok {
		loc := l.(*time.Location)
		return loc, loc != nil
	}
	var loc *time.Location
	if isTimezone(name) {
		if l, err := time.LoadLocation(name); err == nil {
			loc = l
			locations.Store(strings.Clone(name), loc) // of a row, whose memory is not ours
		}
	}
	return loc, loc != nil
}

func isTimezone(name string) bool {
	return name != "" && strings.Contains("\n"+timezoneNames, "\n"+name+"\n")
}

// offsetAt is how many ticks a zone's clocks are ahead of UTC at a time.
func offsetAt(loc *time.Location, t table.Time) int64 {
	_, seconds := t.Go().In(loc).Zone()
	return int64(seconds) * table.TicksPerSecond
}

// localToUTC takes the offset that holds after a change for times that the change
// skips, and the one before it for times that it repeats.
func localToUTC(t table.Time, zone string) (table.Time, bool) {
	loc, ok := location(zone)
	if !ok {
		return 0, false
	}
	before := offsetAt(loc, t-table.TicksPerDay)
	after := offsetAt(loc, t+table.TicksPerDay)
	if offsetAt(loc, t-table.Time(before)) == before {
		return subMoments(int64(t), before)
	}
	return subMoments(int64(t), after)
}

package table

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseSpan reads the query APIs' timespan: an ISO 8601 duration up to now,
// start/end, start/duration or duration/end. "" is all time.
func ParseSpan(text string, now Time) (Span, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Span{}, nil
	}
	first, second, both := strings.Cut(text, "/")
	if !both {
		d, err := ParseISODuration(first)
		if err != nil {
			return Span{}, fmt.Errorf("timespan %q is neither an ISO 8601 duration nor an interval", text)
		}
		return Span{Start: back(now, d), End: now}, nil
	}
	start, err1 := ParseTime(first)
	end, err2 := ParseTime(second)
	switch {
	case err1 == nil && err2 == nil:
		if end < start {
			return Span{}, fmt.Errorf("timespan %q ends before it starts", text)
		}
		return Span{Start: start, End: end}, nil
	case err1 == nil:
		d, err := ParseISODuration(second)
		if err != nil {
			return Span{}, fmt.Errorf("timespan %q: its second part is neither a time nor a duration", text)
		}
		return Span{Start: start, End: min(start+Time(d), MaxTime)}, nil
	case err2 == nil:
		d, err := ParseISODuration(first)
		if err != nil {
			return Span{}, fmt.Errorf("timespan %q: its first part is neither a time nor a duration", text)
		}
		return Span{Start: back(end, d), End: end}, nil
	}
	return Span{}, fmt.Errorf("timespan %q is neither an ISO 8601 duration nor an interval", text)
}

// back goes back from t, at most to the first instant that a Span can start at.
func back(t Time, d Duration) Time { return max(t-Time(d), MinTime+1) }

// ParseISODuration reads PnYnMnWnDTnHnMnS, where each number may have a fraction; a
// year is 365 days and a month 30. [-][d.]hh:mm:ss is taken too, as Azure does.
func ParseISODuration(s string) (Duration, error) {
	rest, ok := strings.CutPrefix(strings.ToUpper(s), "P")
	if !ok {
		return ParseDuration(s)
	}
	date, clock, hasClock := strings.Cut(rest, "T")
	d1, err := isoParts(date, map[byte]int64{'Y': 365 * TicksPerDay, 'M': 30 * TicksPerDay, 'W': 7 * TicksPerDay, 'D': TicksPerDay})
	if err != nil {
		return 0, err
	}
	d2, err := isoParts(clock, map[byte]int64{'H': TicksPerHour, 'M': TicksPerMinute, 'S': TicksPerSecond})
	if err != nil {
		return 0, err
	}
	if rest == "" || hasClock && clock == "" {
		return 0, fmt.Errorf("%q is not a duration", s)
	}
	return d1 + d2, nil
}

func isoParts(s string, units map[byte]int64) (Duration, error) {
	var total float64
	for s != "" {
		i := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' })
		if i <= 0 {
			return 0, fmt.Errorf("%q is not part of a duration", s)
		}
		n, err := strconv.ParseFloat(strings.Replace(s[:i], ",", ".", 1), 64)
		unit := units[s[i]]
		if err != nil || unit == 0 {
			return 0, fmt.Errorf("%q is not part of a duration", s)
		}
		total += n * float64(unit)
		s = s[i+1:]
	}
	if total > float64(MaxTime) {
		return 0, fmt.Errorf("a duration of more than 10,000 years")
	}
	return Duration(total), nil
}

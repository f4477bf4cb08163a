package conformance

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ticksPerSecond of 100 ns.
const ticksPerSecond = 10_000_000

// nulls are the texts by which a printed table shows a null.
var nulls = map[string]bool{"": true, "null": true, "(null)": true, "<null>": true, "dynamic(null)": true, "None": true}

var (
	datetimeLiteral = regexp.MustCompile(`^datetime\((.*)\)$`)
	isoDatetime     = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.:](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$`)
	usDatetime      = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})/(\d{4}),? *(?:(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)? *([AaPp][Mm])?)?$`)
	timespanLiteral = regexp.MustCompile(`^(?:timespan|time)\((.*)\)$`)
	clockTimespan   = regexp.MustCompile(`^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.:](\d{1,9}))?)?$`)
	unitTimespan    = regexp.MustCompile(`^(-?\d+(?:\.\d+)?)\s*([a-z]+)$`)
	wholeNumber     = regexp.MustCompile(`^-?\d+$`)
	grouped         = regexp.MustCompile(`^-?\d{1,3}(,\d{3})+(\.\d+)?$`)
	printedNumber   = regexp.MustCompile(`^\s*[-−]?(\d[\d,]*)?(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$`)
	dynamicLiteral  = regexp.MustCompile(`(?s)^dynamic\((.*)\)$`)
	trailingComma   = regexp.MustCompile(`,\s*([\]}])`)
	secondsPrinted  = regexp.MustCompile(`\d:\d{2}:\d{2}(?:\.(\d+))?`)
	minutesPrinted  = regexp.MustCompile(`\d{1,2}:\d{2}`)
	fractionPrinted = regexp.MustCompile(`:\d{2}\.(\d+)$`)
	spaces          = regexp.MustCompile(`[\s\p{Z}\x{85}\x{1c}-\x{1f}]+`) // white space of Unicode
)

// parseDatetime reads any of the forms in which tables show a datetime, as ticks
// since year 1.
func parseDatetime(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if m := datetimeLiteral.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	var y, mo, d, h, mi, se, frac, zone string
	hour := 0
	if m := isoDatetime.FindStringSubmatch(s); m != nil {
		y, mo, d, h, mi, se, frac, zone = m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]
		hour = atoi(h)
	} else if m := usDatetime.FindStringSubmatch(s); m != nil {
		mo, d, y, h, mi, se, frac = m[1], m[2], m[3], m[4], m[5], m[6], m[7]
		hour = atoi(h)
		if m[8] != "" {
			hour %= 12
			if strings.EqualFold(m[8], "pm") {
				hour += 12
			}
		}
	} else {
		return 0, false
	}
	day := time.Date(atoi(y), time.Month(atoi(mo)), atoi(d), 0, 0, 0, 0, time.UTC)
	if day.Year() != atoi(y) || int(day.Month()) != atoi(mo) || day.Day() != atoi(d) || day.Year() < 1 {
		return 0, false
	}
	const unixSeconds = 62135596800
	sec := day.Unix() + unixSeconds + int64(hour)*3600 + int64(atoi(mi))*60 + int64(atoi(se))
	ticks := sec*ticksPerSecond + fraction(frac)
	if zone != "" && zone != "Z" && zone != "UTC" {
		off := int64(atoi(zone[1:3])*60+atoi(zone[len(zone)-2:])) * 60 * ticksPerSecond
		if zone[0] == '-' {
			off = -off
		}
		ticks -= off
	}
	return ticks, true
}

// fraction reads the digits behind the point of a number of seconds, as ticks.
func fraction(digits string) int64 { return int64(atoi((digits + "0000000")[:7])) }

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

var timespanUnits = map[string]string{
	"d": "86400", "day": "86400", "days": "86400", "h": "3600", "hr": "3600", "hour": "3600", "hours": "3600",
	"m": "60", "min": "60", "minute": "60", "minutes": "60", "s": "1", "sec": "1", "second": "1", "seconds": "1",
	"ms": "1/1000", "millisecond": "1/1000", "milliseconds": "1/1000", "microsecond": "1/1000000", "microseconds": "1/1000000",
	"tick": "1/10000000", "ticks": "1/10000000",
}

// parseTimespan reads any of the forms in which tables show a timespan, as ticks.
func parseTimespan(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if m := timespanLiteral.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	if m := clockTimespan.FindStringSubmatch(s); m != nil {
		sec := int64((atoi(m[2])*24+atoi(m[3]))*60+atoi(m[4]))*60 + int64(atoi(m[5]))
		ticks := sec*ticksPerSecond + fraction(m[6])
		if m[1] != "" {
			ticks = -ticks
		}
		return ticks, true
	}
	if m := unitTimespan.FindStringSubmatch(s); m != nil && timespanUnits[m[2]] != "" {
		n, _ := new(big.Rat).SetString(m[1])
		unit, _ := new(big.Rat).SetString(timespanUnits[m[2]])
		n.Mul(n, unit).Mul(n, big.NewRat(ticksPerSecond, 1))
		f, _ := n.Float64()
		return int64(f), true
	}
	if wholeNumber.MatchString(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		return n * 86400 * ticksPerSecond, err == nil
	}
	return 0, false
}

// parseNumber reads a printed number.
func parseNumber(s string) (float64, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "−", "-")
	switch strings.ToLower(s) {
	case "nan":
		return math.NaN(), true
	case "∞", "inf", "infinity", "+inf", "+∞":
		return math.Inf(1), true
	case "-∞", "-inf", "-infinity":
		return math.Inf(-1), true
	}
	if grouped.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0)
}

// lastPlace is half a unit of the last printed digit; 0 without a point.
func lastPlace(s string) float64 {
	m := printedNumber.FindStringSubmatch(s)
	if m == nil || !strings.Contains(s, ".") {
		return 0
	}
	return 0.5000001 * math.Pow(10, float64(atoi(m[3])-len(m[2])))
}

func near(a, b float64) bool {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return math.IsNaN(a) && math.IsNaN(b)
	case math.IsInf(a, 0) || math.IsInf(b, 0):
		return a == b
	}
	return a == b || math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b)) || math.Abs(a-b) < 1e-300
}

// decode reads JSON; numbers that are whole and written so are int64, others real.
func decode(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, strconv.ErrSyntax
	}
	return numbers(v), nil
}

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}

// jsonOf reads the JSON in a printed dynamic cell, or returns the text itself.
func jsonOf(s string) any {
	t := strings.TrimSpace(s)
	for _, try := range []string{t, strings.ReplaceAll(t, "\n", " "), strings.ReplaceAll(t, "'", `"`), trailingComma.ReplaceAllString(t, "$1")} {
		if v, err := decode(try); err == nil {
			return v
		}
	}
	if m := dynamicLiteral.FindStringSubmatch(t); m != nil {
		return jsonOf(m[1])
	}
	return s
}

// sameTime compares datetimes and timespans that are printed in different ways.
func sameTime(a, b string) bool {
	if x, ok := parseDatetime(a); ok {
		if y, ok := parseDatetime(b); ok && x == y {
			return true
		}
	}
	x, ok1 := parseTimespan(a)
	y, ok2 := parseTimespan(b)
	return ok1 && ok2 && x == y && strings.Contains(a, ":") && strings.Contains(b, ":")
}

func squash(s string) string {
	return strings.TrimFunc(spaces.ReplaceAllString(s, " "), unicode.IsSpace)
}

// asNumber is a decoded JSON number.
func asNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// sameJSON compares decoded JSON: keys in any order, numbers nearly, elements in any
// order if unordered. loose is for what is printed in tables.
func sameJSON(a, b any, unordered, loose bool) bool {
	x, okX := asNumber(a)
	y, okY := asNumber(b)
	if okX && okY {
		if near(x, y) {
			return true
		}
		if !loose {
			return false
		}
		digits := 0.0
		if f, ok := a.(float64); ok {
			digits = lastPlace(pythonFloat(f))
		}
		return math.Abs(x-y) <= max(digits, 1e-12)
	}
	switch a := a.(type) {
	case bool:
		if b, ok := b.(bool); ok {
			return a == b
		}
		return loose && okY && y == boolNumber(a)
	case string:
		if b, ok := b.(string); ok {
			return a == b || sameTime(a, b) || loose && squash(a) == squash(b)
		}
		if loose && okY {
			n, ok := parseNumber(a)
			return ok && near(n, y)
		}
		return loose && b == nil && a == ""
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameJSON(a[i], b[i], unordered, loose) {
				return unordered && pairAll(len(a), len(b), func(i, j int) bool { return sameJSON(a[i], b[j], unordered, loose) })
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			return false
		}
		if _, ok := a["coordinates"]; ok && sameGeometry(a, b) {
			return true
		}
		if len(a) != len(b) {
			return false
		}
		for k, v := range a {
			w, ok := b[k]
			if !ok || !sameJSON(v, w, unordered, loose) {
				return false
			}
		}
		return true
	case nil:
		return b == nil || loose && b == ""
	}
	switch b := b.(type) {
	case string:
		n, ok := parseNumber(b)
		return loose && okX && ok && near(x, n)
	case bool:
		return loose && okX && x == boolNumber(b)
	}
	return false
}

func boolNumber(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// pythonFloat writes a float with a point, as the reference comparator sees it.
func pythonFloat(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// pairAll reports whether every one of n things can be paired with its own one of m.
func pairAll(n, m int, eq func(i, j int) bool) bool { return n == m && pairEach(n, m, eq) }

// pairEach is pairAll where some of the m may be left over: augmenting paths.
func pairEach(n, m int, eq func(i, j int) bool) bool {
	edges := make([][]int, n)
	for i := range n {
		for j := range m {
			if eq(i, j) {
				edges[i] = append(edges[i], j)
			}
		}
	}
	owner := make([]int, m)
	for j := range owner {
		owner[j] = -1
	}
	var grow func(i int, seen []bool) bool
	grow = func(i int, seen []bool) bool {
		for _, j := range edges[i] {
			if seen[j] {
				continue
			}
			seen[j] = true
			if owner[j] < 0 || grow(owner[j], seen) {
				owner[j] = i
				return true
			}
		}
		return false
	}
	for i := range n {
		if !grow(i, make([]bool, m)) {
			return false
		}
	}
	return true
}

package table

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Ticks in a unit.
const (
	TicksPerMicrosecond = 10
	TicksPerMillisecond = 10_000
	TicksPerSecond      = 10_000_000
	TicksPerMinute      = 60 * TicksPerSecond
	TicksPerHour        = 60 * TicksPerMinute
	TicksPerDay         = 24 * TicksPerHour
)

// The range of datetime: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.9999999Z.
const (
	MinTime Time = 0
	MaxTime Time = 3_155_378_975_999_999_999
)

// unixDays is the number of days from 0001-01-01 to 1970-01-01.
const unixDays = 719_162

// UnixTicks is the Time of 1970-01-01.
const UnixTicks Time = unixDays * TicksPerDay

// FromGo converts t, dropping what is smaller than a tick.
func FromGo(t time.Time) Time {
	return Time((t.Unix()+unixDays*86400)*TicksPerSecond + int64(t.Nanosecond())/100)
}

// Go converts t to UTC.
func (t Time) Go() time.Time {
	sec, tick := int64(t)/TicksPerSecond, int64(t)%TicksPerSecond
	return time.Unix(sec-unixDays*86400, tick*100).UTC()
}

// Valid reports whether t is in the range of datetime.
func (t Time) Valid() bool { return MinTime <= t && t <= MaxTime }

// String writes t with all seven decimals: 2026-11-23T06:00:00.0000000Z.
func (t Time) String() string { return string(t.Append(nil, 7)) }

// Short writes t with as many decimals as it has: 2026-11-23T06:00:00Z.
func (t Time) Short() string { return string(t.Append(nil, -1)) }

// Append writes t with so many decimals; with -1, as many as it has.
func (t Time) Append(dst []byte, decimals int) []byte {
	g := t.Go()
	y, mo, d := g.Date()
	h, mi, s := g.Clock()
	dst = appendPad(dst, y, 4)
	dst = append(dst, '-')
	dst = appendPad(dst, int(mo), 2)
	dst = append(dst, '-')
	dst = appendPad(dst, d, 2)
	dst = append(dst, 'T')
	dst = appendPad(dst, h, 2)
	dst = append(dst, ':')
	dst = appendPad(dst, mi, 2)
	dst = append(dst, ':')
	dst = appendPad(dst, s, 2)
	frac := int(int64(t) % TicksPerSecond)
	if frac < 0 {
		frac += TicksPerSecond
	}
	dst = appendFraction(dst, frac, decimals)
	return append(dst, 'Z')
}

func appendFraction(dst []byte, ticks, decimals int) []byte {
	if decimals == 0 || decimals < 0 && ticks == 0 {
		return dst
	}
	dst = append(dst, '.')
	dst = appendPad(dst, ticks, 7)
	if decimals > 0 {
		return dst[:len(dst)-7+decimals]
	}
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func appendPad(dst []byte, n, width int) []byte {
	var b [20]byte
	i := len(b)
	for ; n > 0 || i == len(b); n /= 10 {
		i--
		b[i] = byte('0' + n%10)
	}
	for len(b)-i < width {
		i--
		b[i] = '0'
	}
	return append(dst, b[i:]...)
}

// String writes d as Kusto does: [-][d.]hh:mm:ss[.fffffff].
func (d Duration) String() string {
	var b []byte
	n := uint64(d)
	if d < 0 {
		b = append(b, '-')
		n = -n
	}
	if days := n / TicksPerDay; days > 0 {
		b = strconv.AppendUint(b, days, 10)
		b = append(b, '.')
	}
	b = appendPad(b, int(n/TicksPerHour%24), 2)
	b = append(b, ':')
	b = appendPad(b, int(n/TicksPerMinute%60), 2)
	b = append(b, ':')
	b = appendPad(b, int(n/TicksPerSecond%60), 2)
	if f := int(n % TicksPerSecond); f > 0 {
		b = append(b, '.')
		b = appendPad(b, f, 7)
	}
	return string(b)
}

// FromGoDuration converts d, dropping what is smaller than a tick.
func FromGoDuration(d time.Duration) Duration { return Duration(d / 100) }

var (
	errTime     = errors.New("not a datetime")
	errDuration = errors.New("not a timespan")
	errUUID     = errors.New("not a guid")
	errDec      = errors.New("not a decimal")
)

// ParseTime reads the forms that Kusto's todatetime does: ISO 8601 with one to
// seven decimals (more are cut), with or without zone, time or seconds; RFC 822 and
// 850; numbers with slashes, dashes or dots, the month first; and dates with a
// month's name. No zone means UTC.
func ParseTime(s string) (Time, error) {
	s = strings.TrimSpace(s)
	if t, ok := parseISO(s); ok {
		return t, nil
	}
	if len(s) > mostTime || !strings.ContainsAny(s, "0123456789") {
		return 0, errTime
	}
	for _, l := range timeLayouts {
		g, err := time.ParseInLocation(l, s, time.UTC)
		if err != nil {
			continue
		}
		t := FromGo(g)
		if zone, offset := g.Zone(); offset == 0 && zone != "UTC" && zone != "GMT" && zone != "" {
			hours, ok := zoneHours[zone]
			if !ok {
				return 0, errTime
			}
			t -= Time(hours * TicksPerHour)
		}
		if t.Valid() {
			return t, nil
		}
	}
	return 0, errTime
}

// mostTime is how long the text of a time is at most.
const mostTime = 256

// timeLayouts are tried in turn; fractions of seconds may follow any seconds.
var timeLayouts = []string{
	"Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04 MST", "Mon, 2 Jan 2006 15:04", "Mon, 2 Jan 2006",
	"Mon, 2 Jan 06 15:04:05 MST", "Mon, 2 Jan 06 15:04:05 -0700", "Mon, 2 Jan 06 15:04:05", "Mon, 2 Jan 06 15:04 MST", "Mon, 2 Jan 06 15:04",
	"2 Jan 06 15:04:05 MST", "2 Jan 06 15:04:05 -0700", "2 Jan 06 15:04:05", "2 Jan 06 15:04 MST", "2 Jan 06 15:04",
	"2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "2 Jan 2006", "2 January 2006",
	"15:04:05 2 Jan 2006", "15:04 2 Jan 2006",
	"Monday, 2-Jan-06 15:04:05 MST", "Monday, 2-Jan-06 15:04:05", "Monday, 2-Jan-06 15:04 MST", "Monday, 2-Jan-06 15:04",
	"2-Jan-06 15:04:05 MST", "2-Jan-06 15:04:05", "2-Jan-06 15:04 MST", "2-Jan-06 15:04", "2-Jan-2006 15:04:05", "2-Jan-2006",
	"Mon Jan _2 15:04:05 2006", "Jan 2, 2006 15:04:05", "Jan 2, 2006", "January 2, 2006 15:04:05", "January 2, 2006",
	"1/2/2006 3:04:05 PM", "1/2/2006 3:04 PM", "1/2/2006, 3:04:05 PM", "1/2/2006 15:04:05", "1/2/2006 15:04", "1/2/2006", "1/2/06 15:04:05", "1/2/06",
	"2/1/2006 15:04:05", "2/1/2006 15:04", "2/1/2006", // where the first number can be no month
	"1-2-2006 15:04:05", "1-2-2006", "1.2.2006 15:04:05", "1.2.2006",
	"2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2", "2006-1-2 15:04:05", "2006-1-2T15:04:05", "2006-1-2 15:04", "2006-1-2", "2006.1.2",
	"20060102 15:04:05", "20060102T150405Z", "20060102T150405", "20060102",
}

// zoneHours are the zones that RFC 822 names, and Z.
var zoneHours = map[string]int64{
	"UT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}

// parseISO reads yyyy[-mm[-dd[(T| )hh:mm[:ss[.f…]]][Z|±hh[:]mm]]].
func parseISO(s string) (Time, bool) {
	num := func(n int) (int, bool) {
		if len(s) < n {
			return 0, false
		}
		v := 0
		for i := range n {
			c := s[i]
			if c < '0' || c > '9' {
				return 0, false
			}
			v = v*10 + int(c-'0')
		}
		s = s[n:]
		return v, true
	}
	lit := func(cs string) bool {
		if s != "" && strings.IndexByte(cs, s[0]) >= 0 {
			s = s[1:]
			return true
		}
		return false
	}
	y, ok := num(4)
	if !ok || y == 0 {
		return 0, false
	}
	mo, d, h, mi, sec, frac, off := 1, 1, 0, 0, 0, 0, 0
	if s != "" {
		if !lit("-") {
			return 0, false
		}
		if mo, ok = num(2); !ok || mo < 1 || mo > 12 {
			return 0, false
		}
		if lit("-") {
			if d, ok = num(2); !ok || d < 1 || d > daysIn(y, mo) {
				return 0, false
			}
			s = strings.TrimLeft(s, " ")
			if s != "" && (lit("Tt") || s[0] >= '0' && s[0] <= '9') {
				if h, ok = num(2); !ok || h > 24 || !lit(":") {
					return 0, false
				}
				if mi, ok = num(2); !ok || mi > 59 {
					return 0, false
				}
				if lit(":") {
					if sec, ok = num(2); !ok || sec > 59 {
						return 0, false
					}
					if lit(".,") {
						n := 0
						for ; s != "" && s[0] >= '0' && s[0] <= '9'; s = s[1:] {
							if n < 7 {
								frac = frac*10 + int(s[0]-'0')
								n++
							}
						}
						for ; n < 7; n++ {
							frac *= 10
						}
					}
				}
				s = strings.TrimLeft(s, " ")
				switch {
				case lit("Zz"):
				case strings.EqualFold(s, "utc"), strings.EqualFold(s, "gmt"):
					s = ""
				case s != "" && (s[0] == '+' || s[0] == '-'):
					sign := 1
					if s[0] == '-' {
						sign = -1
					}
					s = s[1:]
					oh, ok := num(2)
					if !ok {
						return 0, false
					}
					om := 0
					if lit(":") || s != "" {
						if om, ok = num(2); !ok {
							return 0, false
						}
					}
					off = sign * (oh*60 + om)
				}
			}
		}
	}
	if s != "" || h == 24 && (mi|sec|frac) != 0 {
		return 0, false
	}
	t := Time((daysSince(y, mo, d)*86400+int64(h)*3600+int64(mi)*60+int64(sec)-int64(off)*60)*TicksPerSecond + int64(frac))
	return t, t.Valid()
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSince counts days from 0001-01-01 to y-m-d.
func daysSince(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era*146097+doe) - 306
}

// ParseDuration reads Kusto's forms: [-][d.]hh:mm[:ss[.fffffff]], and a number with
// a unit: 1d, 1.5h, 30m, 10s, 100ms, 20microseconds, 1tick. A bare whole number
// counts days, as in .NET.
func ParseDuration(s string) (Duration, error) {
	s = strings.TrimSpace(s)
	neg := strings.HasPrefix(s, "-")
	body := strings.TrimPrefix(s, "-")
	if !neg {
		body = strings.TrimPrefix(body, "+")
	}
	if body == "" {
		return 0, errDuration
	}
	var n uint64
	var err error
	if strings.Contains(body, ":") {
		n, err = parseClock(body)
	} else {
		n, err = parseUnit(body)
	}
	switch {
	case err != nil:
		return 0, err
	case neg && n <= 1<<63:
		return Duration(-n), nil
	case !neg && n < 1<<63:
		return Duration(n), nil
	}
	return 0, errDuration
}

// parseUnit and parseClock return ticks without sign.
func parseUnit(s string) (uint64, error) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	unit, ok := durationUnit(strings.TrimSpace(s[i:]))
	if i == 0 || !ok {
		return 0, errDuration
	}
	if unit == 0 { // nanoseconds, of which what is less than a tick is cut off
		f, err := strconv.ParseFloat(s[:i], 64)
		if err != nil || f/100 >= 1<<63 {
			return 0, errDuration
		}
		return uint64(f / 100), nil
	}
	if n, err := strconv.ParseUint(s[:i], 10, 64); err == nil {
		hi, lo := bits.Mul64(n, uint64(unit))
		if hi != 0 {
			return 0, errDuration
		}
		return lo, nil
	}
	f, err := strconv.ParseFloat(s[:i], 64)
	if err != nil || f*float64(unit) >= 1<<63 {
		return 0, errDuration
	}
	return uint64(f * float64(unit)), nil
}

// durationUnit returns the ticks of a timespan literal's unit; "" is days. Nanoseconds have
// less than one: 0.
func durationUnit(u string) (int64, bool) {
	switch strings.ToLower(u) {
	case "", "d", "day", "days":
		return TicksPerDay, true
	case "h", "hr", "hrs", "hour", "hours":
		return TicksPerHour, true
	case "m", "min", "minute", "minutes":
		return TicksPerMinute, true
	case "s", "sec", "second", "seconds":
		return TicksPerSecond, true
	case "ms", "milli", "millis", "millisec", "millisecond", "milliseconds":
		return TicksPerMillisecond, true
	case "micro", "micros", "microsec", "microsecond", "microseconds":
		return TicksPerMicrosecond, true
	case "nano", "nanos", "nanosec", "nanosecond", "nanoseconds":
		return 0, true
	case "tick", "ticks":
		return 1, true
	}
	return 0, false
}

func parseClock(s string) (uint64, error) {
	const maxDays = 10_675_199
	var days, frac uint64
	head, rest, _ := strings.Cut(s, ":")
	if d, h, ok := strings.Cut(head, "."); ok {
		n, err := strconv.ParseUint(d, 10, 31)
		if err != nil || n > maxDays {
			return 0, errDuration
		}
		days, head = n, h
	}
	parts := append([]string{head}, strings.Split(rest, ":")...)
	if len(parts) > 3 {
		return 0, errDuration
	}
	if len(parts) == 3 {
		if sec, f, ok := strings.Cut(parts[2], "."); ok {
			if len(f) > 7 || f == "" {
				return 0, errDuration
			}
			n, err := strconv.ParseUint(f+"0000000"[len(f):], 10, 63)
			if err != nil {
				return 0, errDuration
			}
			frac, parts[2] = n, sec
		}
	}
	total := days * TicksPerDay
	for i, u := range []uint64{TicksPerHour, TicksPerMinute, TicksPerSecond}[:len(parts)] {
		n, err := strconv.ParseUint(parts[i], 10, 31)
		if err != nil || n >= [3]uint64{24, 60, 60}[i] {
			return 0, errDuration
		}
		total += n * u
	}
	return total + frac, nil
}

// ParseUUID reads a guid with or without braces and each of its dashes.
func ParseUUID(s string) (UUID, error) {
	var u UUID
	s = strings.TrimSpace(s)
	if len(s) > 1 && (s[0] == '{' && s[len(s)-1] == '}' || s[0] == '(' && s[len(s)-1] == ')') {
		s = s[1 : len(s)-1]
	}
	for _, i := range [...]int{8, 12, 16, 20} {
		if len(s) > i && s[i] == '-' {
			s = s[:i] + s[i+1:]
		}
	}
	if len(s) != 2*len(u) {
		return u, errUUID
	}
	for i := range u {
		n, err := strconv.ParseUint(s[2*i:2*i+2], 16, 8)
		if err != nil {
			return UUID{}, errUUID
		}
		u[i] = byte(n)
	}
	return u, nil
}

func (u UUID) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// ParseDec reads a decimal number, with an exponent or without.
func ParseDec(s string) (Dec, error) {
	s = strings.TrimSpace(s)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	mant, exp := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		n, err := strconv.Atoi(s[i+1:])
		if err != nil || n > 100 || n < -100 {
			return "", errDec
		}
		mant, exp = s[:i], n
	}
	whole, frac, _ := strings.Cut(mant, ".")
	if whole+frac == "" || strings.Trim(whole+frac, "0123456789") != "" || len(whole)+len(frac) > 200 {
		return "", errDec
	}
	for ; exp > 0; exp-- {
		if frac == "" {
			frac = "0"
		}
		whole, frac = whole+frac[:1], frac[1:]
	}
	for ; exp < 0; exp++ {
		if whole == "" {
			whole = "0"
		}
		whole, frac = whole[:len(whole)-1], whole[len(whole)-1:]+frac
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	d := whole
	if frac != "" {
		d += "." + frac
	}
	if neg && strings.Trim(d, "0.") != "" {
		d = "-" + d
	}
	return Dec(d), nil
}

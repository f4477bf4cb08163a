package fn

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/yagura/yagura/table"
)

// Text of datetimes, timespans and sizes by a format.
var formatFuncs = []Func{
	{
		Name: "format_datetime", Kind: Scalar, Result: FirstArg,
		Doc:       "A datetime as text: d dd h hh H HH m mm M MM s ss y yy yyyy tt, f (decimals), F (decimals without last zeros); the rest stands for itself.",
		Overloads: []Overload{{Params: P(TimeP("date"), Str("format")), Returns: Is(table.String), Eval: formatEval(times, timeField)}},
		Examples:  []Example{{`format_datetime(datetime(2017-01-29 09:00:05), "yy-MM-dd [HH:mm:ss]")`, `"17-01-29 [09:00:05]"`}, {`format_datetime(datetime(2017-01-29 19:00:05), "yyyy-M-d h:mm tt")`, `"2017-1-29 7:00 PM"`}},
	},
	{
		Name: "format_timespan", Kind: Scalar, Result: FirstArg,
		Doc:       "A timespan as text: d (as many as digits) h hh H HH m mm s ss, f (decimals), F (decimals without last zeros); the rest stands for itself.",
		Overloads: []Overload{{Params: P(SpanP("timespan"), Str("format")), Returns: Is(table.String), Eval: formatEval(spans, spanField)}},
		Examples:  []Example{{`format_timespan(time(29.09:00:05.12345), "dd.hh:mm:ss:FF")`, `"29.09:00:05:12"`}, {`format_timespan(time(29.09:00:05.12345), "ddd.h:mm:ss [fffffff]")`, `"029.9:00:05 [1234500]"`}},
	},
	{
		Name: "format_bytes", Kind: Scalar, Result: FirstArg,
		Doc:       "A number of bytes as text in a unit (Bytes, KB, MB, … EB) with so many decimals; without a unit, in the one that fits.",
		Overloads: []Overload{{Params: P(NumP("size"), Opt(Const(NumP("precision"))), Opt(Const(Str("format")))), Returns: Is(table.String), Eval: padded(lift3(reals, longs, texts, formatBytes), 1, int64(0), "")}},
		Examples:  []Example{{`format_bytes(564)`, `"564 Bytes"`}, {`format_bytes(10332, 1)`, `"10.1 KB"`}, {`format_bytes(20010332, 0, "KB")`, `"19541 KB"`}},
	},
}

// formatEval writes a value by a format: runs of one letter are fields.
func formatEval[T table.Elem](arg as[T], field func(dst []byte, v T, letter byte, n int) ([]byte, bool)) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		v, format := arg(args[0]), texts(args[1])
		var err error
		out := fill(rows, v.Null, func(i int) (string, bool) {
			f := format.Vals[i]
			var b []byte
			for k := 0; k < len(f); {
				c, n := f[k], 1
				if !isLetter(c) {
					b = append(b, c)
					k++
					continue
				}
				for k+n < len(f) && f[k+n] == c {
					n++
				}
				var ok bool
				if b, ok = field(b, v.Vals[i], c, n); !ok {
					if c == 'T' || c == 'Z' { // of ISO 8601
						b = append(b, f[k:k+n]...)
					} else {
						err = fmt.Errorf("format %q: no such field: %s", f, f[k:k+n])
						return "", false
					}
				}
				k += n
			}
			return string(b), true
		})
		return out, err
	}
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func timeField(b []byte, t table.Time, letter byte, n int) ([]byte, bool) {
	g := t.Go()
	two := func(v int) ([]byte, bool) { return appendPadded(b, int64(v), min(n, 2)), n <= 2 }
	switch letter {
	case 'd':
		return two(g.Day())
	case 'M':
		return two(int(g.Month()))
	case 'y':
		if n > 2 {
			return appendPadded(b, int64(g.Year()), n), n <= 5
		}
		return two(g.Year() % 100)
	case 'h':
		return two((g.Hour()+11)%12 + 1)
	case 'H':
		return two(g.Hour())
	case 'm':
		return two(g.Minute())
	case 's':
		return two(g.Second())
	case 'f', 'F':
		return appendFraction(b, int64(t)%table.TicksPerSecond, letter, n)
	case 't':
		return append(b, map[bool]string{true: "AM", false: "PM"}[g.Hour() < 12][:min(n, 2)]...), n <= 2
	}
	return b, false
}

func spanField(b []byte, d table.Duration, letter byte, n int) ([]byte, bool) {
	t := absLong(int64(d))
	two := func(v uint64) ([]byte, bool) { return appendPadded(b, int64(v), min(n, 2)), n <= 2 }
	switch letter {
	case 'd':
		return appendPadded(b, int64(t/table.TicksPerDay), n), n <= 8
	case 'h', 'H':
		return two(t / table.TicksPerHour % 24)
	case 'm':
		return two(t / table.TicksPerMinute % 60)
	case 's':
		return two(t / table.TicksPerSecond % 60)
	case 'f', 'F':
		return appendFraction(b, int64(t%table.TicksPerSecond), letter, n)
	}
	return b, false
}

func appendPadded(b []byte, v int64, width int) []byte {
	s := strconv.FormatInt(v, 10)
	for i := len(s); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, s...)
}

func appendFraction(b []byte, ticks int64, letter byte, n int) ([]byte, bool) {
	if n > 7 {
		return b, false
	}
	digits := string(appendPadded(nil, ticks, 7))[:n]
	if letter == 'F' {
		digits = strings.TrimRight(digits, "0")
	}
	return append(b, digits...), true
}

var byteUnits = []string{"Bytes", "KB", "MB", "GB", "TB", "PB", "EB"}

func formatBytes(size float64, precision int64, unit string) (string, bool) {
	u := 0
	if unit == "" {
		for v := math.Abs(size); v >= 1024 && u < len(byteUnits)-1; v /= 1024 {
			u++
		}
	} else {
		for u = 0; u < len(byteUnits) && !strings.EqualFold(byteUnits[u], unit); u++ {
		}
		if u == len(byteUnits) {
			return "", false
		}
	}
	v := roundReal(size/math.Pow(1024, float64(u)), precision)
	return strconv.FormatFloat(v, 'f', -1, 64) + " " + byteUnits[u], true
}

package kql

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

var literalTypes = map[syntax.LitKind]table.Type{
	syntax.BoolLit: table.Bool, syntax.LongLit: table.Long, syntax.IntLit: table.Int, syntax.RealLit: table.Real,
	syntax.DecimalLit: table.Decimal, syntax.StringLit: table.String, syntax.DatetimeLit: table.Datetime,
	syntax.TimespanLit: table.Timespan, syntax.GuidLit: table.Guid, syntax.DynamicLit: table.Dynamic,
	syntax.TypeLit: table.String,
}

// literal binds a literal.
func (b *binder) literal(x *syntax.Lit) plan.Expr {
	t, ok := literalTypes[x.Kind]
	if !ok {
		panic(unknownNode(x))
	}
	v, ok := literalValue(x.Kind, x.Text)
	if !ok && x.Kind == syntax.DatetimeLit {
		v, ok = timeOfDay(x.Text, b.o.Now)
	}
	if !ok {
		b.fail(x, codeLiteral, "'%s' is no value of type %s", x.Text, t)
		return bad
	}
	return &plan.Lit{Value: v, Of: t}
}

// literalValue reads the text of a literal.
func literalValue(kind syntax.LitKind, text string) (table.Value, bool) {
	if kind == syntax.StringLit {
		return text, true
	}
	s := strings.TrimSpace(text)
	if strings.EqualFold(s, "null") || s == "" && kind != syntax.DynamicLit && kind != syntax.TypeLit {
		return nil, true
	}
	switch kind {
	case syntax.BoolLit:
		return parseBool(s)
	case syntax.LongLit:
		return parseLong(s)
	case syntax.IntLit:
		n, ok := parseLong(s)
		return int32(n), ok && n == int64(int32(n))
	case syntax.RealLit:
		return parseReal(s)
	case syntax.DecimalLit:
		d, err := table.ParseDec(s)
		return d, err == nil
	case syntax.DatetimeLit:
		t, ok := parseTime(unquoted(s))
		if !ok && unquoted(s) != s {
			return nil, true // as todatetime() of the text
		}
		if n, err := strconv.ParseInt(s, 10, 64); !ok && err == nil {
			return fn.Cast(n, table.Datetime), true // ticks, as todatetime() of a number
		}
		return t, ok
	case syntax.TimespanLit:
		d, err := table.ParseDuration(days(unquoted(s)))
		return d, err == nil
	case syntax.GuidLit:
		u, err := table.ParseUUID(unquoted(s))
		return u, err == nil
	case syntax.DynamicLit:
		t, err := parseDynamic(s)
		return table.DynValue(t), err == nil
	case syntax.TypeLit:
		return typeText(s), true
	}
	return nil, false
}

// unquoted takes quotes off a text that may stand in them.
func unquoted(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

// typeText gives the usual name of a type, or leaves a schema as it is.
func typeText(s string) string {
	if t, ok := table.ParseType(s); ok {
		return t.String()
	}
	return s
}

func parseBool(s string) (table.Value, bool) {
	switch strings.ToLower(s) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return nil, false
}

// parseLong reads a whole number, decimal or hexadecimal, with an optional sign.
func parseLong(s string) (int64, bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X") {
		n, err := strconv.ParseUint(digits[2:], 16, 64)
		if s[0] == '-' {
			return -int64(n), err == nil
		}
		return int64(n), err == nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// parseTime reads a datetime, or a date written with spaces, commas or single digits.
func parseTime(s string) (table.Time, bool) {
	if t, err := table.ParseTime(s); err == nil {
		return t, true
	}
	m := looseDate.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	pad := func(d string) string { return strings.Repeat("0", 2-len(d)) + d }
	t, err := table.ParseTime(m[1] + "-" + pad(m[2]) + "-" + pad(m[3]) + m[4])
	return t, err == nil
}

// timeOfDay reads a datetime without its date, which is that of now.
func timeOfDay(s string, now table.Time) (table.Value, bool) {
	s = strings.TrimSpace(s)
	if !clock.MatchString(s) {
		return nil, false
	}
	t, err := table.ParseTime(now.String()[:len("2006-01-02")] + " " + s)
	return t, err == nil
}

var clock = regexp.MustCompile(`^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$`)

var looseDate = regexp.MustCompile(`^(\d{4})\s*[-,/]\s*(\d{1,2})\s*[-,/]\s*(\d{1,2})([ T].*)?$`)

func parseReal(s string) (table.Value, bool) {
	switch strings.ToLower(s) {
	case "nan":
		return math.NaN(), true
	case "inf", "+inf", "infinity":
		return math.Inf(1), true
	case "-inf", "-infinity":
		return math.Inf(-1), true
	}
	if n, ok := parseLong(s); ok {
		return float64(n), true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) || strings.ContainsAny(s, "_pPxX") {
		return nil, false
	}
	return f, true
}

var manyHours = regexp.MustCompile(`^(-?)(\d{2,4})(:.*)$`)

// days writes 72:00:00 as 3.00:00:00: alert rules that people deploy have such literals.
func days(s string) string {
	m := manyHours.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	h, err := strconv.Atoi(m[2])
	if err != nil || h < 24 {
		return s
	}
	return m[1] + strconv.Itoa(h/24) + "." + strconv.Itoa(h%24) + m[3]
}

package conformance

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The rules are those of the suite's README and of its tools/compare.py.

// result is a table as the query API would send it, cells decoded from JSON.
type result struct {
	Columns []column
	Rows    [][]any
}

// printed is a table of the documentation; a cell is text, or nil if the page cuts it.
type printed struct {
	Columns []string
	Rows    [][]*string
}

// rules are how the tables of one case are compared.
type rules struct {
	Partial         string
	AnyColumnOrder  bool `json:"any_column_order"`
	UnorderedArrays bool `json:"unordered_arrays"`
	Approximate     []string
	Ordered         bool
	OrderBy         []string `json:"order_by"`
}

func (r *rules) approx() bool { return len(r.Approximate) > 0 }

func columnNames(cols []column) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.Name
	}
	return out
}

func columnTypes(cols []column) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.Type
	}
	return out
}

// sameCell reports whether a printed cell shows this value of this type.
func sameCell(typ, t string, value any, unordered, approx bool) bool {
	trimmed := strings.TrimSpace(t)
	if typ == "string" {
		return sameText(t, value, unordered)
	}
	if value == nil {
		return nulls[trimmed] || (typ == "real" || typ == "decimal") && strings.EqualFold(trimmed, "nan")
	}
	switch typ {
	case "datetime":
		return sameDatetimeCell(t, fmt.Sprint(value))
	case "timespan":
		a, okA := parseTimespan(t)
		b, okB := parseTimespan(fmt.Sprint(value))
		if okA && okB && a != b {
			m := fractionPrinted.FindStringSubmatch(t)
			return m != nil && len(m[1]) < 7 && math.Abs(float64(a-b)) <= math.Pow10(7-len(m[1]))
		}
		return okA && okB
	case "bool":
		b, ok := value.(bool)
		switch strings.ToLower(trimmed) {
		case "true", "1":
			return ok && b
		case "false", "0":
			return ok && !b
		}
		return false
	case "int", "long":
		a, ok := parseNumber(t)
		v, isNumber := asNumber(value)
		if !ok || !isNumber {
			return false
		}
		if approx {
			return math.Abs(a-v) <= 0.05*math.Abs(v)+0.5
		}
		n, ok := new(big.Float).SetPrec(200).SetString(strings.ReplaceAll(trimmed, ",", ""))
		if !ok || n.IsInf() {
			return false
		}
		whole, _ := n.Int(nil)
		return whole.IsInt64() && whole.Int64() == value
	case "real", "decimal":
		return sameRealCell(t, value, approx)
	case "guid":
		return strings.EqualFold(strings.Trim(trimmed, "{}"), fmt.Sprint(value))
	case "dynamic":
		if sameJSON(jsonOf(t), value, unordered, true) {
			return true
		}
		if s, ok := value.(string); ok {
			return sameText(t, s, unordered)
		}
		if v, ok := asNumber(value); ok {
			n, ok := parseNumber(t)
			return ok && (near(n, v) || math.Abs(n-v) <= lastPlace(t))
		}
		return false
	}
	return squash(t) == squash(fmt.Sprint(value))
}

func sameText(t string, value any, unordered bool) bool {
	v := ""
	switch x := value.(type) {
	case nil:
	case string:
		v = x
	default:
		b, err := json.Marshal(x)
		if err != nil {
			return false
		}
		v = string(b)
	}
	if t == v || squash(t) == squash(v) {
		return true
	}
	if n := len(t); n > 1 && t[0] == t[n-1] && strings.ContainsAny(t[:1], `"'`) && squash(t[1:n-1]) == squash(v) {
		return true
	}
	if v != "" && strings.ContainsAny(v[:1], "[{") || t != "" && strings.ContainsAny(t[:1], "[{") {
		a, b := jsonOf(t), jsonOf(v)
		if _, text := a.(string); !text && sameJSON(a, b, unordered, true) {
			return true
		}
	}
	return nulls[t] && v == "" || sameTime(t, v)
}

func sameDatetimeCell(t, value string) bool {
	a, okA := parseDatetime(t)
	b, okB := parseDatetime(value)
	if !okA || !okB || a == b {
		return okA && okB
	}
	m := secondsPrinted.FindStringSubmatch(t)
	if m == nil {
		return minutesPrinted.MatchString(t) && a == b-b%(60*ticksPerSecond)
	}
	return len(m[1]) < 7 && math.Abs(float64(a-b)) < math.Pow10(7-len(m[1]))
}

func sameRealCell(t string, value any, approx bool) bool {
	a, ok := parseNumber(t)
	b, okB := realOf(value)
	if !ok || !okB {
		return false
	}
	if near(a, b) {
		return true
	}
	if math.IsNaN(a) || math.IsInf(a, 0) || math.IsNaN(b) || math.IsInf(b, 0) {
		return false
	}
	if approx {
		return math.Abs(a-b) <= 0.05*math.Abs(b)+lastPlace(t)
	}
	return math.Abs(a-b) <= lastPlace(t)
}

func realOf(value any) (float64, bool) {
	if s, ok := value.(string); ok {
		return parseNumber(s)
	}
	return asNumber(value)
}

var sortKey = regexp.MustCompile(`^\[?'?"?([A-Za-z_]\w*)'?"?\]?(?:\s+(?:asc|desc))?(?:\s+nulls\s+(?:first|last))?$`)

// sameKeys reports whether the sort keys of rows come in the same sequence, so that
// only rows that tie were swapped. eq compares column c of row i of both.
func sameKeys(orderBy, names []string, rows int, eq func(c, i int) bool) bool {
	if len(orderBy) == 0 {
		return false
	}
	for _, k := range orderBy {
		m := sortKey.FindStringSubmatch(strings.TrimSpace(k))
		if m == nil || !slices.Contains(names, m[1]) {
			return false
		}
		c := slices.Index(names, m[1])
		for i := range rows {
			if !eq(c, i) {
				return false
			}
		}
	}
	return true
}

// comparePrinted returns what differs, or "".
func comparePrinted(want printed, got result, r *rules) string {
	names := columnNames(got.Columns)
	idx, why := printedColumns(want.Columns, names, r)
	if why != "" {
		return why
	}
	types := make([]string, len(idx))
	for k, i := range idx {
		types[k] = got.Columns[i].Type
	}
	cell := func(k int, e *string, row []any) bool {
		return e == nil || sameCell(types[k], *e, row[idx[k]], r.UnorderedArrays, r.approx())
	}
	eq := func(i, j int) bool {
		e := want.Rows[i]
		if len(e) != len(idx) {
			return false
		}
		for k := range idx {
			if !cell(k, e[k], got.Rows[j]) {
				return false
			}
		}
		return true
	}
	if strings.Contains(r.Partial, "rows") {
		switch {
		case r.Ordered && len(got.Rows) >= len(want.Rows) && inSequence(len(want.Rows), eq):
			return ""
		case len(got.Rows) < len(want.Rows):
			return fmt.Sprintf("%d rows, at least %d expected", len(got.Rows), len(want.Rows))
		case !pairEach(len(want.Rows), len(got.Rows), eq):
			return "a row shown is not in the result"
		}
		return ""
	}
	if len(got.Rows) != len(want.Rows) {
		return fmt.Sprintf("%d rows expected, got %d", len(want.Rows), len(got.Rows))
	}
	if inSequence(len(want.Rows), eq) {
		return ""
	}
	if pairAll(len(want.Rows), len(got.Rows), eq) {
		shown := make([]string, len(idx))
		for k, i := range idx {
			shown[k] = names[i]
		}
		if !r.Ordered || sameKeys(r.OrderBy, shown, len(want.Rows), func(c, i int) bool { return cell(c, want.Rows[i][c], got.Rows[i]) }) {
			return ""
		}
		return "rows in another order"
	}
	for i, e := range want.Rows {
		for k := range idx {
			if k < len(e) && !cell(k, e[k], got.Rows[i]) {
				return fmt.Sprintf("%s (%s), row %d: expected %s, got %s", names[idx[k]], types[k], i, shorten(*e[k]), shorten(jsonText(got.Rows[i][idx[k]])))
			}
		}
	}
	return "rows differ"
}

func inSequence(n int, eq func(i, j int) bool) bool {
	for i := range n {
		if !eq(i, i) {
			return false
		}
	}
	return true
}

// printedColumns returns which column of the result each printed one is.
func printedColumns(want, names []string, r *rules) ([]int, string) {
	differ := fmt.Sprintf("columns: expected %s, got %s", shorten(fmt.Sprint(want)), shorten(fmt.Sprint(names)))
	var idx []int
	byName := func() []int {
		for _, c := range want {
			idx = append(idx, slices.Index(names, c))
		}
		return idx
	}
	if strings.Contains(r.Partial, "columns") || len(want) != len(names) {
		if !strings.Contains(r.Partial, "columns") {
			return nil, differ
		}
		if i := slices.Index(byName(), -1); i >= 0 {
			return nil, "no column " + want[i]
		}
		return idx, ""
	}
	a, b := slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(names))
	if !slices.Equal(a, b) || !slices.Equal(want, names) && !r.AnyColumnOrder {
		return nil, differ
	}
	if len(slices.Compact(b)) == len(names) {
		return byName(), ""
	}
	for i := range names {
		idx = append(idx, i)
	}
	return idx, ""
}

// sameValue compares two typed values of engines' results.
func sameValue(typ string, a, b any, unordered, approx bool) bool {
	if a == nil || b == nil {
		return a == nil && b == nil || typ == "string" && (a == nil || a == "") && (b == nil || b == "")
	}
	switch typ {
	case "datetime", "timespan":
		parse := parseDatetime
		if typ == "timespan" {
			parse = parseTimespan
		}
		x, okX := parse(fmt.Sprint(a))
		y, okY := parse(fmt.Sprint(b))
		return okX && okY && x == y
	case "bool":
		return truth(a) == truth(b)
	case "int", "long":
		x, okX := asNumber(a)
		y, okY := asNumber(b)
		return a == b || approx && okX && okY && math.Abs(x-y) <= 0.05*math.Abs(x)
	case "real", "decimal":
		x, okX := realOf(a)
		y, okY := realOf(b)
		return okX && okY && (near(x, y) || approx && math.Abs(x-y) <= 0.05*math.Abs(x))
	case "guid":
		return strings.EqualFold(fmt.Sprint(a), fmt.Sprint(b))
	case "dynamic":
		return sameJSON(a, b, unordered, false)
	}
	return a == b
}

func truth(v any) bool {
	if b, ok := v.(bool); ok {
		return b
	}
	n, _ := asNumber(v)
	return n != 0
}

// compareGolden returns what differs from an engine's result, or "".
func compareGolden(want, got result, r *rules) string {
	if a, b := columnNames(want.Columns), columnNames(got.Columns); !slices.Equal(a, b) {
		return fmt.Sprintf("columns: expected %s, got %s", a, b)
	}
	types := columnTypes(want.Columns)
	if b := columnTypes(got.Columns); !slices.Equal(types, b) {
		return fmt.Sprintf("types: expected %s, got %s", types, b)
	}
	eq := func(i, j int) bool {
		for c, t := range types {
			if !sameValue(t, want.Rows[i][c], got.Rows[j][c], r.UnorderedArrays, r.approx()) {
				return false
			}
		}
		return true
	}
	if len(want.Rows) != len(got.Rows) {
		return fmt.Sprintf("%d rows expected, got %d", len(want.Rows), len(got.Rows))
	}
	if inSequence(len(want.Rows), eq) {
		return ""
	}
	if pairAll(len(want.Rows), len(got.Rows), eq) {
		if !r.Ordered || sameKeys(r.OrderBy, columnNames(want.Columns), len(want.Rows), func(c, i int) bool {
			return sameValue(types[c], want.Rows[i][c], got.Rows[i][c], r.UnorderedArrays, r.approx())
		}) {
			return ""
		}
		return "rows in another order"
	}
	for i := range want.Rows {
		for c, t := range types {
			if !sameValue(t, want.Rows[i][c], got.Rows[i][c], r.UnorderedArrays, r.approx()) {
				return fmt.Sprintf("%s (%s), row %d: expected %s, got %s", want.Columns[c].Name, t, i, shorten(jsonText(want.Rows[i][c])), shorten(jsonText(got.Rows[i][c])))
			}
		}
	}
	return "rows differ"
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// shorten cuts what does not fit a line.
func shorten(s string) string {
	const most = 160
	if len(s) <= most {
		return s
	}
	return s[:most] + "… (" + strconv.Itoa(len(s)) + " bytes)"
}

package syntax

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// TestData runs the files of testdata: each has texts and what becomes of them.
//
//	format  the formatted text
//	tree    the tree
//	expr    the tree of an expression
//	func    the tree of a function
//	errors  pictures of the mistakes
func TestData(t *testing.T) {
	datadriven.Walk(t, "testdata/cases", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var n Node
			var errs []*Error
			switch d.Cmd {
			case "expr":
				n, errs = ParseExpr(d.Input)
			case "func":
				n, errs = ParseFunc(d.Input)
			default:
				n, errs = Parse(d.Input)
			}
			switch {
			case d.Cmd == "errors" || len(errs) > 0:
				var b strings.Builder
				for _, e := range errs {
					b.WriteString(Caret(d.Input, e) + "\n")
				}
				if len(errs) == 0 {
					return "none\n"
				}
				return b.String()
			case d.Cmd == "format":
				return Format(n)
			default:
				var b strings.Builder
				dump(&b, reflect.ValueOf(n), 0)
				return b.String()
			}
		})
	})
}

// dump writes a tree: a node a line, its fields indented below, those without value
// left out.
func dump(b *strings.Builder, v reflect.Value, depth int) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	fmt.Fprintf(b, "%s", v.Type().Name())
	var below []int
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		switch {
		case placeFields[name] || f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0:
		case f.Kind() == reflect.Slice || f.Kind() == reflect.Pointer || f.Kind() == reflect.Interface:
			below = append(below, i)
		case f.Kind() == reflect.String:
			fmt.Fprintf(b, " %s=%q", name, f.String())
		default:
			fmt.Fprintf(b, " %s=%v", name, f)
		}
	}
	b.WriteByte('\n')
	indent := strings.Repeat("  ", depth+1)
	for _, i := range below {
		f, name := v.Field(i), v.Type().Field(i).Name
		if f.Kind() != reflect.Slice {
			b.WriteString(indent + name + ": ")
			dump(b, f, depth+1)
			continue
		}
		for j := range f.Len() {
			fmt.Fprintf(b, "%s%s[%d]: ", indent, name, j)
			dump(b, f.Index(j), depth+1)
		}
	}
}

// lines returns the lines of a file of testdata that are not empty.
func lines(t testing.TB, name string) []string {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// TestAccepted parses every form of the grammar, a query a line, and looks at what
// all trees have in common.
func TestAccepted(t *testing.T) {
	for _, src := range lines(t, "accepted.txt") {
		f, errs := Parse(src)
		if len(errs) > 0 {
			t.Errorf("%s", Caret(src, errs[0]))
			continue
		}
		roundTrip(t, src, f)
		nested(t, src, f)
	}
}

// roundTrip formats a tree and parses it again.
func roundTrip(t *testing.T, src string, f *File) {
	t.Helper()
	text := Format(f)
	again, errs := Parse(text)
	if len(errs) > 0 {
		t.Errorf("%q: its formatted text does not parse\n%s", src, Caret(text, errs[0]))
		return
	}
	if !Equal(f, again) {
		t.Errorf("%q: its formatted text has another tree\n%s", src, text)
	}
	if second := Format(again); second != text {
		t.Errorf("%q: formatting twice differs\n%s\n%s", src, text, second)
	}
}

// nested checks that nodes lie within the text and within the nodes above them, and
// that Walk sees them in the order of the text.
func nested(t *testing.T, src string, f *File) {
	t.Helper()
	var check func(n Node)
	check = func(n Node) {
		if n.Pos() < 0 || n.End() < n.Pos() || n.End() > len(src) {
			t.Errorf("%q: a %T is at %d to %d", src, n, n.Pos(), n.End())
		}
		last := n.Pos()
		n.children(func(c Node) {
			if c.Pos() < last || c.End() > n.End() {
				t.Errorf("%q: a %T at %d to %d is in a %T at %d to %d, after %d", src, c, c.Pos(), c.End(), n, n.Pos(), n.End(), last)
			}
			last = c.Pos()
			check(c)
		})
	}
	check(f)
}

// TestRefused checks the code of the first mistake of each line, which stands before
// the query.
func TestRefused(t *testing.T) {
	for _, line := range lines(t, "refused.txt") {
		code, src, _ := strings.Cut(line, " ")
		_, errs := Parse(src)
		switch {
		case len(errs) == 0:
			t.Errorf("%q is accepted", src)
		case errs[0].Code != code:
			t.Errorf("%q: not %s:\n%s", src, code, Caret(src, errs[0]))
		}
		for _, e := range errs {
			if e.Pos < 0 || e.End < e.Pos || e.End > len(src) || e.Msg == "" || e.Code == "" {
				t.Errorf("%q: a bad error %+v", src, e)
			}
		}
	}
}

// TestBounds parses texts made to cost much. Each takes less than a second on an idle
// machine.
func TestBounds(t *testing.T) {
	repeat := func(s string, bytes int) string { return strings.Repeat(s, bytes/len(s)) }
	const most = MaxBytes - 1000
	for name, src := range map[string]string{
		"10 MB":             repeat("T | where a == 1 ", 10<<20),
		"parentheses":       "print " + strings.Repeat("(", 10_000) + "1" + strings.Repeat(")", 10_000),
		"open parentheses":  "print " + repeat("(", most),
		"closed ones":       "print " + repeat(")", most),
		"brackets":          "print a" + repeat("[a", most),
		"braces":            "print " + repeat("{", most),
		"calls":             "print " + repeat("f(", most),
		"minuses":           "print " + repeat("-", most),
		"minus names":       "print a" + repeat("-a", most),
		"pluses":            "print a" + repeat("+a", most),
		"dots":              "print a" + repeat(".a", most),
		"indexes":           "print a" + repeat("[0]", most),
		"ors":               "T | where a" + repeat(" or a", most),
		"pipes":             "T" + repeat("|count", most),
		"bars":              "T" + repeat("|", most),
		"wrong operators":   "T" + repeat("|coun", most),
		"unions":            repeat("union (", most),
		"joins":             "T " + repeat("| join (T ", most),
		"ins":               "T | where a " + repeat("in (a ", most),
		"json":              "print dynamic(" + repeat("[", most),
		"json in json":      "print dynamic(" + repeat("dynamic(", most),
		"objects":           "print dynamic(" + repeat(`{"a":`, most),
		"functions":         repeat("let f = () { ", most),
		"macros":            repeat("macro-expand G as x (", most),
		"semicolons":        repeat(";", most),
		"statements":        repeat("print 1;", most),
		"statements apart":  repeat("let a = 1 ", most),
		"forks":             "T" + repeat("| fork (where a ", most),
		"finds":             repeat("find in (T | ", most),
		"names":             "print " + repeat("(a,", most),
		"strings":           "print [" + repeat(`"a"`, most),
		"quotes":            repeat(`"`, most),
		"bad characters":    repeat("\x00", most),
		"backslashes":       `print "` + repeat(`\`, most),
		"comments":          repeat("//\n", most),
		"asterisks":         "T | project-away " + repeat("a*", most),
		"dashes":            repeat("a-", most),
		"graph":             "graph-match " + repeat("(a)-[e]->", most),
		"datatable":         "datatable(a:long)[" + repeat("1,", most) + "]",
		"commas":            "print f(" + repeat(",", most),
		"a comparison each": "print " + repeat("a == 1, ", most) + "1",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			f, errs := Parse(src)
			Walk(f, func(Node) bool { return true })
			Format(f)
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("%d bytes took %v", len(src), d)
			}
			if len(errs) > MaxErrors {
				t.Errorf("%d errors", len(errs))
			}
			if h := height(f); h > MaxHeight {
				t.Errorf("the tree is %d high", h)
			}
		})
	}
}

// TestDepth finds the limit of nesting from both sides.
func TestDepth(t *testing.T) {
	parens := func(n int) string { return "print " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) }
	if _, errs := Parse(parens(MaxDepth - 10)); len(errs) > 0 {
		t.Errorf("%d levels: %v", MaxDepth-10, errs[0])
	}
	_, errs := Parse(parens(MaxDepth + 10))
	if len(errs) != 1 || errs[0].Code != beyond {
		t.Errorf("%d levels: %v", MaxDepth+10, errs)
	}
	chain := func(n int) string { return "print 1" + strings.Repeat("+1", n) }
	if _, errs := Parse(chain(MaxHeight - 10)); len(errs) > 0 {
		t.Errorf("%d links: %v", MaxHeight-10, errs[0])
	}
	if _, errs := Parse(chain(MaxHeight + 10)); len(errs) != 1 || errs[0].Code != beyond {
		t.Errorf("%d links: %v", MaxHeight+10, errs)
	}
	for _, parse := range map[string]func(string) []*Error{
		"ParseExpr": func(s string) []*Error { _, errs := ParseExpr(s); return errs },
		"ParseFunc": func(s string) []*Error { _, errs := ParseFunc("() { " + s + " }"); return errs },
	} {
		for _, src := range []string{strings.Repeat("a", MaxBytes+1), chain(MaxHeight + 10)[6:]} {
			if errs := parse(src); len(errs) != 1 || errs[0].Code != beyond {
				t.Errorf("%.10s…: %v", src, errs)
			}
		}
	}
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"T | take 1", "T\n\n| take   1 // a", true},
		{"T | take 1", "T | limit 1", false},
		{"print a", "print ['a']", false},
		{"print 'a'", `print @"a"`, true},
		{"print a, b", "print a", false},
		{"T | count", "T | count as c", false},
		{"T", "T; T", false},
	} {
		a, _ := Parse(c.a)
		b, _ := Parse(c.b)
		if Equal(a, b) != c.same {
			t.Errorf("%q and %q: the same is %v", c.a, c.b, !c.same)
		}
	}
}

func TestPosition(t *testing.T) {
	src := "a\nbé c\n"
	for offset, want := range map[int][2]int{-1: {1, 1}, 0: {1, 1}, 1: {1, 2}, 2: {2, 1}, 5: {2, 3}, 7: {2, 5}, 8: {3, 1}, 99: {3, 1}} {
		if line, column := Position(src, offset); line != want[0] || column != want[1] {
			t.Errorf("%d is at %d:%d, want %v", offset, line, column, want)
		}
	}
}

// TestWalkStops checks that Walk leaves out what is below a node for which it is told so.
func TestWalkStops(t *testing.T) {
	f, _ := Parse("T | where f(a) | project b")
	var names []string
	Walk(f, func(n Node) bool {
		if name, ok := n.(*Name); ok {
			names = append(names, name.Text)
		}
		_, call := n.(*Call)
		return !call
	})
	if got := strings.Join(names, " "); got != "T b" {
		t.Error(got)
	}
}

// FuzzParse checks on any text that parsing ends without panic, that places are in the
// text, and that a tree without mistakes survives Format.
func FuzzParse(f *testing.F) {
	for _, src := range lines(f, "accepted.txt") {
		f.Add(src)
	}
	for _, line := range lines(f, "refused.txt") {
		_, src, _ := strings.Cut(line, " ")
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		file, errs := Parse(src)
		for _, e := range errs {
			if e.Pos < 0 || e.End < e.Pos || e.End > len(src) {
				t.Errorf("an error at %d to %d of %d", e.Pos, e.End, len(src))
			}
			Caret(src, e)
		}
		Walk(file, func(n Node) bool {
			if n.Pos() < 0 || n.End() < n.Pos() || n.End() > len(src) {
				t.Errorf("a %T is at %d to %d of %d", n, n.Pos(), n.End(), len(src))
			}
			return true
		})
		Format(file)
		if len(errs) == 0 {
			nested(t, src, file)
			roundTrip(t, src, file)
		}
		ParseExpr(src)
		ParseFunc(src)
	})
}

func BenchmarkParse(b *testing.B) {
	// As long as half of the queries that people publish.
	const src = `// Failed sign-ins by country
let days = 7d;
SigninLogs
| where TimeGenerated > ago(days)
| where ResultType !in ("0", "50125", "50140") and isnotempty(IPAddress)
| extend Country = tostring(LocationDetails.countryOrRegion), Hour = bin(TimeGenerated, 1h)
| summarize Failures = count(), Users = dcount(UserPrincipalName), Apps = make_set(AppDisplayName, 10) by Country, Hour
| join kind=leftouter (
    Watchlist
    | project Country, Allowed
) on Country
| where Failures > 10 and coalesce(Allowed, false) == false
| order by Failures desc
| take 100`
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, errs := Parse(src); len(errs) > 0 {
			b.Fatal(errs[0])
		}
	}
}

func BenchmarkFormat(b *testing.B) {
	var files []*File
	for _, src := range lines(b, "accepted.txt") {
		f, _ := Parse(src)
		files = append(files, f)
	}
	for b.Loop() {
		for _, f := range files {
			Format(f)
		}
	}
}

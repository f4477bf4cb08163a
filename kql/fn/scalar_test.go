package fn

import (
	"context"
	"math"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/table"
)

// eval1 calls a function with one row of values.
func eval1(t rapid.TB, name string, args ...table.Value) table.Value {
	t.Helper()
	f, ok := Lookup(name)
	if !ok {
		t.Fatalf("no function %s", name)
	}
	infos, vecs := make([]Arg, len(args)), make([]table.Vec, len(args))
	for i, a := range args {
		infos[i] = Arg{Type: table.TypeOfValue(a), IsConst: true, Const: a}
		vecs[i] = table.Repeat(infos[i].Type, a, 1)
	}
	o, casts, err := f.Resolve(infos)
	if err != nil {
		t.Fatalf("%s(%v): %v", name, args, err)
	}
	for i, to := range casts {
		if to != 0 {
			vecs[i] = castVec(vecs[i], to)
		}
	}
	v, err := o.Column(context.Background(), vecs, 1)
	if err != nil {
		t.Fatalf("%s(%v): %v", name, args, err)
	}
	if ret := o.Returns(infos); v.Type() != ret {
		t.Fatalf("%s(%v) is %s, declared %s", name, args, v.Type(), ret)
	}
	return v.At(0)
}

func dyn(t testing.TB, json string) table.Dyn {
	t.Helper()
	tree, err := table.ParseTree(json)
	if err != nil {
		t.Fatal(err)
	}
	return table.NewDyn(tree)
}

func TestNullsOfOperators(t *testing.T) {
	five, none := &table.Of[int64]{Vals: []int64{5}}, &table.Of[int64]{Vals: []int64{0}, Null: []bool{true}}
	for _, c := range []struct {
		op       string
		one, two table.Value // with one null, with two
	}{
		{"==", false, nil}, {"!=", true, nil}, {"<", nil, nil}, {"<=", nil, nil}, {">", nil, nil}, {">=", nil, nil},
		{"+", nil, nil}, {"-", nil, nil}, {"*", nil, nil}, {"/", nil, nil}, {"%", nil, nil}, {"in", false, false}, {"!in", true, true},
	} {
		f, _ := Lookup(c.op)
		for _, args := range [][]table.Vec{{five, none}, {none, five}, {none, none}} {
			o, _, err := f.Resolve([]Arg{{Type: table.Long}, {Type: table.Long}})
			if err != nil {
				t.Fatal(err)
			}
			v, err := o.Column(context.Background(), args, 1)
			if err != nil {
				t.Fatal(err)
			}
			want := c.one
			if args[0] == none && args[1] == none {
				want = c.two
			}
			if got := v.At(0); got != want {
				t.Errorf("%v %s %v is %v, not %v", args[0].At(0), c.op, args[1].At(0), got, want)
			}
		}
	}
}

func TestLogicHasThreeValues(t *testing.T) {
	vals := []table.Value{true, false, nil}
	and := [3][3]table.Value{{true, false, nil}, {false, false, false}, {nil, false, nil}}
	or := [3][3]table.Value{{true, true, true}, {true, false, nil}, {true, nil, nil}}
	for i, a := range vals {
		for k, b := range vals {
			args := []table.Vec{table.Repeat(table.Bool, a, 1), table.Repeat(table.Bool, b, 1)}
			x, _ := conjunction(args, 1)
			y, _ := disjunction(args, 1)
			if x.At(0) != and[i][k] || y.At(0) != or[i][k] {
				t.Errorf("%v, %v: and is %v, or is %v", a, b, x.At(0), y.At(0))
			}
		}
	}
}

func TestWholeNumbersWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		wrap := func(n *big.Int) int64 {
			return int64(new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64)).Uint64())
		}
		x, y := big.NewInt(a), big.NewInt(b)
		for op, want := range map[string]*big.Int{"+": new(big.Int).Add(x, y), "-": new(big.Int).Sub(x, y), "*": new(big.Int).Mul(x, y)} {
			if got := eval1(t, op, a, b); got != wrap(want) {
				t.Fatalf("%d %s %d is %v", a, op, b, got)
			}
		}
		if b == 0 {
			if eval1(t, "/", a, b) != nil || eval1(t, "%", a, b) != nil {
				t.Fatal("division by zero has a result")
			}
			return
		}
		if got := eval1(t, "/", a, b); got != wrap(new(big.Int).Quo(x, y)) {
			t.Fatalf("%d / %d is %v", a, b, got)
		}
		if got := eval1(t, "%", a, b); got != new(big.Int).Mod(x, y).Int64() {
			t.Fatalf("%d %% %d is %v", a, b, got)
		}
	})
}

func TestBinIsTheMultipleBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, size := rapid.Int64().Draw(t, "v"), rapid.Int64Min(1).Draw(t, "size")
		x, s := big.NewInt(v), big.NewInt(size)
		want := new(big.Int).Sub(x, new(big.Int).Mod(x, s))
		got := eval1(t, "bin", v, size)
		if !want.IsInt64() {
			if got != nil {
				t.Fatalf("bin(%d, %d) is %v, which is out of range", v, size, got)
			}
			return
		}
		if got != want.Int64() {
			t.Fatalf("bin(%d, %d) is %v, not %v", v, size, got, want)
		}
		for _, bad := range []int64{0, -size} {
			if eval1(t, "bin", v, bad) != nil {
				t.Fatalf("bin(%d, %d) has a result", v, bad)
			}
		}
	})
}

func TestTimesStayInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := table.Time(rapid.Int64Range(0, int64(table.MaxTime)).Draw(t, "at"))
		by := table.Duration(rapid.Int64().Draw(t, "by"))
		want := new(big.Int).Add(big.NewInt(int64(at)), big.NewInt(int64(by)))
		inRange := want.Sign() >= 0 && want.Cmp(big.NewInt(int64(table.MaxTime))) <= 0
		got := eval1(t, "+", at, by)
		if (got != nil) != inRange || inRange && int64(got.(table.Time)) != want.Int64() {
			t.Fatalf("%v + %v is %v", at, by, got)
		}
		if inRange && eval1(t, "-", got, at) != by {
			t.Fatalf("%v + %v - %v is not %v", at, by, at, by)
		}
	})
}

// word draws texts in which terms are likely to be found and cut.
var word = rapid.StringMatching(`[abAB1é_ .ıſK-]{0,8}`)

func TestHasFindsTerms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, sub := word.Draw(t, "s"), word.Draw(t, "sub")
		for _, c := range []struct {
			op    string
			bound bound
		}{{"has", boundStart | boundEnd}, {"hasprefix", boundStart}, {"hassuffix", boundEnd}, {"contains", 0}} {
			want := naiveTerm([]rune(s), []rune(sub), c.bound)
			if got := eval1(t, c.op+"_cs", s, sub); got != want {
				t.Fatalf("%q %s_cs %q is %v", s, c.op, sub, got)
			}
			want = naiveTerm([]rune(strings.Map(table.FoldRune, s)), []rune(strings.Map(table.FoldRune, sub)), c.bound)
			if got := eval1(t, c.op, s, sub); got != want {
				t.Fatalf("%q %s %q is %v", s, c.op, sub, got)
			}
			if eval1(t, "!"+c.op, s, sub) != !want {
				t.Fatalf("%q !%s %q is %v, too", s, c.op, sub, want)
			}
		}
		fold := func(s string) string { return strings.Map(table.FoldRune, s) }
		if eval1(t, "startswith", s, sub) != strings.HasPrefix(fold(s), fold(sub)) || eval1(t, "endswith", s, sub) != strings.HasSuffix(fold(s), fold(sub)) || eval1(t, "=~", s, sub) != (fold(s) == fold(sub)) {
			t.Fatalf("%q, %q: startswith, endswith or =~ is wrong", s, sub)
		}
	})
}

func TestHasAnyIsAnyHas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, subs := word.Draw(t, "s"), rapid.SliceOfN(word, 1, 3*fewTerms).Draw(t, "subs")
		args, want := []table.Value{s}, false
		for _, sub := range subs {
			args = append(args, sub)
			want = want || eval1(t, "has", s, sub) == true
		}
		if got := eval1(t, "has_any", args...); got != want {
			t.Fatalf("%q has_any %q is %v", s, subs, got)
		}
	})
}

// naiveTerm tries every place.
func naiveTerm(s, sub []rune, b bound) bool {
	cut := func(i int) bool { return i > 0 && i < len(s) && table.IsTermRune(s[i-1]) && table.IsTermRune(s[i]) }
	for i := 0; i+len(sub) <= len(s); i++ {
		if string(s[i:i+len(sub)]) == string(sub) && !(b&boundStart != 0 && cut(i)) && !(b&boundEnd != 0 && cut(i+len(sub))) {
			return true
		}
	}
	return false
}

func TestInIsTheSameAsEquals(t *testing.T) {
	scalar := rapid.OneOf(
		rapid.Map(rapid.Int64Range(-2, 2), func(n int64) table.Value { return n }),
		rapid.Map(rapid.Int32Range(-2, 2), func(n int32) table.Value { return n }),
		rapid.Map(rapid.Int64Range(-4, 4), func(n int64) table.Value { return float64(n) / 2 }),
		rapid.Map(rapid.SampledFrom([]string{"", "1", "a", "A"}), func(s string) table.Value { return s }),
		rapid.Map(rapid.Bool(), func(b bool) table.Value { return b }),
	)
	rapid.Check(t, func(t *rapid.T) {
		x, list := scalar.Draw(t, "x"), rapid.SliceOfN(scalar, 1, 4).Draw(t, "list")
		want := false
		for _, v := range list {
			want = want || eval1(t, "==", x, v) == true
		}
		if got := eval1(t, "in", append([]table.Value{x}, list...)...); got != want {
			t.Fatalf("%v in %v is %v", x, list, got)
		}
	})
}

func TestConversions(t *testing.T) {
	for _, c := range []struct {
		v    table.Value
		to   table.Type
		want table.Value
	}{
		{"12", table.Long, int64(12)}, {" 12 ", table.Long, int64(12)}, {"1.5", table.Long, nil}, {"0xff", table.Long, int64(255)}, {"", table.Long, nil},
		{"9223372036854775808", table.Long, nil}, {int64(1 << 40), table.Int, nil}, {1e30, table.Long, nil}, {math.NaN(), table.Long, nil}, {-2.9, table.Int, int32(-2)},
		{"nan", table.Real, math.Inf(1) * 0}, {"1e3", table.Real, 1000.0}, {"0x10", table.Real, nil}, {"1_0", table.Real, nil},
		{"True", table.Bool, true}, {"0", table.Bool, false}, {"yes", table.Bool, nil}, {2.5, table.Bool, true},
		{true, table.String, "True"}, {2.0, table.String, "2.0"}, {1e20, table.String, "1E+20"}, {math.Inf(-1), table.String, "-Infinity"}, {table.Duration(-1), table.String, "-00:00:00.0000001"},
		{table.NewDyn(true), table.String, "true"}, {table.NewDyn([]any{int64(1)}), table.Long, nil}, {table.NewDyn("7"), table.Long, int64(7)}, {table.NewDyn(1.5), table.Long, int64(1)},
		{"[1]", table.Dynamic, table.NewDyn("[1]")}, {1.5, table.Decimal, table.Dec("1.5")}, {"1.50", table.Decimal, table.Dec("1.50")},
		{int64(5), table.Timespan, table.Duration(5)}, {int64(-1), table.Datetime, nil}, {"1.02:03:04.5", table.Timespan, table.Duration(table.TicksPerDay + 2*table.TicksPerHour + 3*table.TicksPerMinute + 45*table.TicksPerSecond/10)},
	} {
		got := Cast(c.v, c.to)
		if f, ok := c.want.(float64); ok && math.IsNaN(f) {
			if g, ok := got.(float64); !ok || !math.IsNaN(g) {
				t.Errorf("%v to %s is %v, not NaN", c.v, c.to, got)
			}
			continue
		}
		if got == nil || c.want == nil {
			if got != c.want {
				t.Errorf("%v to %s is %v, not %v", c.v, c.to, got, c.want)
			}
			continue
		}
		if table.TypeOfValue(got) != c.to || table.Compare(got, c.want) != 0 {
			t.Errorf("%v to %s is %v, not %v", c.v, c.to, got, c.want)
		}
	}
}

func TestResolve(t *testing.T) {
	arg := func(ts ...table.Type) []Arg {
		args := make([]Arg, len(ts))
		for i, t := range ts {
			args[i] = Arg{Type: t}
		}
		return args
	}
	for _, c := range []struct {
		name string
		args []Arg
		ret  table.Type // 0: refused
	}{
		{"+", arg(table.Int, table.Int), table.Long}, {"+", arg(table.Int, table.Real), table.Real}, {"+", arg(table.Real, table.Decimal), table.Decimal},
		{"+", arg(table.Dynamic, table.Int), table.Long}, {"+", arg(table.Dynamic, table.Real), table.Real}, {"+", arg(table.Dynamic, table.Dynamic), table.Dynamic},
		{"+", arg(table.Datetime, table.Timespan), table.Datetime}, {"+", arg(table.String, table.String), 0},
		{"-", arg(table.Datetime, table.Datetime), table.Timespan}, {"-", arg(table.Dynamic, table.Datetime), table.Timespan}, {"/", arg(table.Long, table.Timespan), 0},
		{"neg", arg(table.Int), table.Int}, {"abs", arg(table.Int), table.Long}, {"round", arg(table.Int), table.Int}, {"bin", arg(table.Int, table.Int), table.Long}, {"bin", arg(table.Datetime, table.Long), 0},
		{"iff", arg(table.Bool, table.Int, table.Real), table.Real}, {"iff", arg(table.Bool, table.String, table.Long), table.Dynamic}, {"iff", arg(table.Bool, table.Dynamic, table.Long), table.Long}, {"iff", arg(table.Long, table.Int, table.Int), 0},
		{"case", arg(table.Bool, table.Int, table.Bool, table.Long, table.Real), table.Real}, {"case", arg(table.Bool, table.Int, table.Bool, table.String, table.Real), table.Dynamic}, {"case", arg(table.Bool, table.Int), 0},
		{"max_of", arg(table.Int, table.Long), table.Long}, {"max_of", arg(table.Long, table.String), 0}, {"max_of", arg(table.Long), 0}, {"coalesce", arg(table.Int, table.Real, table.Decimal), table.Decimal},
		{"strcat", arg(), 0}, {"strlen", arg(table.Long), 0}, {"strlen", arg(table.Dynamic), table.Long}, {"isnan", arg(table.Int), table.Bool}, {"isnan", arg(table.Decimal), 0},
		{"bag_pack", arg(table.String, table.Long, table.String, table.Real), table.Dynamic}, {"bag_pack", arg(table.String, table.Long, table.String), 0},
		{"<", arg(table.Bool, table.Long), table.Bool}, {"<", arg(table.String, table.String), 0}, {"between", arg(table.Datetime, table.Datetime, table.Timespan), table.Bool},
		{"startofday", arg(table.Datetime), table.Datetime}, {"startofday", arg(table.String), 0}, {"startofday", arg(table.Datetime, table.Int), table.Datetime},
	} {
		f, _ := Lookup(c.name)
		o, _, err := f.Resolve(c.args)
		var ret table.Type
		if err == nil {
			ret = o.Returns(c.args)
		}
		if ret != c.ret {
			t.Errorf("%s%v is %v (%v), not %v", c.name, c.args, ret, err, c.ret)
		}
	}
}

func TestPunycodeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Filter(utf8.ValidString).Draw(t, "s")
		p, ok := punycode(s)
		if !ok || !isASCII(p) {
			t.Fatalf("punycode of %q is %q", s, p)
		}
		if back, ok := unpunycode(p); !ok || back != s {
			t.Fatalf("%q became %q, then %q", s, p, back)
		}
	})
}

func TestCompressionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Filter(utf8.ValidString).Draw(t, "s")
		for _, codec := range []string{"gzip", "zlib"} {
			packed := eval1(t, codec+"_compress_to_base64_string", s)
			if got := eval1(t, codec+"_decompress_from_base64_string", packed); got != s {
				t.Fatalf("%s: %q became %q", codec, s, got)
			}
		}
	})
}

func TestSubstringCountsCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[aé⒦😀]{0,6}`).Draw(t, "s")
		start, length := rapid.Int64Range(-8, 8).Draw(t, "start"), rapid.Int64Range(0, 8).Draw(t, "length")
		r := []rune(s)
		from := start
		if from < 0 {
			from = max(0, from+int64(len(r)))
		}
		from = min(from, int64(len(r)))
		to := min(from+length, int64(len(r)))
		if got := eval1(t, "substring", s, start, length); got != string(r[from:to]) {
			t.Fatalf("substring(%q, %d, %d) is %q", s, start, length, got)
		}
	})
}

func TestDecimalArithmetic(t *testing.T) {
	for _, c := range []struct{ a, op, b, want string }{
		{"0.1", "+", "0.2", "0.3"}, {"1", "/", "3", "0.3333333333333333333333333333333333"}, {"10", "/", "4", "2.5"}, {"2", "/", "3000000000000000000000", "0.0000000000000000000006666666666666666666666666666666667"},
		{"-7.5", "%", "2", "0.5"}, {"12345678901234567890.123", "*", "10", "123456789012345678901.23"}, {"1", "-", "1.000", "0"},
	} {
		got := eval1(t, c.op, table.Dec(c.a), table.Dec(c.b))
		if d, ok := got.(table.Dec); !ok || table.CompareDec(d, table.Dec(c.want)) != 0 {
			t.Errorf("%s %s %s is %v, not %s", c.a, c.op, c.b, got, c.want)
		}
	}
	if eval1(t, "/", table.Dec("1"), table.Dec("0")) != nil {
		t.Error("a decimal divided by zero has a result")
	}
}

func TestBagPaths(t *testing.T) {
	in := dyn(t, `{"a":{"b":1,"c":[1,{"d":2}]},"e":null}`)
	for path, want := range map[string]bool{"a": true, "e": true, "$.a.b": true, "$['a']['c']": true, "$.a.c[0]": false, "$": false, "b": false, "$.e.x": false} {
		if got := eval1(t, "bag_has_key", in, path); got != want {
			t.Errorf("bag_has_key(%s) is %v", path, got)
		}
	}
	if got := table.Text(eval1(t, "bag_remove_keys", in, dyn(t, `["$.a.c","e"]`))); got != `{"a":{"b":1}}` {
		t.Error(got)
	}
	for _, path := range []string{"$", "$.a.c[0]"} {
		if got := eval1(t, "bag_set_key", in, path, int64(1)); got != nil {
			t.Errorf("bag_set_key(%s) is %v", path, got)
		}
		if got := table.Text(eval1(t, "bag_remove_keys", in, table.NewDyn([]any{path}))); got != in.String() {
			t.Errorf("without %s it is %s", path, got)
		}
	}
	if in.String() != `{"a":{"b":1,"c":[1,{"d":2}]},"e":null}` {
		t.Error("an argument was changed:", in)
	}
}

func TestLocalTimesAtChanges(t *testing.T) {
	at := func(s string) table.Time {
		v, err := table.ParseTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for local, utc := range map[string]string{ // Brussels, 27 March and 30 October 2022
		"2022-03-27 01:00": "2022-03-27 00:00", "2022-03-27 02:00": "2022-03-27 00:00", "2022-03-27 03:00": "2022-03-27 01:00",
		"2022-10-30 01:30": "2022-10-29 23:30", "2022-10-30 02:30": "2022-10-30 00:30", "2022-10-30 03:30": "2022-10-30 02:30",
	} {
		if got := eval1(t, "datetime_local_to_utc", at(local), "Europe/Brussels"); got != at(utc) {
			t.Errorf("%s is %v, not %s", local, got, utc)
		}
	}
	if eval1(t, "datetime_utc_to_local", at("2022-03-27"), "Nowhere/None") != nil || eval1(t, "datetime_utc_to_local", at("2022-03-27"), "Local") != nil {
		t.Error("a zone that is not listed has a time")
	}
}

package extent

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"github.com/yagura/yagura/table"
)

// bagsOf makes rows with a dynamic column P of these texts ("" is null).
func bagsOf(texts []string) *table.Batch {
	b := table.NewBatch(&table.Schema{Cols: []table.Column{{Name: table.TimeGenerated, Type: table.Datetime}, {Name: table.Seq, Type: table.Long}, {Name: "P", Type: table.Dynamic}}})
	for i, s := range texts {
		var v table.Value
		if s != "" {
			v = table.NewDyn(table.Raw(s))
		}
		b.AppendRow(table.Time(i), int64(i), v)
	}
	return b
}

// at is what a place in a row's bag holds, nil if nothing.
func at(v table.Value, keys []string) any {
	d, _ := v.(table.Dyn)
	x := d.Tree()
	for _, k := range keys {
		b, ok := x.(*table.Bag)
		if !ok {
			return nil
		}
		x, _ = b.Get(k)
	}
	return x
}

// TestPaths writes random bags: what a path's column says is what the texts say.
func TestPaths(test *testing.T) {
	rapid.Check(test, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		rare := rapid.SampledFrom([]int{2, 50, 1 << 30}).Draw(t, "rare") // how seldom a row is odd
		rows := rapid.IntRange(1, 3000).Draw(t, "rows")
		texts := make([]string, rows)
		for i := range texts {
			texts[i] = randomBag(r, rare)
		}
		b := bagsOf(texts)
		fs := newFS(test)
		m, err := NewDir(fs, "x").Write(ref, []*table.Batch{b}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if rare == 1<<30 && rows > 100 && len(m.Paths) == 0 {
			t.Fatal("no path was found")
		}
		o, err := NewDir(fs, "x").extent(m)
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		for _, p := range m.Paths {
			v := pathColumnOf(t, o.rows, &p)
			for i := range rows {
				got, want := v.At(i), at(b.Vecs[2].At(i), p.Keys)
				if want == nil && p.Type == table.String {
					want = "" // a vector of strings has no nulls
				}
				if got != want {
					t.Fatalf("%s of %s is %v, not %v", p.Name(), texts[i], got, want)
				}
			}
		}
		got, err := read(fs, m, b.Schema, table.Span{})
		if err != nil || !slices.Equal(lines(b.Schema, []*table.Batch{got}), lines(b.Schema, []*table.Batch{b})) {
			t.Fatalf("the rows are others: %v", err)
		}
	})
}

func pathColumnOf(t *rapid.T, f *file, p *Path) table.Vec {
	i, ok := f.cols[p.Name()]
	if !ok {
		t.Fatalf("the file has no column %s", p.Name())
	}
	var s source
	switch p.Type {
	case table.Bool:
		s, _ = openValues(f, i, parquet.Value.Boolean, nil)
	case table.Long:
		s, _ = openValues(f, i, parquet.Value.Int64, nil)
	case table.Real:
		s, _ = openValues(f, i, parquet.Value.Double, nil)
	case table.String:
		s = &values[string]{f: f, col: i, text: func(s string) string { return s }}
	}
	defer s.close()
	v, err := s.read(int(f.meta.Rows))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// randomBag makes a bag whose places have one type, but for one row in rare.
func randomBag(r *rand.Rand, rare int) string {
	odd := func() bool { return r.IntN(rare) == 0 }
	if odd() {
		return []string{"", "{}", "[]", `"x"`, "5", `[{"a":1}]`, `{"a":1,"a":2}`, `{"o":{"x":1.5},"o":{}}`, `{"o":7}`, `{"\u0061":3}`, `{"A":1,"a/b":2,"s":"é\n"}`}[r.IntN(11)]
	}
	a, s := fmt.Sprint(r.IntN(1000)), []string{`"plain"`, `"a \"quoted\\"`, `"tab\t\u00e9\ud83d\ude00"`, `""`, "null", `"日本"`}[r.IntN(6)]
	if odd() {
		a = []string{`"5"`, "1.5", "[1]", `{"b":1}`, "9223372036854775808", "true"}[r.IntN(6)]
	}
	return fmt.Sprintf(`{"a":%s,"s":%s,"o":{"x":%g.25,"deep":{"yes":%t,"skip":[{"a":1},"}"]}},"a/b":%d,"Key":"v%d"}`, a, s, float64(r.IntN(100)), r.IntN(2) == 0, r.IntN(9), r.IntN(5))
}

// TestPathsOfTwoNames: names that differ in case only cannot both be columns.
func TestPathsOfTwoNames(t *testing.T) {
	texts := slices.Repeat([]string{`{"Key":1,"key":2,"other":3}`}, 100)
	m, err := NewDir(newFS(t), "x").Write(ref, []*table.Batch{bagsOf(texts)}, Options{})
	if err != nil || len(m.Paths) != 1 || m.Paths[0].Name() != "P/other" {
		t.Fatalf("%v, %v", m.Paths, err)
	}
}

// TestPathsOfNoJSON: what is no JSON is kept as it is, and has no places.
func TestPathsOfNoJSON(t *testing.T) {
	for _, s := range []string{`{"a"`, `{"a":`, `{"a":1`, `{"a":1}}`, `{"a":"x}`, `{"a" :1}`, `{a:1}`, `{"a":1,,}`, `{`} {
		texts := append(slices.Repeat([]string{`{"a":1}`}, 600), s)
		b := bagsOf(texts)
		fs := newFS(t)
		m, err := NewDir(fs, "x").Write(ref, []*table.Batch{b}, Options{IndexRows: -1})
		if err != nil || len(m.Paths) > 0 {
			t.Fatalf("%s: %v, %v", s, m.Paths, err)
		}
	}
}

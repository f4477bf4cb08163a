package extent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/terms"
	"github.com/yagura/yagura/table"
)

var ref = table.Ref{Workspace: "w", Table: "T"}

var allTypes = []table.Type{
	table.Bool, table.Int, table.Long, table.Real, table.Decimal,
	table.String, table.Datetime, table.Timespan, table.Guid, table.Dynamic,
}

// genValue draws a value of a type, its extremes often.
func genValue(t table.Type) *rapid.Generator[table.Value] {
	null := rapid.Just[table.Value](nil)
	of := func(g *rapid.Generator[table.Value]) *rapid.Generator[table.Value] { return rapid.OneOf(g, g, g, null) }
	switch t {
	case table.Bool:
		return of(rapid.Map(rapid.Bool(), func(b bool) table.Value { return b }))
	case table.Int:
		return of(rapid.Map(rapid.OneOf(rapid.Int32(), rapid.SampledFrom([]int32{math.MinInt32, math.MaxInt32, 0})), func(n int32) table.Value { return n }))
	case table.Long:
		return of(rapid.Map(rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, 1<<53 + 1})), func(n int64) table.Value { return n }))
	case table.Real:
		return of(rapid.Map(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.SmallestNonzeroFloat64})), func(f float64) table.Value { return f }))
	case table.Decimal:
		return of(rapid.Map(rapid.StringMatching(`-?[1-9][0-9]{0,30}(\.[0-9]{1,20})?`), func(s string) table.Value { return table.Dec(s) }))
	case table.String:
		return rapid.Map(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a", strings.Repeat("ü", 40), strings.Repeat("\U0010FFFF", 40)})), func(s string) table.Value {
			return strings.ToValidUTF8(s, "?")
		})
	case table.Datetime:
		return of(rapid.Map(genTime, func(t table.Time) table.Value { return t }))
	case table.Timespan:
		return of(rapid.Map(rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})), func(n int64) table.Value { return table.Duration(n) }))
	case table.Guid:
		return of(rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) table.Value { return table.UUID(b) }))
	case table.Dynamic:
		return of(rapid.Map(rapid.SampledFrom([]string{`{}`, `[]`, `"x"`, `1`, `{"a":{"b":[1,2.5,null,"é"]},"c":true}`, `[[[]]]`}), func(s string) table.Value {
			return table.NewDyn(table.Raw(s))
		}))
	}
	panic(t)
}

var genTime = rapid.Map(rapid.OneOf(rapid.Int64Range(0, int64(table.MaxTime)), rapid.SampledFrom([]int64{0, 1, int64(table.MaxTime), int64(table.MaxTime) - 1})),
	func(n int64) table.Time { return table.Time(n) })

// genBatches draws batches of rows that have some of the types' columns each.
func genBatches(t *rapid.T) []*table.Batch {
	var bs []*table.Batch
	seq := int64(0)
	for range rapid.IntRange(1, 4).Draw(t, "batches") {
		s := &table.Schema{Cols: []table.Column{{Name: table.Seq, Type: table.Long}, {Name: table.TimeGenerated, Type: table.Datetime}}}
		for _, typ := range allTypes {
			if rapid.IntRange(0, 3).Draw(t, "has") > 0 {
				s.Cols = append(s.Cols, table.Column{Name: "c " + typ.String(), Type: typ})
			}
		}
		b := table.NewBatch(s)
		for range rapid.IntRange(1, 40).Draw(t, "rows") {
			seq++
			row := []table.Value{seq, genTime.Draw(t, "time")}
			for _, c := range s.Cols[2:] {
				row = append(row, genValue(c.Type).Draw(t, c.Name))
			}
			b.AppendRow(row...)
		}
		bs = append(bs, b)
	}
	return bs
}

func fullSchema() *table.Schema {
	s := &table.Schema{Cols: []table.Column{{Name: table.TimeGenerated, Type: table.Datetime}}}
	for _, typ := range allTypes {
		s.Cols = append(s.Cols, table.Column{Name: "c " + typ.String(), Type: typ})
	}
	s.Cols = append(s.Cols, table.Column{Name: table.Seq, Type: table.Long})
	return s
}

// lines writes rows as text, one a line, in the columns of s.
func lines(s *table.Schema, bs []*table.Batch) []string {
	var out []string
	for _, b := range bs {
		for i := range b.Rows {
			var l strings.Builder
			for _, c := range s.Cols {
				v := table.Value(nil)
				if j := b.Schema.Index(c.Name); j >= 0 {
					v = b.Vecs[j].At(i)
				}
				if v == nil && c.Type == table.String {
					v = ""
				}
				if f, ok := v.(float64); ok {
					v = math.Float64bits(f)
				}
				fmt.Fprintf(&l, "%T(%v)|", v, v)
			}
			out = append(out, l.String())
		}
	}
	return out
}

// sortRows sorts batches' rows by time and _Seq, by hand.
func sortRows(s *table.Schema, bs []*table.Batch) []*table.Batch {
	var rows [][]table.Value
	for _, b := range bs {
		for i := range b.Rows {
			row := make([]table.Value, len(s.Cols))
			for k, c := range s.Cols {
				if j := b.Schema.Index(c.Name); j >= 0 {
					row[k] = b.Vecs[j].At(i)
				}
			}
			rows = append(rows, row)
		}
	}
	t, q := s.Index(table.TimeGenerated), s.Index(table.Seq)
	slices.SortStableFunc(rows, func(a, b []table.Value) int {
		if a[t] != b[t] {
			return int(min(1, max(-1, a[t].(table.Time)-b[t].(table.Time))))
		}
		return int(a[q].(int64) - b[q].(int64))
	})
	out := table.NewBatch(s)
	for _, r := range rows {
		out.AppendRow(r...)
	}
	return []*table.Batch{out}
}

func readAll(t testing.TB, fs vfs.FS, m *Meta, s *table.Schema, span table.Span) []*table.Batch {
	t.Helper()
	b, err := read(fs, m, s, span)
	if err != nil {
		t.Fatal(err)
	}
	return []*table.Batch{b}
}

func read(fs vfs.FS, m *Meta, s *table.Schema, span table.Span) (*table.Batch, error) {
	r, err := NewDir(fs, "x").Read(m, s, span)
	if err != nil {
		return nil, err
	}
	b, err := table.ReadAll(context.Background(), r)
	return b, errors.Join(err, r.Close())
}

func newFS(t testing.TB) *vfs.Mem {
	fs := vfs.NewMem()
	if err := fs.MkdirAll("x"); err != nil {
		t.Fatal(err)
	}
	return fs
}

// TestRoundTrip: what is written is read, sorted, whatever the types and values; the
// statistics hold; a span gives exactly its rows.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fs := newFS(t)
		bs := genBatches(rt)
		m, err := NewDir(fs, "x").Write(ref, bs, Options{Dense: rapid.Bool().Draw(rt, "dense")})
		if err != nil {
			rt.Fatal(err)
		}
		s := fullSchema()
		want := sortRows(s, bs)
		got := readAll(t, fs, m, s, table.Span{})
		if a, b := lines(s, want), lines(s, got); !slices.Equal(a, b) {
			rt.Fatalf("wrote\n%s\nread\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
		checkMeta(rt, m, want[0])
		a, b := genTime.Draw(rt, "start"), genTime.Draw(rt, "end")
		if a == b {
			b++
		}
		span := table.Span{Start: min(a, b), End: max(a, b)}
		var idx []int
		for i, tm := range want[0].Vecs[0].(*table.Of[table.Time]).Vals {
			if span.Contains(tm) {
				idx = append(idx, i)
			}
		}
		part := []*table.Batch{want[0].Gather(idx)}
		if a, b := lines(s, part), lines(s, readAll(t, fs, m, s, span)); !slices.Equal(a, b) {
			rt.Fatalf("in %v: want\n%s\nread\n%s", span, strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
		if err := NewDir(fs, "x").Verify(m); err != nil {
			rt.Fatal(err)
		}
	})
}

func checkMeta(t *rapid.T, m *Meta, b *table.Batch) {
	times := b.Vecs[0].(*table.Of[table.Time]).Vals
	if m.Rows != int64(b.Rows) || m.Span.Start != times[0] || m.Span.End != times[b.Rows-1]+1 {
		t.Fatalf("%d rows in %v", m.Rows, m.Span)
	}
	for c, col := range b.Schema.Cols {
		st, ok := m.Stat(col.Name)
		v := b.Vecs[c]
		nulls := int64(0)
		for i := range b.Rows {
			x := v.At(i)
			if x == nil {
				nulls++
			}
			if !ok && x != nil && x != "" {
				t.Fatalf("column %s was left out, and holds %v", col.Name, x)
			}
			if !ok || x == nil || st.Min == nil {
				continue
			}
			if f, isReal := x.(float64); isReal && f != f {
				continue
			}
			if less(x, st.Min) || less(st.Max, x) {
				t.Fatalf("column %s: %v is not from %v to %v", col.Name, x, st.Min, st.Max)
			}
		}
		if ok && st.Nulls != nulls {
			t.Fatalf("column %s: %d nulls, not %d", col.Name, nulls, st.Nulls)
		}
	}
}

func less(a, b table.Value) bool {
	switch a := a.(type) {
	case bool:
		return !a && b.(bool)
	case int32:
		return a < b.(int32)
	case int64:
		return a < b.(int64)
	case float64:
		return a < b.(float64)
	case string:
		return a < b.(string)
	case table.Time:
		return a < b.(table.Time)
	case table.Duration:
		return a < b.(table.Duration)
	case table.UUID:
		return a.String() < b.(table.UUID).String()
	}
	panic(a)
}

// manyRows makes n rows whose times come in runs.
func manyRows(n int) *table.Batch {
	b := table.NewBatch(&table.Schema{Cols: []table.Column{
		{Name: table.TimeGenerated, Type: table.Datetime}, {Name: table.Seq, Type: table.Long},
		{Name: "Level", Type: table.String}, {Name: "Message", Type: table.String}, {Name: "N", Type: table.Long},
	}})
	for i := range n {
		v := table.Value(int64(i))
		if i%7 == 0 {
			v = nil
		}
		b.AppendRow(table.Time(i/3*10), int64(i), []string{"Error", "Info", ""}[i%3], fmt.Sprint("message ", i), v)
	}
	return b
}

// TestRowGroups reads spans across pages and row groups.
func TestRowGroups(t *testing.T) {
	fs := newFS(t)
	b := manyRows(2*rowGroupRows + 1000)
	m, err := NewDir(fs, "x").Write(ref, []*table.Batch{b}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := int64(b.Rows)
	for _, rows := range [][2]int64{
		{0, n}, {0, 3}, {n - 4, n - 1}, {rowGroupRows, rowGroupRows + 3}, {rowGroupRows - 3, rowGroupRows + 3},
		{2*rowGroupRows - 30, n - 1}, {99_999, 150_000}, {n, n + 5}, {8190, 8193},
	} {
		lo, hi := rows[0]/3*3, (rows[1]+2)/3*3
		span := table.Span{Start: table.Time(lo / 3 * 10), End: table.Time(hi / 3 * 10)}
		got := readAll(t, fs, m, b.Schema, span)
		want := []*table.Batch{b.Slice(int(min(lo, n)), int(min(hi, n)))}
		if !slices.Equal(lines(b.Schema, got), lines(b.Schema, want)) {
			t.Errorf("rows %d to %d: read %d", lo, hi, got[0].Rows)
		}
	}
	if st, _ := m.Stat("Level"); st.Min != "" || st.Max != "Info" {
		t.Errorf("Level is from %v to %v", st.Min, st.Max)
	}
}

func TestRefused(t *testing.T) {
	fs := newFS(t)
	s := &table.Schema{Cols: []table.Column{{Name: table.TimeGenerated, Type: table.Datetime}, {Name: table.Seq, Type: table.Long}}}
	noTime := table.NewBatch(&table.Schema{Cols: s.Cols[1:]})
	noTime.AppendRow(int64(1))
	null := table.NewBatch(s)
	null.AppendRow(nil, int64(1))
	one := table.NewBatch(&table.Schema{Cols: append(slices.Clone(s.Cols), table.Column{Name: "A", Type: table.Long})})
	one.AppendRow(table.Time(1), int64(1), int64(1))
	other := table.NewBatch(&table.Schema{Cols: append(slices.Clone(s.Cols), table.Column{Name: "A", Type: table.Real})})
	other.AppendRow(table.Time(1), int64(1), 1.0)
	for name, bs := range map[string][]*table.Batch{
		"no TimeGenerated": {noTime}, "a null TimeGenerated": {null}, "no rows": {table.NewBatch(s)}, "two types": {one, other},
	} {
		if _, err := NewDir(fs, "x").Write(ref, bs, Options{}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if names, _ := fs.List("x"); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
	m, err := NewDir(fs, "x").Write(ref, []*table.Batch{one}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewDir(fs, "x").Read(m, other.Schema, table.Span{}); err == nil || !strings.Contains(err.Error(), "column A is stored as long, not real") {
		t.Errorf("reading with another type: %v", err)
	}
}

// TestDamage changes, cuts off and removes bytes all over a file: reading it gives the
// right rows or an error that names the file, and Verify always notices.
func TestDamage(t *testing.T) {
	fs := newFS(t)
	b := manyRows(20_000)
	m, err := NewDir(fs, "x").Write(ref, []*table.Batch{b}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	path := m.Path("x")
	f, err := fs.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	good := make([]byte, m.Bytes)
	if _, err := f.ReadAt(good, 0); err != nil {
		t.Fatal(err)
	}
	want := lines(b.Schema, []*table.Batch{b})
	check := func(what string, damage func([]byte) []byte) {
		t.Helper()
		fs.Damage(path, func([]byte) []byte { return damage(slices.Clone(good)) })
		if err := NewDir(fs, "x").Verify(m); !errors.Is(err, vfs.ErrCorrupt) || !strings.Contains(err.Error(), m.Hash.String()) {
			t.Fatalf("%s: Verify: %v", what, err)
		}
		got, err := read(fs, m, b.Schema, table.Span{})
		switch {
		case err != nil && (!errors.Is(err, vfs.ErrCorrupt) || !strings.Contains(err.Error(), m.Hash.String())):
			t.Fatalf("%s: %v", what, err)
		case err == nil && !slices.Equal(lines(b.Schema, []*table.Batch{got}), want):
			t.Fatalf("%s: other rows were read, without an error", what)
		}
	}
	step := max(1, len(good)/150)
	for at := 0; at < len(good); at += step {
		check(fmt.Sprint("byte ", at, " flipped"), func(b []byte) []byte { b[at] ^= 1; return b })
		check(fmt.Sprint("byte ", at, " missing"), func(b []byte) []byte { return slices.Delete(b, at, at+1) })
		check(fmt.Sprint("only ", at, " bytes"), func(b []byte) []byte { return b[:at] })
	}
	for at := len(good) - int(m.Foot.Bytes); at < len(good); at += 3 {
		check(fmt.Sprint("byte ", at, " of the foot flipped"), func(b []byte) []byte { b[at] ^= 4; return b })
	}
	fs.Remove(path)
	if _, err := read(fs, m, b.Schema, table.Span{}); !errors.Is(err, vfs.ErrCorrupt) {
		t.Errorf("missing: %v", err)
	}
}

// TestWriteFails: an extent that could not be written leaves nothing behind.
func TestWriteFails(t *testing.T) {
	boom := errors.New("boom")
	b := manyRows(10)
	fs := newFS(t)
	if _, err := NewDir(fs, "x").Write(ref, []*table.Batch{b}, Options{}); err != nil {
		t.Fatal(err)
	}
	calls := fs.Calls()
	for nth := 1; nth <= calls; nth++ {
		fs := newFS(t)
		fs.Fail(nth, boom)
		_, err := NewDir(fs, "x").Write(ref, []*table.Batch{b}, Options{})
		if !errors.Is(err, boom) {
			t.Errorf("call %d fails: %v", nth, err)
		}
		names, _ := fs.List("x")
		if len(names) != 0 {
			t.Errorf("call %d fails: left behind: %v", nth, names)
		}
	}
}

func TestBounds(t *testing.T) {
	for _, c := range []struct {
		in, lo, hi string
		ok         bool
	}{
		{"", "", "", true},
		{"abc", "abc", "abc", true},
		{strings.Repeat("a", 33), strings.Repeat("a", 32), strings.Repeat("a", 31) + "b", true},
		{strings.Repeat("ü", 17), strings.Repeat("ü", 16), strings.Repeat("ü", 15) + "ý", true},
		{strings.Repeat("\U0010FFFF", 9), strings.Repeat("\U0010FFFF", 8), "", false},
		{"a" + strings.Repeat("\U0010FFFF", 9), "a" + strings.Repeat("\U0010FFFF", 7), "b", true},
		{strings.Repeat("\uD7FF", 11), strings.Repeat("\uD7FF", 10), strings.Repeat("\uD7FF", 9) + "\uE000", true},
	} {
		if lo := shorten(c.in); lo != c.lo {
			t.Errorf("shorten(%q) = %q", c.in, lo)
		}
		if hi, ok := shortenUp(c.in); hi != c.hi || ok != c.ok {
			t.Errorf("shortenUp(%q) = %q, %v", c.in, hi, ok)
		}
	}
}

// TestSelect reads rows of ranges, in spans, that a filter wants: they are the same that
// are left when all rows are read and looked at one by one.
func TestSelect(t *testing.T) {
	fs := newFS(t)
	b := manyRows(rowGroupRows + 3*terms.BlockRows + 7)
	m, err := NewDir(fs, "x").Write(ref, []*table.Batch{b}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := readAll(t, fs, m, b.Schema, table.Span{})[0]
	times := all.Vecs[0].(*table.Of[table.Time]).Vals
	rapid.Check(t, func(t *rapid.T) {
		var in []terms.Range
		for at := int64(0); at < m.Rows && len(in) < 5; {
			from := min(m.Rows, at+rapid.Int64Range(0, 40_000).Draw(t, "gap"))
			if at = min(m.Rows, from+rapid.Int64Range(1, 20_000).Draw(t, "rows")); from < at {
				in = append(in, terms.Range{From: from, To: at})
			}
		}
		mod, rest := rapid.SampledFrom([]int64{1, 2, 1000, 50_000}).Draw(t, "mod"), rapid.Int64Range(0, 999).Draw(t, "rest")
		on := rapid.SampledFrom([][]int{{1}, {1, 3}}).Draw(t, "on") // texts of pages that are left are read over
		f := &Filter{On: on, Keep: func(cols []table.Vec, rows int) ([]int, error) {
			var idx []int
			for i, seq := range cols[1].(*table.Of[int64]).Vals {
				if seq%mod == rest%mod {
					idx = append(idx, i)
				}
			}
			return idx, nil
		}}
		var span table.Span
		if rapid.Bool().Draw(t, "span") {
			span = table.Span{Start: times[rapid.Int64Range(0, m.Rows-1).Draw(t, "start")], End: times[m.Rows-1] + 1}
		}
		var idx []int
		for _, r := range in {
			for i := r.From; i < r.To; i++ {
				if i%mod == rest%mod && (span.All() || span.Contains(times[i])) {
					idx = append(idx, int(i))
				}
			}
		}
		if in == nil {
			in = []terms.Range{}
		}
		r, err := NewDir(fs, "x").Select(m, b.Schema, span, in, f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := table.ReadAll(context.Background(), r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		if want := all.Gather(idx); !slices.Equal(lines(b.Schema, []*table.Batch{got}), lines(b.Schema, []*table.Batch{want})) {
			t.Fatalf("%v of %v: read %d rows, want %d", in, span, got.Rows, want.Rows)
		}
	})
}

// TestMetaFreesRows: what is known of an extent keeps none of the memory of its rows.
func TestMetaFreesRows(t *testing.T) {
	fs := newFS(t)
	var freed atomic.Int32
	write := func() *Meta {
		text := []byte(strings.Repeat("a text that is longer than a bound of the statistics, ", 20))
		runtime.AddCleanup(&text[0], func(int) { freed.Add(1) }, 0)
		b := table.NewBatch(&table.Schema{Cols: []table.Column{
			{Name: table.TimeGenerated, Type: table.Datetime}, {Name: table.Seq, Type: table.Long}, {Name: "M", Type: table.String},
		}})
		b.AppendRow(table.Time(1), int64(1), unsafe.String(&text[0], len(text)))
		b.AppendRow(table.Time(2), int64(2), unsafe.String(&text[2], 20))
		m, err := NewDir(fs, "x").Write(ref, []*table.Batch{b}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := write()
	for range 100 {
		runtime.GC()
		if freed.Load() == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if freed.Load() != 1 {
		t.Error("the rows are still in memory")
	}
	runtime.KeepAlive(m)
}

package store

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// typesRef is a table with a column of each type.
var typesRef = table.Ref{Workspace: workspace, Table: "Types_CL"}

var typesSchema = &table.Schema{Cols: []table.Column{
	{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "B", Type: table.Bool}, {Name: "I", Type: table.Int}, {Name: "L", Type: table.Long},
	{Name: "R", Type: table.Real}, {Name: "D", Type: table.Decimal}, {Name: "S", Type: table.String}, {Name: "T", Type: table.Datetime},
	{Name: "P", Type: table.Timespan}, {Name: "G", Type: table.Guid}, {Name: "J", Type: table.Dynamic},
}}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// anyValue draws a value, extremes most of the time.
func anyValue(r *rand.Rand, t table.Type) table.Value {
	if t != table.String && r.IntN(5) == 0 {
		return nil
	}
	switch t {
	case table.Bool:
		return r.IntN(2) == 0
	case table.Int:
		return pick(r, math.MinInt32, math.MaxInt32, 0, r.Int32())
	case table.Long:
		return pick(r, math.MinInt64, math.MaxInt64, 1<<53+1, -1, r.Int64())
	case table.Real:
		return pick(r, math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0, 1e308, r.NormFloat64())
	case table.Decimal:
		return pick(r, table.Dec("0"), "-0.00000000000000000000000000000001", "9999999999999999999999999999999999", "1.10")
	case table.String:
		return pick(r, "", "a", "null", "ü\U0001F600", "\x00", strings.Repeat("x", r.IntN(200)), `"quoted"`)
	case table.Datetime:
		return pick(r, table.MinTime, table.MaxTime, 1, table.Time(r.Int64N(int64(table.MaxTime))))
	case table.Timespan:
		return pick(r, table.Duration(math.MinInt64), math.MaxInt64, 0, -1, 1234567)
	case table.Guid:
		return pick(r, table.UUID{}, table.UUID{15: 1}, table.UUID(bytes.Repeat([]byte{0xff}, 16)))
	case table.Dynamic:
		return table.NewDyn(pick[any](r, table.Raw(`{"a":{"b":[1,2.5,null]}}`), table.Raw(`[]`), "text", int64(1<<60), 0.5, true, table.Dec("1.5"),
			[]any{nil, "ü", []any{}}, &table.Bag{Keys: []string{"k", ""}, Vals: []any{nil, table.MaxTime}}))
	}
	panic(t)
}

// anyBatch draws up to n rows in some of the columns, the same value in all rows of some.
func anyBatch(r *rand.Rand, n int) *table.Batch {
	s := &table.Schema{Cols: typesSchema.Cols[:1:1]}
	for _, c := range typesSchema.Cols[1:] {
		if r.IntN(4) > 0 {
			s.Cols = append(s.Cols, c)
		}
	}
	constant := make([]table.Value, len(s.Cols))
	for i, c := range s.Cols {
		if r.IntN(3) == 0 {
			constant[i] = anyValue(r, c.Type)
		}
	}
	b := table.NewBatch(s)
	for range 1 + r.IntN(n) {
		row := make([]table.Value, len(s.Cols))
		for i, c := range s.Cols {
			if row[i] = constant[i]; row[i] == nil {
				row[i] = anyValue(r, c.Type)
			}
		}
		if row[0] == nil {
			row[0] = table.MaxTime
		}
		b.AppendRow(row...)
	}
	return b
}

// text writes rows in the columns of typesSchema, one a line.
func text(b *table.Batch) []string {
	out := make([]string, b.Rows)
	for i := range out {
		var l strings.Builder
		for _, c := range typesSchema.Cols {
			var v table.Value
			if j := b.Schema.Index(c.Name); j >= 0 {
				v = b.Vecs[j].At(i)
			}
			switch x := v.(type) {
			case nil:
				if c.Type == table.String {
					v = ""
				}
			case float64:
				v = math.Float64bits(x)
			case table.Dyn:
				v = x.String()
			}
			fmt.Fprintf(&l, "%v|", v)
		}
		out[i] = l.String()
	}
	return out
}

func encode(rows ...Rows) []byte {
	b := appendRecord(nil, 5, "token", len(rows))
	for _, r := range rows {
		b = appendBatch(b, r.Ref, r.Batch)
	}
	return b
}

func TestRecordRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var rows []Rows
		for range r.IntN(4) {
			rows = append(rows, Rows{typesRef, anyBatch(r, 30)})
		}
		rec, err := decodeRecord(encode(rows...))
		if err != nil {
			t.Fatal(err)
		}
		if rec.at != 5 || rec.token != "token" || len(rec.parts) != len(rows) {
			t.Fatalf("%+v", rec)
		}
		for i, p := range rec.parts {
			want, got := text(rows[i].Batch), text(p.batch)
			if p.ref != typesRef || !slices.Equal(want, got) {
				t.Fatalf("wrote\n%s\nread\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
			}
		}
	}
}

// TestRecordDamage: each record cut short, or with a byte changed, is an error or some
// record, never a panic.
func TestRecordDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		b := encode(Rows{typesRef, anyBatch(r, 5)}, Rows{typesRef, anyBatch(r, 5)})
		for n := range b {
			if _, err := decodeRecord(b[:n]); err == nil {
				t.Fatalf("%d of %d bytes are a record", n, len(b))
			}
			c := slices.Clone(b)
			c[n] ^= byte(1 + r.IntN(255))
			decodeRecord(c)
		}
		if _, err := decodeRecord(append(b, 0)); err == nil {
			t.Fatal("a byte too many")
		}
	}
}

func FuzzRecord(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 10 {
		f.Add(encode(Rows{typesRef, anyBatch(r, 4)}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rec, err := decodeRecord(b)
		if err != nil {
			return
		}
		for _, p := range rec.parts {
			for i, v := range p.batch.Vecs {
				if v.Len() != p.batch.Rows {
					t.Fatalf("column %d has %d rows of %d", i, v.Len(), p.batch.Rows)
				}
			}
			if p.batch.Rows < 1000 {
				text(p.batch)
			}
		}
	})
}

// TestTypes takes rows of all types through the log and an extent.
func TestTypes(t *testing.T) {
	fs := vfs.NewMem()
	s := testOpen(t, fs, Options{})
	if err := s.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{{Ref: typesRef, Schema: typesSchema}}}); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 8))
	var want []string
	for range 40 {
		b := anyBatch(r, 30)
		want = append(want, text(b)...)
		if err := s.Append(t.Context(), "", Rows{typesRef, b}); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(want)
	for _, how := range []string{"tail", "log", "extents", "compacted"} {
		var err error
		switch how {
		case "log":
			s.Close()
			s = testOpen(t, fs, Options{})
		case "extents":
			err = s.FlushAll(t.Context())
		case "compacted":
			err = s.Compact(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		snap, err := s.Snapshot(typesRef, table.Span{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := table.ReadAll(t.Context(), snap.Reader(nil))
		if err != nil {
			t.Fatal(err)
		}
		got := text(b)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d rows differ", how, len(got))
		}
		snap.Release()
	}
}

func TestRefused(t *testing.T) {
	s := testOpen(t, vfs.NewMem(), Options{})
	def := catalog.Table{Ref: appRef, Schema: &table.Schema{Cols: append(slices.Clone(appSchema.Cols), table.Column{Name: "J", Type: table.Dynamic})}}
	if err := s.Catalog().Commit(t.Context(), catalog.Edit{PutTables: []catalog.Table{def}}); err != nil {
		t.Fatal(err)
	}
	one := func(cols []table.Column, row ...table.Value) Rows {
		b := table.NewBatch(&table.Schema{Cols: cols})
		b.AppendRow(row...)
		return Rows{appRef, b}
	}
	tg := table.Column{Name: table.TimeGenerated, Type: table.Datetime}
	many := table.NewBatch(&table.Schema{Cols: []table.Column{tg}})
	many.Vecs[0] = &table.Of[table.Time]{Vals: make([]table.Time, maxRows+1)}
	many.Rows = maxRows + 1
	for _, c := range []struct {
		rows Rows
		err  error
		text string
	}{
		{one([]table.Column{{Name: "N", Type: table.Long}}, int64(1)), ErrInvalid, "TimeGenerated is missing"},
		{one([]table.Column{tg}, nil), ErrInvalid, "TimeGenerated is null"},
		{one([]table.Column{tg, tg}, table.Time(1), table.Time(1)), ErrInvalid, "column TimeGenerated is there twice"},
		{one([]table.Column{tg, {Name: "N", Type: table.Long}, {Name: "N", Type: table.Long}}, table.Time(1), int64(1), int64(1)), ErrInvalid, "column N is there twice"},
		{one([]table.Column{tg, {Name: "N", Type: table.Real}}, table.Time(1), 1.5), ErrInvalid, "column N is long"},
		{one([]table.Column{tg, {Name: "Nope", Type: table.Real}}, table.Time(1), 1.5), ErrInvalid, `no column "Nope"`},
		{one([]table.Column{tg, {Name: "TenantId", Type: table.String}}, table.Time(1), ""), ErrInvalid, `no column "TenantId"`},
		{one([]table.Column{tg, {Name: table.Seq, Type: table.Long}}, table.Time(1), int64(1)), ErrInvalid, `no column "_Seq"`},
		{one([]table.Column{tg, {Name: "Level", Type: table.String}}, table.Time(1), "a\xff"), ErrInvalid, "row 0 is not valid UTF-8"},
		{one([]table.Column{tg, {Name: "J", Type: table.Dynamic}}, table.Time(1), table.NewDyn(table.Raw("\"\xff\""))), ErrInvalid, "not valid UTF-8"},
		{one([]table.Column{tg}, table.MaxTime+1), ErrInvalid, "row 0 is not between the years"},
		{Rows{appRef, many}, ErrTooLarge, "1048578 rows"},
		{Rows{table.Ref{Workspace: workspace, Table: "Nobody_CL"}, many}, ErrNoTable, "Nobody_CL"},
	} {
		err := s.Append(t.Context(), "", appRows(0, 1), c.rows)
		if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("want %v: %s\ngot %v", c.err, c.text, err)
		}
	}
	if n := len(readNs(t, s, table.Span{})); n != 0 {
		t.Errorf("%d rows came in", n)
	}
	if _, err := s.Snapshot(table.Ref{Workspace: workspace, Table: "Nobody_CL"}, table.Span{}); !errors.Is(err, ErrNoTable) {
		t.Errorf("Snapshot: %v", err)
	}
	snap, err := s.Snapshot(appRef, table.Span{})
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	if _, err := table.ReadAll(t.Context(), snap.Reader([]string{"Nope"})); err == nil || !strings.Contains(err.Error(), `no column "Nope"`) {
		t.Errorf("Reader: %v", err)
	}
}

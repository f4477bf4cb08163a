package ingest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/table"
)

const now = table.Time(639_000_000_000_000_000)

func batch(cols []table.Column, rows ...[]table.Value) *table.Batch {
	b := table.NewBatch(&table.Schema{Cols: cols})
	for _, r := range rows {
		b.AppendRow(r...)
	}
	return b
}

func show(b *table.Batch, i int) string {
	var out []string
	for c, v := range b.Row(i) {
		if v != nil && v != "" {
			out = append(out, b.Schema.Cols[c].Name+"="+table.Text(v))
		}
	}
	return strings.Join(out, " ")
}

var syslog = func() *table.Schema {
	s, _ := table.Builtin("Syslog")
	return table.Stored(s)
}()

func TestConformSetsWhatTheServiceSets(t *testing.T) {
	b := batch([]table.Column{
		{Name: "SyslogMessage", Type: table.String}, {Name: "ProcessID", Type: table.Int}, {Name: "Unknown", Type: table.Long},
		{Name: "TenantId", Type: table.String}, {Name: "Type", Type: table.String}, {Name: table.TimeReceived, Type: table.Datetime},
		{Name: table.BilledSize, Type: table.Real}, {Name: table.ResourceID, Type: table.String}, {Name: table.TimeGenerated, Type: table.Datetime},
		{Name: "_ItemId", Type: table.String}, {Name: "syslogmessage", Type: table.String},
	}, []table.Value{"m", int32(7), int64(1), "mine", "Other", table.Time(1), 99.0, "/SUB/x", table.Time(5), "id", "case"},
		[]table.Value{"m", nil, nil, "", "", nil, nil, "", nil, "", ""})
	got, err := conform(b, syslog, Facts{ResourceID: "/Default"}, now)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"TimeGenerated=" + table.Time(5).String() + " SyslogMessage=m ProcessID=7 _ResourceId=/sub/x _TimeReceived=" + now.String() + " _BilledSize=30",
		"TimeGenerated=" + now.String() + " SyslogMessage=m _ResourceId=/default _TimeReceived=" + now.String() + " _BilledSize=29",
	} {
		if s := show(got, i); s != want {
			t.Errorf("row %d: %s\nwant %s", i, s, want)
		}
	}
	for _, c := range got.Schema.Cols {
		if table.Virtual(c.Name) {
			t.Errorf("%s is computed when it is read, and yet stored", c.Name)
		}
	}
}

func TestConformRefusesWhatCannotBe(t *testing.T) {
	for _, c := range []table.Column{
		{Name: table.TimeGenerated, Type: table.String}, {Name: table.ResourceID, Type: table.Long}, {Name: "ProcessID", Type: table.Real},
	} {
		b := &table.Batch{Schema: &table.Schema{Cols: []table.Column{c}}, Vecs: []table.Vec{table.Repeat(c.Type, nil, 1)}, Rows: 1}
		if _, err := conform(b, syslog, Facts{}, now); err == nil || !strings.Contains(err.Error(), c.Name) {
			t.Errorf("%s %s: %v", c.Name, c.Type, err)
		}
	}
}

func TestConvert(t *testing.T) {
	guid, _ := table.ParseUUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")
	for _, c := range []struct {
		in   table.Value
		to   table.Type
		want table.Value
	}{
		{int32(-5), table.Long, int64(-5)}, {int32(5), table.Real, 5.0}, {int32(5), table.Decimal, table.Dec("5")},
		{int64(math.MaxInt64), table.Decimal, table.Dec("9223372036854775807")}, {int64(3), table.Real, 3.0},
		{1.5, table.Decimal, table.Dec("1.5")}, {math.NaN(), table.Decimal, nil},
		{guid.String(), table.Guid, guid}, {"no guid", table.Guid, nil}, {"", table.Guid, nil},
		{"00:00:01", table.Timespan, table.Duration(table.TicksPerSecond)}, {"soon", table.Timespan, nil},
		{"1.10", table.Decimal, table.Dec("1.10")}, {"x", table.Decimal, nil}, {"same", table.String, "same"},
	} {
		v := table.NewVec(table.TypeOfValue(c.in), 2)
		table.Append(v, c.in)
		table.Append(v, nil)
		got, err := convert(v, c.to)
		if err != nil || got.At(0) != c.want || got.Type() != c.to || got.Len() != 2 {
			t.Errorf("%v to %s: %v, %v", c.in, c.to, got, err)
		}
		if c.to != table.String && got != nil && table.TypeOfValue(c.in) != table.String && !got.IsNull(1) {
			t.Errorf("null to %s: %v", c.to, got.At(1))
		}
	}
	if _, err := convert(&table.Of[int64]{}, table.Int); err == nil {
		t.Error("a long became an int")
	}
}

func TestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.IntRange(0, 20).Draw(t, "n")
		got := Cut(s, n)
		if !strings.HasPrefix(s, got) || !utf8.ValidString(got) || len(s) <= n && got != s || len(s) > n && (len(got) > n || len(got) < n-3) {
			t.Fatalf("Cut(%q, %d) is %q", s, n, got)
		}
	})
}

// TestBilledSize compares the size with the text that it is the size of.
func TestBilledSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cols []table.Column
		var row []table.Value
		want := 0
		add := func(v table.Value) {
			cols = append(cols, table.Column{Name: fmt.Sprint("c", len(cols)), Type: table.TypeOfValue(v)})
			row = append(row, v)
			if d, ok := v.(table.Dyn); ok {
				want += len(d.String())
			} else {
				want += len(table.Text(v))
			}
		}
		add(rapid.Int64().Draw(t, "long"))
		add(rapid.Int32().Draw(t, "int"))
		add(rapid.Bool().Draw(t, "bool"))
		add(rapid.String().Draw(t, "string"))
		add(table.Time(rapid.Int64Range(int64(table.MinTime), int64(table.MaxTime)).Draw(t, "time")))
		add(table.Duration(rapid.Int64().Draw(t, "duration")))
		add(table.DynValue([]any{rapid.String().Draw(t, "dynamic"), nil}))
		add(table.UUID{1, 2, 3})
		add(table.Dec("12.50"))
		if got := billedSizes(batch(cols, row)).At(0); got != float64(want) {
			t.Fatalf("%v: %v, want %d", row, got, want)
		}
	})
}

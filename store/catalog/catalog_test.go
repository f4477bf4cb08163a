package catalog

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

var ref = table.Ref{Workspace: "w", Table: "App_CL"}

func open(t testing.TB, fs vfs.FS) *Catalog {
	t.Helper()
	c, err := Open(fs, "cat", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func commit(t testing.TB, c *Catalog, e Edit) {
	t.Helper()
	if err := c.Commit(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func schema(cols ...table.Column) *table.Schema { return &table.Schema{Cols: cols} }

func col(name string, t table.Type) table.Column { return table.Column{Name: name, Type: t} }

// meta makes an extent of ref, whose hash begins with n, from hour a to hour b.
func meta(n byte, a, b int64) *extent.Meta {
	return &extent.Meta{
		Hash: extent.Hash{n}, Ref: ref, Rows: int64(n), Bytes: 100,
		Span:  table.Span{Start: table.Time(a * table.TicksPerHour), End: table.Time(b * table.TicksPerHour)},
		Stats: []extent.Stat{{Name: table.TimeGenerated, Type: table.Datetime, Min: table.Time(a), Max: table.Time(b)}, {Name: "N", Type: table.Long}},
	}
}

func TestTables(t *testing.T) {
	fs := vfs.NewMem()
	c := open(t, fs)
	if _, ok := c.View().Table(ref); ok {
		t.Error("a table that nobody put")
	}
	hb, ok := c.View().Table(table.Ref{Workspace: "w", Table: "Heartbeat"})
	if !ok || hb.Retention != 0 {
		t.Fatalf("Heartbeat: %+v", hb)
	}
	if typ, ok := hb.StoredType("Computer"); !ok || typ != table.String {
		t.Error("Heartbeat has no Computer")
	}
	if _, ok := hb.StoredType("TenantId"); ok {
		t.Error("TenantId is stored")
	}
	before := c.View()
	commit(t, c, Edit{PutTables: []Table{{Ref: ref, Schema: schema(col("N", table.Long)), Retention: 7}}})
	if _, ok := before.Table(ref); ok {
		t.Error("a view has changed")
	}
	for range 2 {
		got, ok := c.View().Table(ref)
		if !ok || got.Retention != 7 || !strings.HasPrefix(got.Schema.String(), "TimeGenerated:datetime, N:long, TenantId:string") {
			t.Errorf("%+v", got)
		}
		if s := got.Stored().String(); !strings.HasSuffix(s, "_BilledSize:real, _Seq:long") {
			t.Errorf("stored: %s", s)
		}
		if ts := c.View().Tables("w"); len(ts) != 1 || ts[0].Ref != ref {
			t.Errorf("Tables: %v", ts)
		}
		c.Close()
		c = open(t, fs)
	}
	for name, s := range map[string]*table.Schema{
		"a column twice":       schema(col("A", table.Long), col("A", table.Long)),
		"no type":              schema(col("A", 0)),
		"no name":              schema(col("", table.Long)),
		"another type":         schema(col("N", table.Real)),
		"a strange time":       schema(col(table.TimeGenerated, table.String)),
		"a strange _TimeRec'd": schema(col(table.Seq, table.String)),
	} {
		if err := c.Commit(t.Context(), Edit{PutTables: []Table{{Ref: ref, Schema: s}}}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	commit(t, c, Edit{DropTables: []table.Ref{ref}})
	if _, ok := c.View().Table(ref); ok {
		t.Error("a dropped table is there")
	}
}

// TestRetention: a table's own retention, else its workspace's, else the default; what is
// kept in total is not less. It is the same after a checkpoint.
func TestRetention(t *testing.T) {
	fs := vfs.NewMem()
	c := open(t, fs)
	other := table.Ref{Workspace: "w", Table: "Other_CL"}
	commit(t, c, Edit{PutTables: []Table{{Ref: ref, Schema: schema(), Retention: 7, Total: 60}, {Ref: other, Schema: schema(), Total: 60}}})
	want := func(r table.Ref, days, total int) {
		t.Helper()
		def, ok := c.View().Table(r)
		if !ok {
			t.Fatalf("there is no table %s", r)
		}
		if d, n := c.View().Retention(def); d != days || n != total {
			t.Errorf("%s: %d days, %d in total; want %d and %d", r, d, n, days, total)
		}
	}
	want(ref, 7, 60)
	want(other, DefaultRetention, 60)
	before := c.View()
	commit(t, c, Edit{Retention: map[string]int{"w": 90}})
	if before.DefaultRetention("w") != DefaultRetention {
		t.Error("a view has changed")
	}
	for range 2 {
		want(ref, 7, 60)
		want(other, 90, 90)
		want(table.Ref{Workspace: "w", Table: "Heartbeat"}, 90, 90)
		want(table.Ref{Workspace: "x", Table: "Heartbeat"}, DefaultRetention, DefaultRetention)
		if err := c.Checkpoint(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		c.Close()
		c = open(t, fs)
	}
	commit(t, c, Edit{Retention: map[string]int{"w": 0}})
	want(other, DefaultRetention, 60)
	for _, e := range []Edit{{Retention: map[string]int{"w": -1}}, {PutTables: []Table{{Ref: ref, Schema: schema(), Total: -1}}}} {
		if err := c.Commit(t.Context(), e); !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

// TestColumnKeepsType: a column that is dropped cannot come back with another type
// while there are rows of it.
func TestColumnKeepsType(t *testing.T) {
	c := open(t, vfs.NewMem())
	commit(t, c, Edit{PutTables: []Table{{Ref: ref, Schema: schema(col("N", table.Long))}}, AddExtents: []*extent.Meta{meta(1, 0, 1)}})
	commit(t, c, Edit{PutTables: []Table{{Ref: ref, Schema: schema()}}})
	put := Edit{PutTables: []Table{{Ref: ref, Schema: schema(col("N", table.String))}}}
	if err := c.Commit(t.Context(), put); !errors.Is(err, ErrInvalid) {
		t.Errorf("rows of type long: %v", err)
	}
	commit(t, c, Edit{DropExtents: []extent.Hash{{1}}})
	commit(t, c, put)
}

func hashes(ms []*extent.Meta) (out []byte) {
	for _, m := range ms {
		out = append(out, m.Hash[0])
	}
	return out
}

func TestExtents(t *testing.T) {
	c := open(t, vfs.NewMem())
	commit(t, c, Edit{AddExtents: []*extent.Meta{meta(3, 5, 9), meta(1, 0, 10), meta(2, 2, 4)}, Flushed: map[table.Ref]wal.Seq{ref: 7}})
	before := c.View()
	hour := func(h int64) table.Time { return table.Time(h * table.TicksPerHour) }
	for _, x := range []struct {
		a, b int64
		want string
	}{{0, 1, "\x01"}, {2, 3, "\x01\x02"}, {4, 5, "\x01"}, {8, 20, "\x01\x03"}, {10, 20, ""}, {-5, 0, ""}} {
		if got := hashes(before.Extents(ref, table.Span{Start: hour(x.a), End: hour(x.b)})); string(got) != x.want {
			t.Errorf("%d to %d: %v", x.a, x.b, got)
		}
	}
	commit(t, c, Edit{DropExtents: []extent.Hash{{1}, {3}}, AddExtents: []*extent.Meta{meta(4, 0, 10)}, Trimmed: 9})
	if got := hashes(c.View().Extents(ref, table.Span{})); string(got) != "\x04\x02" {
		t.Errorf("after the merge: %v", got)
	}
	if got := hashes(before.Extents(ref, table.Span{})); string(got) != "\x01\x02\x03" {
		t.Errorf("a view has changed: %v", got)
	}
	if before.Flushed(ref) != 7 || c.View().Flushed(ref) != 9 || c.View().Trimmed() != 9 {
		t.Errorf("flushed: %d, %d", before.Flushed(ref), c.View().Flushed(ref))
	}
	for name, e := range map[string]Edit{
		"drop what is gone":    {DropExtents: []extent.Hash{{1}}},
		"drop twice":           {DropExtents: []extent.Hash{{2}, {2}}},
		"add what is there":    {AddExtents: []*extent.Meta{meta(2, 0, 1)}},
		"drop what never was":  {DropExtents: []extent.Hash{{99}}},
		"add two of one name":  {AddExtents: []*extent.Meta{meta(7, 0, 1), meta(7, 0, 1)}},
		"put without a schema": {PutTables: []Table{{Ref: ref}}},
	} {
		if err := c.Commit(t.Context(), e); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDocs(t *testing.T) {
	fs := vfs.NewMem()
	c := open(t, fs)
	doc := func(id, text string) Doc { return Doc{Kind: "rule", ID: id, JSON: []byte(text)} }
	commit(t, c, Edit{PutDocs: []Doc{doc("b", "1"), doc("a", "2")}})
	a, _ := c.View().Doc("rule", "a")
	if a.Version == 0 || string(a.JSON) != "2" {
		t.Fatalf("%+v", a)
	}
	commit(t, c, Edit{If: []Doc{{Kind: "rule", ID: "a", Version: a.Version}, {Kind: "rule", ID: "c"}}, PutDocs: []Doc{doc("a", "3")}})
	for _, stale := range []Doc{a, {Kind: "rule", ID: "b"}, {Kind: "rule", ID: "nobody", Version: 1}} {
		if err := c.Commit(t.Context(), Edit{If: []Doc{stale}, DropDocs: []Doc{stale}}); !errors.Is(err, ErrConflict) {
			t.Errorf("%+v: %v", stale, err)
		}
	}
	// What is put carries its version only from the commit on.
	a, _ = c.View().Doc("rule", "a")
	commit(t, c, Edit{PutDocs: []Doc{a}, DropDocs: []Doc{doc("b", "")}})
	again, _ := c.View().Doc("rule", "a")
	if again.Version <= a.Version {
		t.Errorf("version %d after %d", again.Version, a.Version)
	}
	commit(t, c, Edit{PutDocs: []Doc{doc("z", "9"), doc("m", "8")}})
	for _, how := range []string{"as it is", "from the log", "from a checkpoint"} {
		if how == "from a checkpoint" {
			if err := c.Checkpoint(t.Context(), true); err != nil {
				t.Fatal(err)
			}
		}
		if how != "as it is" {
			c.Close()
			c = open(t, fs)
		}
		var ids []string
		c.View().Docs("rule", func(d Doc) bool {
			ids = append(ids, fmt.Sprint(d.ID, string(d.JSON)))
			return d.ID != "m"
		})
		if !slices.Equal(ids, []string{"a3", "m8"}) {
			t.Errorf("%s: %v", how, ids)
		}
		if got, _ := c.View().Doc("rule", "a"); got.Version != again.Version {
			t.Errorf("%s: version %d, not %d", how, got.Version, again.Version)
		}
	}
}

func TestTokens(t *testing.T) {
	fs := vfs.NewMem()
	c := open(t, fs)
	commit(t, c, Edit{Tokens: []Token{{"old", 10}, {"new", 20}}})
	commit(t, c, Edit{DropTokens: 15, Tokens: []Token{{"late", 3}}})
	for range 2 {
		got := c.Tokens()
		slices.SortFunc(got, func(a, b Token) int { return int(a.Time - b.Time) })
		if !slices.Equal(got, []Token{{"late", 3}, {"new", 20}}) {
			t.Errorf("%v", got)
		}
		c.Close()
		c = open(t, fs)
	}
}

var (
	genRef = rapid.Custom(func(t *rapid.T) table.Ref {
		return table.Ref{Workspace: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "w"), Table: rapid.SampledFrom([]string{"T_CL", "U_CL", "Heartbeat"}).Draw(t, "t")}
	})
	genStat = rapid.Custom(func(t *rapid.T) extent.Stat {
		v := rapid.SampledFrom([]table.Value{nil, true, int32(-5), int64(1 << 60), table.Time(5), table.Duration(-5), 1.5, table.UUID{1, 2}, "ü"})
		return extent.Stat{Name: rapid.String().Draw(t, "name"), Type: table.Type(rapid.IntRange(1, 10).Draw(t, "type")), Min: v.Draw(t, "min"), Max: v.Draw(t, "max"), Nulls: rapid.Int64().Draw(t, "nulls")}
	})
	genPath = rapid.Custom(func(t *rapid.T) extent.Path {
		return extent.Path{Column: rapid.String().Draw(t, "column"), Type: table.Type(rapid.IntRange(1, 10).Draw(t, "type")), Keys: rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "keys")}
	})
	genCounts = rapid.Custom(func(t *rapid.T) []extent.Count {
		if rapid.Bool().Draw(t, "unknown") {
			return nil
		}
		counts := []extent.Count{}
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			v := rapid.SampledFrom([]table.Value{true, int32(-5), int64(1 << 60), "", "ü"}).Draw(t, "value")
			counts = append(counts, extent.Count{Value: v, Rows: rapid.Int64Min(0).Draw(t, "rows")})
		}
		return counts
	})
	genMeta = rapid.Custom(func(t *rapid.T) *extent.Meta {
		m := &extent.Meta{Ref: genRef.Draw(t, "ref"), Rows: rapid.Int64().Draw(t, "rows"), Bytes: rapid.Int64().Draw(t, "bytes")}
		copy(m.Hash[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))
		m.Span.Start, m.Span.End = table.Time(rapid.Int64().Draw(t, "start")), table.Time(rapid.Int64().Draw(t, "end"))
		m.Received, m.Foot = table.Time(rapid.Int64().Draw(t, "received")), extent.Foot{Bytes: rapid.Int64().Draw(t, "foot"), CRC: rapid.Uint32().Draw(t, "crc")}
		m.Stats = rapid.SliceOfN(genStat, 0, 4).Draw(t, "stats")
		if paths := rapid.SliceOfN(genPath, 0, 3).Draw(t, "paths"); len(paths) > 0 {
			m.Paths = paths
		}
		for i := range m.Stats { // the columns of a file have different names
			m.Stats[i].Name += fmt.Sprint(i)
			m.Stats[i].Numbers, m.Stats[i].Counts = rapid.Bool().Draw(t, "numbers"), genCounts.Draw(t, "counts")
		}
		for i := range m.Paths {
			m.Paths[i].Column += fmt.Sprint(i)
			m.Paths[i].Counts = genCounts.Draw(t, "counts")
		}
		return m
	})
	genDoc = rapid.Custom(func(t *rapid.T) Doc {
		return Doc{Kind: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "kind"), ID: rapid.String().Draw(t, "id"), Version: rapid.Uint64().Draw(t, "version"), JSON: rapid.SliceOf(rapid.Byte()).Draw(t, "json")}
	})
	genTable = rapid.Custom(func(t *rapid.T) Table {
		tab := Table{Ref: genRef.Draw(t, "ref"), Retention: rapid.IntRange(0, 4000).Draw(t, "days"), Total: rapid.IntRange(0, 4383).Draw(t, "total"), Schema: &table.Schema{Cols: []table.Column{}}}
		for i := range rapid.IntRange(0, 4).Draw(t, "cols") {
			tab.Schema.Cols = append(tab.Schema.Cols, table.Column{Name: fmt.Sprint("c", i), Type: table.Type(rapid.IntRange(1, 10).Draw(t, "type")), Doc: rapid.String().Draw(t, "doc")})
		}
		return tab
	})
)

func genEdit(t *rapid.T) *Edit {
	e := &Edit{
		PutTables: rapid.SliceOfN(genTable, 0, 3).Draw(t, "put"), DropTables: rapid.SliceOfN(genRef, 0, 2).Draw(t, "drop"),
		AddExtents: rapid.SliceOfN(genMeta, 0, 3).Draw(t, "add"), PutDocs: rapid.SliceOfN(genDoc, 0, 3).Draw(t, "docs"),
		Trimmed: wal.Seq(rapid.Uint64().Draw(t, "trimmed")), DropTokens: table.Time(max(0, rapid.Int64().Draw(t, "before"))),
	}
	for range rapid.IntRange(0, 2).Draw(t, "n") {
		e.DropExtents = append(e.DropExtents, extent.Hash{rapid.Byte().Draw(t, "h")})
		e.DropDocs = append(e.DropDocs, Doc{Kind: "x", ID: rapid.String().Draw(t, "id")})
		e.Tokens = append(e.Tokens, Token{rapid.String().Draw(t, "token"), table.Time(rapid.Int64().Draw(t, "at"))})
		e.Retain(map[string]int{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "w"): rapid.IntRange(0, 730).Draw(t, "days")})
		if e.Flushed == nil {
			e.Flushed = map[table.Ref]wal.Seq{}
		}
		e.Flushed[genRef.Draw(t, "ref")] = wal.Seq(rapid.Uint64().Draw(t, "seq"))
	}
	return e
}

// TestEditRoundTrip: an edit is read as it was written.
func TestEditRoundTrip(t *testing.T) {
	empty := func(e *Edit) { // an empty list is as good as none
		v := reflect.ValueOf(e).Elem()
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Slice && f.Len() == 0 {
				f.SetZero()
			}
		}
		for i := range e.PutDocs {
			e.PutDocs[i].JSON = append([]byte{}, e.PutDocs[i].JSON...)
		}
		for _, m := range e.AddExtents {
			m.Stats = append([]extent.Stat{}, m.Stats...)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		e := genEdit(t)
		got, err := parseEdit(appendEdit(nil, e))
		if err != nil {
			t.Fatal(err)
		}
		empty(e)
		empty(got)
		if !reflect.DeepEqual(e, got) {
			t.Fatalf("wrote %+v\nread %+v", e, got)
		}
	})
}

// FuzzEdit reads edits of any content: no panic, and what can be read can be written
// and read again.
func FuzzEdit(f *testing.F) {
	f.Add(appendEdit(nil, &Edit{AddExtents: []*extent.Meta{meta(1, 2, 3)}, Tokens: []Token{{"t", 1}}, Trimmed: 4}))
	f.Add(appendEdit(nil, &Edit{PutTables: []Table{{Ref: ref, Schema: schema(col("N", table.Long))}}, PutDocs: []Doc{{"k", "i", 1, []byte("{}")}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := parseEdit(b)
		if err != nil {
			return
		}
		text := appendEdit(nil, e)
		again, err := parseEdit(text)
		if err != nil {
			t.Fatal(err)
		}
		if string(appendEdit(nil, again)) != string(text) {
			t.Fatal("it reads differently the second time")
		}
	})
}

// TestCheckpoints: the state is the same however often it was written to a checkpoint,
// and if the newest cannot be read.
func TestCheckpoints(t *testing.T) {
	fs := vfs.NewMem()
	c := open(t, fs)
	for i := range 30 {
		commit(t, c, Edit{
			PutDocs: []Doc{{Kind: "k", ID: fmt.Sprint(i % 7), JSON: fmt.Append(nil, i)}}, AddExtents: []*extent.Meta{meta(byte(i+1), int64(i), int64(i+2))},
			Flushed: map[table.Ref]wal.Seq{ref: wal.Seq(i)}, Tokens: []Token{{fmt.Sprint(i), table.Time(i)}},
		})
		if i%4 == 3 {
			if err := c.Checkpoint(t.Context(), true); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := string(appendEdit(nil, c.state()))
	c.Close()
	names, _ := fs.List("cat")
	var points []string
	for _, n := range names {
		if strings.HasPrefix(n, checkpointPrefix) {
			points = append(points, n)
		}
	}
	if len(points) != 2 {
		t.Fatalf("checkpoints: %v", points)
	}
	for _, name := range append(points, "") {
		fs := fs.Crash(0, 1)
		if name != "" {
			fs.Damage("cat/"+name, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}
		var log strings.Builder
		c, err := Open(fs, "cat", Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatalf("%s damaged: %v", name, err)
		}
		if string(appendEdit(nil, c.state())) != want {
			t.Errorf("%s damaged: another state", name)
		}
		if warned := strings.Contains(log.String(), points[1]); warned != (name == points[1]) {
			t.Errorf("%s damaged: logged %s", name, &log)
		}
		// It goes on from there.
		commit(t, c, Edit{PutDocs: []Doc{{Kind: "k", ID: "more", JSON: []byte("1")}}})
		if err := c.Checkpoint(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		c.Close()
		c = open(t, fs.Crash(0, 1))
		if _, ok := c.View().Doc("k", "more"); !ok {
			t.Errorf("%s damaged: a later document is lost", name)
		}
	}
	for _, name := range points {
		fs.Damage("cat/"+name, func(b []byte) []byte { return b[:len(b)-1] })
	}
	if _, err := Open(fs, "cat", Options{}); !errors.Is(err, vfs.ErrCorrupt) || !strings.Contains(err.Error(), points[0]) {
		t.Errorf("both damaged: %v", err)
	}
	for _, name := range points {
		fs.Remove("cat/" + name)
	}
	if _, err := Open(fs, "cat", Options{}); !errors.Is(err, vfs.ErrCorrupt) {
		t.Errorf("both gone: %v", err)
	}
}

// TestCheckpointWhenGrown: without force one is written only after enough edits.
func TestCheckpointWhenGrown(t *testing.T) {
	c := open(t, vfs.NewMem())
	big := make([]byte, checkpointEvery/3)
	var wrote []int
	for i := range 12 {
		commit(t, c, Edit{PutDocs: []Doc{{Kind: "k", ID: "same", JSON: big}}})
		before := len(c.checked) + int(c.checked[len(c.checked)-1])
		if err := c.Checkpoint(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		if len(c.checked)+int(c.checked[len(c.checked)-1]) != before {
			wrote = append(wrote, i)
		}
	}
	if !slices.Equal(wrote, []int{3, 7, 11}) && !slices.Equal(wrote, []int{2, 5, 8, 11}) {
		t.Errorf("checkpoints after %v", wrote)
	}
}

func BenchmarkCommit(b *testing.B) {
	c := open(b, vfs.NewMem())
	for w := range 10 {
		var e Edit
		for i := range 1000 {
			m := meta(1, int64(i), int64(i+1))
			m.Hash = extent.Hash{1, byte(w), byte(i), byte(i >> 8)}
			m.Ref.Table = fmt.Sprint("T", w, i%100, "_CL")
			e.AddExtents = append(e.AddExtents, m)
		}
		commit(b, c, e)
	}
	for i := 0; b.Loop(); i++ {
		m := meta(2, int64(i), int64(i+1))
		m.Hash = extent.Hash{2, byte(i), byte(i >> 8), byte(i >> 16)}
		m.Ref.Table = "T0_CL"
		commit(b, c, Edit{AddExtents: []*extent.Meta{m}})
	}
}

package format

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/yagura/yagura/table"
)

// read gives every record as "line: name=value …" and every rejection as
// "line! reason".
func read(t *testing.T, name, kind string, data []byte) []string {
	t.Helper()
	r, err := Open(name, kind, bytes.NewReader(data))
	if err != nil {
		return []string{"error " + err.Error()}
	}
	var out []string
	for len(out) < 10_000 {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		var bad *RejectError
		if errors.As(err, &bad) {
			out = append(out, table.Text(bad.Line)+"! "+bad.Reason)
			continue
		}
		if err != nil {
			return append(out, "error "+err.Error())
		}
		var b strings.Builder
		b.WriteString(table.Text(rec.Line) + ":")
		for i, n := range rec.Names {
			b.WriteString(" " + n + "=" + string(table.AppendTreeJSON(nil, rec.Values[i])))
		}
		out = append(out, b.String())
	}
	t.Fatal("the reader does not end")
	return nil
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, file, kind, data, want string
	}{
		{"lines", "a.jsonl", "", "{\"a\":1}\n\n{\"a\":9007199254740993,\"b\":[1,{\"c\":null}]}\n", "1: a=1|3: a=9007199254740993 b=[1,{\"c\":null}]"},
		{"a bad line costs only itself", "a.jsonl", "", "{\"a\":1}\n{\"a\":\n[1]\n{\"a\":2}", "1: a=1|2! not JSON: cannot parse JSON: cannot parse object: cannot parse object value: cannot parse |3! not a JSON object|4: a=2"},
		{"array over lines", "x", "", "[\n {\"a\": \"}\\\"{\"},\n\n {\"a\":\n 2} ]", "2: a=\"}\\\"{\"|4: a=2"},
		{"array with junk", "x", "json", "[{\"a\":1}, 5, {\"a\":2}]", "1: a=1|1! not a JSON object|1: a=2"},
		{"array cut short", "x", "json", "[{\"a\":1},\n{\"a\":", "1: a=1|2! the object does not end"},
		{"csv", "a.csv", "", "a,b\n1,\"x\ny\"\n2\n3,z\n", "2: a=\"1\" b=\"x\\ny\"|4! 1 fields, but 2 columns|5: a=\"3\" b=\"z\""},
		{"csv with a byte order mark", "a.csv", "", "\ufeffa\n1\n", "2: a=\"1\""},
		{"csv, column twice", "a.csv", "", "a,a\n1,2\n", "error column \"a\" is named twice in the first line"},
		{"tsv", "a.tsv", "", "a\tb\nx \"y\" z\t\n", "2: a=\"x \\\"y\\\" z\" b=null"},
		{"w3c", "u_ex.log", "", "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent) s-computername\n2026-11-23 06:00:01 10.0.0.1 GET / 200 Mozilla/5.0+(X11) WEB01\n2026-11-23 06:00:02 10.0.0.1 GET\n", "3: TimeGenerated=\"2026-11-23T06:00:01Z\" cIP=\"10.0.0.1\" csMethod=\"GET\" csUriStem=\"/\" scStatus=\"200\" csUserAgent=\"Mozilla/5.0 (X11)\" Computer=\"WEB01\"|4! 4 fields, but #Fields names 8"},
		{"invalid UTF-8", "a.jsonl", "", "{\"a\":\"\xff\"}\n{\"a\":1}", "1! not valid UTF-8|2: a=1"},
		{"unknown", "a.bin", "", "\x00\x01", "error unknown format: a.bin: say which with -format: json, jsonl, csv, tsv, w3c, parquet"},
		{"empty", "a.jsonl", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(read(t, c.file, c.kind, []byte(c.data)), "|"); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestDecompress(t *testing.T) {
	plain := []byte("{\"a\":1}\n")
	var gz, zs bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, _ = w.Write(plain)
	_ = w.Close()
	z, _ := zstd.NewWriter(&zs)
	_, _ = z.Write(plain)
	_ = z.Close()
	for name, data := range map[string][]byte{"a.jsonl": plain, "a.jsonl.gz": gz.Bytes(), "a.jsonl.zst": zs.Bytes()} {
		if got := read(t, name, "", data); len(got) != 1 || got[0] != "1: a=1" {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := read(t, "a.jsonl.gz", "", gz.Bytes()[:gz.Len()-9]); len(got) == 0 || !strings.HasPrefix(got[len(got)-1], "error ") {
		t.Errorf("a gzip cut short gives %v", got)
	}
}

func TestInfer(t *testing.T) {
	r, _ := Open("a.csv", "", strings.NewReader("n,f,b,t,g,s,zip,none\n1,1.5,true,2026-01-01T00:00:00.1234567Z,74be27de-1e4e-49d9-b579-fe0b331d3642,x,007,\n-2,3,FALSE,2026-01-02 10:00,74be27de-1e4e-49d9-b579-fe0b331d3643,1,010,\n"))
	var recs []Record
	for {
		rec, err := r.Next()
		if err != nil {
			break
		}
		recs = append(recs, rec)
	}
	s := Infer(recs)
	if got, want := s.String(), "n:long, f:real, b:bool, t:datetime, g:guid, s:string, zip:string, none:string"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	row, dropped, err := Shape(recs[0], s)
	if err != nil || len(dropped) > 0 || row[0] != int64(1) || row[7] != nil {
		t.Errorf("%v %v %v", row, dropped, err)
	}
	recs[0].Values[0] = "one"
	if _, _, err := Shape(recs[0], s); err == nil || err.Error() != "line 2: column n is long: one" {
		t.Errorf("a word in a column of longs: %v", err)
	}
}

// TestWriteRead writes a batch of every type in every format and reads it back.
func TestWriteRead(t *testing.T) {
	s, err := ParseSchema("b:bool, i:int, l:long, r:real, d:decimal, s:string, t:datetime, p:timespan, g:guid, y:dynamic")
	if err != nil {
		t.Fatal(err)
	}
	tree, _ := table.ParseTree(`{"k":[1,2.5,"x"]}`)
	now, _ := table.ParseTime("2026-11-23T06:07:08.1234567Z")
	b := table.NewBatch(s)
	b.AppendRow(true, int32(-5), int64(9007199254740993), 0.1, table.Dec("12.340"), "a,\"b\"\nc", now, table.Duration(15), table.UUID{1}, table.NewDyn(tree))
	b.AppendRow(nil, nil, nil, nil, nil, "", nil, nil, nil, nil)
	for name, write := range Writers {
		t.Run(name, func(t *testing.T) {
			var buf bytes.Buffer
			if err := write(context.Background(), &buf, table.NewReader(s, b)); err != nil {
				t.Fatal(err)
			}
			r, err := Open("x", name, &buf)
			if err != nil {
				t.Fatal(err)
			}
			for i := range b.Rows {
				rec, err := r.Next()
				if err != nil {
					t.Fatal(err)
				}
				if name == "csv" || name == "parquet" { // dynamic is text there
					if text, ok := rec.Values[9].(string); ok {
						rec.Values[9], _ = table.ParseTree(text)
					}
				}
				row, _, err := Shape(rec, s)
				if err != nil {
					t.Fatal(err)
				}
				for c := range row {
					got, want := row[c], b.Vecs[c].At(i)
					if got == nil && want == "" {
						continue
					}
					if (got == nil) != (want == nil) || got != nil && table.Compare(got, want) != 0 {
						t.Errorf("row %d column %s: got %v, want %v", i, s.Cols[c].Name, got, want)
					}
				}
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add("json", []byte(`[{"a":1},{"b":"x"}]`))
	f.Add("jsonl", []byte("{\"a\":1}\n{}"))
	f.Add("csv", []byte("a,b\n1,2\n"))
	f.Add("w3c", []byte("#Fields: date time c-ip\n2026-01-01 00:00:00 ::1\n"))
	f.Add("parquet", []byte("PAR1"))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		r, err := Open("x", kind, bytes.NewReader(data))
		if err != nil {
			return
		}
		for range 100_000 {
			rec, err := r.Next()
			var bad *RejectError
			if err != nil && !errors.As(err, &bad) {
				return
			}
			if err == nil && len(rec.Names) != len(rec.Values) {
				t.Fatalf("%d names, %d values", len(rec.Names), len(rec.Values))
			}
			if err == nil {
				s := Infer([]Record{rec})
				if _, _, err := Shape(rec, s); err != nil {
					t.Fatalf("a record does not fit what was inferred from it: %v", err)
				}
			}
		}
	})
}

package receive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/yagura/yagura/table"
)

func schema(text string) *table.Schema {
	s := &table.Schema{}
	for part := range strings.FieldsSeq(text) {
		name, typ, _ := strings.Cut(part, ":")
		t, ok := table.ParseType(typ)
		if !ok {
			panic(typ)
		}
		s.Cols = append(s.Cols, table.Column{Name: name, Type: t})
	}
	return s
}

// show writes a row's values, each with its Go type where that is not obvious.
func show(b *table.Batch, i int) string {
	var out []string
	for _, v := range b.Row(i) {
		switch v := v.(type) {
		case nil:
			out = append(out, "-")
		case string:
			out = append(out, fmt.Sprintf("%q", v))
		case table.Dyn:
			out = append(out, "dyn"+v.String())
		default:
			out = append(out, table.Text(v))
		}
	}
	return strings.Join(out, " ")
}

func TestDecodeArrayValues(t *testing.T) {
	for _, c := range []struct{ schema, body, want string }{
		{"a:long", `[{"a":9223372036854775807}]`, "9223372036854775807"},
		{"a:long", `[{"a":9007199254740993}]`, "9007199254740993"},
		{"a:long", `[{"a":-9223372036854775808}]`, "-9223372036854775808"},
		{"a:long", `[{"a":9223372036854775808}]`, "-"},
		{"a:long", `[{"a":1.9}]`, "1"},
		{"a:long", `[{"a":1e3}]`, "1000"},
		{"a:long", `[{"a":"42"}]`, "42"},
		{"a:long", `[{"a":"x"}]`, "-"},
		{"a:long", `[{"a":true}]`, "1"},
		{"a:long", `[{"a":{}}]`, "-"},
		{"a:int", `[{"a":2147483647}]`, "2147483647"},
		{"a:int", `[{"a":2147483648}]`, "-"},
		{"a:real", `[{"a":0.1}]`, "0.1"},
		{"a:real", `[{"a":"1e400"}]`, "Infinity"},
		{"a:bool", `[{"a":true}]`, "true"},
		{"a:bool", `[{"a":"False"}]`, "false"},
		{"a:bool", `[{"a":0}]`, "false"},
		{"a:string", `[{"a":"x\u00e9\ud83d\ude00\n\"\\\/"}]`, `"xé😀\n\"\\/"`},
		{"a:string", `[{"a":"\ud83d alone"}]`, "\"\ufffd alone\""},
		{"a:string", `[{"a":12.50}]`, `"12.50"`},
		{"a:string", `[{"a":false}]`, `"false"`},
		{"a:string", `[{"a":{"b": [1, 2]}}]`, `"{\"b\":[1,2]}"`},
		{"a:string", `[{"a":null}]`, `""`},
		{"a:datetime", `[{"a":"2026-11-23T06:07:08.1234567Z"}]`, "2026-11-23T06:07:08.1234567Z"},
		{"a:datetime", `[{"a":"0001-01-01T00:00:00Z"}]`, "0001-01-01T00:00:00.0000000Z"},
		{"a:datetime", `[{"a":"9999-12-31T23:59:59.9999999Z"}]`, "9999-12-31T23:59:59.9999999Z"},
		{"a:datetime", `[{"a":"2026-11-23T06:00:00+02:00"}]`, "2026-11-23T04:00:00.0000000Z"},
		{"a:datetime", `[{"a":"yesterday"}]`, "-"},
		{"a:datetime", `[{"a":12}]`, "-"},
		{"a:guid", `[{"a":"6f9619ff-8b86-d011-b42d-00cf4fc964ff"}]`, "6f9619ff-8b86-d011-b42d-00cf4fc964ff"},
		{"a:timespan", `[{"a":"1.02:03:04.5"}]`, "1.02:03:04.5000000"},
		{"a:decimal", `[{"a":123456789012345678901234567890.12}]`, "123456789012345678901234567890.12"},
		{"a:dynamic", `[{"a": { "b" : [ 1 , "x y" , {"c\"d": null} ] } }]`, `dyn{"b":[1,"x y",{"c\"d":null}]}`},
		{"a:dynamic", `[{"a":"text"}]`, `dyn"text"`},
		{"a:dynamic", `[{"a":9007199254740993}]`, `dyn9007199254740993`},
		{"a:dynamic", `[{"a":null}]`, `-`},
		{"a:long b:string", `[{"b":"x","c":[{"d":1}],"a":1,"a":2}]`, `2 "x"`},
		{"a:long b:string", `[{}]`, `- ""`},
		{"a:long", "\t[ {\r\n\"a\" : 1 } ] \n", `1`},
	} {
		b, _, err := decodeArray([]byte(c.body), schema(c.schema))
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		if got := show(b, 0); got != c.want || b.Rows != 1 {
			t.Errorf("%s as %s: %s (%d rows), want %s", c.body, c.schema, got, b.Rows, c.want)
		}
	}
}

func TestDecodeArrayRowsAlign(t *testing.T) {
	body := `[{"a":1,"b":"x"},{"b":"y","a":2},{"z":0,"b":"w"},{"a":4},{}]`
	b, _, err := decodeArray([]byte(body), schema("a:long b:string c:real"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`1 "x" -`, `2 "y" -`, `- "w" -`, `4 "" -`, `- "" -`}
	if b.Rows != len(want) {
		t.Fatalf("%d rows", b.Rows)
	}
	for i, w := range want {
		if got := show(b, i); got != w {
			t.Errorf("row %d: %s, want %s", i, got, w)
		}
	}
}

func TestDecodeArrayRefuses(t *testing.T) {
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	for _, c := range []struct {
		body string
		is   error
	}{
		{``, errJSON}, {`{}`, errJSON}, {`[`, errJSON}, {`[{]`, errJSON}, {`[{}`, errJSON}, {`[{},]`, errJSON},
		{`[1]`, errJSON}, {`[{"a":}]`, errJSON}, {`[{"a" 1}]`, errJSON}, {`[{a:1}]`, errJSON}, {`[{"a":01}]`, errJSON},
		{`[{"a":1.}]`, errJSON}, {`[{"a":-}]`, errJSON}, {`[{"a":tru}]`, errJSON}, {`[{"a":"x}]`, errJSON},
		{`[{"a":"\x"}]`, errJSON}, {`[{"a":"\u12"}]`, errJSON}, {"[{\"a\":\"\n\"}]", errJSON}, {`[{"a":1}] x`, errJSON},
		{"[{\"a\":\"\xff\"}]", errJSON}, {`[{"z":` + deep + `}]`, errJSON}, {`[{"d":` + deep + `}]`, errJSON},
		{`[{"a":NaN}]`, errJSON}, {"[{\"a\":1}\x00]", errJSON},
	} {
		b, _, err := decodeArray([]byte(c.body), schema("a:long d:dynamic"))
		if !errors.Is(err, c.is) {
			t.Errorf("%.60s: %v, %v", c.body, b, err)
		}
	}
}

// A small body of empty objects must not become a large batch.
func TestDecodeArrayBoundsCells(t *testing.T) {
	wide := &table.Schema{}
	for i := range 500 {
		wide.Cols = append(wide.Cols, table.Column{Name: fmt.Sprintf("c%d", i), Type: table.String})
	}
	body := []byte("[" + strings.Repeat("{},", 300_000) + "{}]")
	if _, _, err := decodeArray(body, wide); !errors.Is(err, errTooLarge) {
		t.Errorf("decoded: %v", err)
	}
}

// FuzzDecodeArray compares the decoder with encoding/json: both take or refuse a text,
// and the values of what both take are the same.
func FuzzDecodeArray(f *testing.F) {
	for _, s := range []string{`[]`, `[{"a":1,"b":"x","d":[1,{"e":null}]}]`, `[{"a":1e5},{"b":"\ud83d\ude00"}]`, `[{"d":"\u0000"}]`, "[{\"b\":\"\xff\"}]", `[{"a":18446744073709551616}]`} {
		f.Add(s)
	}
	s := schema("a:long b:string d:dynamic")
	f.Fuzz(func(t *testing.T, body string) {
		b, _, err := decodeArray([]byte(body), s)
		var want []map[string]json.RawMessage
		if jerr := json.Unmarshal([]byte(body), &want); jerr != nil {
			if err == nil {
				t.Fatalf("%q was taken; encoding/json: %v", body, jerr)
			}
			return
		}
		if err != nil {
			return // stricter: UTF-8, depth, null in place of an object
		}
		if b.Rows != len(want) {
			t.Fatalf("%q: %d rows, want %d", body, b.Rows, len(want))
		}
		for i, obj := range want {
			var str string
			if raw, ok := obj["b"]; ok && json.Unmarshal(raw, &str) == nil {
				if got := b.Vecs[1].At(i); got != str {
					t.Fatalf("%q: b is %q, want %q", body, got, str)
				}
			}
			var n int64
			if raw, ok := obj["a"]; ok && json.Unmarshal(raw, &n) == nil && string(raw) != "null" {
				if got := b.Vecs[0].At(i); got != n {
					t.Fatalf("%q: a is %v, want %d", body, got, n)
				}
			}
			if v, ok := b.Vecs[2].At(i).(table.Dyn); ok && !json.Valid([]byte(v.String())) {
				t.Fatalf("%q: d is not JSON: %s", body, v)
			}
		}
	})
}

// FuzzDecodeLines: lines that are taken make as many rows as the same objects in an array.
func FuzzDecodeLines(f *testing.F) {
	f.Add("{\"a\":1}\n{\"b\":\"x\"}")
	f.Add("{}{} \n\n{\"d\":{}}")
	s := schema("a:long b:string d:dynamic")
	f.Fuzz(func(t *testing.T, body string) {
		b, _, err := decodeLines([]byte(body), s)
		d := json.NewDecoder(strings.NewReader(body))
		rows := 0
		for {
			var obj map[string]any
			jerr := d.Decode(&obj)
			if errors.Is(jerr, io.EOF) {
				break
			}
			if jerr != nil {
				if err == nil {
					t.Fatalf("%q was taken; encoding/json: %v", body, jerr)
				}
				return
			}
			rows++
		}
		if err == nil && b.Rows != rows {
			t.Fatalf("%q: %d rows, want %d", body, b.Rows, rows)
		}
	})
}

func BenchmarkDecodeArray(b *testing.B) {
	var body strings.Builder
	body.WriteByte('[')
	for i := range 4000 {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"TimeGenerated":"2026-11-23T06:%02d:%02d.%07dZ","Computer":"web-%d","Level":"Error","Code":%d,"Duration":%g,"Message":"connection to database at 10.0.%d.%d refused after 3 attempts","Properties":{"pod":"shop-%d","attempt":3}}`,
			i/60%60, i%60, i, i%20, i, math.Sqrt(float64(i)), i%256, i%13, i)
	}
	body.WriteByte(']')
	s := schema("TimeGenerated:datetime Computer:string Level:string Code:long Duration:real Message:string Properties:dynamic")
	text := []byte(body.String())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if out, _, err := decodeArray(text, s); err != nil || out.Rows != 4000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4000, "ns/row")
}

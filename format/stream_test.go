package format_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/table"
)

func TestStream(t *testing.T) {
	for _, c := range []struct {
		name, schema, kind, mapping, data, want string
		skip                                    bool
	}{
		{name: "places", schema: "a:long, b:string, c:datetime, d:dynamic", kind: "csv", data: "1,\"x, \"\"y\"\"\",2026-11-23,\"{\"\"k\"\":1}\"\nno,,,text\n3\n1,2,,4,5\n",
			want: `1|x, "y"|2026-11-23T00:00:00.0000000Z|{"k":1};null||null|text;3||null|null;1|2|null|4`},
		{name: "a line of names", schema: "a:long", kind: "CSV", data: "a\n1\n", skip: true, want: "1"},
		{name: "other separators", schema: "a:long, b:string", kind: "psv", data: "1|x\n", want: "1|x"},
		{name: "tabs", schema: "a:long, b:string", kind: "tsv", data: "1\tx \"y\n", want: "1|x \"y"},
		{name: "escaped tabs", schema: "a:long, b:string", kind: "tsve", data: "1\tx\\ty\\\\\n", want: "1|x\ty\\"},
		{name: "lines", schema: "a:string, b:string", kind: "txt", data: "x,y\nz\n", want: "x,y|;z|"},
		{name: "all", schema: "a:string", kind: "raw", data: "x,y\nz\n", want: "x,y\nz\n"},
		{name: "names", schema: "a:long, b:string, d:dynamic, r:real", kind: "json", data: `{"a":1,"b":"x","z":1,"d":{"k":[1]},"r":2}` + "\n" + `{"a":"7","b":{"n":1},"d":"[1]","r":"NaN?"}`,
			want: `1|x|{"k":[1]}|2;7|{"n":1}|[1]|null`},
		{name: "an array", schema: "a:long", kind: "multijson", data: "[{\"a\":1},\n {\"a\":2}]", want: "1;2"},
		{name: "paths", schema: "a:long, b:string, t:datetime, l:long, k:string", kind: "json", data: `{"x":{"y z":[5,6]},"t":1700000000,"l":[{"p":"q"}]}`,
			mapping: `[{"column":"a","path":"$.x['y z'][1]"},{"Column":"b","Properties":{"Path":"$.l[0].p"}},{"Column":"t","Properties":{"Path":"$.t","Transform":"DateTimeFromUnixSeconds"}},{"Column":"l","Properties":{"Transform":"SourceLineNumber"}},{"Column":"k","Properties":{"ConstValue":"c"}}]`,
			want:    "6|q|2023-11-14T22:13:20.0000000Z|1|c"},
		{name: "the whole record", schema: "d:dynamic", kind: "json", data: `{"a":[1,2]}`, mapping: `[{"column":"d","path":"$"}]`, want: `{"a":[1,2]}`},
		{name: "ordinals", schema: "a:long, b:string", kind: "csv", data: "x,y,3\n", mapping: `[{"Column":"a","Properties":{"Ordinal":"2"}},{"Name":"b","Ordinal":0,"ConstValue":null}]`, want: "3|x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := stream(c.schema, c.kind, c.mapping, c.data, c.skip)
			if err != nil {
				t.Fatal(err)
			}
			var rows []string
			for i := range b.Rows {
				var cells []string
				for _, v := range b.Row(i) {
					text := "null"
					if v != nil {
						text = table.Text(v)
					}
					cells = append(cells, text)
				}
				rows = append(rows, strings.Join(cells, "|"))
			}
			if got := strings.Join(rows, ";"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestStreamErrors(t *testing.T) {
	for _, c := range []struct{ kind, mapping, data, code string }{
		{"avro", "", "", "BadRequest_FormatNotSupported"},
		{"csv", "", "1,\"x", "Stream_ClosingQuoteMissing"},
		{"json", "", "{\"a\":", "BadRequest_UnexpectedCharacterInInputStream"},
		{"json", "", "a,b", "BadRequest_UnexpectedCharacterInInputStream"},
		{"parquet", "", "nothing", "BadRequest_InvalidBlob"},
		{"json", `[{"column":"zz","path":"$.a"}]`, "{}", "BadRequest_InconsistentMapping"},
		{"json", `[{"column":"a","path":"a[0"}]`, "{}", "BadRequest_InvalidMapping"},
		{"json", `[{"column":"a","path":"$.a","transform":"Magic"}]`, "{}", "BadRequest_InvalidMapping"},
		{"csv", `[{"column":"a"}]`, "", "BadRequest_InvalidMapping"},
		{"csv", `{}`, "", "BadRequest_InvalidMapping"},
	} {
		_, err := stream("a:long", c.kind, c.mapping, c.data, false)
		var e *format.StreamError
		if !errors.As(err, &e) || e.Code != c.code {
			t.Errorf("%s %s %q: %v, want %s", c.kind, c.mapping, c.data, err, c.code)
		}
	}
}

func stream(schema, kind, mapping, data string, skip bool) (*table.Batch, error) {
	s, err := format.ParseSchema(schema)
	if err != nil {
		return nil, err
	}
	in := format.Stream{Format: kind, Schema: s, SkipFirst: skip}
	if mapping != "" {
		if in.Mapping, err = format.ParseMapping(format.MappingKind(kind), mapping); err != nil {
			return nil, err
		}
	}
	return in.Read(strings.NewReader(data))
}

func FuzzStream(f *testing.F) {
	f.Add("csv", "1,\"a\"\n", `[{"Column":"a","Properties":{"Ordinal":"0"}}]`)
	f.Add("json", `{"a":{"b":[1]}}`, `[{"column":"a","path":"$.a.b[0]"}]`)
	f.Add("tsve", "1\t\\t", "")
	f.Fuzz(func(t *testing.T, kind, data, mapping string) {
		b, err := stream("a:long, b:string, d:dynamic, t:datetime", kind, mapping, data, false)
		if err != nil {
			return
		}
		for _, v := range b.Vecs {
			if v.Len() != b.Rows {
				t.Fatalf("%d rows, but a column of %d", b.Rows, v.Len())
			}
		}
	})
}

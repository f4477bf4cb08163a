package receive

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/yagura/yagura/table"
)

// rowText writes a row as "column=value …", without the columns that are null.
func rowText(b *table.Batch, i int) string {
	var out []string
	for c, v := range b.Vecs {
		val := v.At(i)
		if val == nil || b.Schema.Cols[c].Name == "SourceSystem" || val == "" {
			continue
		}
		out = append(out, fmt.Sprintf("%s=%s", b.Schema.Cols[c].Name, table.Text(val)))
	}
	return strings.Join(out, " ")
}

func TestCollectorTyping(t *testing.T) {
	for _, c := range []struct{ name, known, body, want string }{
		{"each type gets its suffix", "",
			`{"s":"x","b":true,"n":1.5,"t":"2026-11-23T06:07:08Z","g":"81ee7666-759d-49d5-bd75-de4cc6d1b2a4"}`,
			`s_s=x b_b=true n_d=1.5 t_t=2026-11-23T06:07:08.0000000Z g_g=81ee7666-759d-49d5-bd75-de4cc6d1b2a4`},
		{"a guid without dashes", "", `{"g":"81ee7666759d49d5bd75de4cc6d1b2a4"}`, `g_g=81ee7666-759d-49d5-bd75-de4cc6d1b2a4`},
		{"a date without a time is text", "", `{"d":"2026-11-23"}`, `d_s=2026-11-23`},
		{"arrays and objects are JSON text", "", `{"o": {"a" : [1, 2]}, "a":[ ]}`, `o_s={"a":[1,2]} a_s=[]`},
		{"null is nothing", "", `{"a":null,"b":1}`, `b_d=1`},
		{"a column of the value's type", "n_d:real", `{"n":2}`, `n_d=2`},
		{"text that converts to an existing number", "n_d:real", `{"n":"2"}`, `n_d=2`},
		{"text that does not convert", "n_d:real", `{"n":"two"}`, `n_s=two`},
		{"text that converts to an existing bool", "b_b:bool", `{"b":"TRUE"}`, `b_b=true`},
		{"a number into an existing text column", "n_s:string", `{"n":2.50}`, `n_s=2.50`},
		{"a bool into an existing text column", "n_s:string", `{"n":true}`, `n_s=true`},
		{"a bool beside a number", "n_d:real", `{"n":true}`, `n_b=true`},
		{"the own type wins over one that converts", "n_d:real n_s:string", `{"n":"2"}`, `n_s=2`},
		{"a guid into an existing text column", "g_s:string", `{"g":"81ee7666-759d-49d5-bd75-de4cc6d1b2a4"}`, `g_s=81ee7666-759d-49d5-bd75-de4cc6d1b2a4`},
		{"a suffix of the client's", "", `{"name_s":"x"}`, `name_s=x`},
		{"a suffix of the client's that converts", "", `{"count_s":5}`, `count_s=5`},
		{"a suffix of the client's that does not", "", `{"count_d":"many"}`, `count_s=many`},
		{"characters that names cannot have", "", `{"http.status code":200}`, `http_status_code_d=200`},
		{"reserved names get a suffix like others", "", `{"TimeGenerated":"2026-11-23T06:07:08Z","RawData":"x"}`, `TimeGenerated_t=2026-11-23T06:07:08.0000000Z RawData_s=x`},
		{"the last of two wins", "", `{"a":1,"a":2}`, `a_d=2`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _, err := decodeCollector([]byte(c.body), schema(c.known).Cols, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := rowText(b, 0); got != c.want || b.Rows != 1 {
				t.Errorf("%d rows: %s\nwant: %s", b.Rows, got, c.want)
			}
		})
	}
}

func TestCollectorRowsShareColumns(t *testing.T) {
	b, added, err := decodeCollector([]byte(`[{"a":1},{"b":"x"},{},{"a":"none","b":"y"}]`), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a_d=1", "b_s=x", "", "b_s=y a_s=none"}
	for i, w := range want {
		if got := rowText(b, i); got != w {
			t.Errorf("row %d: %s, want %s", i, got, w)
		}
	}
	if got := (&table.Schema{Cols: added}).String(); got != "a_d:real, b_s:string, a_s:string" {
		t.Errorf("added %s", got)
	}
	for _, v := range b.Vecs {
		if v.Len() != b.Rows {
			t.Errorf("a column has %d rows of %d", v.Len(), b.Rows)
		}
	}
}

func TestCollectorTimeField(t *testing.T) {
	b, _, err := decodeCollector([]byte(`[{"at":"2026-11-23T06:07:08.1234567Z"},{"at":"soon"},{"x":1}]`), nil, "at")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"TimeGenerated=2026-11-23T06:07:08.1234567Z at_t=2026-11-23T06:07:08.1234567Z", "at_s=soon", "x_d=1",
	} {
		if got := rowText(b, i); got != want {
			t.Errorf("row %d: %s, want %s", i, got, want)
		}
	}
}

func TestCollectorCutsFields(t *testing.T) {
	b, _, err := decodeCollector([]byte(`{"a":"`+strings.Repeat("é", maxCollectorField)+`"}`), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := rowText(b, 0); len(got) != len("a_s=")+maxCollectorField {
		t.Errorf("%d bytes", len(got))
	}
}

func TestCollectorRefuses(t *testing.T) {
	many := make([]string, 3000)
	for i := range many {
		many[i] = fmt.Sprintf(`"p%d":1`, i)
	}
	for _, body := range []string{
		``, `1`, `"x"`, `[1]`, `[{}`, `{}{}`, `[{},]`, `{"a"}`, "{\"a\":\"\xff\"}",
		`{"` + strings.Repeat("n", 46) + `":1}`, `{"":1}`, "{" + strings.Join(many, ",") + "}",
		`{"a":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`,
	} {
		if b, _, err := decodeCollector([]byte(body), nil, ""); !errors.Is(err, errJSON) {
			t.Errorf("%.60s: %v, %v", body, b, err)
		}
	}
}

func FuzzDecodeCollector(f *testing.F) {
	for _, s := range []string{`{}`, `[{"a":1},{"a":"x","b_s":true}]`, `{"t":"2026-11-23T06:07:08Z","o":{"x":[]}}`} {
		f.Add(s, "t")
	}
	known := schema("TimeGenerated:datetime a_d:real a_s:string b_b:bool RawData:string").Cols
	f.Fuzz(func(t *testing.T, body, timed string) {
		b, added, err := decodeCollector([]byte(body), known, timed)
		if err != nil {
			return
		}
		for i, v := range b.Vecs {
			if v.Len() != b.Rows {
				t.Fatalf("%s has %d rows of %d", b.Schema.Cols[i].Name, v.Len(), b.Rows)
			}
			if v.Type() != b.Schema.Cols[i].Type {
				t.Fatalf("%s is %s", b.Schema.Cols[i].Name, v.Type())
			}
		}
		for _, c := range added {
			if b.Schema.Index(c.Name) < 0 {
				t.Fatalf("%s is added and has no values", c.Name)
			}
		}
	})
}

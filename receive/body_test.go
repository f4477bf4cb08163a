package receive

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/table"
)

// TestTextsOutliveBodies: buffers of bodies are used for the next; the texts of rows are not
// in them.
func TestTextsOutliveBodies(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	cols := schema("a:string b:dynamic")
	rowsOf := func(word byte, rows int, compressed bool) *table.Batch {
		t.Helper()
		text := strings.Repeat(string(word), 200)
		body := []byte("[" + strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"a":"%s","b":{"k":"%s"}},`, text, text), rows), ",") + "]")
		if compressed {
			var z bytes.Buffer
			w := gzip.NewWriter(&z)
			_, _ = w.Write(body)
			_ = w.Close()
			body = z.Bytes()
		}
		q, err := http.NewRequestWithContext(ctx, "POST", "/", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if compressed {
			q.Header.Set("Content-Encoding", "gzip")
		}
		b, err := s.recv.read(q, 64<<20)
		if err != nil {
			t.Fatal(err)
		}
		defer b.free()
		out, _, err := decodeArray(b.bytes(), cols)
		if err != nil || out.Rows != rows {
			t.Fatal(err)
		}
		return out
	}
	type sent struct {
		word byte
		rows *table.Batch
	}
	var all []sent
	for i := range 60 { // small ones, of a known length, of one that is larger, and compressed
		word := byte('a' + i%26)
		all = append(all, sent{word, rowsOf(word, []int{1, 500, 6000}[i%3], i%5 == 0)})
	}
	for i, x := range all {
		for r := range x.rows.Rows {
			text := strings.Repeat(string(x.word), 200)
			if got := x.rows.Vecs[0].At(r); got != text {
				t.Fatalf("body %d: row %d became %.20q", i, r, got)
			}
			if got := table.Text(x.rows.Vecs[1].At(r)); got != `{"k":"`+text+`"}` {
				t.Fatalf("body %d: row %d became %.20q", i, r, got)
			}
		}
	}
}

package table

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// randomJSON writes a value, of about so many bytes if it is an array or an object.
func randomJSON(r *rand.Rand, b *strings.Builder, size, depth int) {
	gap := func() { b.WriteString([]string{"", "", " ", "\n\t"}[r.IntN(4)]) }
	text := func() {
		fmt.Fprintf(b, "%q", strings.Repeat([]string{"a", `"`, "[,", "}", `\`, "é"}[r.IntN(6)], r.IntN(12)))
	}
	kind := r.IntN(3)
	if size < 10 || depth == 0 {
		kind = 2 + r.IntN(4)
	}
	start := b.Len()
	switch kind {
	case 0, 1:
		b.WriteByte("[{"[kind])
		for n := 0; b.Len()-start < size; n++ {
			if n > 0 {
				b.WriteByte(',')
			}
			gap()
			if kind == 1 {
				text()
				gap()
				b.WriteByte(':')
				gap()
			}
			randomJSON(r, b, r.IntN(size), depth-1)
			gap()
		}
		b.WriteByte("]}"[kind])
	case 2:
		text()
	case 3:
		b.WriteString([]string{"null", "true", "false"}[r.IntN(3)])
	default:
		fmt.Fprint(b, []any{r.IntN(1000) - 500, r.Float64(), 1e300}[r.IntN(3)])
	}
}

// TestLongJSONInParts compares long texts, right ones and such with one byte changed, parsed
// in parts and at once.
func TestLongJSONInParts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	long, right := 0, 0
	for range 25 {
		var b strings.Builder
		b.WriteString(`[{"first":`)
		randomJSON(r, &b, 4*partBytes, 5)
		b.WriteString(`},`)
		randomJSON(r, &b, 6*partBytes, 4)
		b.WriteString(`, [  ],{}]`)
		text := []byte(b.String())
		for change := range 4 {
			if change > 0 {
				text[r.IntN(len(text))] = `,"[]{}: x1`[r.IntN(10)]
			}
			s := string(text)
			want, wantErr := ParseTree(s)
			got, err := NewWork(t.Context()).ParseTree(s)
			if (err == nil) != (wantErr == nil) || err == nil && !reflect.DeepEqual(got, want) {
				t.Fatalf("a text of %d bytes: at once %v, in parts %v", len(s), wantErr, err)
			}
			if len(s) > 2*partBytes {
				long++
				if err == nil {
					right++
				}
			}
		}
	}
	if long < 60 || right < 20 {
		t.Errorf("only %d texts were long, and %d of them right", long, right)
	}
}

// TestLongWorkIsLeft reads and writes a long text of a query that has ended.
func TestLongWorkIsLeft(t *testing.T) {
	tree := make([]any, 1_000_000)
	for i := range tree {
		tree[i] = int64(i)
	}
	text := string(AppendTreeJSON(nil, tree))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	leaves := func(f func(*Work)) (err error) {
		defer Left(&err)
		f(NewWork(ctx))
		return nil
	}
	if err := leaves(func(w *Work) { w.AppendTreeJSON(nil, tree) }); err != context.Canceled {
		t.Errorf("writing it: %v", err)
	}
	if err := leaves(func(w *Work) { w.ParseTree(text) }); err != context.Canceled {
		t.Errorf("reading it: %v", err)
	}
}

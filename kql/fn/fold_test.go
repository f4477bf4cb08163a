package fn

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yagura/yagura/table"
)

// A needle is found where one that is compared at each place is.
func TestNeedle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte("aAbB-7 k"[r.IntN(8)])
		}
		return b.String()
	}
	found := 0
	for range 20_000 {
		s, sub := text(r.IntN(40)), text(r.IntN(5))
		n, from := newNeedle(sub), 0
		for {
			want := strings.Index(table.Fold(s)[min(from, len(s)):], n.up)
			if want >= 0 && from <= len(s) {
				want += from
			} else {
				want = -1
			}
			got := n.index(s, from)
			if got != want {
				t.Fatalf("%q in %q from %d: at %d, not %d", sub, s, from, got, want)
			}
			if got < 0 {
				break
			}
			found++
			from = got + 1
		}
	}
	if found < 5_000 {
		t.Errorf("only %d were found", found)
	}
}

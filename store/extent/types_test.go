package extent

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// TestChosen: pages come back as they were, at the level that their kind is worth.
func TestChosen(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	ids := func() (page []byte) {
		for range 1000 {
			page = fmt.Appendf(page, "%016x%016x", r.Uint64(), r.Uint64())
		}
		return page
	}
	var lines []string
	for range 400 {
		lines = append(lines, fmt.Sprintf("%x refused %x after %x", r.Uint64(), r.Uint32(), r.Uint64()))
	}
	texts := func() (page []byte) {
		for len(page) < 256<<10 {
			page = fmt.Appendf(page, "%s%d %s", lines[r.IntN(len(lines))], r.IntN(1000), lines[r.IntN(len(lines))][:15])
		}
		return page
	}
	for name, next := range map[string]func() []byte{"identifiers": ids, "texts": texts} {
		c := &chosen{codec: dense(), fast: fast()}
		for i := range 3 * chosenEvery {
			page := next()
			if i%5 == 4 {
				page = page[:100]
			}
			out, err := c.Encode(nil, page)
			if err != nil {
				t.Fatal(err)
			}
			again, err := parquet.Zstd.Decode(nil, out)
			if err != nil || !bytes.Equal(again, page) {
				t.Fatalf("%s, page %d: %v", name, i, err)
			}
		}
		if want := name == "identifiers"; c.low != want {
			t.Errorf("%s: at the low level: %v", name, c.low)
		}
	}
}

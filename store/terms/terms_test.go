package terms

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/table"
)

var of = [32]byte{1, 2, 3}

// genText draws text of few words, some of them in scripts whose letters fold in ways
// that are easily got wrong.
var genText = rapid.Map(rapid.SliceOfN(rapid.OneOf(
	rapid.SampledFrom([]string{
		"hello", "Hello", "HELLO", "needle-7f3a9c", "error", "ab", "abc", "x1y2z3", "0123456789abcdef0", "École", "école", "straße", "STRASSE",
		"ſpecial", "\u0345", "x\u0345yz", "Kelvin", "ⅷⅷⅷ", "ⓐⓑⓒ", "日本語", "ırmak", "İstanbul", "a\x00bc", "ß", "Ⅷabc", "🙂",
	}),
	rapid.SampledFrom([]string{" ", "", "-", "_", ".", "\n", `"`, `\`, "/", "[", "`", "{", "@", ":", "é", "\u00ad"}),
	rapid.StringN(0, 12, -1),
), 0, 12), func(parts []string) string { return strings.ToValidUTF8(strings.Join(parts, ""), "?") })

// termsOf finds the terms of a text one character after the other, for comparison.
func termsOf(seed uint64, s string) []uint64 {
	var out []uint64
	for _, text := range []string{s, table.Fold(s)} {
		for _, run := range strings.FieldsFunc(text, func(r rune) bool { return !table.IsTermRune(r) }) {
			x := hasher{h: seed}
			x.putText(table.Fold(run))
			if x.n >= minTerm {
				out = append(out, x.sum())
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestEach: the quick way and the plain one find the same terms.
func TestEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genText.Draw(t, "text") + strings.Repeat("x", rapid.IntRange(0, 130).Draw(t, "more")) + genText.Draw(t, "end")
		var got []uint64
		each(7, s, func(h uint64) { got = append(got, h) })
		slices.Sort(got)
		if got, want := slices.Compact(got), termsOf(7, s); !slices.Equal(got, want) {
			t.Fatalf("%q: found %x, want %x", s, got, want)
		}
	})
}

// build makes an index of texts, a block each, and opens it.
func build(t testing.TB, cols []table.Column, blocks [][][]string) (*Index, []byte, int) {
	b := NewBuilder(cols, false)
	for _, block := range blocks {
		for c, vals := range block {
			for _, v := range vals {
				b.Add(c, v)
			}
		}
		b.Next()
	}
	file, foot := b.Finish(of)
	x, err := open(file, foot)
	if err != nil {
		t.Fatal(err)
	}
	return x, file, foot
}

func open(file []byte, foot int) (*Index, error) {
	return Open(bytes.NewReader(file), of, int64(len(file)), int64(foot), crc32.Checksum(file[len(file)-foot:], castagnoli))
}

// TestBlocks: each term is found in each block that has it, in few others, and in its
// column only.
func TestBlocks(t *testing.T) {
	cols := []table.Column{{Name: "A", Type: table.String}, {Name: "N", Type: table.Long}, {Name: "B", Type: table.String}}
	const blocks = 150
	word := func(b, i int) string { return fmt.Sprintf("w%dx%d", b, i) }
	var data [][][]string
	for b := range blocks {
		vals := []string{"Every block", fmt.Sprintf("third%d of", b%3)}
		for i := range 300 {
			vals = append(vals, word(b, i))
		}
		data = append(data, [][]string{vals, nil, {fmt.Sprint("other", b)}})
	}
	x, file, _ := build(t, cols, data)
	find := func(c *Cond) (out []int) {
		set, err := x.Blocks(bytes.NewReader(file), c)
		if err != nil {
			t.Fatal(err)
		}
		for b := range blocks {
			if set[b/64]>>(b%64)&1 == 1 {
				out = append(out, b)
			}
		}
		return out
	}
	has := func(col, text string) *Cond { return Contain(col, text, Both, true) }
	if got := find(has("A", "every")); len(got) != blocks {
		t.Errorf("every: %v", got)
	}
	if got := find(has("A", "third1")); len(got) < blocks/3 || got[0] != 1 && got[0] != 0 {
		t.Errorf("third1: %v", got)
	}
	wrong := 0
	for b := range blocks {
		got := find(has("A", word(b, b)))
		if !slices.Contains(got, b) {
			t.Fatalf("%s is not in its block, %d: %v", word(b, b), b, got)
		}
		wrong += len(got) - 1
	}
	if wrong > blocks { // each of three chunks is wrong once in eight times
		t.Errorf("%d blocks without the term", wrong)
	}
	if got := find(has("B", "every")); len(got) > 3 {
		t.Errorf("every is found in B: %v", got)
	}
	if got := find(has("C", "every")); len(got) != blocks {
		t.Errorf("of a column that has no index: %v", got)
	}
	if got := find(All(has("A", word(3, 1)), has("A", word(4, 1)))); len(got) > 3 {
		t.Errorf("both of two blocks: %v", got)
	}
	if got := find(Any(has("A", word(3, 1)), has("A", word(140, 1)))); !slices.Contains(got, 3) || !slices.Contains(got, 140) {
		t.Errorf("either of two blocks: %v", got)
	}
}

// TestGrams: what is in a text is found in its block, however it is cut out of it and
// whatever its case, and few others.
func TestGrams(t *testing.T) {
	cols := []table.Column{{Name: "A", Type: table.String}, {Name: "B", Type: table.String}}
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(genText, 1, 20).Draw(t, "texts")
		b := NewBuilder(cols, true)
		for _, s := range texts {
			b.Add(0, s)
			b.Add(1, "other")
			b.Next()
		}
		file, foot := b.Finish(of)
		x, err := open(file, foot)
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.IntRange(0, len(texts)-1).Draw(t, "block")
		rs := []rune(texts[n])
		from := rapid.IntRange(0, len(rs)).Draw(t, "from")
		part := string(rs[from:rapid.IntRange(from, len(rs)).Draw(t, "to")])
		fold := rapid.Bool().Draw(t, "fold")
		if fold {
			part = rapid.SampledFrom([]func(string) string{table.Fold, func(s string) string { return s }}).Draw(t, "case")(part)
		}
		c := Contain("A", part, 0, fold)
		if c == nil {
			return
		}
		set, err := x.Blocks(bytes.NewReader(file), c)
		if err != nil || set[0]>>n&1 == 0 {
			t.Fatalf("%q is not found as part of %q, by %v: %b, %v", part, texts[n], c, set, err)
		}
	})
	b := NewBuilder(cols, true)
	for i := range 26 {
		b.Add(0, fmt.Sprintf("this is of line%cxy, of many", 'a'+i))
		b.Next()
	}
	file, foot := b.Finish(of)
	x, err := open(file, foot)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		column, text string
		most         int
	}{{"A", "NEqx", 2}, {"A", "NEqxy, of", 2}, {"A", "eqxyz", 0}, {"B", "NEqx", 0}, {"C", "NEqx", 26}} {
		set, err := x.Blocks(bytes.NewReader(file), Contain(c.column, c.text, 0, true))
		if n := bits.OnesCount64(set[0]); err != nil || n > c.most {
			t.Errorf("%s contains %q in %d blocks, %v", c.column, c.text, n, err)
		}
	}
}

// TestFewLetters: a part of a term that has no gram is not looked for.
func TestFewLetters(t *testing.T) {
	for _, text := range []string{"abc", "a-b-c-d", "1234567", "éé", ""} {
		if c := Contain("A", text, 0, true); c != nil && c.Op == Holds {
			t.Errorf("%q: %v", text, c)
		}
	}
}

// TestLongChunks: texts with many terms end a chunk early.
func TestLongChunks(t *testing.T) {
	b := NewBuilder([]table.Column{{Name: "A", Type: table.String}}, false)
	n := 0
	for range 6 {
		for range 1 << 20 {
			n++
			b.Add(0, fmt.Sprintf("term%d", n))
		}
		b.Next()
	}
	file, foot := b.Finish(of)
	x, err := open(file, foot)
	if err != nil {
		t.Fatal(err)
	}
	if len(x.chunks) < 2 {
		t.Errorf("%d chunks", len(x.chunks))
	}
	for _, i := range []int{1, n / 2, n} {
		set, err := x.Blocks(bytes.NewReader(file), Contain("A", fmt.Sprintf("term%d", i), Both, true))
		if err != nil || set[0]>>((i-1)>>20)&1 == 0 {
			t.Errorf("t%d: %b, %v", i, set, err)
		}
	}
}

// TestFlipped: no damaged byte goes unnoticed where it is read.
func TestFlipped(t *testing.T) {
	data := [][][]string{{{"alpha beta gamma", "delta"}}, {{"alpha epsilon"}}}
	_, file, foot := build(t, []table.Column{{Name: "A", Type: table.String}}, data)
	crc := crc32.Checksum(file[len(file)-foot:], castagnoli)
	for at := range file {
		bad := slices.Clone(file)
		bad[at] ^= 4
		x, err := Open(bytes.NewReader(bad), of, int64(len(bad)), int64(foot), crc)
		if err != nil {
			if at < len(file)-foot {
				t.Errorf("byte %d: %v", at, err)
			}
			continue
		}
		set, err := x.Blocks(bytes.NewReader(bad), Contain("A", "alpha", Both, true))
		if at >= len(magic) && err == nil {
			t.Errorf("byte %d is wrong and the answer is %b", at, set)
		}
		if err != nil && !errors.Is(err, errMalformed) {
			t.Errorf("byte %d: %v", at, err)
		}
	}
	if _, err := Open(bytes.NewReader(file), [32]byte{9}, int64(len(file)), int64(foot), crc); err == nil {
		t.Error("the index of another extent opens")
	}
}

func FuzzOpen(f *testing.F) {
	for _, grams := range []bool{false, true} {
		b := NewBuilder([]table.Column{{Name: "A", Type: table.String}}, grams)
		b.Add(0, "alpha beta")
		b.Next()
		file, foot := b.Finish(of)
		f.Add(file, foot)
	}
	f.Fuzz(func(t *testing.T, file []byte, foot int) {
		if foot < 0 || foot > len(file) {
			return
		}
		x, err := open(file, foot)
		if err != nil {
			return
		}
		if _, err := x.Blocks(bytes.NewReader(file), Contain("A", "alpha gamma", Start, true)); err != nil && !errors.Is(err, errMalformed) {
			t.Fatal(err)
		}
	})
}

package terms

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"

	"github.com/yagura/yagura/table"
)

// minTerm is how many bytes a term has at least, folded, to be in an index.
const minTerm = 3

// Multipliers of the hash: see docs/format/index.md.
const (
	mulA = 0x9e3779b97f4a7c15
	mulB = 0xd6e8feb86659fd93
)

// mix takes eight bytes into a hash.
func mix(h, w uint64) uint64 {
	h = (h ^ w) * mulA
	h ^= h >> 32
	h *= mulB
	return h ^ h>>29
}

// hasher hashes the bytes of a folded term, eight at a time, the first the lowest.
type hasher struct {
	h, w uint64
	n    int
}

func (x *hasher) put(c byte) {
	x.w |= uint64(c) << (x.n & 7 * 8)
	if x.n++; x.n&7 == 0 {
		x.h, x.w = mix(x.h, x.w), 0
	}
}

func (x *hasher) putText(s string) {
	for i := range len(s) {
		x.put(s[i])
	}
}

func (x *hasher) putRune(r rune) {
	var b [utf8.UTFMax]byte
	for _, c := range b[:utf8.EncodeRune(b[:], r)] {
		x.put(c)
	}
}

// sum is the hash of what was put.
func (x *hasher) sum() uint64 { return mix(x.h^uint64(x.n), x.w) }

// seedOf is where the hashes of a column's terms begin.
func seedOf(column string) uint64 {
	x := hasher{}
	x.putText(column)
	return x.sum()
}

// hashTerm is the hash under which a folded term of a column is found.
func hashTerm(column, term string) uint64 {
	x := hasher{h: seedOf(column)}
	x.putText(term)
	return x.sum()
}

// each calls f with the hash of each term of s that is long enough, begun with seed.
// ASCII, which most text is, is looked at eight bytes at a time: first which of up to
// 64 bytes are part of terms, then each run of those.
func each(seed uint64, s string, f func(uint64)) {
	open := -1 // where the term begins that goes on from before
	for at := 0; at < len(s); at += 64 {
		set, ok := termBytes(s, at)
		if !ok {
			eachRune(seed, s, f)
			return
		}
		for from := 0; from < 64; {
			if open < 0 {
				skip := bits.TrailingZeros64(set >> from)
				if from += skip; from >= 64 {
					break
				}
				open = at + from
			}
			from += bits.TrailingZeros64(^(set >> from))
			if from >= 64 {
				break // it goes on
			}
			if at+from-open >= minTerm {
				f(hashASCII(seed, s, open, at+from))
			}
			open = -1
		}
	}
	if open >= 0 && len(s)-open >= minTerm {
		f(hashASCII(seed, s, open, len(s)))
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// load returns eight bytes of s, those beyond its end zero.
func load(s string, i int) uint64 {
	if i+8 > len(s) {
		return loadEnd(s, i)
	}
	return binary.LittleEndian.Uint64(unsafe.Slice(unsafe.StringData(s), len(s))[i:])
}

// loadEnd is load where fewer than eight bytes are left.
func loadEnd(s string, i int) uint64 {
	if n := len(s); n >= 8 && i < n {
		return load(s, n-8) >> (8 * (i + 8 - n))
	}
	var b [8]byte
	copy(b[:], s[min(i, len(s)):])
	return binary.LittleEndian.Uint64(b[:])
}

// termBytes returns a bit for each of the 64 bytes of s from at on that is part of a
// term; ok is false if one of them is not ASCII.
func termBytes(s string, at int) (set uint64, ok bool) {
	for i := 0; i < 64 && at+i < len(s); i += 8 {
		w := load(s, at+i)
		if w&highs != 0 {
			return 0, false
		}
		is := letters(w) | (w+(0x80-'0')*ones)&^(w+(0x7f-'9')*ones)&highs
		set |= is >> 7 * 0x0102040810204080 >> 56 << i
	}
	return set, true
}

// letters has the highest bit of each byte of w that is an ASCII letter; w is ASCII.
func letters(w uint64) uint64 {
	low := w | 0x20*ones
	return (low + (0x80-'a')*ones) &^ (low + (0x7f-'z')*ones) & highs
}

// hashASCII is the hash of the term s[i:j].
func hashASCII(seed uint64, s string, i, j int) uint64 {
	h, n := seed, j-i
	for ; j-i >= 8; i += 8 {
		w := load(s, i)
		h = mix(h, w&^(letters(w)>>2))
	}
	w := load(s, i) & (1<<(8*(j-i)) - 1)
	return mix(h^uint64(n), w&^(letters(w)>>2))
}

// eachRune is each of a text that is not ASCII. Terms are found before and after
// folding, for the few characters that are part of a term only when folded.
func eachRune(seed uint64, s string, f func(uint64)) {
	if again := runs(seed, s, f); again {
		runs(seed, table.Fold(s), f)
	}
}

// runs finds the terms of s; it reports whether there are others once s is folded.
func runs(seed uint64, s string, f func(uint64)) (again bool) {
	x := hasher{h: seed}
	for _, r := range s {
		up := table.FoldRune(r)
		is := table.IsTermRune(r)
		again = again || is != table.IsTermRune(up)
		if is {
			x.putRune(up)
			continue
		}
		if x.n >= minTerm {
			f(x.sum())
		}
		x = hasher{h: seed}
	}
	if x.n >= minTerm {
		f(x.sum())
	}
	return again
}

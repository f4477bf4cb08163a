package terms

// A gram is four letters of ASCII that follow each other in a text, folded as terms are.
// What is in every block would not tell anything: three letters nearly are, and digits.
const (
	gramLen    = 4
	letterBits = 5
	gramBits   = gramLen * letterBits
)

// hashGram is the hash under which a gram of a column is found, which has the seed.
func hashGram(seed uint64, gram uint32) uint64 { return mix(^seed, uint64(gram)) }

// grams calls f with each gram of s, as often as it occurs.
func grams(s string, f func(uint32)) {
	g, n := uint32(0), 0
	for i := range len(s) {
		c := uint32(s[i]|0x20) - 'a'
		if c >= 26 {
			n = 0
			continue
		}
		g = (g<<letterBits | c) & (1<<gramBits - 1)
		if n++; n >= gramLen {
			f(g)
		}
	}
}

// gramSet are the grams of a column in the present block.
type gramSet [1 << gramBits / 64]uint64

// add adds the grams of s; f is called with those that are new.
func (t *gramSet) add(s string, f func(uint32)) {
	grams(s, func(g uint32) {
		word, bit := &t[g/64], uint64(1)<<(g%64)
		if *word&bit == 0 {
			*word |= bit
			f(g)
		}
	})
}

// manyGrams is how many grams of a text are looked up.
const manyGrams = 12

// someGrams returns the hashes of grams of a text, of a long one from all of its parts.
func someGrams(seed uint64, s string) []uint64 {
	var all []uint64
	grams(s, func(g uint32) { all = append(all, hashGram(seed, g)) })
	out := make([]uint64, min(len(all), manyGrams))
	for i := range out {
		out[i] = all[i*len(all)/len(out)]
	}
	return out
}

package terms

import (
	"encoding/binary"
	"math/bits"
)

// bitWriter writes bits, the lowest of a byte first.
type bitWriter struct {
	out []byte
	acc uint64
	n   int // bits in acc, fewer than 32
}

// put writes the lowest n bits of v, of which there are no others.
func (w *bitWriter) put(v uint64, n int) {
	if n > 32 {
		w.put(v&(1<<32-1), 32)
		v, n = v>>32, n-32
	}
	w.acc |= v << w.n
	if w.n += n; w.n >= 32 {
		w.out = binary.LittleEndian.AppendUint32(w.out, uint32(w.acc))
		w.acc >>= 32
		w.n -= 32
	}
}

// rice writes v: v >> k as so many ones and a zero, then the lowest k bits.
func (w *bitWriter) rice(v uint32, k int) {
	q := v >> k
	for ; q >= 16; q -= 16 {
		w.put(1<<16-1, 16)
	}
	w.put(1<<q-1, int(q)+1)
	w.put(uint64(v)&(1<<k-1), k)
}

func (w *bitWriter) flush() []byte {
	for ; w.n > 0; w.n -= 8 {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
	}
	return w.out
}

// bitReader reads what a bitWriter wrote. Beyond the end all bits are zero, and bad is
// set.
type bitReader struct {
	b   []byte
	at  int // the bit that is next
	bad bool
}

// peek returns the next 56 bits or more.
func (r *bitReader) peek() uint64 {
	i := r.at >> 3
	if i+8 <= len(r.b) {
		return binary.LittleEndian.Uint64(r.b[i:]) >> (r.at & 7)
	}
	var last [8]byte
	if i < len(r.b) {
		copy(last[:], r.b[i:])
	}
	return binary.LittleEndian.Uint64(last[:]) >> (r.at & 7)
}

func (r *bitReader) skip(n int) {
	r.at += n
	r.bad = r.bad || r.at > len(r.b)*8
}

func (r *bitReader) get(n int) uint64 {
	if n > 32 {
		lo := r.get(32)
		return lo | r.get(n-32)<<32
	}
	v := r.peek() & (1<<n - 1)
	r.skip(n)
	return v
}

func (r *bitReader) rice(k int) uint32 {
	q := 0
	for !r.bad {
		ones := bits.TrailingZeros64(^r.peek())
		if ones < 48 {
			r.skip(ones + 1)
			return uint32(q+ones)<<k | uint32(r.get(k))
		}
		q += 48
		r.skip(48)
	}
	return 0
}

// single reads a number as rice does and then a set of one block, as most terms have it. It
// reads nothing, and the set is empty, where it is another or too long for one look.
func (r *bitReader) single(k, idBits int) (v uint32, set uint64) {
	b := r.peek()
	q := bits.TrailingZeros64(^b)
	n := q + k + 2 + idBits // a zero ends q ones, and another one tells that it is one block
	if n > 56 || b>>(q+1+k)&1 == 1 {
		return 0, 0
	}
	r.skip(n)
	return uint32(q)<<k | uint32(b>>(q+1)&(1<<k-1)), 1 << (b >> (q + k + 2) & (1<<idBits - 1) & 63)
}

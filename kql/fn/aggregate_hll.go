package fn

import (
	"encoding/base64"
	"math"
	"math/bits"
	"slices"
	"strconv"

	"github.com/zeebo/xxh3"

	"github.com/yagura/yagura/table"
)

// hllSparse is how many distinct hashes an hll keeps as they are before it goes
// over to registers. Until then its count is exact but for collisions of 64 bits.
const hllSparse = 1024

// hll is a HyperLogLog: 2^p registers, each the largest rank (leading zeros and one)
// of the hashes that fall to it. The same set of values gives the same hll, in
// whatever order they came.
type hll struct {
	p      uint8
	sparse map[uint64]struct{} // until dense
	regs   []uint8             // nil while sparse
	recent []uint64            // some of sparse, where they are found at once
}

// hllRecent is how many hashes are found at once.
const hllRecent = 256

// hllBits is the p of an accuracy of dcount; what is out of range counts as the
// nearest.
func hllBits(accuracy int64) uint8 {
	return [...]uint8{12, 14, 16, 17, 18}[max(0, min(accuracy, 4))]
}

func newHLL(p uint8) *hll { return &hll{p: p, sparse: map[uint64]struct{}{}} }

// hllHash and hllHashText are of keys of values (see table.AppendKey) and of texts.
func hllHash(key []byte) uint64      { return xxh3.Hash(key) }
func hllHashText(text string) uint64 { return xxh3.HashString(text) }

func (h *hll) add(hash uint64) {
	if h.regs != nil {
		h.register(hash)
		return
	}
	if h.recent != nil {
		at := &h.recent[hash%hllRecent]
		if *at == hash && hash != 0 {
			return
		}
		*at = hash
	}
	h.sparse[hash] = struct{}{}
	switch n := len(h.sparse); {
	case n > hllSparse:
		h.densify()
	case n == hllRecent/16 && h.recent == nil:
		h.recent = make([]uint64, hllRecent)
	}
}

func (h *hll) densify() {
	h.regs = make([]uint8, 1<<h.p)
	for x := range h.sparse {
		h.register(x)
	}
	h.sparse, h.recent = nil, nil
}

func (h *hll) register(hash uint64) {
	i := hash >> (64 - h.p)
	rank := uint8(min(bits.LeadingZeros64(hash<<h.p), 64-int(h.p))) + 1
	h.regs[i] = max(h.regs[i], rank)
}

// merge adds what o has seen. Of two precisions the lower stays.
func (h *hll) merge(o *hll) {
	if o.p < h.p {
		h.lower(o.p)
	}
	switch {
	case o.regs == nil:
		for x := range o.sparse {
			h.add(x)
		}
	default:
		if h.regs == nil {
			h.densify()
		}
		for i, r := range o.fold(h.p) {
			h.regs[i] = max(h.regs[i], r)
		}
	}
}

func (h *hll) lower(p uint8) {
	if h.regs != nil {
		h.regs = h.fold(p)
	}
	h.p = p
}

// fold returns the registers as 2^p, p being at most h.p.
func (h *hll) fold(p uint8) []uint8 {
	d := h.p - p
	if d == 0 {
		return h.regs
	}
	out := make([]uint8, 1<<p)
	for i, r := range h.regs {
		if r == 0 {
			continue
		}
		// The d low bits of i are the first bits of what is ranked under p.
		if low := uint64(i) & (1<<d - 1); low != 0 {
			r = uint8(bits.LeadingZeros64(low<<(64-d))) + 1
		} else {
			r += d
		}
		out[i>>d] = max(out[i>>d], r)
	}
	return out
}

// estimate is the number of distinct hashes, by Ertl's improved raw estimator, which
// needs no table of corrections.
func (h *hll) estimate() int64 {
	if h.regs == nil {
		return int64(len(h.sparse))
	}
	q := 64 - int(h.p)
	counts := make([]float64, q+2)
	for _, r := range h.regs {
		counts[r]++
	}
	m := float64(len(h.regs))
	z := m * hllTau(1-counts[q+1]/m)
	for k := q; k >= 1; k-- {
		z = 0.5 * (z + counts[k])
	}
	z += m * hllSigma(counts[0]/m)
	return int64(math.Round(m * m / (2 * math.Ln2 * z)))
}

func hllSigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	for y, z := 1.0, x; ; {
		x *= x
		was := z
		z += x * y
		y += y
		if z == was {
			return z
		}
	}
}

func hllTau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	for y, z := 1.0, 1-x; ; {
		x = math.Sqrt(x)
		was := z
		y *= 0.5
		z -= (1 - x) * (1 - x) * y
		if z == was {
			return z / 3
		}
	}
}

func (h *hll) bytes() int64 {
	return int64(len(h.regs)) + 48*int64(len(h.sparse)) + 8*int64(len(h.recent))
}

// encode writes the state as [[1024, p], [hashes as text], [registers as base64]].
func (h *hll) encode() table.Dyn {
	hashes := make([]uint64, 0, len(h.sparse))
	for x := range h.sparse {
		hashes = append(hashes, x)
	}
	slices.Sort(hashes)
	sparse, dense := make([]any, len(hashes)), []any{}
	for i, x := range hashes {
		sparse[i] = strconv.FormatInt(int64(x), 10)
	}
	if h.regs != nil {
		dense = append(dense, base64.StdEncoding.EncodeToString(h.regs))
	}
	return table.NewDyn([]any{[]any{int64(hllSparse), int64(h.p)}, sparse, dense})
}

// decodeHLL reads a state; false if d is none.
func decodeHLL(d table.Dyn) (*hll, bool) {
	a, ok := d.Array()
	if !ok || len(a) != 3 {
		return nil, false
	}
	head, ok1 := a[0].([]any)
	sparse, ok2 := a[1].([]any)
	dense, ok3 := a[2].([]any)
	if !ok1 || !ok2 || !ok3 || len(head) != 2 || len(dense) > 1 {
		return nil, false
	}
	p, ok := head[1].(int64)
	if !ok || p < 4 || p > 18 {
		return nil, false
	}
	h := newHLL(uint8(p))
	if len(dense) == 1 {
		text, ok := dense[0].(string)
		regs, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(regs) != 1<<p || int(slices.Max(regs)) > 65-int(p) {
			return nil, false
		}
		h.regs, h.sparse = regs, nil
	}
	for _, s := range sparse {
		text, ok := s.(string)
		x, err := strconv.ParseInt(text, 10, 64)
		if !ok || err != nil {
			return nil, false
		}
		h.add(uint64(x))
	}
	return h, true
}

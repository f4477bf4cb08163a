package fn

import (
	"cmp"
	"errors"
	"math"
	"math/bits"
	"slices"

	"github.com/yagura/yagura/table"
)

// errWeights is given when the weights of a percentile add up to more than a long
// can hold.
var errWeights = errors.New("arithmetic overflow: the sum of the weights does not fit a long")

// quantiles summarises a multiset of numbers so that ranks can be asked for. While
// there are no more than max distinct values it is exact. Then values fall into
// buckets: those whose order-preserving 64-bit keys agree but for the drop lowest
// bits, drop being the smallest number that leaves no more than digestBuckets. So the
// state depends on the multiset alone, not on the order of rows or of merges; and a
// bucket of reals or longs is narrower than its values by orders of magnitude.
//
// Only settle sees to it that all this holds: until then buckets are in any order and,
// once bits are dropped, up to twice as many, and there may be values that are in none.
type quantiles struct {
	max     int
	of      table.Type // of the values; 0: of any
	linear  bool       // keys are the ticks of datetimes, not the bits of reals
	drop    uint       // low bits of keys that do not count
	buckets []bucket
	places  []uint16 // of buckets, plus one, by the hashes of their keys; nil: to be made
	keys    []uint64 // of values of weight 1 that are not yet in buckets
	total   int64    // sum of weights
}

// bucket is some equal or close values.
type bucket struct {
	key    uint64
	weight int64
	lo, hi sample
}

// sample is a value: ticks and longs as they are, reals as reals.
type sample struct {
	i int64
	f float64
}

const (
	percentileExact = 16384 // distinct values that percentile keeps as they are
	digestBuckets   = 4096
	manyKeys        = 4096
)

// orderKey maps reals to integers of the same order.
func orderKey(f float64) uint64 {
	if f == 0 {
		f = 0
	}
	b := math.Float64bits(f)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

func (q *quantiles) add(s sample, weight int64) error {
	if weight <= 0 {
		return nil
	}
	if q.total+weight < 0 {
		return errWeights
	}
	q.total += weight
	key := q.keyOf(s)
	if weight != 1 || q.valueOf(key) != s {
		q.put(bucket{key: key, weight: weight, lo: s, hi: s})
		return nil
	}
	q.keep(key)
	return nil
}

// addRows adds rows of a column that percentiles can be taken of.
func (q *quantiles) addRows(v table.Vec, rows []int32) error {
	var reals []float64
	if v, ok := v.(*table.Of[float64]); ok && v.Null == nil && q.total <= math.MaxInt64-int64(len(rows)) {
		reals = v.Vals
	}
	for _, row := range rows {
		if reals != nil {
			if f := reals[row]; f == f {
				q.total++
				q.keep(orderKey(f))
				continue
			}
		}
		s, ok := sampleOf(v, int(row))
		if !ok {
			continue
		}
		if err := q.add(s, 1); err != nil {
			return err
		}
	}
	return nil
}

// keep adds the value of a key that tells it. They are gathered many at a time, while the
// buckets are in the processor's cache.
func (q *quantiles) keep(key uint64) {
	if q.keys = append(q.keys, key); len(q.keys) >= manyKeys && len(q.keys) >= min(2*len(q.buckets), 4*manyKeys) {
		q.gather()
	}
}

// valueOf is the value of a key; another, if the key does not tell.
func (q *quantiles) valueOf(key uint64) sample {
	switch {
	case q.linear:
		i := int64(key ^ 1<<63)
		return sample{i, float64(i)}
	case key>>63 != 0:
		key &^= 1 << 63
	default:
		key = ^key
	}
	f := math.Float64frombits(key)
	if q.of == table.Real {
		return sample{0, f}
	}
	return sample{int64(f), f}
}

// gather puts the values of keys into buckets.
func (q *quantiles) gather() {
	for _, key := range q.keys {
		v := q.valueOf(key)
		if b := q.find(key, v); b != nil {
			b.weight++
			b.widen(v, v)
		} else {
			q.put(bucket{key: key, weight: 1, lo: v, hi: v})
		}
	}
	q.keys = q.keys[:0]
}

// find returns the bucket that has v, which is of that key, or nil.
func (q *quantiles) find(key uint64, v sample) *bucket {
	if len(q.places) == 0 {
		q.spread(len(q.buckets))
	}
	mask := uint64(len(q.places) - 1)
	for h := q.hash(key); ; h++ {
		at := q.places[h&mask]
		if at == 0 {
			return nil
		}
		if b := &q.buckets[at-1]; b.key>>q.drop == key>>q.drop && (q.drop > 0 || b.lo.i == v.i) {
			return b
		}
	}
}

// widen makes b reach from lo to hi too.
func (b *bucket) widen(lo, hi sample) {
	if lo.f > b.lo.f && hi.f < b.hi.f {
		return
	}
	if compareSamples(lo, b.lo) < 0 {
		b.lo = lo
	}
	if compareSamples(hi, b.hi) > 0 {
		b.hi = hi
	}
}

func (q *quantiles) keyOf(s sample) uint64 {
	if q.linear {
		return uint64(s.i) ^ 1<<63
	}
	return orderKey(s.f)
}

func compareSamples(a, b sample) int {
	if c := cmp.Compare(a.f, b.f); c != 0 {
		return c
	}
	return cmp.Compare(a.i, b.i)
}

// most is how many buckets there may be.
func (q *quantiles) most() int {
	if q.drop == 0 {
		return q.max
	}
	return digestBuckets
}

// settle puts all values into buckets, no more than may be, in order.
func (q *quantiles) settle() {
	q.gather()
	if len(q.buckets) > q.most() {
		q.coarsen()
	}
	byKey := func(a, b bucket) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return compareSamples(a.lo, b.lo)
	}
	if !slices.IsSortedFunc(q.buckets, byKey) {
		slices.SortFunc(q.buckets, byKey)
		q.places = nil
	}
}

// put adds b as a bucket, or to the one that has its values.
func (q *quantiles) put(b bucket) {
	if old := q.find(b.key, b.lo); old != nil {
		old.weight += b.weight
		old.widen(b.lo, b.hi)
		return
	}
	q.buckets = append(q.buckets, b)
	if n := len(q.buckets); 2*n > len(q.places) {
		q.spread(n)
	} else {
		q.place(n - 1)
	}
	if n := len(q.buckets); n > 2*digestBuckets && q.drop > 0 || n > q.max && q.drop == 0 {
		q.coarsen()
	}
}

// hash is where among the places one looks first for a key. The high bits of a product
// depend on all of its factors'.
func (q *quantiles) hash(key uint64) uint64 {
	return key >> q.drop * 0x9e3779b97f4a7c15 >> bits.LeadingZeros64(uint64(len(q.places)-1))
}

// spread makes places for so many buckets. There are many more, so that few share one.
func (q *quantiles) spread(n int) {
	q.places = make([]uint16, 4<<bits.Len(uint(n)))
	for i := range q.buckets {
		q.place(i)
	}
}

// place notes where bucket i is.
func (q *quantiles) place(i int) {
	mask := uint64(len(q.places) - 1)
	h := q.hash(q.buckets[i].key)
	for q.places[h&mask] != 0 {
		h++
	}
	q.places[h&mask] = uint16(i + 1)
}

// coarsen drops bits until there are no more than digestBuckets.
func (q *quantiles) coarsen() {
	keys := make([]uint64, len(q.buckets))
	for i := range q.buckets {
		keys[i] = q.buckets[i].key
	}
	keys = inOrder(keys)
	var apart [65]int // neighbours, by the bits up to the highest in which they differ
	for i := range keys[1:] {
		apart[bits.Len64(keys[i]^keys[i+1])]++
	}
	drop, left := uint(0), len(keys)-apart[0]
	for left > digestBuckets || drop <= q.drop {
		drop++
		left -= apart[drop]
	}
	q.dropTo(drop)
}

// inOrder sorts keys by their digits, the lowest first; there are thousands of them.
func inOrder(keys []uint64) []uint64 {
	const digit = 11
	to := make([]uint64, len(keys))
	for shift := 0; shift < 64; shift += digit {
		var at [1 << digit]uint32
		for _, k := range keys {
			at[k>>shift%(1<<digit)]++
		}
		if at[keys[0]>>shift%(1<<digit)] == uint32(len(keys)) {
			continue // all have the same
		}
		from := uint32(0)
		for d, n := range at {
			at[d] = from
			from += n
		}
		for _, k := range keys {
			d := k >> shift % (1 << digit)
			to[at[d]] = k
			at[d]++
		}
		keys, to = to, keys
	}
	return keys
}

// dropTo drops so many bits, if they are more than before.
func (q *quantiles) dropTo(drop uint) {
	if drop <= q.drop {
		return
	}
	fine := q.buckets
	q.drop, q.buckets = drop, make([]bucket, 0, min(len(fine), 2*digestBuckets))
	q.spread(cap(q.buckets))
	for _, b := range fine {
		q.put(b)
	}
}

func (q *quantiles) merge(o *quantiles) error {
	o.gather()
	if q.total+o.total < 0 {
		return errWeights
	}
	q.total += o.total
	q.linear = q.linear || o.linear
	q.dropTo(o.drop)
	for _, b := range o.buckets {
		q.put(b)
	}
	return nil
}

// at returns the value at percentile p, 0 to 100: the smallest whose rank is at
// least p % of all; between the ends of a bucket of several values, in proportion.
func (q *quantiles) at(p float64) (sample, bool) {
	q.settle()
	if len(q.buckets) == 0 || math.IsNaN(p) {
		return sample{}, false
	}
	rank := int64(math.Ceil(math.Min(math.Max(p, 0), 100) / 100 * float64(q.total) * (1 - 1e-15)))
	rank = max(1, min(rank, q.total))
	var below int64
	for _, b := range q.buckets {
		if below+b.weight >= rank {
			return b.at(float64(rank-below) / float64(b.weight)), true
		}
		below += b.weight
	}
	return q.buckets[len(q.buckets)-1].hi, true
}

func (b *bucket) at(share float64) sample {
	if b.lo == b.hi {
		return b.lo
	}
	return sample{
		i: b.lo.i + int64(share*float64(b.hi.i-b.lo.i)),
		f: b.lo.f + share*(b.hi.f-b.lo.f),
	}
}

// rank returns how much of the weight is at or below f.
func (q *quantiles) rank(f float64) float64 {
	q.settle()
	var r float64
	for _, b := range q.buckets {
		lo, hi := q.real(b.lo), q.real(b.hi)
		switch {
		case hi <= f:
			r += float64(b.weight)
		case lo <= f:
			return r + float64(b.weight)*(f-lo)/(hi-lo)
		default:
			return r
		}
	}
	return r
}

func (q *quantiles) real(s sample) float64 {
	if q.linear {
		return float64(s.i)
	}
	return s.f
}

func (q *quantiles) bytes() int64 {
	return 48*int64(cap(q.buckets)) + 2*int64(cap(q.places)) + 8*int64(cap(q.keys))
}

// sampleOf reads row i of a column that percentiles can be taken of.
func sampleOf(v table.Vec, i int) (sample, bool) {
	if v.IsNull(i) {
		return sample{}, false
	}
	switch v := v.(type) {
	case *table.Of[int64]:
		return sample{v.Vals[i], float64(v.Vals[i])}, true
	case *table.Of[table.Time]:
		return sample{int64(v.Vals[i]), float64(v.Vals[i])}, true
	case *table.Of[table.Duration]:
		return sample{int64(v.Vals[i]), float64(v.Vals[i])}, true
	case *table.Of[table.Dyn]:
		t := v.Vals[i].Tree()
		f, ok := treeNumber(t)
		n, _ := t.(int64)
		return sample{n, f}, ok
	default:
		f, ok := number(v, i)
		return sample{0, f}, ok
	}
}

// value is s as a value of a percentile's type: long, real, datetime or timespan.
func (s sample) value(t table.Type) table.Value {
	switch t {
	case table.Long:
		return s.i
	case table.Datetime:
		return table.Time(s.i)
	case table.Timespan:
		return table.Duration(s.i)
	case table.Dynamic:
		if float64(s.i) == s.f {
			return table.NewDyn(s.i)
		}
		return table.NewDyn(s.f)
	}
	return s.f
}

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
	buckets []packed
	whole   [][2]int64 // of buckets, the ends of values that are not reals
	ordered int        // of buckets, those that settle put in order
	places  []uint16   // of buckets, plus one, by the hashes of their keys; nil: to be made
	keys    []uint64   // of values of weight 1 that are not yet in buckets
	total   int64      // sum of weights
}

// bucket is some equal or close values.
type bucket struct {
	key    uint64
	weight int64
	lo, hi sample
}

// packed is a bucket in half a line of the processor's cache, with the ends as reals.
type packed struct {
	key    uint64
	weight int64
	lo, hi float64
}

// bucket returns bucket i.
func (q *quantiles) bucket(i int) bucket {
	p := &q.buckets[i]
	b := bucket{p.key, p.weight, sample{f: p.lo}, sample{f: p.hi}}
	if q.whole != nil {
		b.lo.i, b.hi.i = q.whole[i][0], q.whole[i][1]
	}
	return b
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
		if i := q.find(key, v); i >= 0 {
			q.buckets[i].weight++
			q.widen(i, v, v)
		} else {
			q.put(bucket{key: key, weight: 1, lo: v, hi: v})
		}
	}
	q.keys = q.keys[:0]
}

// find returns the bucket that has v, which is of that key, or -1.
func (q *quantiles) find(key uint64, v sample) int {
	if len(q.places) == 0 {
		q.spread(len(q.buckets))
	}
	mask := uint64(len(q.places) - 1)
	for h := q.hash(key); ; h++ {
		i := int(q.places[h&mask]) - 1
		if i < 0 || q.buckets[i].key>>q.drop == key>>q.drop && (q.drop > 0 || q.whole == nil || q.whole[i][0] == v.i) {
			return i
		}
	}
}

// widen makes bucket i reach from lo to hi too.
func (q *quantiles) widen(i int, lo, hi sample) {
	p := &q.buckets[i]
	if lo.f > p.lo && hi.f < p.hi {
		return
	}
	b := q.bucket(i)
	if compareSamples(lo, b.lo) < 0 {
		b.lo = lo
	}
	if compareSamples(hi, b.hi) > 0 {
		b.hi = hi
	}
	p.lo, p.hi = b.lo.f, b.hi.f
	if q.whole != nil {
		q.whole[i] = [2]int64{b.lo.i, b.hi.i}
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
	if q.ordered == len(q.buckets) {
		return
	}
	byKey := func(a, b bucket) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return compareSamples(a.lo, b.lo)
	}
	all := make([]bucket, len(q.buckets))
	for i := range all {
		all[i] = q.bucket(i)
	}
	slices.SortFunc(all, byKey)
	q.buckets, q.whole, q.places = q.buckets[:0], q.whole[:0], nil
	for _, b := range all {
		q.push(b)
	}
	q.ordered = len(all)
}

// push adds b as a bucket.
func (q *quantiles) push(b bucket) {
	q.buckets = append(q.buckets, packed{b.key, b.weight, b.lo.f, b.hi.f})
	if q.of != table.Real {
		q.whole = append(q.whole, [2]int64{b.lo.i, b.hi.i})
	}
}

// put adds b as a bucket, or to the one that has its values.
func (q *quantiles) put(b bucket) {
	if i := q.find(b.key, b.lo); i >= 0 {
		q.buckets[i].weight += b.weight
		q.widen(i, b.lo, b.hi)
		return
	}
	q.push(b)
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
	q.ordered = 0
	fine := quantiles{buckets: q.buckets, whole: q.whole}
	q.drop, q.buckets, q.whole = drop, make([]packed, 0, min(len(fine.buckets), 2*digestBuckets)), nil
	q.spread(cap(q.buckets))
	for i := range fine.buckets {
		q.put(fine.bucket(i))
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
	for i := range o.buckets {
		q.put(o.bucket(i))
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
	for i, p := range q.buckets {
		if below+p.weight >= rank {
			b := q.bucket(i)
			return b.at(float64(rank-below) / float64(b.weight)), true
		}
		below += p.weight
	}
	return q.bucket(len(q.buckets) - 1).hi, true
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
	for i := range q.buckets {
		b := q.bucket(i)
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
	return 32*int64(cap(q.buckets)) + 16*int64(cap(q.whole)) + 2*int64(cap(q.places)) + 8*int64(cap(q.keys))
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

package fn

import (
	"cmp"
	"errors"
	"math"
	"math/bits"
	"slices"
	"sync"

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
// Values come to the buckets many at a time and in order, so that memory is read and
// written from its start to its end; until gather there may be some that are in none.
type quantiles struct {
	max    int
	of     table.Type // of the values; 0: of any
	linear bool       // keys are the ticks of datetimes, not the bits of reals
	drop   uint       // low bits of keys that do not count
	bands             // in order
	keys   []uint64   // of values of weight 1 that are not yet in buckets
	loose  []bucket   // others that are not
	total  int64      // sum of weights
}

// bands are buckets.
type bands struct {
	longs   bool // of values that are not reals
	buckets []packed
	whole   [][2]int64 // of those values, the ends
}

func (b *bands) ends(i int) (ends [2]int64) {
	if b.longs {
		ends = b.whole[i]
	}
	return ends
}

func (b *bands) set(i int, p packed, ends [2]int64) {
	if b.buckets[i] = p; b.longs {
		b.whole[i] = ends
	}
}

// resize makes them n; what new ones are is to be set.
func (b *bands) resize(n int) {
	b.buckets = slices.Grow(b.buckets, max(0, n-len(b.buckets)))[:n]
	if b.longs {
		b.whole = slices.Grow(b.whole, max(0, n-len(b.whole)))[:n]
	}
}

// grow adds p to bucket i.
func (b *bands) grow(i int, p packed, ends [2]int64) {
	in := &b.buckets[i]
	if b.longs {
		e := &b.whole[i]
		if p.lo < in.lo || p.lo == in.lo && ends[0] < e[0] {
			e[0] = ends[0]
		}
		if p.hi > in.hi || p.hi == in.hi && ends[1] > e[1] {
			e[1] = ends[1]
		}
	}
	in.weight += p.weight
	in.lo, in.hi = min(in.lo, p.lo), max(in.hi, p.hi)
}

// bucket is some equal or close values.
type bucket struct {
	weight int64
	lo, hi sample
}

// packed is a bucket without what whole has of it: how many values are in it, and the
// keys of the smallest and the largest.
type packed struct {
	weight int64
	lo, hi uint64
}

// bucket returns bucket i.
func (q *quantiles) bucket(i int) bucket {
	p := q.buckets[i]
	b := bucket{p.weight, q.valueOf(p.lo), q.valueOf(p.hi)}
	if q.longs {
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
	if weight == 1 && q.valueOf(key) == s {
		q.keep(key)
		return nil
	}
	q.loose = append(q.loose, bucket{weight, s, s})
	if q.many(len(q.loose)) {
		q.gather()
	}
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

// keep adds the value of a key that tells it.
func (q *quantiles) keep(key uint64) {
	if q.keys = append(q.keys, key); q.many(len(q.keys)) {
		q.gather()
	}
}

// many reports whether n values are enough to go through all buckets for them.
func (q *quantiles) many(n int) bool {
	return n >= manyKeys && n >= min(2*len(q.buckets), 4*manyKeys)
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

// gather puts all values into buckets, no more than may be.
func (q *quantiles) gather() {
	if len(q.keys) > 0 {
		in := newIntake(q)
		keys := in.order(q.keys, q.drop)
		for i := 0; i < len(keys); {
			p, key := packed{0, keys[i], keys[i]}, keys[i]>>q.drop
			for ; i < len(keys) && keys[i]>>q.drop == key; i++ {
				p.lo, p.hi = min(p.lo, keys[i]), max(p.hi, keys[i])
				p.weight++
			}
			var ends [2]int64
			if q.longs {
				ends = [2]int64{q.valueOf(p.lo).i, q.valueOf(p.hi).i}
			}
			in.take(p, ends)
		}
		q.keys = q.keys[:0]
		in.done()
	}
	if len(q.loose) > 0 {
		slices.SortFunc(q.loose, func(a, b bucket) int { return compareSamples(a.lo, b.lo) })
		in := newIntake(q)
		for _, b := range q.loose {
			in.take(packed{b.weight, q.keyOf(b.lo), q.keyOf(b.hi)}, [2]int64{b.lo.i, b.hi.i})
		}
		q.loose = q.loose[:0]
		in.done()
	}
}

// intake takes buckets, in order, into those of q.
type intake struct {
	q        *quantiles
	at       int   // the first of q's that is not before the last one taken
	fresh    bands // those that q does not have
	keys, to []uint64
}

var intakes = sync.Pool{New: func() any { return new(intake) }}

func newIntake(q *quantiles) *intake {
	in := intakes.Get().(*intake)
	in.q, in.at, in.fresh.longs = q, 0, q.longs
	in.fresh.resize(0)
	return in
}

// take adds a bucket, with the ends that whole has of it.
func (in *intake) take(p packed, ends [2]int64) {
	q, key := in.q, p.lo>>in.q.drop
	n := len(in.fresh.buckets)
	if n > 0 && in.fresh.buckets[n-1].lo>>q.drop == key && (!q.apart() || in.fresh.whole[n-1][0] == ends[0]) {
		in.fresh.grow(n-1, p, ends)
		return
	}
	for in.at < len(q.buckets) && q.buckets[in.at].lo>>q.drop < key {
		in.at++
	}
	if q.apart() {
		for in.at < len(q.buckets) && q.buckets[in.at].lo == p.lo && q.whole[in.at][0] < ends[0] {
			in.at++
		}
	}
	if in.at < len(q.buckets) && q.buckets[in.at].lo>>q.drop == key && (!q.apart() || q.whole[in.at][0] == ends[0]) {
		q.grow(in.at, p, ends)
		return
	}
	in.fresh.resize(n + 1)
	in.fresh.set(n, p, ends)
}

// apart reports whether values of one key may be in several buckets: there are longs that
// are one real.
func (q *quantiles) apart() bool { return q.drop == 0 && q.longs }

// done puts in the buckets that q did not have, from the last on.
func (in *intake) done() {
	q, fresh := in.q, &in.fresh
	from, k := len(q.buckets)-1, len(fresh.buckets)-1
	q.resize(len(q.buckets) + len(fresh.buckets))
	for to := len(q.buckets) - 1; k >= 0; to-- {
		p, ends := fresh.buckets[k], fresh.ends(k)
		if from >= 0 && (q.buckets[from].lo > p.lo || q.apart() && q.buckets[from].lo == p.lo && q.whole[from][0] > ends[0]) {
			q.set(to, q.buckets[from], q.ends(from))
			from--
		} else {
			q.set(to, p, ends)
			k--
		}
	}
	in.q = nil
	intakes.Put(in)
	if n := len(q.buckets); n > q.most() {
		q.coarsen()
	}
}

// order sorts keys by all bits but so many of the lowest: by digits, the lowest first, if
// there are many.
func (in *intake) order(keys []uint64, drop uint) []uint64 {
	const digit = 11
	if len(keys) < 1<<digit/4 {
		slices.Sort(keys)
		return keys
	}
	var differ uint64
	for _, k := range keys {
		differ |= k ^ keys[0]
	}
	in.keys, in.to = append(in.keys[:0], keys...), slices.Grow(in.to[:0], len(keys))
	from, to := in.keys, in.to[:len(keys)]
	for shift := int(drop); shift < bits.Len64(differ); shift += digit {
		if differ>>shift%(1<<digit) == 0 {
			continue
		}
		var at [1 << digit]uint32
		for _, k := range from {
			at[k>>shift%(1<<digit)]++
		}
		next := uint32(0)
		for d, n := range at {
			at[d] = next
			next += n
		}
		for _, k := range from {
			d := k >> shift % (1 << digit)
			to[at[d]] = k
			at[d]++
		}
		from, to = to, from
	}
	return from
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

// coarsen drops bits until there are no more than digestBuckets.
func (q *quantiles) coarsen() {
	var apart [65]int // neighbours, by the bits up to the highest in which they differ
	for i := range q.buckets[1:] {
		apart[bits.Len64(q.buckets[i].lo^q.buckets[i+1].lo)]++
	}
	drop, left := uint(0), len(q.buckets)-apart[0]
	for left > digestBuckets || drop <= q.drop {
		drop++
		left -= apart[drop]
	}
	q.dropTo(drop)
}

// dropTo drops so many bits, if they are more than before.
func (q *quantiles) dropTo(drop uint) {
	if drop <= q.drop {
		return
	}
	q.drop = drop
	n := 0
	for i, p := range q.buckets {
		if n > 0 && q.buckets[n-1].lo>>drop == p.lo>>drop {
			q.grow(n-1, p, q.ends(i))
			continue
		}
		q.set(n, p, q.ends(i))
		n++
	}
	q.resize(n)
}

func (q *quantiles) merge(o *quantiles) error {
	o.gather()
	if q.total+o.total < 0 {
		return errWeights
	}
	q.total += o.total
	q.linear = q.linear || o.linear
	q.gather()
	q.dropTo(o.drop)
	in := newIntake(q)
	for i, p := range o.buckets {
		in.take(p, o.ends(i))
	}
	in.done()
	return nil
}

// at returns the value at percentile p, 0 to 100: the smallest whose rank is at
// least p % of all; between the ends of a bucket of several values, in proportion.
func (q *quantiles) at(p float64) (sample, bool) {
	q.gather()
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
	q.gather()
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
	return 24*int64(cap(q.buckets)) + 16*int64(cap(q.whole)) + 8*int64(cap(q.keys)) + 40*int64(cap(q.loose))
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

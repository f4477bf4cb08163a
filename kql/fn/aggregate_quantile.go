package fn

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/yagura/yagura/table"
)

// errWeights is given when the weights of a percentile add up to more than a long
// can hold.
var errWeights = errors.New("arithmetic overflow: the sum of the weights does not fit a long")

// quantiles summarises a multiset of numbers so that ranks can be asked for. While
// there are no more than max distinct values it is exact. Then values fall into
// buckets: those whose order-preserving 64-bit keys agree but for the drop lowest
// bits, drop being the smallest number that leaves no more than max buckets. So the
// state depends on the multiset alone, not on the order of rows or of merges; and a
// bucket of reals or longs is narrower than its values by orders of magnitude.
type quantiles struct {
	max     int
	of      table.Type // of the values; 0: of any
	linear  bool       // keys are the ticks of datetimes, not the bits of reals
	drop    uint       // low bits of keys that do not count
	buckets []bucket   // by key
	keys    []uint64   // of values of weight 1 that are not yet among pending
	pending []bucket   // not yet among buckets
	spare   []bucket   // memory for the next buckets
	total   int64      // sum of weights
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

// Buckets that percentile, and the state that tdigest gives, keep.
const (
	percentileBuckets = 16384
	digestBuckets     = 4096
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
		q.keys = append(q.keys, key)
	} else {
		q.pending = append(q.pending, bucket{weight: weight, lo: s, hi: s, key: key})
	}
	if len(q.keys)/2+len(q.pending) >= max(256, len(q.buckets)) {
		q.settle()
	}
	return nil
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

// gather makes buckets of the keys.
func (q *quantiles) gather() {
	slices.Sort(q.keys)
	for i := 0; i < len(q.keys); {
		first, last, n := q.keys[i], q.keys[i], int64(1)
		for i++; i < len(q.keys) && q.keys[i]>>q.drop == first>>q.drop; i++ {
			last = q.keys[i]
			n++
		}
		q.pending = append(q.pending, bucket{weight: n, lo: q.valueOf(first), hi: q.valueOf(last), key: first})
	}
	q.keys = q.keys[:0]
}

func (q *quantiles) keyOf(s sample) uint64 {
	if q.linear {
		return uint64(s.i) ^ 1<<63
	}
	return orderKey(s.f)
}

func compareSamples(a, b sample) int {
	if c := cmp.Compare(a.i, b.i); c != 0 {
		return c
	}
	return cmp.Compare(a.f, b.f)
}

// settle puts pending values into buckets.
func (q *quantiles) settle() {
	q.gather()
	if len(q.pending) == 0 {
		return
	}
	slices.SortFunc(q.pending, compareBuckets)
	was, more := q.buckets, q.pending
	old := was
	q.buckets, q.pending = q.spare[:0], q.pending[:0]
	for len(old) > 0 || len(more) > 0 {
		if len(more) == 0 || len(old) > 0 && compareBuckets(old[0], more[0]) <= 0 {
			q.put(old[0])
			old = old[1:]
		} else {
			q.put(more[0])
			more = more[1:]
		}
	}
	q.spare = was[:0]
	for len(q.buckets) > q.max {
		q.drop++
		fine := q.buckets
		q.buckets = q.buckets[:0]
		for _, b := range fine {
			q.put(b)
		}
	}
}

func compareBuckets(a, b bucket) int {
	if c := cmp.Compare(a.key, b.key); c != 0 {
		return c
	}
	return compareSamples(a.lo, b.lo)
}

// put adds b, whose key is not below those before, as a bucket or to the last.
func (q *quantiles) put(b bucket) {
	if n := len(q.buckets); n > 0 {
		l := &q.buckets[n-1]
		if q.drop == 0 && l.lo == b.lo || q.drop > 0 && l.key>>q.drop == b.key>>q.drop {
			l.weight += b.weight
			if compareSamples(b.lo, l.lo) < 0 {
				l.lo = b.lo
			}
			if compareSamples(b.hi, l.hi) > 0 {
				l.hi = b.hi
			}
			return
		}
	}
	q.buckets = append(q.buckets, b)
}

func (q *quantiles) merge(o *quantiles) error {
	o.settle()
	if q.total+o.total < 0 {
		return errWeights
	}
	q.total += o.total
	q.linear = q.linear || o.linear
	q.settle()
	q.drop = max(q.drop, o.drop)
	q.pending = append(q.pending, o.buckets...)
	q.settle()
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
	return 56*int64(cap(q.buckets)+cap(q.pending)+cap(q.spare)) + 8*int64(cap(q.keys))
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

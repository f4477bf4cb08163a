package engine

import (
	"crypto/sha256"
	"errors"
	"math"

	"github.com/maypok86/otter/v2"

	"github.com/yagura/yagura/engine/sqlgen"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/table"
)

// partials keeps what summarize has made of whole extents. An extent never changes, so
// what was made of it is good whenever the same is asked again: refreshing a dashboard
// costs what is new since, and the extents that its time range cuts.
type partials struct {
	cache *otter.Cache[partialKey, *partial]
}

// partialKey is what was asked, and of which extent; of none, whether it was asked at all,
// and what many extents gave together.
type partialKey struct {
	ask [sha256.Size]byte
	of  extent.Hash
}

// partial is what was made of one extent, or of those in of.
type partial struct {
	rows *table.Batch // nil: nothing is kept
	of   map[extent.Hash]bool
}

// unfit stands, at the key of no extent, for what is asked but not kept.
var unfit = &partial{of: map[extent.Hash]bool{}}

const (
	// partialRows is up to how many groups of an extent are kept; more would be about
	// as many as there are rows to come.
	partialRows = 10_000
	partialCost = 200 // bytes of an entry without its rows, roughly
	// partialBytes is up to how large the results of one extent are kept; larger ones are
	// made of several at once.
	partialBytes = 128 << 10
	// partialShare is which share of all that is kept may be for one summarize: a quarter.
	partialShare = 4
	// partialsMany is from how many extents on their results are put together to be kept.
	partialsMany = 8
)

func newPartials(bytes int64) *partials {
	if bytes < 0 {
		return nil
	}
	return &partials{otter.Must(&otter.Options[partialKey, *partial]{
		MaximumWeight: uint64(bytes),
		Weigher: func(_ partialKey, p *partial) uint32 {
			cost := int64(partialCost) + int64(len(p.of))*int64(len(extent.Hash{}))
			if p.rows != nil {
				cost += batchBytes(nil, p.rows)
			}
			return uint32(min(cost, math.MaxUint32))
		},
	})}
}

// remember replaces each summarize of a table that was asked for before by one that
// takes what it can from partials, and puts there what it cannot.
func (r *run) remember(n plan.Node) (plan.Node, error) {
	if r.db == nil || r.e.partials == nil {
		return n, nil
	}
	return replace(n, r.rememberOne)
}

// rememberOne is remember of one summarize; nil if it stays as it is.
func (r *run) rememberOne(s *plan.Summarize) (plan.Node, error) {
	scan := scanUnder(s.In)
	p, ok := takeApart(s)
	if scan == nil || !ok || sqlgen.Supports(r.db.Dialect(), p.first) != nil {
		return nil, nil
	}
	snap, err := r.snapshot(scan)
	if err != nil {
		return nil, err
	}
	whole, rest := wholeExtents(snap)
	var rows int64
	for _, m := range whole {
		rows += m.Rows
	}
	if rows <= r.e.o.SmallRows {
		return nil, nil
	}
	key := partialKey{ask: ask(p.first)}
	asked, again := r.e.partials.cache.GetIfPresent(key)
	switch {
	case asked == unfit:
		return nil, nil
	case !again:
		r.e.partials.cache.Set(key, &partial{})
		return nil, nil
	}
	known, grouped, had, err := r.known(p, scan, snap, whole, key)
	if known == nil || err != nil {
		return nil, err
	}
	st := &r.res.Stats
	for _, m := range had {
		st.Extents--
		st.BytesRead -= m.Bytes
		st.Remembered++
	}
	in := plan.Node(&plan.Values{Rows: known})
	switch {
	case len(rest.Extents)+len(rest.Tail) > 0:
		left := *scan
		r.scans[&left] = rest
		in = &plan.Union{Ins: []plan.Node{in, over(p.first, &left)}}
	case grouped:
		return p.finish(in), nil
	}
	return p.merge(in), nil
}

// known returns what p's first makes of each whole extent, from the cache or, for those
// that are new, from the backend; of many, what they give together, so that each group has
// one row; and the extents that need not be read for it. It is nil if that is too much to
// keep.
func (r *run) known(p *parts, scan *plan.Scan, snap *store.Snapshot, whole []*extent.Meta, key partialKey) (out *table.Batch, grouped bool, had []*extent.Meta, _ error) {
	cache, none := r.e.partials.cache, key
	of := map[extent.Hash]bool{}
	for _, m := range whole {
		of[m.Hash] = true
	}
	var all []*table.Batch
	together, ok := cache.GetIfPresent(none)
	if ok = ok && together.rows != nil && subset(together.of, of); ok {
		all = append(all, together.rows)
	}
	var missing []*extent.Meta
	for _, m := range whole {
		if ok && together.of[m.Hash] {
			had = append(had, m)
			continue
		}
		key.of = m.Hash
		if one, kept := cache.GetIfPresent(key); kept {
			had, all = append(had, m), append(all, one.rows)
		} else {
			missing = append(missing, m)
		}
	}
	var kept int64
	for _, m := range had {
		kept += m.Rows
	}
	r.act.progress.read(kept)
	defer func() {
		if out == nil {
			r.act.progress.read(-kept) // they are read after all
		}
	}()
	large := false
	for len(missing) > 0 {
		n := 1
		if large {
			n = len(missing)
		}
		rows, err := r.partial(p.first, scan, snap, missing[:n])
		switch {
		case errors.Is(err, ErrUnable):
			return nil, false, nil, nil
		case err != nil:
			return nil, false, nil, err
		case rows.Rows > partialRows:
			cache.Set(none, unfit)
			return nil, false, nil, nil
		}
		if large = large || batchBytes(nil, rows) > partialBytes; !large {
			key.of = missing[0].Hash
			cache.Set(key, &partial{rows: rows})
		}
		all, missing = append(all, rows), missing[n:]
	}
	known := table.ConcatBatches(p.first.Schema(), all)
	if len(all) == 1 || !p.repeats() || !large && len(all) < partialsMany {
		return known, len(all) == 1 && p.repeats(), had, nil
	}
	known, err := r.read(p.together(&plan.Values{Rows: known}))
	switch {
	case err != nil:
		return nil, false, nil, err
	case known.Rows > partialRows || batchBytes(nil, known) > r.e.o.Partials/partialShare:
		cache.Set(none, unfit)
	default:
		cache.Set(none, &partial{known, of})
	}
	return known, true, had, nil
}

func subset(a, b map[extent.Hash]bool) bool {
	for h := range a {
		if !b[h] {
			return false
		}
	}
	return true
}

// partial is what first makes of some extents.
func (r *run) partial(first *plan.Summarize, scan *plan.Scan, snap *store.Snapshot, of []*extent.Meta) (*table.Batch, error) {
	one := *scan
	one.Span = table.Span{}
	some := *snap
	some.Span, some.Extents, some.Rows, some.Tail = one.Span, of, nil, nil
	rows, err := r.backend(r.ctx, Fragment{Root: over(first, &one), Scans: map[*plan.Scan]*store.Snapshot{&one: &some}})
	if err != nil {
		return nil, err
	}
	b, err := table.ReadAll(r.ctx, rows)
	return b, errors.Join(err, rows.Close())
}

// wholeExtents parts a snapshot: the extents of which all rows are in its span and may
// be wanted, and the rest.
func wholeExtents(snap *store.Snapshot) (whole []*extent.Meta, rest *store.Snapshot) {
	c := *snap
	c.Extents = nil
	for _, m := range snap.Extents {
		if snap.Rows[m] == nil && snap.Whole(m) {
			whole = append(whole, m)
		} else {
			c.Extents = append(c.Extents, m)
		}
	}
	return whole, &c
}

// scanUnder is the table that n computes columns of, or rows of, each from itself; nil
// if n is something else.
func scanUnder(n plan.Node) *plan.Scan {
	for {
		switch x := n.(type) {
		case *plan.Scan:
			return x
		case *plan.Filter:
			n = x.In
		case *plan.Project:
			if x.Window {
				return nil
			}
			n = x.In
		default:
			return nil
		}
	}
}

// over is n with something else in place of its scan.
func over(n, scan plan.Node) plan.Node {
	return plan.Rewrite(n, func(n plan.Node) plan.Node {
		if _, ok := n.(*plan.Scan); ok {
			return scan
		}
		return n
	})
}

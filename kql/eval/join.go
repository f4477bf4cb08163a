package eval

import (
	"context"
	"fmt"
	"io"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// openJoin holds the right side in a hash table and lets the left side stream.
func (r *run) openJoin(ctx context.Context, n *plan.Join, sc *scope) (table.Reader, error) {
	j := &joiner{n: n, schema: n.Schema(), held: r.holding(), lx: r.exprs(sc), rx: r.exprs(sc), pos: -1}
	switch n.Kind {
	case plan.InnerUnique:
		j.unique = map[string]bool{}
		j.pairs = true
	case plan.Inner:
		j.pairs = true
	case plan.LeftOuter:
		j.pairs, j.loneLeft = true, true
	case plan.RightOuter:
		j.pairs, j.loneRight = true, true
	case plan.FullOuter:
		j.pairs, j.loneLeft, j.loneRight = true, true, true
	case plan.LeftSemi:
		j.leftOnce = true
	case plan.LeftAnti:
		j.loneLeft = true
	case plan.RightSemi:
		j.rightOnce = true
	case plan.RightAnti:
		j.loneRight = true
	default:
		return nil, fmt.Errorf("eval: no join kind %s", n.Kind)
	}
	var err error
	if j.left, err = r.open(ctx, n.Left, sc); err != nil {
		return nil, err
	}
	if j.right, err = r.open(ctx, n.Right, sc); err != nil {
		_ = j.left.Close()
		return nil, err
	}
	return &stream{schema: j.schema, next: j.next, close: j.close}, nil
}

// joiner is a join at work.
type joiner struct {
	n           *plan.Join
	schema      *table.Schema
	left, right table.Reader
	lx, rx      *exprs
	held        *holding

	pairs, loneLeft, loneRight, leftOnce, rightOnce bool
	unique                                          map[string]bool // keys of the left that were met
	met                                             int64           // bytes of unique not counted yet

	rows    *table.Batch // of the right
	heads   map[string]int32
	nexts   []int32 // of equal keys, the next row; -1 ends
	matched []bool  // rows of the right that met a left row

	batch *table.Batch // of the left
	keys  []table.Vec
	at    int   // row of batch
	pos   int32 // row of the right that batch's row at is to meet next; -1: it begins
	begun bool
	ended bool // the left
	lone  int  // next row of the right to look at after the left ended
	buf   []byte
	li    []int
	ri    []int
}

func (j *joiner) close() error {
	j.held.release()
	err := j.left.Close()
	if rerr := j.right.Close(); err == nil {
		err = rerr
	}
	return err
}

func (j *joiner) next(ctx context.Context) (*table.Batch, error) {
	if j.rows == nil {
		if err := j.build(ctx); err != nil {
			return nil, err
		}
	}
	for !j.ended {
		if j.batch == nil || j.at == j.batch.Rows {
			if err := j.pull(ctx); err == io.EOF {
				j.ended = true
				break
			} else if err != nil {
				return nil, err
			}
		}
		j.li, j.ri = j.li[:0], j.ri[:0]
		j.probe()
		if len(j.li) > 0 {
			return j.emit(j.li, j.ri), nil
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return j.rest()
}

// build reads the right side into the hash table.
func (j *joiner) build(ctx context.Context) error {
	rows, err := j.held.all(ctx, j.right)
	if err != nil {
		return err
	}
	j.rx.bind(rows)
	keys := make([]table.Vec, len(j.n.On))
	for i, k := range j.n.On {
		if keys[i], err = j.rx.eval(ctx, k.R); err != nil {
			return err
		}
	}
	j.heads, j.nexts, j.matched = map[string]int32{}, make([]int32, rows.Rows), make([]bool, rows.Rows)
	if err := j.held.add(0, int64(rows.Rows)*48); err != nil {
		return err
	}
	for i := rows.Rows - 1; i >= 0; i-- { // backwards, so that chains go forwards
		if i%batchRows == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		key, ok := j.key(keys, i)
		j.nexts[i] = -1
		if !ok {
			continue
		}
		if next, met := j.heads[string(key)]; met {
			j.nexts[i] = next
		}
		j.heads[string(key)] = int32(i)
	}
	j.rows = rows
	return nil
}

// key writes the key in row i; false if a part of it is null.
func (j *joiner) key(keys []table.Vec, i int) ([]byte, bool) {
	j.buf = j.buf[:0]
	for _, k := range keys {
		if k.IsNull(i) {
			return nil, false
		}
		j.buf = table.AppendKey(j.buf, k, i)
	}
	return j.buf, true
}

// pull reads the next batch of the left.
func (j *joiner) pull(ctx context.Context) error {
	b, err := j.left.Next(ctx)
	if err != nil {
		return err
	}
	if err := j.held.add(0, j.met); err != nil {
		return err
	}
	j.met = 0
	j.lx.bind(b)
	j.keys = make([]table.Vec, len(j.n.On))
	for i, k := range j.n.On {
		if j.keys[i], err = j.lx.eval(ctx, k.L); err != nil {
			return err
		}
	}
	j.batch, j.at, j.begun = b, 0, false
	return nil
}

// probe pairs rows of the left batch until it ends or there are enough.
func (j *joiner) probe() {
	for ; j.at < j.batch.Rows; j.at, j.begun = j.at+1, false {
		if !j.begun {
			j.pos, j.begun = j.first(), true
			if j.pos < 0 {
				if j.loneLeft {
					j.put(j.at, -1)
				}
				continue
			}
			if j.leftOnce {
				j.put(j.at, -1)
				continue
			}
			if !j.pairs && !j.rightOnce && !j.loneRight {
				continue
			}
		}
		for ; j.pos >= 0; j.pos = j.nexts[j.pos] {
			if len(j.li) >= batchRows {
				return
			}
			if j.matched[j.pos] && !j.pairs {
				break // the chain's rows all met a row with this key
			}
			j.matched[j.pos] = true
			if j.pairs {
				j.put(j.at, int(j.pos))
			}
		}
		if len(j.li) >= batchRows {
			j.at, j.begun = j.at+1, false
			return
		}
	}
}

func (j *joiner) put(l, r int) { j.li, j.ri = append(j.li, l), append(j.ri, r) }

// first returns the first row of the right that the left row meets, or -1.
func (j *joiner) first() int32 {
	key, ok := j.key(j.keys, j.at)
	if !ok {
		return -1
	}
	if j.unique != nil {
		if j.unique[string(key)] {
			return -1
		}
		j.unique[string(key)] = true
		j.met += int64(len(key)) + 48
	}
	if head, met := j.heads[string(key)]; met {
		return head
	}
	return -1
}

// rest gives the rows of the right that are due after the left has ended.
func (j *joiner) rest() (*table.Batch, error) {
	if !j.loneRight && !j.rightOnce {
		return nil, io.EOF
	}
	j.li, j.ri = j.li[:0], j.ri[:0]
	for ; j.lone < j.rows.Rows && len(j.ri) < batchRows; j.lone++ {
		if j.matched[j.lone] == j.rightOnce {
			j.put(-1, j.lone)
		}
	}
	if len(j.ri) == 0 {
		return nil, io.EOF
	}
	return j.emit(j.li, j.ri), nil
}

func (j *joiner) emit(li, ri []int) *table.Batch {
	out := &table.Batch{Schema: j.schema, Vecs: make([]table.Vec, len(j.n.Cols)), Rows: len(li)}
	for c, col := range j.n.Cols {
		switch {
		case col.Right:
			out.Vecs[c] = j.rows.Vecs[col.Index].Gather(ri)
		case j.batch == nil: // the left had no rows at all
			out.Vecs[c] = table.NewVec(j.schema.Cols[c].Type, 1)
			table.Append(out.Vecs[c], nil)
			out.Vecs[c] = out.Vecs[c].Gather(nulls(len(li)))
		default:
			out.Vecs[c] = j.batch.Vecs[col.Index].Gather(li)
		}
	}
	return out
}

// nulls is an index of n rows that are not there.
func nulls(n int) []int {
	idx := make([]int, n)
	for i := range idx {
		idx[i] = -1
	}
	return idx
}

package kql

import (
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

var joinKinds = map[string]plan.JoinKind{
	"": plan.InnerUnique, "innerunique": plan.InnerUnique, "inner": plan.Inner, "leftouter": plan.LeftOuter,
	"rightouter": plan.RightOuter, "fullouter": plan.FullOuter, "leftsemi": plan.LeftSemi, "rightsemi": plan.RightSemi,
	"anti": plan.LeftAnti, "leftanti": plan.LeftAnti, "leftantisemi": plan.LeftAnti, "rightanti": plan.RightAnti,
	"rightantisemi": plan.RightAnti,
}

func (b *binder) join(op *syntax.Join, in *rel) *rel {
	ps := b.opParams(op.Params, "kind")
	kind := joinKinds[b.word(ps, "kind", "innerunique", "inner", "leftouter", "rightouter", "fullouter", "leftsemi",
		"rightsemi", "anti", "leftanti", "leftantisemi", "rightanti", "rightantisemi")]
	right := b.query(op.Right)
	if op.Where != nil {
		b.refused(op.Where, "join … where")
	}
	on := b.joinKeys(op.On, in, right)
	in, right = on.left, on.right
	var cols []plan.JoinCol
	if kind != plan.RightSemi && kind != plan.RightAnti {
		cols = joinCols(cols, in, false)
	}
	if kind != plan.LeftSemi && kind != plan.LeftAnti {
		cols = joinCols(cols, right, true)
	}
	return joined(&plan.Join{Kind: kind, Left: in.node, Right: right.node, On: on.keys, Cols: cols}, in, right)
}

func joinCols(cols []plan.JoinCol, r *rel, right bool) []plan.JoinCol {
	for i, c := range r.cols {
		cols = append(cols, plan.JoinCol{Name: c.Name, Right: right, Index: i})
	}
	return cols
}

// joined gives the columns of a join names that differ.
func joined(j *plan.Join, left, right *rel) *rel {
	names := make([]string, len(j.Cols))
	for i, c := range j.Cols {
		names[i] = c.Name
	}
	out := &rel{node: j, bad: left.bad || right.bad, open: left.open || right.open}
	for i, n := range uniqueAll(names) {
		j.Cols[i].Name = n
		side := left
		if j.Cols[i].Right {
			side = right
		}
		out.cols = append(out.cols, table.Column{Name: n, Type: side.cols[j.Cols[i].Index].Type})
	}
	return out
}

// lookupOp binds lookup: a join with a small table whose keys are not shown again.
func (b *binder) lookupOp(op *syntax.Lookup, in *rel) *rel {
	ps := b.opParams(op.Params, "kind")
	kind := joinKinds[b.word(ps, "kind", "leftouter", "inner")]
	if kind == plan.InnerUnique {
		kind = plan.LeftOuter
	}
	right := b.query(op.Right)
	on := b.joinKeys(op.On, in, right)
	in, right = on.left, on.right
	cols := joinCols(nil, in, false)
	for i, c := range right.cols {
		if !on.rightKeys[i] {
			cols = append(cols, plan.JoinCol{Name: c.Name, Right: true, Index: i})
		}
	}
	return joined(&plan.Join{Kind: kind, Left: in.node, Right: right.node, On: on.keys, Cols: cols}, in, right)
}

// joinCondition is what joinKeys makes: the keys, which columns of the right side are
// some, and both sides with all columns that the conditions name.
type joinCondition struct {
	keys        []plan.JoinKey
	rightKeys   map[int]bool
	left, right *rel
}

// joinKeys binds the conditions of a join.
func (b *binder) joinKeys(on []syntax.Expr, left, right *rel) joinCondition {
	out := joinCondition{rightKeys: map[int]bool{}}
	f := row(left)
	f.right = right
	for _, x := range on {
		out.keys = b.joinOn(f, out.keys, x)
	}
	out.left, out.right = f.in, f.right
	for i := range out.keys {
		k := &out.keys[i]
		if c, ok := k.R.(*plan.Col); ok {
			out.rightKeys[c.Index] = true
		}
		if t, ok := fn.Wider(k.L.Type(), k.R.Type()); ok {
			k.L, k.R = b.cast(on[0], k.L, t), b.cast(on[0], k.R, t)
		}
	}
	return out
}

// joinOn binds one condition: a column of both sides, or $left.a == $right.b.
func (b *binder) joinOn(f *frame, keys []plan.JoinKey, x syntax.Expr) []plan.JoinKey {
	switch x := x.(type) {
	case *syntax.Paren:
		return b.joinOn(f, keys, x.X)
	case *syntax.Bad:
		return keys
	case *syntax.Name:
		if k, ok := b.commonColumn(f, x); ok {
			return append(keys, k)
		}
		return keys
	case *syntax.Binary:
		switch x.Op {
		case "and":
			return b.joinOn(f, b.joinOn(f, keys, x.X), x.Y)
		case "==":
			if k, ok := b.joinEquality(f, x); ok {
				return append(keys, k)
			}
			return keys
		}
	}
	b.fail(x, codeJoinOn, "a join is on a column of both sides, or on $left.a == $right.b")
	return keys
}

func (b *binder) commonColumn(f *frame, x *syntax.Name) (plan.JoinKey, bool) {
	f.in, f.right = b.having(x, f.in, x.Text), b.having(x, f.right, x.Text)
	l, r := f.in.index(x.Text), f.right.index(x.Text)
	if l < 0 || r < 0 {
		side, has := "left", f.in
		if l >= 0 {
			side, has = "right", f.right
		}
		if !has.bad {
			b.failHint(x, syntax.DidYouMean(x.Text, has.names()), codeJoinColumn, "the %s side of the join has no column '%s'", side, x.Text)
		}
		return plan.JoinKey{}, false
	}
	k := plan.JoinKey{L: f.in.col(l), R: f.right.col(r)}
	return k, b.joinTypes(f, x, &k, true)
}

// joinEquality binds $left.a == $right.b.
func (b *binder) joinEquality(f *frame, x *syntax.Binary) (plan.JoinKey, bool) {
	sx, lx := b.joinSide(f, x.X)
	sy, ly := b.joinSide(f, x.Y)
	if sx == "" || sy == "" {
		b.fail(x, codeJoinOn, "a join is on a column of both sides, or on $left.a == $right.b")
		return plan.JoinKey{}, false
	}
	if sx == sy {
		b.fail(x, codeJoinOn, "both sides of the condition are %s", sx)
		return plan.JoinKey{}, false
	}
	if sx == "$right" {
		lx, ly = ly, lx
	}
	k := plan.JoinKey{L: lx, R: ly}
	return k, b.joinTypes(f, x, &k, false)
}

// joinSide binds $left.a or $right.a and tells which it is.
func (b *binder) joinSide(f *frame, x syntax.Expr) (string, plan.Expr) {
	for {
		p, ok := x.(*syntax.Paren)
		if !ok {
			break
		}
		x = p.X
	}
	var sel syntax.Expr
	m, ok := x.(*syntax.Member)
	if !ok {
		return "", bad
	}
	sel = m.Sel
	n, ok := m.X.(*syntax.Name)
	if !ok || n.Text != "$left" && n.Text != "$right" {
		return "", bad
	}
	return n.Text, b.sideColumn(f, n.Text, sel)
}

// joinTypes checks that the columns of a key can be compared. A common column has
// one type on both sides.
func (b *binder) joinTypes(f *frame, at spot, k *plan.JoinKey, common bool) bool {
	if isBad(k.L) || isBad(k.R) {
		return false
	}
	b.supposedKey(f, at, k)
	l, r := k.L.Type(), k.R.Type()
	if !common && (l == table.Dynamic || r == table.Dynamic) {
		b.failHint(at, "extend a column that is tostring(…) of it", codeDynamicKey, "a join's key cannot be dynamic")
		return false
	}
	whole := func(t table.Type) bool { return t == table.Int || t == table.Long }
	if l != r && (common || !whole(l) || !whole(r)) {
		b.fail(at, codeJoinTypes, "the columns of the join are of different types: %s and %s", l, r)
		return false
	}
	return true
}

// supposedKey gives the type of the other side to a key that only data could type.
func (b *binder) supposedKey(f *frame, at spot, k *plan.JoinKey) {
	l := f.in.open && k.L.Type() == table.Dynamic
	r := f.right.open && k.R.Type() == table.Dynamic
	if l && r {
		k.L, k.R = b.cast(at, k.L, table.String), b.cast(at, k.R, table.String)
	} else if l {
		k.L = b.cast(at, k.L, k.R.Type())
	} else if r {
		k.R = b.cast(at, k.R, k.L.Type())
	}
}

package kql

import "github.com/yagura/yagura/kql/syntax"

func (b *binder) extend(op *syntax.Extend, in *rel) *rel { return b.extended(op.Cols, in, extend) }

// extended adds columns to a table's.
func (b *binder) extended(cols []syntax.Expr, in *rel, s style) *rel {
	f := row(in)
	f.windows = true
	p := newProjection()
	p.addInput(in)
	for _, x := range cols {
		b.item(f, p, x, s, "")
	}
	return b.projected(in, f, p)
}

// serialize says that the rows are in the order that window functions see; they are
// anyway.
func (b *binder) serialize(op *syntax.Serialize, in *rel) *rel {
	b.opParams(op.Params)
	if len(op.Cols) == 0 {
		return in
	}
	return b.extended(op.Cols, in, serial)
}

package kql

import "github.com/yagura/yagura/kql/syntax"

func (b *binder) extend(op *syntax.Extend, in *rel) *rel {
	f := row(in)
	f.windows = true
	p := newProjection()
	p.addInput(in)
	for _, x := range op.Cols {
		b.item(f, p, x, extend, "")
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
	return b.extend(&syntax.Extend{Cols: op.Cols}, in)
}

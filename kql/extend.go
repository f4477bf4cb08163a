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

func (b *binder) serialize(op *syntax.Serialize, in *rel) *rel {
	b.opParams(op.Params)
	f := row(in)
	f.windows = true
	p := newProjection()
	p.addInput(in)
	for _, x := range op.Cols {
		b.item(f, p, x, extend, "")
	}
	out := in
	if len(op.Cols) > 0 {
		out = b.projected(in, f, p)
	}
	out = out.from(out.node)
	out.serial = true
	return out
}

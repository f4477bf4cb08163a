package kql

import (
	"fmt"
	"strconv"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

// value is what an expression can be: a scalar or a table.
type value struct {
	expr plan.Expr
	rel  *rel
	// A call of several results has them all in fields, with their names; expr is
	// the first.
	fields []plan.Expr
	names  []string
}

func unknownNode(n any) string { return fmt.Sprintf("kql: unknown node %T", n) }

func itoa(n int) string { return strconv.Itoa(n) }

// any binds an expression that may be a scalar or a table.
func (b *binder) any(f *frame, x syntax.Expr) value {
	b.o.Work.Step(bindingSteps)
	switch x := x.(type) {
	case *syntax.Pipe:
		return value{rel: b.pipe(x, nil)}
	case *syntax.DataTable:
		return value{rel: b.datatable(x)}
	case *syntax.ExternalData:
		return value{rel: b.externalData(x)}
	case *syntax.InlineExternalTable:
		return value{rel: b.inlineTable(x)}
	case *syntax.Tabular:
		return b.tabular(x)
	case *syntax.DataScope:
		return b.any(f, x.X)
	case *syntax.ContextualData:
		b.refused(x, "__contextual_datatable")
		return value{rel: badRel()}
	case *syntax.ViewCombine:
		b.refused(x, "materialized-view-combine")
		return value{rel: badRel()}
	case *syntax.Paren:
		return b.any(f, x.X)
	case *syntax.Name:
		return b.name(f, x)
	case *syntax.Call:
		return b.call(f, x)
	case *syntax.Member:
		return b.member(f, x)
	case *syntax.Named:
		return b.any(f, x.X)
	case *syntax.Bad, nil: // the parser has reported it
		return value{expr: bad}
	default:
		return value{expr: b.scalar(f, x)}
	}
}

// expr binds a scalar expression.
func (b *binder) expr(f *frame, x syntax.Expr) plan.Expr {
	v := b.any(f, x)
	if v.rel != nil {
		if !v.rel.bad {
			b.fail(x, codeScalar, "a scalar is expected here, not a table; toscalar() makes one of it")
		}
		return bad
	}
	return v.expr
}

// query binds a table expression.
func (b *binder) query(x syntax.Expr) *rel { return b.notGraph(x, b.graphOrTable(x)) }

// notGraph refuses a graph where a table is to be.
func (b *binder) notGraph(at spot, r *rel) *rel {
	if r.graph == nil {
		return r
	}
	if !r.bad {
		b.fail(at, codeTabular, "a table is expected here, not a graph; graph-match and graph-to-table make one")
	}
	return badRel()
}

// graphOrTable binds what operators may follow.
func (b *binder) graphOrTable(x syntax.Expr) *rel {
	v := b.any(&frame{in: &rel{}, wantTable: true}, x)
	if v.rel == nil {
		if !isBad(v.expr) {
			b.fail(x, codeTabular, "a table is expected here, not a scalar of type %s", v.expr.Type())
		}
		return badRel()
	}
	return v.rel
}

package engine

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/yagura/yagura/kql/plan"
)

// ask is a hash of all that tells what n computes, but for the rows that its scan reads.
func ask(n plan.Node) [sha256.Size]byte {
	var b strings.Builder
	writeAsk(&b, n)
	return sha256.Sum256([]byte(b.String()))
}

// writable reports whether writeAsk can write n.
func writable(n plan.Node) bool { return writeAsk(&strings.Builder{}, n) }

// writeAsk writes a plan so that different ones are different. It reports whether it can:
// it cannot write subplans, and does not write what is not the same each time.
func writeAsk(b *strings.Builder, n plan.Node) bool {
	ok := true
	expr := func(e plan.Expr) { ok = ok && pure(e) && writeExpr(b, e) }
	switch n := n.(type) {
	case *plan.Scan:
		fmt.Fprintf(b, "scan %q %q", n.Ref.Workspace, n.Ref.Table)
		for _, c := range n.Table.Cols {
			fmt.Fprintf(b, " %q:%s", c.Name, c.Type)
		}
		if n.Filter != nil {
			expr(n.Filter)
		}
	case *plan.Filter:
		b.WriteString("filter")
		expr(n.Cond)
	case *plan.Project:
		b.WriteString("project")
		for _, c := range n.Cols {
			expr(c.Expr)
		}
	case *plan.Summarize:
		b.WriteString("summarize")
		for _, k := range n.Keys {
			expr(k.Expr)
		}
		b.WriteString(" of")
		for _, a := range n.Aggs {
			expr(a.Call)
		}
	default:
		return false
	}
	b.WriteByte('\n')
	for _, in := range n.Inputs() {
		ok = ok && writeAsk(b, in)
	}
	return ok
}

func writeExpr(b *strings.Builder, e plan.Expr) bool {
	switch e := e.(type) {
	case *plan.Col:
		fmt.Fprintf(b, " $%d", e.Index)
	case *plan.Lit:
		fmt.Fprintf(b, " %s %q", e.Of, plan.Literal(e.Value, e.Of))
	case *plan.Call:
		fmt.Fprintf(b, " %q(", e.Func.Name)
		for _, a := range e.Args {
			if !writeExpr(b, a) {
				return false
			}
		}
		fmt.Fprintf(b, ") %s", e.Ret)
	default:
		return false
	}
	return true
}

package kql

import (
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) parseKv(op *syntax.ParseKv, in *rel) *rel {
	x := b.expr(row(in), op.X)
	if !isBad(x) && x.Type() != table.String {
		x = b.cast(op.X, x, table.String)
	}
	n := &plan.ParseKv{In: in.node, Text: x}
	n.Cols = b.columns(op.Cols)
	for _, c := range n.Cols {
		n.Keys = append(n.Keys, c.Name)
	}
	n.Cols = behind(in, n.Cols)
	var once []*syntax.OpParam
	for _, p := range op.Props {
		switch p.Name.Text {
		case "quote":
			n.Quotes = append(n.Quotes, b.quotes(p.X)...)
		case "escape":
			text, _ := b.constText(p.X)
			n.Escape += text
		default:
			once = append(once, p)
		}
	}
	ps := b.opParams(once, "pair_delimiter", "kv_delimiter", "quote", "escape", "greedy", "regex")
	for name, p := range ps {
		switch name {
		case "pair_delimiter":
			n.PairDelimiter, _ = b.constText(p.X)
		case "kv_delimiter":
			n.KvDelimiter, _ = b.constText(p.X)
		case "greedy":
			n.Greedy = b.flag(ps, name)
		case "regex":
			text, ok := b.constText(p.X)
			re, err := fn.CompilePattern(text)
			if ok && (err != nil || re.NumSubexp() != 2) {
				b.fail(p.X, codePattern, "a regular expression of two groups is expected here")
			}
			n.Regex = re
		}
	}
	return in.from(n)
}

// quotes returns the pairs of quotes that a property lists.
func (b *binder) quotes(x syntax.Expr) [][2]string {
	var out [][2]string
	for _, e := range elements(b.expr(noRow(), x)) {
		l, ok := e.(*plan.Lit)
		if !ok {
			continue
		}
		s, _ := l.Value.(string)
		switch r := []rune(s); len(r) {
		case 1:
			out = append(out, [2]string{s, s})
		case 2:
			out = append(out, [2]string{string(r[:1]), string(r[1:])})
		default:
			b.fail(x, codeConstant, "a quote is one character, or two: the opening and the closing one")
		}
	}
	return out
}

package kql

import (
	"regexp"
	resyntax "regexp/syntax"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

func (b *binder) parse(op *syntax.ParseOp, in *rel) *rel {
	ps := b.opParams(op.Params, "kind", "flags")
	kind := b.word(ps, "kind", "simple", "regex", "relaxed")
	flags := ""
	if p := ps["flags"]; p != nil {
		if kind != "regex" {
			b.fail(p.Name, codeParam, "flags are for kind=regex")
		}
		flags = wordOf(p.X)
	}
	x := b.expr(row(in), op.X)
	if !isBad(x) && x.Type() != table.String {
		x = b.cast(op.X, x, table.String)
	}
	dot := "s"
	if kind == "regex" {
		dot = ""
		if _, err := fn.ParsePattern("(?" + flags + ")"); flags != "" && err != nil {
			b.fail(ps["flags"].X, codePattern, "these are no flags: %v", err)
			flags = ""
		}
	}
	pp := &parsePattern{b: b, kind: kind, flags: flags}
	for i, part := range op.With {
		pp.part(op.With, i, part)
	}
	re, err := regexp.Compile("(?" + dot + goFlags(flags) + ")^" + pp.re.String() + "$")
	if err != nil {
		b.fail(op, codePattern, "the pattern is no regular expression: %v", err)
		return badRel()
	}
	n := &plan.Parse{In: in.node, Text: x, Regexp: re, Cols: behind(in, pp.cols), Relaxed: kind == "relaxed", Where: op.Where}
	return in.from(n)
}

// behind names columns that come behind those of in: one whose name in has gets a
// number, as Microsoft's binder does.
func behind(in *rel, cols []table.Column) []table.Column {
	names := in.names()
	for _, c := range cols {
		names = append(names, c.Name)
	}
	names = uniqueAll(names)[len(in.cols):]
	for i := range cols {
		cols[i].Name = names[i]
	}
	return cols
}

// goFlags returns the flags of a parse pattern that Go knows too.
func goFlags(flags string) string {
	out := ""
	for _, c := range flags {
		if strings.ContainsRune("imsU", c) {
			out += string(c)
		}
	}
	return out
}

// parsePattern is the pattern of parse, being made a regular expression.
type parsePattern struct {
	b     *binder
	kind  string // simple, regex or relaxed
	flags string // of regex
	re    strings.Builder
	cols  []table.Column
}

// part adds part i: a text, a *, or a column.
func (p *parsePattern) part(all []syntax.Expr, i int, x syntax.Expr) {
	b := p.b
	var next syntax.Expr
	if i+1 < len(all) {
		next = all[i+1]
	}
	switch x := x.(type) {
	case *syntax.Star:
		if next != nil && !isText(next) {
			b.fail(x, "KS102", "a text must follow a *")
		}
		if i > 0 && isStringColumn(all[i-1]) {
			b.fail(x, "KS103", "a * after a string column is ambiguous")
		}
		p.re.WriteString(".*?")
	case *syntax.Lit:
		p.re.WriteString(p.text(x))
	case *syntax.Name:
		p.column(x, x.Text, table.String, all, i, next)
	case *syntax.TypedName:
		t, ok := table.ParseType(x.Type)
		if !ok {
			b.fail(x, codeTypeName, "no type named '%s'", x.Type)
		}
		p.column(x, x.Name.Text, t, all, i, next)
	case *syntax.Bad:
	default:
		b.fail(x, "KS104", "a text, a column or a * is expected here")
	}
}

func isText(x syntax.Expr) bool {
	l, ok := x.(*syntax.Lit)
	return ok && l.Kind == syntax.StringLit
}

func isStringColumn(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Name:
		return true
	case *syntax.TypedName:
		t, _ := table.ParseType(x.Type)
		return t == table.String
	}
	return false
}

// text returns the expression of a text: itself, or, in a regex pattern, what it
// says, without its groups.
func (p *parsePattern) text(x *syntax.Lit) string {
	if p.kind != "regex" {
		return regexp.QuoteMeta(x.Text)
	}
	text := x.Text
	if p.flags != "" {
		text = "(?" + p.flags + ")" + text
	}
	re, err := fn.ParsePattern(text)
	if err != nil {
		p.b.fail(x, codePattern, "this is no regular expression: %v", err)
		return ""
	}
	return "(?-imsU:" + ungroup(re).String() + ")" // it says its flags itself
}

// ungroup makes groups that capture into groups that do not.
func ungroup(re *resyntax.Regexp) *resyntax.Regexp {
	for i, s := range re.Sub {
		re.Sub[i] = ungroup(s)
	}
	if re.Op == resyntax.OpCapture {
		return re.Sub[0]
	}
	return re
}

// column adds a column.
func (p *parsePattern) column(at spot, name string, t table.Type, all []syntax.Expr, i int, next syntax.Expr) {
	if i > 0 && !isText(all[i-1]) {
		if _, star := all[i-1].(*syntax.Star); star || isColumn(all[i-1]) {
			p.b.fail(at, codePattern, "a column must follow a text")
		}
	}
	for _, c := range p.cols {
		if c.Name == name {
			p.b.fail(at, codeDuplicate, "a column named '%s' is already declared", name)
			return
		}
	}
	p.cols = append(p.cols, table.Column{Name: name, Type: t})
	p.re.WriteString(p.valueGroup(t, next))
}

// valueGroup is the group of a column's value. In a regex pattern texts are taken as
// long as they can be, and all else by how it looks; in others what is up to the next
// text, if one follows. In relaxed mode the value may be another.
func (p *parsePattern) valueGroup(t table.Type, next syntax.Expr) string {
	text := t == table.String || t == table.Dynamic || t == 0
	switch {
	case next == nil, p.kind == "regex" && text:
		return "(.*)"
	case text, p.kind != "regex" && isText(next):
		return "(.*?)"
	case p.kind == "relaxed":
		return "(?:" + valuePattern(t) + ")?"
	}
	return valuePattern(t)
}

func isColumn(x syntax.Expr) bool {
	switch x.(type) {
	case *syntax.Name, *syntax.TypedName:
		return true
	}
	return false
}

// valuePattern matches a value of a type whose end no text tells.
func valuePattern(t table.Type) string {
	switch t {
	case table.Int, table.Long:
		return `\s*([-+]?\d+)`
	case table.Real, table.Decimal:
		return `\s*([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)`
	case table.Bool:
		return `\s*(true|false|True|False|TRUE|FALSE|[01])`
	case table.Guid:
		return `\s*([0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12})`
	case table.Datetime:
		return `\s*(\d[-\d/]*(?:[T ]\d[\d:.]*(?:Z|[-+]\d\d:?\d\d)?)?(?: [AP]M)?)`
	case table.Timespan:
		return `\s*(-?\d[\d.:]*(?:[a-z]+)?)`
	}
	panic("kql: no such type: " + t.String())
}

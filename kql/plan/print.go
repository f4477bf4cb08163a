package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// String writes a plan as text: an operator a line, its inputs below it and further
// in. Plans inside of expressions follow their operator, numbered.
func String(n Node) string {
	p := &printer{}
	p.write(n, 0)
	return p.b.String()
}

type printer struct {
	b    strings.Builder
	subs []Node // plans in expressions of the operator at hand
}

func (p *printer) write(n Node, depth int) {
	p.b.WriteString(strings.Repeat("  ", depth))
	outer := p.subs
	p.subs = nil
	p.b.WriteString(p.line(n))
	p.b.WriteByte('\n')
	subs := p.subs
	p.subs = outer
	for i, s := range subs {
		fmt.Fprintf(&p.b, "%s#%d:\n", strings.Repeat("  ", depth+1), i+1)
		p.write(s, depth+2)
	}
	if a, ok := n.(*MvApply); ok {
		p.write(a.Sub, depth+2)
	}
	if a, ok := n.(*Partition); ok {
		p.write(a.Sub, depth+2)
	}
	if a, ok := n.(*CoPartition); ok {
		p.write(a.Sub, depth+2)
	}
	for _, in := range n.Inputs() {
		p.write(in, depth+1)
	}
}

// line writes an operator without its inputs.
func (p *printer) line(n Node) string {
	switch n := n.(type) {
	case *Cache:
		return fmt.Sprintf("cache %d", n.ID)
	case *ExternalData:
		if n.Of.Table != "" { // whose addresses its readers need not know
			return fmt.Sprintf("external table %s (%s)", n.Of.Table, n.Table)
		}
		return fmt.Sprintf("externaldata (%s) %q", n.Table, n.URIs)
	case *Filter:
		return "filter " + p.expr(n.Cond, n.In.Schema())
	case *Limit:
		return fmt.Sprintf("limit %d", n.N)
	case *Project:
		word := "project "
		if n.Window {
			word = "project window "
		}
		return word + p.named(n.Cols, n.In.Schema())
	case *Range:
		s := &table.Schema{}
		return fmt.Sprintf("range %s:%s from %s to %s step %s", n.Name, n.Of, p.expr(n.From, s), p.expr(n.To, s), p.expr(n.Step, s))
	case *Sample:
		return fmt.Sprintf("sample %d", n.N)
	case *Scan:
		return p.scan(n)
	case *Sort:
		return "sort " + p.keys(n.Keys, n.In.Schema())
	case *SubInput:
		return fmt.Sprintf("input %d", n.ID)
	case *Top:
		return fmt.Sprintf("top %d %s", n.N, p.keys(n.Keys, n.In.Schema()))
	case *Union:
		return "union"
	case *Values:
		return fmt.Sprintf("values (%s) %d rows", n.Rows.Schema, n.Rows.Rows)
	case *Widen:
		return fmt.Sprintf("widen to %d columns", len(n.Table.Cols))
	}
	return p.groupLine(n)
}

// groupLine is line for the operators that group, join or take apart.
func (p *printer) groupLine(n Node) string {
	switch n := n.(type) {
	case *Join:
		return p.join(n)
	case *MakeSeries:
		in := n.In.Schema()
		var aggs []string
		for _, a := range n.Aggs {
			aggs = append(aggs, fmt.Sprintf("%s=%s default %s", ident(a.Name), p.expr(a.Call, in), p.opt(a.Default, in)))
		}
		return fmt.Sprintf("make-series %s on %s from %s to %s step %s by [%s]", strings.Join(aggs, ", "),
			p.named([]Named{n.Axis}, in), p.opt(n.From, in), p.opt(n.To, in), p.opt(n.Step, in), p.named(n.By, in))
	case *MvApply:
		return "mv-apply " + p.mvCols(n.Expand)
	case *MvExpand:
		return "mv-expand " + p.mvCols(n)
	case *Parse:
		return fmt.Sprintf("parse %s with %q as %s", p.expr(n.Text, n.In.Schema()), n.Regexp, parseCols(n.Cols))
	case *ParseKv:
		return fmt.Sprintf("parse-kv %s as %s", p.expr(n.Text, n.In.Schema()), parseCols(n.Cols))
	case *Partition:
		return fmt.Sprintf("partition %d by %s", n.ID, p.expr(n.By, n.In.Schema()))
	case *Plugin:
		var args []string
		for _, a := range n.Args {
			args = append(args, p.pluginArg(n, a))
		}
		return fmt.Sprintf("evaluate %s(%s) : (%s)", n.Name, strings.Join(args, ", "), n.Schema())
	case *Reduce:
		return "reduce by " + p.expr(n.By, n.In.Schema())
	case *Summarize:
		return p.summarize(n)
	case *TopNested:
		return p.topNested(n)
	}
	return fmt.Sprintf("%T (%s)", n, n.Schema())
}

func (p *printer) pluginArg(n *Plugin, a PluginArg) string {
	in := &table.Schema{}
	switch {
	case a.Table > 0:
		in = n.Tables[a.Table-1].Schema()
	case n.In != nil:
		in = n.In.Schema()
	}
	text := "~"
	switch {
	case a.Agg != nil:
		text = p.expr(a.Agg, in)
	case a.Expr != nil:
		text = p.expr(a.Expr, in)
	case a.Table > 0:
		text = fmt.Sprintf("table %d", a.Table)
	}
	return a.Param + "=" + text
}

// maxShown is how many columns of a table are written.
const maxShown = 12

func (p *printer) scan(n *Scan) string {
	var names []string
	for i, c := range n.Table.Cols {
		if i == maxShown {
			names = append(names, fmt.Sprintf("+%d", len(n.Table.Cols)-i))
			break
		}
		names = append(names, ident(c.Name))
	}
	s := fmt.Sprintf("scan %s [%s]", n.Ref.Table, strings.Join(names, " "))
	if n.Extent != "" {
		s += " extent " + n.Extent
	}
	if !n.Span.All() {
		s += fmt.Sprintf(" span %s .. %s", n.Span.Start.Short(), n.Span.End.Short())
	}
	if n.Filter != nil {
		s += " where " + p.expr(n.Filter, n.Table)
	}
	return s
}

func (p *printer) join(n *Join) string {
	l, r := n.Left.Schema(), n.Right.Schema()
	var on, cols []string
	for _, k := range n.On {
		on = append(on, p.expr(k.L, l)+" == "+p.expr(k.R, r))
	}
	for _, c := range n.Cols {
		side, s := "$left.", l
		if c.Right {
			side, s = "$right.", r
		}
		was := side + ident(s.Cols[c.Index].Name)
		if c.Name != s.Cols[c.Index].Name {
			was = ident(c.Name) + "=" + was
		}
		cols = append(cols, was)
	}
	return fmt.Sprintf("join %s on %s [%s]", n.Kind, strings.Join(on, ", "), strings.Join(cols, " "))
}

func (p *printer) summarize(n *Summarize) string {
	in := n.In.Schema()
	var aggs []string
	for _, a := range n.Aggs {
		names := make([]string, len(a.Names))
		for i, name := range a.Names {
			names[i] = ident(name)
		}
		aggs = append(aggs, strings.Join(names, " ")+"="+p.expr(a.Call, in))
	}
	s := "summarize"
	if len(aggs) > 0 {
		s += " " + strings.Join(aggs, ", ")
	}
	if len(n.Keys) > 0 {
		s += " by " + p.named(n.Keys, in)
	}
	return s
}

func (p *printer) topNested(n *TopNested) string {
	in := n.In.Schema()
	var levels []string
	for _, l := range n.Levels {
		calls := make([]string, len(l.Calls))
		for i, c := range l.Calls {
			calls[i] = p.expr(c, in)
		}
		n := "all"
		if l.N != nil {
			n = p.expr(l.N, in)
		}
		s := fmt.Sprintf("%s of %s by %s=%s", n, p.named([]Named{l.Value}, in), ident(l.Agg.Name), strings.Join(calls, ", "))
		if l.Others != nil {
			s += " others " + p.expr(l.Others, in)
		}
		levels = append(levels, s)
	}
	return "top-nested " + strings.Join(levels, ", ")
}

func (p *printer) mvCols(n *MvExpand) string {
	var cols []string
	for _, c := range n.Cols {
		cols = append(cols, fmt.Sprintf("%s=%s to %s", ident(c.Name), p.expr(c.Expr, n.In.Schema()), c.To))
	}
	s := strings.Join(cols, ", ")
	if n.ItemIndex != "" {
		s += " index " + ident(n.ItemIndex)
	}
	return s
}

func parseCols(cols []table.Column) string {
	var out []string
	for _, c := range cols {
		out = append(out, ident(c.Name)+":"+c.Type.String())
	}
	return strings.Join(out, " ")
}

func (p *printer) named(cols []Named, in *table.Schema) string {
	out := make([]string, len(cols))
	for i, c := range cols {
		e := p.expr(c.Expr, in)
		if out[i] = e; e != ident(c.Name) {
			out[i] = ident(c.Name) + "=" + e
		}
	}
	return strings.Join(out, ", ")
}

func (p *printer) keys(keys []SortKey, in *table.Schema) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = p.expr(k.Expr, in)
		if k.Desc {
			out[i] += " desc"
		} else {
			out[i] += " asc"
		}
		if k.NullsFirst == k.Desc {
			out[i] += map[bool]string{true: " nulls first", false: " nulls last"}[k.NullsFirst]
		}
	}
	return strings.Join(out, ", ")
}

func (p *printer) opt(e Expr, in *table.Schema) string {
	if e == nil {
		return "-"
	}
	return p.expr(e, in)
}

// expr writes an expression over columns as KQL would.
func (p *printer) expr(e Expr, in *table.Schema) string {
	switch e := e.(type) {
	case *Call:
		return p.call(e, in)
	case *Col:
		if e.Index >= len(in.Cols) {
			return fmt.Sprintf("$%d", e.Index)
		}
		return ident(in.Cols[e.Index].Name)
	case *Field:
		return fmt.Sprintf("%s.%d", p.call(e.Call, in), e.I)
	case *InRows:
		p.subs = append(p.subs, e.Root)
		return fmt.Sprintf("%s %s (#%d)", p.expr(e.X, in), e.Op.Name, len(p.subs))
	case *Lit:
		return Literal(e.Value, e.Of)
	case *Scalar:
		p.subs = append(p.subs, e.Root)
		return fmt.Sprintf("toscalar(#%d)", len(p.subs))
	}
	return fmt.Sprintf("%T", e)
}

func (p *printer) call(c *Call, in *table.Schema) string {
	if c == nil {
		return "-"
	}
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = p.expr(a, in)
	}
	name := c.Func.Name
	switch {
	case name == "[]" && len(args) == 2:
		return args[0] + "[" + args[1] + "]"
	case name == "neg" && len(args) == 1:
		return "-" + args[0]
	case strings.HasSuffix(name, "between") && len(args) == 3:
		return fmt.Sprintf("(%s %s (%s .. %s))", args[0], name, args[1], args[2])
	case slices.Contains(listOps, name) && len(args) > 0:
		return fmt.Sprintf("(%s %s (%s))", args[0], name, strings.Join(args[1:], ", "))
	case infix(name) && len(args) == 2:
		return fmt.Sprintf("(%s %s %s)", args[0], name, args[1])
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

var listOps = []string{"in", "!in", "in~", "!in~", "has_any", "has_all"}

// infix reports whether an operator is written between its operands.
func infix(name string) bool {
	if !strings.ContainsAny(name[:1], "abcdefghijklmnopqrstuvwxyz_") {
		return true
	}
	switch strings.TrimSuffix(strings.TrimPrefix(name, "!"), "_cs") {
	case "and", "or", "has", "contains", "startswith", "endswith", "hasprefix", "hassuffix", "matches regex", "like":
		return true
	}
	return false
}

// ident writes a column's name as KQL does.
func ident(name string) string {
	for i, c := range name {
		letter := c == '_' || c == '$' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return "['" + strings.ReplaceAll(name, "'", "\\'") + "']"
		}
	}
	return name
}

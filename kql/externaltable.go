package kql

import (
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// externalTable binds external_table("name", "mapping"), an external table that a
// workspace keeps. In place of the mapping's name a timespan may stand, the age of what
// Kusto keeps of the files: nothing is kept of them here.
func (b *binder) externalTable(x *syntax.Call, env Env) *rel {
	if !b.arity(x, 1, 2) || b.forbidden(x, "external_table", "request_external_data_disabled", "request_external_table_disabled", "request_callout_disabled") {
		return badRel()
	}
	name, ok := b.constText(x.Args[0])
	if !ok {
		return badRel()
	}
	s, found := env.Stored(name)
	if !found || s.Kind != StoredExternal {
		b.fail(x.Args[0], codeTable, "no external table named '%s'", name)
		return badRel()
	}
	n := *s.External
	if len(x.Args) == 2 && !b.mapped(x.Args[1], name, &n, s.Mappings) {
		return badRel()
	}
	return newRel(&n)
}

// mapped gives an external table the mapping that a call of it names.
func (b *binder) mapped(x syntax.Expr, of string, n *plan.ExternalData, mappings map[string]string) bool {
	e := b.expr(noRow(), x)
	if isBad(e) || e.Type() == table.Timespan {
		return !isBad(e)
	}
	name, ok := b.constText(x)
	if !ok {
		return false
	}
	text, found := mappings[name]
	if !found {
		b.fail(x, codeTable, "the external table '%s' has no mapping named '%s'", of, name)
		return false
	}
	props := map[string]string{"ingestionMapping": text}
	for k, v := range n.Props {
		props[k] = v
	}
	n.Props = props
	return true
}

// inlineTable binds inline_external_table(…): files elsewhere, with columns that
// their paths tell.
func (b *binder) inlineTable(x *syntax.InlineExternalTable) *rel {
	b.forbidden(x, "inline_external_table", "request_external_data_disabled", "request_external_table_disabled", "request_callout_disabled")
	cols := b.columns(x.Cols)
	n := &plan.ExternalData{Props: map[string]string{}, Folders: true}
	own := &rel{cols: cols}
	for _, p := range x.Partition {
		if part, ok := b.partitionBy(own, p); ok {
			if p.Default == nil && (&rel{cols: cols}).index(part.Name) >= 0 {
				b.fail(p, codeDuplicate, "a column named '%s' is already declared", part.Name)
				continue
			}
			n.Partitions = append(n.Partitions, part)
			if p.Default == nil {
				cols = append(cols, table.Column{Name: part.Name, Type: part.Type})
			}
		}
	}
	n.Table = &table.Schema{Cols: cols}
	n.Path = b.pathFormat(x, n.Partitions)
	for _, u := range x.Args {
		if s, ok := b.constText(u); ok {
			n.URIs = append(n.URIs, s)
		}
	}
	for _, p := range append(append([]*syntax.OpParam(nil), x.Params...), x.Props...) {
		n.Props[p.Name.Text] = b.renderProp(p.X)
	}
	return newRel(n)
}

// partitionPatterns are how datetimes stand in paths that do not say.
var partitionPatterns = map[string]string{"startofyear": "yyyy", "startofmonth": "yyyy/MM", "startofweek": "yyyy/MM/dd", "startofday": "yyyy/MM/dd"}

// partitionBy binds a partition: a column that paths tell, a column that files have, or a
// function of one.
// https://learn.microsoft.com/kusto/management/external-tables-azure-storage#partitions-formatting
func (b *binder) partitionBy(own *rel, p *syntax.Param) (plan.FilePartition, bool) {
	t := b.paramType(p)
	out := plan.FilePartition{Name: p.Name.Text, Type: t}
	if p.Default == nil {
		if t != 0 && t != table.String && t != table.Datetime {
			b.fail(p, codeVirtual, "a column that paths tell is of type string or datetime, not %s", t)
			return out, false
		}
		return out, t != 0
	}
	e := b.expr(row(own), p.Default)
	if isBad(e) || t == 0 {
		return out, false
	}
	out.Of = syntax.Format(p.Default)
	want := table.String
	switch x := p.Default.(type) {
	case *syntax.Name:
	case *syntax.Call:
		column := false
		if len(x.Args) > 0 {
			_, column = x.Args[0].(*syntax.Name)
		}
		pattern, starts := partitionPatterns[x.Func.Text]
		switch {
		case column && starts:
			out.Pattern, want = pattern, table.Datetime
		case column && x.Func.Text == "bin" && e.Type() == table.Datetime:
			out.Pattern, want = b.binPattern(x), table.Datetime
		case column && x.Func.Text == "hash":
			want = table.Long
		default:
			want = 0
		}
	default:
		want = 0
	}
	if want == 0 || e.Type() != want {
		b.fail(p, codePartitionOf, "a partition is a column of type string, startofday(), startofweek(), startofmonth(), startofyear() or bin() of one of type datetime, or hash() of a column")
		return out, false
	}
	if t != want {
		b.fail(p, codeType, "the partition '%s' is of type %s, not %s", out.Name, want, t)
		return out, false
	}
	return out, true
}

// binPattern is the pattern of bin(column, size), "" if there is none for the size.
func (b *binder) binPattern(x *syntax.Call) string {
	const minute = table.Duration(60 * 10_000_000)
	if len(x.Args) != 2 {
		return ""
	}
	l, ok := b.expr(noRow(), x.Args[1]).(*plan.Lit)
	if !ok {
		return ""
	}
	switch l.Value {
	case 24 * 60 * minute:
		return "yyyy/MM/dd"
	case 60 * minute:
		return "yyyy/MM/dd/HH"
	case minute:
		return "yyyy/MM/dd/HH/mm"
	}
	return ""
}

// pathFormat binds pathformat=(…); without it the partitions follow each other, with
// slashes between.
func (b *binder) pathFormat(x *syntax.InlineExternalTable, parts []plan.FilePartition) []plan.PathPart {
	var out []plan.PathPart
	if len(x.Path) == 0 {
		for i, p := range parts {
			if i > 0 {
				out = append(out, plan.PathPart{Text: "/"})
			}
			out = append(out, b.pathPart(x.Partition[i], p, ""))
		}
		return out
	}
	find := func(n *syntax.Name) (plan.FilePartition, bool) {
		i := slices.IndexFunc(parts, func(p plan.FilePartition) bool { return p.Name == n.Text })
		if i < 0 {
			b.fail(n, codeName, "no partition named '%s'", n.Text)
			return plan.FilePartition{}, false
		}
		return parts[i], true
	}
	for _, part := range x.Path {
		switch part := part.(type) {
		case *syntax.Lit:
			out = append(out, plan.PathPart{Text: part.Text})
		case *syntax.Name:
			if p, ok := find(part); ok {
				out = append(out, b.pathPart(part, p, ""))
			}
		case *syntax.Call:
			if p, pattern, ok := b.datetimePattern(part, find); ok {
				out = append(out, b.pathPart(part, p, pattern))
			}
		}
	}
	for i, p := range parts {
		if !slices.ContainsFunc(out, func(o plan.PathPart) bool { return o.Partition == p.Name }) {
			b.fail(x.Partition[i], codePartition, "the partition '%s' is not used in pathformat", p.Name)
		}
	}
	return out
}

// datetimePattern binds datetime_pattern("yyyy", partition).
func (b *binder) datetimePattern(x *syntax.Call, find func(*syntax.Name) (plan.FilePartition, bool)) (p plan.FilePartition, pattern string, ok bool) {
	if x.Func.Text != "datetime_pattern" || len(x.Args) != 2 {
		b.fail(x, codeFunction, "a path has texts, partitions and datetime_pattern(\"…\", partition)")
		return p, "", false
	}
	pattern, ok = b.constText(x.Args[0])
	name, isName := x.Args[1].(*syntax.Name)
	if !ok || !isName {
		if ok {
			b.fail(x.Args[1], codeColumn, "a partition's name is expected here")
		}
		return p, "", false
	}
	if p, ok = find(name); ok && p.Type != table.Datetime {
		b.fail(name, codeType, "datetime_pattern() takes a partition of type datetime, not %s", p.Type)
		return p, "", false
	}
	return p, pattern, ok
}

// pathPart is the value of a partition in a path.
func (b *binder) pathPart(at spot, p plan.FilePartition, pattern string) plan.PathPart {
	if pattern == "" {
		pattern = p.Pattern
	}
	if p.Type == table.Datetime && strings.TrimSpace(pattern) == "" {
		b.fail(at, codePartition, "how the datetime '%s' stands in paths is not known: pathformat says so with datetime_pattern(\"…\", %s)", p.Name, p.Name)
	}
	return plan.PathPart{Partition: p.Name, Pattern: pattern}
}

package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
)

// macroExpand runs a query in each of a group of workspaces and unites what they
// answer.
func (b *binder) macroExpand(op *syntax.MacroExpand) *rel {
	ps := b.opParams(op.Params, "kind", "withsource", "isfuzzy", "force_remote", "best_effort")
	inner := b.word(ps, "kind", "inner", "outer") == "inner"
	fuzzy := b.flag(ps, "isfuzzy") || b.flag(ps, "best_effort") || b.isSet("best_effort")
	name, group := "$scope", []*place(nil)
	switch g := op.Group.(type) {
	case *syntax.EntityGroup:
		group = b.entityGroup(g, fuzzy)
	case *syntax.Name:
		name = g.Text
		if d := b.lookup(g.Text); d != nil && d.group != nil {
			group = d.group
			break
		}
		group = b.storedEntities(g, g.Text, fuzzy)
	case *syntax.Bad:
	default:
		if called, ok := b.groupCall(g, fuzzy); ok {
			group = called
			break
		}
		b.fail(g, "KS247", "an entity group is expected here")
	}
	if op.Name != nil {
		name = op.Name.Text
	}
	var legs []*rel
	for _, p := range group {
		if r := b.inEntity(op, name, p, fuzzy); r != nil {
			legs = append(legs, r)
		}
	}
	if len(legs) == 0 {
		return badRel()
	}
	source := ""
	if p := ps["withsource"]; p != nil {
		source = wordOf(p.X)
	}
	return b.unite(legs, source, inner)
}

// inEntity binds the body for one workspace; nil if it is not there and may not be.
func (b *binder) inEntity(op *syntax.MacroExpand, name string, p *place, fuzzy bool) *rel {
	defer b.push(b.scope)()
	b.scope.names[name] = &binding{place: p}
	muted := b.muted
	if fuzzy {
		b.quiet++
		defer func() { b.quiet--; b.muted = muted }()
	}
	var out *rel
	for _, s := range op.Body {
		if r := b.stmt(noRow(), s); r != nil {
			out = r
		}
	}
	switch {
	case fuzzy && b.muted > muted:
		return nil
	case out == nil:
		b.fail(op, codeTabular, "the body has no query")
		return nil
	case out.graph != nil:
		b.fail(op, codeTabular, "the body makes a graph, not a table")
		return nil
	}
	r := out.from(out.node)
	r.name = p.name
	return r
}

// groupCall binds entity_group("name"), if x is that.
func (b *binder) groupCall(x syntax.Expr, fuzzy bool) (group []*place, ok bool) {
	call, ok := x.(*syntax.Call)
	if !ok || call.Func.Text != "entity_group" {
		return nil, false
	}
	if name, ok := b.constString(call); ok {
		group = b.storedEntities(call, name, fuzzy)
	}
	return group, true
}

// storedEntities binds a group that the workspace stores; its mistakes are where it is
// named.
func (b *binder) storedEntities(at spot, name string, fuzzy bool) []*place {
	x := b.storedGroup(name)
	if x == nil {
		b.fail(at, "KS247", "no entity group named '%s'", name)
		return nil
	}
	if b.within == nil {
		b.within = &callSite{at: at, name: name}
		defer func() { b.within = nil }()
	}
	return b.entityGroup(x, fuzzy)
}

// entityGroup binds entity_group [database("a"), …]; fuzzy: without those that are not
// there.
func (b *binder) entityGroup(x *syntax.EntityGroup, fuzzy bool) []*place {
	if fuzzy {
		muted := b.muted
		b.quiet++
		defer func() { b.quiet--; b.muted = muted }()
	}
	var group []*place
	for _, i := range x.Items {
		p, ok := b.place(i)
		if !ok || p != nil && p.env == nil {
			b.fail(i, "KS216", "a database is expected here")
			continue
		}
		if p != nil {
			group = append(group, p)
		}
	}
	return group
}

// placeProperty binds X.$current_database and the like, inside of macro-expand.
func placeProperty(p *place, name string) (plan.Expr, bool) {
	switch name {
	case "$current_database":
		return text(p.name), true
	case "$current_cluster_endpoint":
		return text(p.host), true
	}
	return nil, false
}

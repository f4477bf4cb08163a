package kql

import (
	"slices"
	"strconv"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// text is a constant string.
func text(s string) plan.Expr { return &plan.Lit{Value: s, Of: table.String} }

// contextual binds the functions that tell of the request and of where rows are from.
func (b *binder) contextual(f *frame, x *syntax.Call) (plan.Expr, bool) {
	name := x.Func.Text
	switch name {
	case "current_database", "current_cluster_endpoint", "current_principal", "current_node_id", "current_principal_details",
		"cursor_current", "current_cursor", "row_id":
		if !b.arity(x, 0, 0) {
			return bad, true
		}
		return b.fact(f, x), true
	case "current_principal_is_member_of":
		return b.isMember(x), true
	case "cursor_after", "cursor_before_or_at":
		return b.cursor(f, x), true
	}
	return nil, false
}

// fact binds the functions without arguments.
func (b *binder) fact(f *frame, x *syntax.Call) plan.Expr {
	switch x.Func.Text {
	case "current_database":
		return text(b.o.Workspace)
	case "current_cluster_endpoint":
		return text(b.o.Host)
	case "current_node_id":
		return text(b.o.Host)
	case "current_principal":
		return text(b.o.Principal.FQN)
	case "current_principal_details":
		p := &b.o.Principal
		bag := &table.Bag{}
		for _, kv := range [][2]string{
			{"UserPrincipalName", p.Name}, {"IdentityProvider", "https://sts.windows.net"}, {"Authority", p.Tenant},
			{"Mfa", "False"}, {"Type", p.Type}, {"DisplayName", p.Name}, {"ObjectId", p.ObjectID}, {"FQN", p.FQN},
		} {
			bag.Set(kv[0], kv[1])
		}
		return &plan.Lit{Value: table.DynValue(bag), Of: table.Dynamic}
	case "cursor_current", "current_cursor":
		if b.forbidden(x.Func, x.Func.Text+"()", "query_cursor_disabled") {
			return bad
		}
		if l := b.sets["query_cursor_current"]; l != nil {
			return l
		}
		return text(strconv.FormatInt(int64(b.o.Now), 10))
	case "row_id":
		if i := f.in.index("_ItemId"); i >= 0 && f.agg == nil {
			return f.in.col(i)
		}
		b.fail(x.Func, codeName, "row_id() needs the column _ItemId, which the input does not have")
		return bad
	}
	panic("kql: no fact " + x.Func.Text)
}

// isMember binds current_principal_is_member_of("aadgroup=…", …).
func (b *binder) isMember(x *syntax.Call) plan.Expr {
	if !b.arity(x, 1, 64) {
		return bad
	}
	member := false
	for _, a := range x.Args {
		e := b.expr(noRow(), a)
		if isBad(e) {
			return bad
		}
		for _, e := range elements(e) {
			l, ok := e.(*plan.Lit)
			s, isText := "", false
			if ok {
				s, isText = l.Value.(string)
			}
			if !isText {
				b.fail(a, codeConstant, "a constant string is expected here")
				return bad
			}
			member = member || s == b.o.Principal.FQN || slices.Contains(b.o.Principal.Groups, s)
		}
	}
	return &plan.Lit{Value: member, Of: table.Bool}
}

// binAuto binds bin_auto(x), whose width and offset are options of the query.
func (b *binder) binAuto(f *frame, x *syntax.Call) plan.Expr {
	if !b.arity(x, 1, 1) {
		return bad
	}
	v := b.expr(f, x.Args[0])
	if isBad(v) {
		return bad
	}
	size, ok := b.sets["query_bin_auto_size"]
	if !ok {
		b.fail(x.Func, codeConstant, "bin_auto() needs \"set query_bin_auto_size = …\" before the query")
		return bad
	}
	if at, ok := b.sets["query_bin_auto_at"]; ok {
		return b.function(x, "bin_at", v, size, at)
	}
	return b.function(x, "bin", v, size)
}

// bagPackColumns binds bag_pack_columns(a, b): a bag of columns by their names.
func (b *binder) bagPackColumns(f *frame, x *syntax.Call) plan.Expr {
	var args []plan.Expr
	for _, a := range x.Args {
		e := b.expr(f, a)
		if isBad(e) {
			return bad
		}
		name := b.resultName(f, a)
		if name == "" {
			b.fail(a, codeColumn, "a column's name is expected here")
			return bad
		}
		args = append(args, text(name), e)
	}
	if len(args) == 0 {
		b.fail(x.Func, codeArgs, "bag_pack_columns() takes at least 1 argument")
		return bad
	}
	return b.function(x, "bag_pack", args...)
}

// namesOf binds column_names_of(T): an array of names.
func (b *binder) namesOf(x *syntax.Call) plan.Expr {
	if !b.arity(x, 1, 1) {
		return bad
	}
	r := b.query(x.Args[0])
	if r.bad {
		return bad
	}
	names := make([]any, len(r.cols))
	for i, c := range r.cols {
		names[i] = c.Name
	}
	return &plan.Lit{Value: table.DynValue(names), Of: table.Dynamic}
}

// located binds geo_info_from_ip_address(ip), which asks the server's database.
func (b *binder) located(f *frame, x *syntax.Call) plan.Expr {
	e, _ := fn.Lookup(x.Func.Text)
	args, ok := b.args(f, x, e)
	if !ok {
		return bad
	}
	o := fn.Located(b.o.Locations)
	return b.resolve(f.in, x, &fn.Func{Name: e.Name, Kind: fn.Scalar, Overloads: []fn.Overload{*o}}, args)
}

package engine

import (
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// env is what a query can refer to: the tables of one workspace at one moment, and
// those that Azure Monitor defines, which every workspace has. With more workspaces it
// is their union; the Refs that it gives then have no workspace, and standard.go makes
// the union of them.
type env struct {
	e          *Engine
	view       *catalog.View // nil without a store
	workspaces []string
	given      map[string]*table.Batch
	fresh      map[string]*table.Batch
	known      map[string]kql.Stored
	find       func(name string) (id string, ok bool)
	guard      *guard // nil: all may be read
}

// The workspaces of the tables that a request brings with it.
const (
	given = "(given)"
	fresh = "(fresh)"
)

var _ kql.Env = (*env)(nil)

func (e *Engine) env(q Request) (*env, error) {
	v := &env{e: e, workspaces: []string{q.Workspace}, given: q.Given, fresh: q.Fresh, known: q.Known, find: e.o.Resolve}
	if q.Resolve != nil {
		v.find = q.Resolve
	}
	if q.Access != nil {
		v.guard = &guard{access: q.Access, known: map[table.Ref]Access{}}
	}
	if e.st != nil {
		v.view = e.st.Catalog().View()
	}
	for _, name := range q.Others {
		id, ok := v.find(name)
		if !ok {
			return nil, fmt.Errorf("%w: %q", ErrNoWorkspace, name)
		}
		if !slices.Contains(v.workspaces, id) {
			v.workspaces = append(v.workspaces, id)
		}
	}
	return v, nil
}

// Table implements kql.Env.
func (v *env) Table(name string) (table.Ref, *table.Schema, bool) {
	if b, ok := v.given[name]; ok {
		return table.Ref{Workspace: given, Table: name}, b.Schema, true
	}
	if _, ok := v.fresh[name]; ok {
		s, ok := visible(v.view, table.Ref{Workspace: v.workspaces[0], Table: name})
		return table.Ref{Workspace: fresh, Table: name}, s, ok
	}
	if len(v.workspaces) == 1 {
		s, ok := visible(v.view, table.Ref{Workspace: v.workspaces[0], Table: name})
		return table.Ref{Workspace: v.workspaces[0], Table: name}, s, ok
	}
	s, ok := united(v.view, v.workspaces, name)
	return table.Ref{Table: name}, s, ok
}

// everywhere are the tables that Azure gives every workspace from its first day.
var everywhere = []string{"Heartbeat", "Operation", "Usage"}

// Tables implements kql.Env: the workspace's own tables, and those of Azure's that it
// has, which are those that hold rows. Those that the caller may not read are not among
// them.
func (v *env) Tables() []string {
	names := slices.Clone(everywhere)
	for _, w := range v.workspaces {
		if v.view == nil {
			break
		}
		for _, t := range v.view.Tables(w) {
			if _, azure := table.Builtin(t.Ref.Table); !azure || v.e.st.HasRows(t.Ref) {
				names = append(names, t.Ref.Table)
			}
		}
		names = append(names, v.e.st.TablesWithRows(w)...)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), v.hidden)
}

// Stored implements kql.Env.
func (v *env) Stored(name string) (kql.Stored, bool) {
	if s, ok := v.known[name]; ok {
		return s, true
	}
	for _, w := range v.workspaces {
		if s, ok := v.e.o.Stored(w, name); ok {
			return s, true
		}
	}
	return kql.Stored{}, false
}

// Workspace implements kql.Env.
func (v *env) Workspace(name string) (kql.Env, bool) {
	id, ok := v.find(name)
	if !ok {
		return nil, false
	}
	return &env{e: v.e, view: v.view, workspaces: []string{id}, find: v.find, guard: v.guard}, true
}

// visible is the schema of a table as queries see it.
func visible(view *catalog.View, ref table.Ref) (*table.Schema, bool) {
	if view != nil {
		if t, ok := view.Table(ref); ok {
			return t.Schema, true
		}
	} else if s, ok := table.Builtin(ref.Table); ok {
		return table.WithStandard(s.Cols), true
	}
	return nil, false
}

// united is the schema of the tables of one name in several workspaces: the columns of
// the first, then those that only later ones have. As in a union, a name that has more
// than one type becomes a column for each, with the type behind the name.
func united(view *catalog.View, workspaces []string, name string) (*table.Schema, bool) {
	types := map[string][]table.Type{}
	var order []string
	for _, w := range workspaces {
		s, ok := visible(view, table.Ref{Workspace: w, Table: name})
		if !ok {
			continue
		}
		for _, c := range s.Cols {
			if len(types[c.Name]) == 0 {
				order = append(order, c.Name)
			}
			if !slices.Contains(types[c.Name], c.Type) {
				types[c.Name] = append(types[c.Name], c.Type)
			}
		}
	}
	if len(order) == 0 {
		return nil, false
	}
	out := &table.Schema{}
	for _, n := range order {
		for _, t := range types[n] {
			out.Cols = append(out.Cols, table.Column{Name: unitedName(n, t, len(types[n])), Type: t})
		}
	}
	return out, true
}

// unitedName is the name, in a union, of column n of type t where n has so many types.
func unitedName(n string, t table.Type, types int) string {
	if types == 1 {
		return n
	}
	return n + "_" + t.String()
}

// TableInfo is one table of a workspace as queries see it.
type TableInfo struct {
	Name    string
	Schema  *table.Schema
	HasData bool
}

// Tables lists the tables of a workspace by name: its own and those that Azure
// Monitor defines.
func (e *Engine) Tables(workspace string) []TableInfo {
	v := &env{e: e, view: e.st.Catalog().View(), workspaces: []string{workspace}}
	names := append(v.Tables(), table.Builtins()...)
	slices.Sort(names)
	var out []TableInfo
	for _, name := range slices.Compact(names) {
		ref, schema, ok := v.Table(name)
		if !ok {
			continue
		}
		out = append(out, TableInfo{name, schema, e.st.HasRows(ref)})
	}
	return out
}

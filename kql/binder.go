package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// binder makes the plan of one query.
type binder struct {
	env    Env
	o      Options
	errs   []*syntax.Error
	scope  *scope
	within *callSite // where a stored function is called whose body is being bound
	// quiet says that mistakes are counted in muted and not reported.
	quiet, muted int
	depth        int          // of subqueries and function bodies
	passed       int          // columns of the operators bound so far
	expansions   int          // of function bodies so far
	calls        []storedCall // of stored functions, that are being bound
	ids          int          // given to subplans and caches so far
	unnamed      int          // columns without a name so far: Column1, …
	aliases      map[string]*place
	sets         map[string]*plan.Lit // options that set gives
	// standIns are the columns that column_ifexists() gave where the default is of
	// another type, which Microsoft's binder takes for the type of the whole.
	standIns map[plan.Expr]table.Type
}

// bindingSteps is about what binding an expression or an operator takes, in steps.
const bindingSteps = 4 << 10

// callSite is a call of a stored function, whose text is not the query's: its
// mistakes are shown at the call.
type callSite struct {
	at   spot
	name string
}

// scope is the names that statements have declared.
type scope struct {
	up    *scope
	names map[string]*binding
}

// binding is what a name stands for: one of its fields.
type binding struct {
	expr    plan.Expr
	frame   *frame // where expr's columns are; nil if it has none
	rel     *rel
	view    bool // rel was declared with view: wildcards, search and find see it
	fn      *userFunc
	group   []*place
	pattern *pattern
	place   *place
}

func newBinder(env Env, o Options) *binder {
	if o.MaxDepth == 0 {
		o.MaxDepth = defaultDepth
	}
	return &binder{env: env, o: o, aliases: map[string]*place{}, sets: map[string]*plan.Lit{}, standIns: map[plan.Expr]table.Type{}, scope: &scope{names: map[string]*binding{}}}
}

func (b *binder) lookup(name string) *binding {
	for s := b.scope; s != nil; s = s.up {
		if x, ok := s.names[name]; ok {
			return x
		}
	}
	return nil
}

// push opens a scope inside of up; the returned function closes it.
func (b *binder) push(up *scope) func() {
	old := b.scope
	b.scope = &scope{up: up, names: map[string]*binding{}}
	return func() { b.scope = old }
}

// enter counts a level of nesting; it reports false, with a mistake, if there are
// too many. Each call that returns true needs a leave.
func (b *binder) enter(at spot) bool {
	if b.depth >= b.o.MaxDepth {
		b.fail(at, codeDepth, "the query is nested too deep (more than %d levels)", b.o.MaxDepth)
		return false
	}
	b.depth++
	return true
}

func (b *binder) leave() { b.depth-- }

func (b *binder) id() int { b.ids++; return b.ids }

// file binds a whole text. The result is nil if there were mistakes.
func (b *binder) file(f *syntax.File) *plan.Query {
	var results []plan.Result
	var render *plan.Render
	queries, lets := 0, 0
	b.preset()
	for i, s := range f.Stmts {
		r := b.stmt(noRow(), s)
		if r != nil && r.naming && i < len(f.Stmts)-1 {
			continue
		}
		if r == nil {
			lets++
			continue
		}
		if queries++; queries == 1 {
			render = r.render
		}
		if r.graph != nil {
			b.fail(s, codeTabular, "a graph is no result: turn it into a table with graph-to-table or graph-match")
			continue
		}
		results = append(results, plan.Result{Name: r.first, Root: b.shaped(s, r).node})
		results = append(results, r.more...)
	}
	if queries == 0 && lets == 0 && len(b.errs) == 0 {
		b.fail(f, "SYN0001", "the text has no query")
	}
	if queries == 0 { // declarations alone answer nothing
		results = []plan.Result{{Root: noRows()}}
	}
	if len(b.errs) > 0 {
		return nil
	}
	nameResults(results)
	if err := checkSize(results); err != "" {
		b.fail(f, codeDepth, "%s", err)
		return nil
	}
	return &plan.Query{Results: results, Render: render, Limits: b.limits()}
}

// nameResults gives names to the tables of an answer that have none.
func nameResults(rs []plan.Result) {
	used := uniqueNames{}
	for i := range rs {
		switch {
		case rs[i].Name != "":
		case i == 0:
			rs[i].Name = "PrimaryResult"
		default:
			rs[i].Name = "Table_" + itoa(i)
		}
		rs[i].Name = used.get(rs[i].Name)
	}
}

// stmt binds a statement; the result is nil if it is not a query.
func (b *binder) stmt(f *frame, s syntax.Stmt) *rel {
	switch s := s.(type) {
	case *syntax.QueryStmt:
		return b.queryStmt(s.X)
	case *syntax.Let:
		b.let(f, s)
	case *syntax.Set:
		b.set(s)
	case *syntax.DeclareParams:
		b.declareParams(s)
	case *syntax.DeclarePattern:
		b.declarePattern(s)
	case *syntax.AliasDatabase:
		b.alias(s)
	case *syntax.Restrict:
		b.restrict(s)
	case *syntax.Bad:
	default:
		panic(unknownNode(s))
	}
	return nil
}

// queryStmt binds an expression statement; a scalar becomes a table of one value.
func (b *binder) queryStmt(x syntax.Expr) *rel {
	v := b.any(noRow(), x)
	if v.rel != nil {
		return v.rel
	}
	return newRel(&plan.Project{In: oneRow(), Cols: []plan.Named{{Name: "print_0", Expr: v.expr}}})
}

// oneRow is a table of one row without columns.
func oneRow() *plan.Values {
	return &plan.Values{Rows: &table.Batch{Schema: &table.Schema{}, Rows: 1}}
}

// maxPlan bounds how many nodes a plan may have when what is used several times is
// counted each time.
const maxPlan = 100_000

func checkSize(rs []plan.Result) string {
	sizes := map[plan.Node]int{}
	total := 0
	for _, r := range rs {
		if total += planSize(r.Root, sizes); total > maxPlan {
			return "the query expands to too many operators"
		}
	}
	return ""
}

func planSize(n plan.Node, sizes map[plan.Node]int) int {
	if s, ok := sizes[n]; ok {
		return s
	}
	s := 1
	for _, in := range n.Inputs() {
		s = min(s+planSize(in, sizes), maxPlan+1)
	}
	sizes[n] = s
	return s
}

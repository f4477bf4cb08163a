package kql

import (
	"slices"
	"strconv"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// rel is a table that a part of the query makes.
type rel struct {
	node plan.Node
	cols []table.Column // of node; a column of type 0 came from a mistake
	name string         // the table's, as union's withsource and search's $table show it
	bad  bool           // a mistake made it: names that are not among cols are not reported
	open bool           // names that are not among cols stand for nulls (see Options.Columns)
	// asked gathers such names, while an operator over the rows is tried.
	asked *[]string
	// mixed are the names that columns of several types had in a union, and the names
	// that these have now.
	mixed map[string][]string
	graph *graph        // a graph instead of rows; node is nil
	first string        // of fork and facet: the name of the first table
	more  []plan.Result // and the tables after it
	// naming says that the rows are only given names, for later statements.
	naming bool
	render *plan.Render
}

func newRel(n plan.Node) *rel { return &rel{node: n, cols: n.Schema().Cols} }

// from returns a rel of another node that keeps what in says of its rows.
func (r *rel) from(n plan.Node) *rel {
	return &rel{node: n, cols: n.Schema().Cols, bad: r.bad, open: r.open, asked: r.asked, mixed: r.mixed}
}

// mix notes that a column of a union has another name, for its type.
func (r *rel) mix(name, now string) {
	if r.mixed == nil {
		r.mixed = map[string][]string{}
	}
	r.mixed[name] = append(r.mixed[name], now)
}

// badRel stands for a table that a mistake left unknown, but for some columns. Its
// node is never run.
func badRel(cols ...table.Column) *rel {
	return &rel{node: &plan.Values{Rows: &table.Batch{Schema: &table.Schema{Cols: cols}}}, cols: cols, bad: true}
}

// noRows is an empty table.
func noRows(cols ...table.Column) plan.Node {
	return &plan.Values{Rows: table.NewBatch(&table.Schema{Cols: cols})}
}

func (r *rel) index(name string) int {
	for i := range r.cols {
		if r.cols[i].Name == name {
			return i
		}
	}
	return -1
}

// having returns r with a column of the name and, if types are given, of the first of
// these where it is of none: in rows of which no data tells the columns, what a query
// names is one.
func (b *binder) having(at spot, r *rel, name string, types ...table.Type) *rel {
	i := r.index(name)
	if !r.open || i >= 0 && (r.cols[i].Type != table.Dynamic || len(types) == 0 || slices.Contains(types, table.Dynamic)) {
		return r
	}
	cols := r.all()
	if i < 0 {
		i = len(cols)
		cols = append(cols, plan.Named{Name: name, Expr: &plan.Lit{Of: table.Dynamic}})
	}
	if len(types) > 0 && !slices.Contains(types, table.Dynamic) {
		cols[i].Expr = b.cast(at, cols[i].Expr, types[0])
	}
	out := r.from(&plan.Project{In: r.node, Cols: cols})
	out.name = r.name
	return out
}

func (r *rel) names() []string {
	ns := make([]string, len(r.cols))
	for i, c := range r.cols {
		ns[i] = c.Name
	}
	return ns
}

func (r *rel) col(i int) plan.Expr { return &plan.Col{Index: i, Of: r.cols[i].Type} }

// all returns the columns of r as a projection.
func (r *rel) all() []plan.Named {
	cols := make([]plan.Named, len(r.cols))
	for i, c := range r.cols {
		cols[i] = plan.Named{Name: c.Name, Expr: r.col(i)}
	}
	return cols
}

// frame is what the names in an expression can refer to.
type frame struct {
	in *rel
	// agg gathers the aggregate calls of an expression in which they may stand;
	// columns may then only stand inside of them.
	agg *aggregates
	// keys are the columns by which rows are grouped; a * leaves them out.
	keys map[int]bool
	// windows says that window functions may stand here; window, that one did.
	windows, window bool
	// right is the other side in a join's condition.
	right *rel
	// records are names behind which further columns stand: steps of scan, variables of
	// a graph's pattern.
	records   map[string]*record
	match     *graphPatterns // the pattern of a graph-match in whose frame this is
	item      syntax.Expr    // the whole of the column of a graph-match that is being bound
	graphNode *plan.Graph    // of one of whose nodes the columns are
	graphEdge *plan.Graph    // of one of whose edges the columns are
	// vars are names that come before columns.
	vars map[string]plan.Expr
	// search is set in the condition of search and find.
	search *searching
	// wantTable says that a table is expected, for messages.
	wantTable bool
	// caller is the frame of the call in whose body this one is.
	caller *frame
}

// row returns the frame of expressions over r.
func row(r *rel) *frame { return &frame{in: r} }

// noRow is the frame of expressions that must be constant.
func noRow() *frame { return &frame{in: &rel{}} }

// projection gathers the columns that an operator makes and keeps their names apart.
type projection struct {
	cols     []plan.Named
	index    map[string]int
	declared map[string]bool
	unique   uniqueNames
}

func newProjection() *projection {
	return &projection{index: map[string]int{}, declared: map[string]bool{}, unique: uniqueNames{}}
}

// add appends a column, under another name if its name is taken. With replace it
// takes the place of the column that has the name.
func (p *projection) add(name string, e plan.Expr, replace bool) {
	if i, ok := p.index[name]; ok && replace {
		p.cols[i].Expr = e
		return
	}
	name = p.unique.get(name)
	p.index[name] = len(p.cols)
	p.cols = append(p.cols, plan.Named{Name: name, Expr: e})
}

// addInput appends all columns of r.
func (p *projection) addInput(r *rel) {
	for _, c := range r.all() {
		p.add(c.Name, c.Expr, false)
	}
}

// declare is add for a column that the query names itself; a second one of the name
// is a mistake.
func (p *projection) declare(b *binder, at spot, name string, e plan.Expr, replace bool) {
	if p.declared[name] {
		b.fail(at, codeDuplicate, "a column named '%s' is already declared", name)
		return
	}
	p.declared[name] = true
	p.add(name, e, replace)
}

// addFields adds the results of a call from the first-th on.
func (p *projection) addFields(v value, first int) {
	for i := first; i < len(v.fields); i++ {
		p.add(v.names[i], v.fields[i], false)
	}
}

// uniqueNames makes names unique by a number behind them: for each name, the last
// number used.
type uniqueNames map[string]int

func (u uniqueNames) get(name string) string {
	last, ok := u[name]
	if !ok {
		u[name] = 0
		return name
	}
	for n := last + 1; ; n++ {
		other := name + strconv.Itoa(n)
		if _, ok := u[other]; !ok {
			u[name], u[other] = n, 0
			return other
		}
	}
}

// uniqueAll renames columns so that all names differ; the first of a name keeps it,
// and no new name is one that another column has.
func uniqueAll(names []string) []string {
	u, first := uniqueNames{}, map[string]int{}
	for i, n := range names {
		if _, ok := first[n]; !ok {
			first[n], u[n] = i, 0
		}
	}
	out := make([]string, len(names))
	for i, n := range names {
		if out[i] = n; first[n] != i {
			out[i] = u.get(n)
		}
	}
	return out
}

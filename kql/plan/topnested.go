package plan

import "github.com/yagura/yagura/table"

// TopNested keeps the N best values of its first level by an aggregate, within each
// the best of the second level, and so on. Output: for each level its value, then
// its aggregate.
type TopNested struct {
	In     Node
	Levels []NestedLevel
}

// NestedLevel is one level of TopNested.
type NestedLevel struct {
	N       Expr // constant: how many values; nil: all
	Value   Named
	Others  Expr // constant for the row of all other values, or nil
	Agg     Named
	Calls   []*Call // the aggregates; Agg.Expr is over their results
	Desc    bool
	HideAgg bool // the aggregate's column is left out
}

func (n *TopNested) Schema() *table.Schema {
	s := &table.Schema{}
	for _, l := range n.Levels {
		s.Cols = append(s.Cols, table.Column{Name: l.Value.Name, Type: l.Value.Expr.Type()})
		if !l.HideAgg {
			s.Cols = append(s.Cols, table.Column{Name: l.Agg.Name, Type: l.Agg.Expr.Type()})
		}
	}
	return s
}
func (n *TopNested) Inputs() []Node            { return []Node{n.In} }
func (n *TopNested) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*TopNested) node()                       {}

package plan

import "github.com/yagura/yagura/table"

// MakeSeries makes, for each group of By, an array of each aggregate over the bins
// of Axis. Output: By, then Aggs, then the axis as an array.
//
// Bins are [From + i·Step, From + (i+1)·Step) up to To, which is not included. If
// From or To is nil it is taken from the smallest and largest Axis of all rows; the
// first bin then starts at a multiple of Step.
type MakeSeries struct {
	In   Node
	By   []Named
	Aggs []SeriesAgg
	Axis Named // datetime, timespan or a number
	From Expr  // constants of Axis' type, or nil
	To   Expr
	Step Expr
}

// SeriesAgg is an aggregate of one result and the value of an empty bin.
type SeriesAgg struct {
	Name    string
	Call    *Call
	Default Expr // a constant; nil is a null (kind=nonempty: 0)
}

func (n *MakeSeries) Schema() *table.Schema {
	s := namedSchema(n.By, nil)
	for _, a := range n.Aggs {
		s.Cols = append(s.Cols, table.Column{Name: a.Name, Type: table.Dynamic})
	}
	s.Cols = append(s.Cols, table.Column{Name: n.Axis.Name, Type: table.Dynamic})
	return s
}
func (n *MakeSeries) Inputs() []Node            { return []Node{n.In} }
func (n *MakeSeries) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*MakeSeries) node()                       {}

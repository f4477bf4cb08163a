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
	// ToIncluded says that To is the start of the last bin: on t in range(…).
	ToIncluded bool
	// NonEmpty says that no rows give one row, as if there were a group without
	// rows: kind=nonempty, without By and with From and To.
	NonEmpty bool
}

// SeriesAgg is an aggregate of one result and the value of an empty bin.
type SeriesAgg struct {
	Name    string
	Call    *Call
	Default Expr // a constant of the result's type
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

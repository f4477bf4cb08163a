package plan

import "github.com/yagura/yagura/table"

// Range gives the values From, From + Step, … up to and with To, in one column of
// type Of: int, long, real, decimal, datetime or timespan.
type Range struct {
	Name           string
	Of             table.Type
	From, To, Step Expr // constants
}

func (n *Range) Schema() *table.Schema {
	return &table.Schema{Cols: []table.Column{{Name: n.Name, Type: n.Of}}}
}
func (n *Range) Inputs() []Node         { return nil }
func (n *Range) WithInputs([]Node) Node { return n }
func (*Range) node()                    {}

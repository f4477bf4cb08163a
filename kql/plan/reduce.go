package plan

import "github.com/yagura/yagura/table"

// Reduce groups strings by similarity. Output: Pattern, Count and Representative
// (or, with Source, In's columns and Pattern).
type Reduce struct {
	In         Node
	By         Expr
	Threshold  float64
	Characters string
	Source     bool
}

func (n *Reduce) Schema() *table.Schema {
	if n.Source {
		return &table.Schema{Cols: append(append([]table.Column(nil), n.In.Schema().Cols...), table.Column{Name: "Pattern", Type: table.String})}
	}
	return &table.Schema{Cols: []table.Column{{Name: "Pattern", Type: table.String}, {Name: "Count", Type: table.Long}, {Name: "Representative", Type: table.String}}}
}
func (n *Reduce) Inputs() []Node            { return []Node{n.In} }
func (n *Reduce) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*Reduce) node()                       {}

package plan

import "github.com/yagura/yagura/table"

// Sample keeps N rows chosen at random.
type Sample struct {
	In Node
	N  int64
}

func (n *Sample) Schema() *table.Schema     { return n.In.Schema() }
func (n *Sample) Inputs() []Node            { return []Node{n.In} }
func (n *Sample) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*Sample) node()                       {}

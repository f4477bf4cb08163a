package plan

import "github.com/yagura/yagura/table"

// Widen gives the rows of In with the columns of Table: column i of In is column
// To[i], and those that In lacks are null (strings: empty). It is what Project could
// say too, for tables of thousands of columns.
type Widen struct {
	In    Node
	Table *table.Schema
	To    []int
}

func (n *Widen) Schema() *table.Schema     { return n.Table }
func (n *Widen) Inputs() []Node            { return []Node{n.In} }
func (n *Widen) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*Widen) node()                       {}

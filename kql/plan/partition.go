package plan

import "github.com/yagura/yagura/table"

// Partition runs Sub once for each distinct value of By, on the rows that have it;
// Sub reads them by a SubInput with this ID.
type Partition struct {
	In  Node
	By  Expr
	ID  int
	Sub Node
}

func (n *Partition) Schema() *table.Schema     { return n.Sub.Schema() }
func (n *Partition) Inputs() []Node            { return []Node{n.In} }
func (n *Partition) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*Partition) node()                       {}

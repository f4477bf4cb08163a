package plan

import "github.com/yagura/yagura/table"

// JoinKind is how rows of two inputs are put together.
type JoinKind string

// The kinds of join, as written in KQL. A lookup is LeftOuter or Inner with Cols
// that leave out the right keys.
const (
	InnerUnique JoinKind = "innerunique" // left rows first made unique by key
	Inner       JoinKind = "inner"
	LeftOuter   JoinKind = "leftouter"
	RightOuter  JoinKind = "rightouter"
	FullOuter   JoinKind = "fullouter"
	LeftSemi    JoinKind = "leftsemi"
	RightSemi   JoinKind = "rightsemi"
	LeftAnti    JoinKind = "leftanti" // also anti and leftantisemi
	RightAnti   JoinKind = "rightanti"
)

// Join puts together the rows of Left and Right whose keys are equal, pair by
// pair; a null key equals nothing. Without On every row meets every row.
type Join struct {
	Kind        JoinKind
	Left, Right Node
	On          []JoinKey
	Cols        []JoinCol // of the output
}

// JoinKey is an equality; L is over Left's columns and R over Right's, of one type.
type JoinKey struct{ L, R Expr }

// JoinCol is an output column: column Index of Left or of Right.
type JoinCol struct {
	Name  string
	Right bool
	Index int
}

func (n *Join) Schema() *table.Schema {
	// Once for each side, not for each column: joins of joins would never end.
	left, right := n.Left.Schema(), n.Right.Schema()
	s := &table.Schema{Cols: make([]table.Column, len(n.Cols))}
	for i, c := range n.Cols {
		side := left
		if c.Right {
			side = right
		}
		s.Cols[i] = table.Column{Name: c.Name, Type: side.Cols[c.Index].Type}
	}
	return s
}
func (n *Join) Inputs() []Node { return []Node{n.Left, n.Right} }
func (n *Join) WithInputs(in []Node) Node {
	c := *n
	c.Left, c.Right = in[0], in[1]
	return &c
}
func (*Join) node() {}

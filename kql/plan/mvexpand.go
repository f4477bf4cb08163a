package plan

import "github.com/yagura/yagura/table"

// MvExpand makes of each row as many rows as the longest of its arrays has
// elements; shorter ones give nulls, and a value that is neither array nor bag
// counts as an array of one. A row whose arrays are all null or empty gives one row
// with nulls, or none when all are empty arrays. A bag expands to bags of one key
// each, or, with BagAsArray, to arrays of key and value.
//
// Output: In's columns, with each expanded column in place (Index ≥ 0) or added at
// the end (Index < 0), then ItemIndex if it is named.
type MvExpand struct {
	In         Node
	Cols       []MvCol
	BagAsArray bool
	ItemIndex  string // with_itemindex, or ""
	Limit      int64  // rows from one row; 0 is no limit
}

// MvCol is one expanded column.
type MvCol struct {
	Name  string
	Expr  Expr       // the array
	Index int        // of the column of In that it replaces, or -1
	To    table.Type // of its elements: dynamic, or what to typeof() says
}

func (n *MvExpand) Schema() *table.Schema {
	s := &table.Schema{Cols: append([]table.Column(nil), n.In.Schema().Cols...)}
	for _, c := range n.Cols {
		col := table.Column{Name: c.Name, Type: c.To}
		if c.Index >= 0 {
			s.Cols[c.Index] = col
		} else {
			s.Cols = append(s.Cols, col)
		}
	}
	if n.ItemIndex != "" {
		s.Cols = append(s.Cols, table.Column{Name: n.ItemIndex, Type: table.Long})
	}
	return s
}
func (n *MvExpand) Inputs() []Node            { return []Node{n.In} }
func (n *MvExpand) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*MvExpand) node()                       {}

// MvApply expands each row as MvExpand does and gives the rows to Sub, once for
// each row of In; Sub reads them by a SubInput with this ID, whose schema is that of
// Expand. Output: the columns Keep of In, then Sub's columns.
type MvApply struct {
	Expand *MvExpand // its In is the node's input
	ID     int
	Sub    Node
	Keep   []int
	Names  []string // of all output columns
}

func (n *MvApply) Schema() *table.Schema {
	s := &table.Schema{}
	in := n.Expand.In.Schema()
	for _, i := range n.Keep {
		s.Cols = append(s.Cols, table.Column{Name: n.Names[len(s.Cols)], Type: in.Cols[i].Type})
	}
	for _, c := range n.Sub.Schema().Cols {
		s.Cols = append(s.Cols, table.Column{Name: n.Names[len(s.Cols)], Type: c.Type})
	}
	return s
}
func (n *MvApply) Inputs() []Node { return n.Expand.Inputs() }
func (n *MvApply) WithInputs(in []Node) Node {
	c := *n
	c.Expand = n.Expand.WithInputs(in).(*MvExpand)
	return &c
}
func (*MvApply) node() {}

package plan

import "github.com/yagura/yagura/table"

// Plugin is "evaluate Name(Args…)" over the rows of In. What the arguments mean is
// for each plugin to say. Output: Cols.
type Plugin struct {
	Name string
	In   Node // nil for a plugin that makes its own rows
	Args []PluginArg
	Cols []table.Column
	// FromData says that Cols are what was found in the data (pivot, bag_unpack …):
	// the plugin gives these, whatever else it then finds.
	FromData bool
}

// PluginArg is one argument: an expression over In's columns, often a column or a
// constant; or an aggregate (pivot); or ~ and the like, which stand for a default.
type PluginArg struct {
	Name string // of the column that it is, or would be
	Expr Expr   // nil for an aggregate
	Agg  *Call
}

func (n *Plugin) Schema() *table.Schema { return &table.Schema{Cols: n.Cols} }
func (n *Plugin) Inputs() []Node {
	if n.In == nil {
		return nil
	}
	return []Node{n.In}
}

func (n *Plugin) WithInputs(in []Node) Node {
	c := *n
	if n.In != nil {
		c.In = in[0]
	}
	return &c
}
func (*Plugin) node() {}

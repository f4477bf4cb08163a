package plan

import "github.com/yagura/yagura/table"

// Plugin is "evaluate Name(Args…)" over the rows of In; see fn.Plugin for what the
// arguments mean. Output: Cols.
type Plugin struct {
	Name   string
	In     Node   // nil for a plugin that makes its own rows
	Tables []Node // further tables, among the arguments
	Args   []PluginArg
	Cols   []table.Column
	// FromData says that the result has columns that depend on the data (pivot,
	// bag_unpack …). If Cols are all of them, Complete is set: the plugin gives
	// these, whatever else it then finds. Else Cols are those that are known before
	// it runs, and it gives no others.
	FromData, Complete bool
	Table              int // which of its tables it is, if it gives several, from 0
}

// PluginArg is one argument, in the order in which they are written: an expression
// over In's columns, often a column or a constant; an aggregate (pivot); a table; or
// a hole, ~, which stands for a default.
type PluginArg struct {
	Param string // of which it is the argument
	Name  string // of the column that Expr is, or would be
	Expr  Expr   // nil for a hole, an aggregate or a table
	Agg   *Call
	// Table is 0, or says which of Tables, from 1, it is; or, with Expr, over whose
	// columns that is.
	Table int
}

func (n *Plugin) Schema() *table.Schema { return &table.Schema{Cols: n.Cols} }
func (n *Plugin) Inputs() []Node {
	if n.In == nil {
		return n.Tables
	}
	return append([]Node{n.In}, n.Tables...)
}

func (n *Plugin) WithInputs(in []Node) Node {
	c := *n
	if n.In != nil {
		c.In, in = in[0], in[1:]
	}
	c.Tables = in
	return &c
}
func (*Plugin) node() {}

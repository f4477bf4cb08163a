package syntax

// GraphToTable is "graph-to-table nodes as N with_node_id=i, edges as E …".
type GraphToTable struct {
	span
	Outputs []*GraphOutput
}

func (*GraphToTable) op() {}

// GraphOutput is "nodes as N with_node_id=i" or "edges as E with_source_id=s …".
type GraphOutput struct {
	span
	Kind   string // nodes, edges
	As     *Name  // or nil
	Params []*OpParam
}

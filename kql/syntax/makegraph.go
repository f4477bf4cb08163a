package syntax

// MakeGraph is "make-graph src --> dst with nodes on id, …", or "with_node_id=…", or "partitioned-by c ( … )".
type MakeGraph struct {
	span
	Params         []*OpParam
	Source, Target *Name
	With           []*GraphNodes
	NodeID         *Name
	PartitionBy    *Name
	Sub            Expr
}

func (*MakeGraph) op() {}

// GraphNodes is a table of nodes and the column that identifies them: T on id.
type GraphNodes struct {
	span
	Table Expr
	On    *Name
}

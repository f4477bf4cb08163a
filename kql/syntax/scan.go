package syntax

// Scan is "scan order by … partition by … declare (…) with ( step … )".
type Scan struct {
	span
	Params      []*OpParam
	Order       []*Order
	PartitionBy []Expr
	Declare     []*Param
	Steps       []*ScanStep
}

func (*Scan) op() {}

// ScanStep is "step name optional output=last: cond => a = x, …;".
type ScanStep struct {
	span
	Name     *Name
	Optional bool
	Output   string // "", all, last, none
	Cond     Expr
	Assign   []Expr // *Named
}

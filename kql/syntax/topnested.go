package syntax

// TopNested is "top-nested N of X with others = "o" by sum(y) desc, …".
type TopNested struct {
	span
	Levels []*NestedLevel
}

func (*TopNested) op() {}

// NestedLevel is "N of X with others = y by agg desc"; N and Others may be nil.
type NestedLevel struct {
	span
	N      Expr
	Of     Expr
	Others Expr
	By     *Order
}

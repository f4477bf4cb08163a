package syntax

// ProjectReorder is "project-reorder a, b* asc, c granny-desc"; Dir may be "", asc, desc, granny-asc, granny-desc.
type ProjectReorder struct {
	span
	Cols []*Order
}

func (*ProjectReorder) op() {}

package syntax

// MakeSeries is "make-series a = count() default=0 on t from x to y step z by b", or "on t in range(x, y, z)".
type MakeSeries struct {
	span
	Params         []*OpParam
	Aggs           []*SeriesAgg
	On             Expr
	From, To, Step Expr   // or nil
	InRange        []Expr // the deprecated form's arguments
	By             []Expr
}

func (*MakeSeries) op() {}

// SeriesAgg is an aggregate and the value of an empty bin: a = count() default=0.
type SeriesAgg struct {
	span
	X       Expr
	Default Expr // or nil
}

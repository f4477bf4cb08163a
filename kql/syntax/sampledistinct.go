package syntax

// SampleDistinct is "sample-distinct N of X".
type SampleDistinct struct {
	span
	Params []*OpParam
	N, Of  Expr
}

func (*SampleDistinct) op() {}

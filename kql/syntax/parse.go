package syntax

// Parse is "parse kind=regex flags=Ui X with …", and parse-where.
type Parse struct {
	span
	Where  bool
	Params []*OpParam
	X      Expr
	With   []Expr // *Star, *Lit strings, *Name, *TypedName
}

func (*Parse) op() {}

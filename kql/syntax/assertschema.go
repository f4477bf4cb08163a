package syntax

// AssertSchema is "assert-schema (a:long, …)".
type AssertSchema struct {
	span
	Cols []*TypedName
}

func (*AssertSchema) op() {}

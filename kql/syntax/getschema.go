package syntax

// GetSchema is "getschema".
type GetSchema struct {
	span
}

func (*GetSchema) op() {}

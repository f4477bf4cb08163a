package syntax

// MacroExpand is "macro-expand entity_group [...] as x ( … )".
type MacroExpand struct {
	span
	Params []*OpParam
	Group  Expr // a *Name or an *EntityGroup
	Name   *Name
	Body   []Stmt
}

func (*MacroExpand) op() {}

// EntityGroup is "entity_group [a, b, …]".
type EntityGroup struct {
	span
	Items []Expr
}

func (*EntityGroup) expr() {}

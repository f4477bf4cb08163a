package syntax

// Walk calls fn for n and, where fn returns true, for all below it, in the order of
// the text.
func Walk(n Node, fn func(Node) bool) {
	if fn(n) {
		n.children(func(c Node) { Walk(c, fn) })
	}
}

// height returns how many nodes stand above each other in a tree, but stops counting
// beyond MaxHeight. It does not recurse, for the tree may be too high for that.
func height(n Node) int {
	level := []Node{n}
	h := 0
	for len(level) > 0 && h <= MaxHeight {
		h++
		var below []Node
		for _, n := range level {
			n.children(func(c Node) { below = append(below, c) })
		}
		level = below
	}
	return h
}

// one visits a node if it is there.
func one[N interface {
	comparable
	Node
}](visit func(Node), n N) {
	var none N
	if n != none {
		visit(n)
	}
}

// all visits nodes.
func all[N Node](visit func(Node), nodes []N) {
	for _, n := range nodes {
		visit(n)
	}
}

func (s *span) set(pos, end int) { s.pos, s.end = pos, end }

func (f *File) children(visit func(Node))      { all(visit, f.Stmts) }
func (s *QueryStmt) children(visit func(Node)) { visit(s.X) }
func (s *Let) children(visit func(Node))       { visit(s.Name); visit(s.X) }
func (s *Set) children(visit func(Node))       { visit(s.Name); one(visit, s.X) }

func (s *DeclareParams) children(visit func(Node)) { all(visit, s.Params) }

func (s *DeclarePattern) children(visit func(Node)) {
	visit(s.Name)
	all(visit, s.Params)
	one(visit, s.Path)
	all(visit, s.Cases)
}

func (c *PatternCase) children(visit func(Node)) {
	all(visit, c.Values)
	one(visit, c.Path)
	all(visit, c.Body)
}

func (s *AliasDatabase) children(visit func(Node)) { visit(s.Name); visit(s.X) }
func (s *Restrict) children(visit func(Node))      { all(visit, s.To); all(visit, s.Props) }

func (x *Pipe) children(visit func(Node))    { one(visit, x.Source); all(visit, x.Ops) }
func (*Bad) children(func(Node))             {}
func (*Name) children(func(Node))            {}
func (*WildName) children(func(Node))        {}
func (*Star) children(func(Node))            {}
func (*Lit) children(func(Node))             {}
func (x *Call) children(visit func(Node))    { visit(x.Func); all(visit, x.Args) }
func (x *Paren) children(visit func(Node))   { visit(x.X) }
func (x *Unary) children(visit func(Node))   { visit(x.X) }
func (x *Binary) children(visit func(Node))  { visit(x.X); visit(x.Y) }
func (x *Between) children(visit func(Node)) { visit(x.X); visit(x.Lo); visit(x.Hi) }
func (x *In) children(visit func(Node))      { visit(x.X); all(visit, x.List) }
func (x *Index) children(visit func(Node))   { visit(x.X); visit(x.I) }
func (x *Member) children(visit func(Node))  { visit(x.X); visit(x.Sel) }
func (x *Named) children(visit func(Node))   { all(visit, x.Names); visit(x.X) }
func (x *TypedName) children(v func(Node))   { v(x.Name) }
func (x *FuncLit) children(visit func(Node)) { all(visit, x.Params); all(visit, x.Body) }
func (o *OpParam) children(visit func(Node)) { visit(o.Name); visit(o.X); all(visit, o.More) }
func (o *Order) children(visit func(Node))   { visit(o.X) }
func (x *Param) children(visit func(Node))   { visit(x.Name); all(visit, x.Cols); one(visit, x.Default) }

package syntax

import "strings"

// How statements and expressions are written. Operators are in files of their own.

func (f *File) write(w *writer)      { w.stmts(f.Stmts) }
func (s *QueryStmt) write(w *writer) { s.X.write(w) }

func (s *Let) write(w *writer) {
	w.str("let ")
	s.Name.write(w)
	w.str(" = ")
	s.X.write(w)
}

func (s *Set) write(w *writer) {
	w.str("set ")
	s.Name.write(w)
	opt(w, " = ", s.X)
}

func (s *DeclareParams) write(w *writer) {
	w.str("declare query_parameters (")
	list(w, s.Params)
	w.str(")")
}

func (s *DeclarePattern) write(w *writer) {
	w.str("declare pattern ")
	s.Name.write(w)
	if len(s.Params) == 0 && len(s.Cases) == 0 {
		return
	}
	w.str(" = (")
	list(w, s.Params)
	w.str(")")
	if s.Path != nil {
		w.str("[")
		s.Path.write(w)
		w.str("]")
	}
	w.str(" {")
	w.in(func() {
		for i, c := range s.Cases {
			if i > 0 {
				w.line()
			}
			c.write(w)
			w.str(";")
		}
	})
	w.str("}")
}

func (c *PatternCase) write(w *writer) {
	w.str("(")
	list(w, c.Values)
	w.str(")")
	if c.Path != nil {
		w.str(".[")
		c.Path.write(w)
		w.str("]")
	}
	w.str(" = ")
	w.body(c.Body)
}

func (s *AliasDatabase) write(w *writer) {
	w.str("alias database ")
	s.Name.write(w)
	w.str(" = ")
	s.X.write(w)
}

func (s *Restrict) write(w *writer) {
	w.str("restrict access to (")
	list(w, s.To)
	w.str(")")
	w.with(s.Props)
}

func (*Bad) write(w *writer) { w.str("…") }

func (x *Pipe) write(w *writer) {
	if x.Source != nil {
		x.Source.write(w)
	}
	for i, op := range x.Ops {
		if i > 0 || x.Source != nil {
			w.line()
			w.str("| ")
		}
		op.write(w)
	}
}

func (x *Name) write(w *writer) {
	if x.Quoted {
		w.str("[", quote(x.Text), "]")
	} else {
		w.str(x.Text)
	}
}

func (x *WildName) write(w *writer) {
	if x.Bracketed {
		w.str("[" + x.Text + "]")
		return
	}
	w.str(x.Text)
}

func (*Star) write(w *writer) { w.str("*") }

// litNames are the names of the types with which typed literals are written.
var litNames = map[LitKind]string{
	BoolLit: "bool", LongLit: "long", IntLit: "int", RealLit: "real", DecimalLit: "decimal", DatetimeLit: "datetime",
	TimespanLit: "timespan", GuidLit: "guid", DynamicLit: "dynamic", TypeLit: "typeof",
}

func (x *Lit) write(w *writer) {
	switch {
	case x.Kind == StringLit:
		if x.Hidden {
			w.str("h")
		}
		w.str(quote(x.Text))
	case x.Typed:
		w.str(litNames[x.Kind], "(", x.Text, ")")
	default:
		w.str(x.Text)
	}
}

func (x *Call) write(w *writer) {
	x.Func.write(w)
	w.str("(")
	list(w, x.Args)
	w.str(")")
}

func (x *Paren) write(w *writer) { w.block("(", x.X, ")") }

func (x *Unary) write(w *writer) {
	w.str(x.Op)
	x.X.write(w)
}

func (x *Binary) write(w *writer) {
	x.X.write(w)
	if x.Op == ":" {
		w.str(":")
	} else {
		w.str(" ", x.Op, " ")
	}
	x.Y.write(w)
}

func (x *Between) write(w *writer) {
	x.X.write(w)
	if x.Not {
		w.str(" !between (")
	} else {
		w.str(" between (")
	}
	x.Lo.write(w)
	w.str(" .. ")
	x.Hi.write(w)
	w.str(")")
}

func (x *In) write(w *writer) {
	x.X.write(w)
	w.str(" ", x.Op, " ")
	if len(x.List) == 1 {
		w.block("(", x.List[0], ")")
		return
	}
	w.str("(")
	list(w, x.List)
	w.str(")")
}

func (x *Index) write(w *writer) {
	x.X.write(w)
	w.str("[")
	x.I.write(w)
	w.str("]")
}

func (x *Member) write(w *writer) {
	x.X.write(w)
	if l, ok := x.X.(*Lit); ok && (l.Kind == LongLit || l.Kind == RealLit) {
		w.str(" ") // 1. would be a number
	}
	w.str(".")
	x.Sel.write(w)
}

func (x *Named) write(w *writer) {
	if x.Tuple {
		w.str("(")
	}
	list(w, x.Names)
	if x.Tuple {
		w.str(")")
	}
	w.str(" = ")
	x.X.write(w)
}

func (x *TypedName) write(w *writer) {
	x.Name.write(w)
	w.str(":", x.Type)
}

func (x *FuncLit) write(w *writer) {
	if x.View {
		w.str("view ")
	}
	w.str("(")
	list(w, x.Params)
	w.str(") ")
	w.body(x.Body)
}

func (x *Param) write(w *writer) {
	x.Name.write(w)
	w.str(":", x.Type)
	switch {
	case x.Tabular && len(x.Cols) == 0:
		w.str("(*)")
	case x.Tabular:
		w.schema(x.Cols)
	}
	opt(w, " = ", x.Default)
}

func (x *OpParam) write(w *writer) {
	x.Name.write(w)
	w.str("=")
	x.X.write(w)
	for _, n := range x.More {
		w.str(", ")
		n.write(w)
	}
}

func (o *Order) write(w *writer) {
	o.X.write(w)
	if o.Dir != "" {
		w.str(" ", o.Dir)
	}
	if o.Nulls != "" {
		w.str(" nulls ", o.Nulls)
	}
}

// words writes words that are not empty, each behind a space.
func (w *writer) words(words ...string) {
	for _, s := range words {
		if s = strings.TrimSpace(s); s != "" {
			w.str(" ", s)
		}
	}
}

// Bracketed writes a name so that it is read as one whatever its letters: ['it\'s'].
func Bracketed(name string) string {
	return "['" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(name) + "']"
}

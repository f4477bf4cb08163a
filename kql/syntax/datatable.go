package syntax

func (p *parser) dataTable() Expr {
	pos := p.pos()
	p.next()
	d := &DataTable{Cols: p.schema()}
	p.loose(tLBracket, tRBracket, func() { d.Values = append(d.Values, p.signed()) })
	return at(p, pos, d)
}

func (d *DataTable) children(visit func(Node)) { all(visit, d.Cols); all(visit, d.Values) }

// write gives each row of the table a line.
func (d *DataTable) write(w *writer) {
	w.str("datatable")
	w.schema(d.Cols)
	if len(d.Values) == 0 || len(d.Cols) == 0 {
		w.str(" [")
		list(w, d.Values)
		w.str("]")
		return
	}
	w.str(" [")
	w.in(func() {
		for i, v := range d.Values {
			switch {
			case i == 0:
			case i%len(d.Cols) == 0:
				w.str(",")
				w.line()
			default:
				w.str(", ")
			}
			v.write(w)
		}
	})
	w.str("]")
}

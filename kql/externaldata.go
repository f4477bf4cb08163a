package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// inlineTable binds inline_external_table(…): files elsewhere, with columns that
// their paths tell.
func (b *binder) inlineTable(x *syntax.InlineExternalTable) *rel {
	b.forbidden(x, "inline_external_table", "request_external_data_disabled", "request_external_table_disabled", "request_callout_disabled")
	cols := b.columns(x.Cols)
	n := &plan.ExternalData{Props: map[string]string{}}
	for _, p := range x.Partition {
		if t := b.paramType(p); p.Default == nil && t != 0 {
			cols = append(cols, table.Column{Name: p.Name.Text, Type: t})
		}
	}
	n.Table = &table.Schema{Cols: cols}
	for _, u := range x.Args {
		if s, ok := b.constText(u); ok {
			n.URIs = append(n.URIs, s)
		}
	}
	for _, p := range append(append([]*syntax.OpParam(nil), x.Params...), x.Props...) {
		n.Props[p.Name.Text] = b.renderProp(p.X)
	}
	if len(x.Partition) > 0 || len(x.Path) > 0 {
		n.Props["partitions"] = itoa(len(x.Partition))
	}
	return newRel(n)
}

// externalData binds a table that lies in files elsewhere. Whether these may be read
// is for those to say who run the plan.
func (b *binder) externalData(x *syntax.ExternalData) *rel {
	b.forbidden(x, "externaldata", "request_external_data_disabled", "request_callout_disabled")
	n := &plan.ExternalData{Table: &table.Schema{Cols: b.columns(x.Cols)}, Props: map[string]string{}}
	for _, u := range x.URIs {
		if s, ok := b.constText(u); ok {
			n.URIs = append(n.URIs, s)
		}
	}
	for _, p := range x.Props {
		n.Props[p.Name.Text] = b.renderProp(p.X)
	}
	return newRel(n)
}

package kql

import (
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

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

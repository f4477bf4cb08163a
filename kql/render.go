package kql

import (
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// charts are the pictures that render draws.
var charts = []string{
	"table", "list", "barchart", "piechart", "ladderchart", "timechart", "linechart", "anomalychart", "pivotchart",
	"areachart", "stackedareachart", "scatterchart", "timepivot", "columnchart", "timeline", "3Dchart", "card", "treemap",
	"plotly", "graph", "sankey",
}

// chartProps are the properties of a picture.
var chartProps = []string{
	"title", "xcolumn", "series", "ycolumns", "anomalycolumns", "kind", "xtitle", "ytitle", "xaxis", "yaxis", "legend",
	"ysplit", "accumulate", "ymin", "ymax", "xmax", "xmin", "by",
}

// render keeps how the result is to be drawn.
func (b *binder) render(op *syntax.Render, in *rel) *rel {
	kind := op.Kind.Text
	i := slices.IndexFunc(charts, func(c string) bool { return strings.EqualFold(c, kind) })
	if i < 0 {
		b.failHint(op.Kind, syntax.DidYouMean(kind, charts), codeWord, "no chart is called '%s'", kind)
		return in
	}
	r := in.from(in.node)
	r.more, r.name = in.more, in.name
	r.render = &plan.Render{Kind: charts[i], Props: map[string]string{}}
	for _, p := range op.Props {
		name := p.Name.Text
		if !slices.Contains(chartProps, name) {
			b.failHint(p.Name, syntax.DidYouMean(name, chartProps), codeParam, "'%s' is no property of render", name)
			continue
		}
		v := b.renderProp(p.X)
		for _, m := range p.More {
			v += "," + m.Text
		}
		r.render.Props[name] = v
	}
	return r
}

// renderProp is the text of a property: a name, several, or a constant.
func (b *binder) renderProp(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Name:
		return x.Text
	case *syntax.Lit:
		return x.Text
	case *syntax.Unary:
		return x.Op + b.renderProp(x.X)
	case *syntax.Paren:
		return b.renderProp(x.X)
	}
	if l, ok := b.expr(noRow(), x).(*plan.Lit); ok && l.Value != nil {
		return table.Text(l.Value)
	}
	return ""
}

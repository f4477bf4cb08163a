package syntax

import (
	"slices"
	"strings"
)

// Render is "render timechart with (a=b, …)". Kind, title, accumulate and by may stand
// before with, or alone.
type Render struct {
	span
	Kind  *Name
	Props []*OpParam
	Bare  bool // there are properties that stand before with ( )
}

func (*Render) op() {}

// charts are the kinds of charts.
var charts = []string{
	"table", "list", "barchart", "piechart", "ladderchart", "timechart", "linechart", "anomalychart", "pivotchart",
	"areachart", "stackedareachart", "scatterchart", "timepivot", "columnchart", "timeline", "3Dchart", "card",
	"treemap", "plotly", "graph", "sankey",
}

var (
	renderKinds = []string{"default", "unstacked", "stacked", "stacked100", "map"}
	renderProps = []param{
		{"kind", wordValue, renderKinds}, {"title", exprValue, nil}, {"accumulate", boolValue, nil},
		{"xcolumn", colValue, nil}, {"ycolumns", colsValue, nil}, {"anomalycolumns", colsValue, nil},
		{"series", colsValue, nil}, {"xtitle", exprValue, nil}, {"ytitle", exprValue, nil},
		{"xaxis", wordValue, []string{"linear", "log"}}, {"yaxis", wordValue, []string{"linear", "log"}},
		{"legend", wordValue, []string{"visible", "hidden"}}, {"ysplit", wordValue, []string{"none", "axes", "panels"}},
		{"ymin", sumValue, nil}, {"ymax", sumValue, nil}, {"xmin", litValue, nil}, {"xmax", litValue, nil},
	}
)

func parseRender(p *parser, _ keyword) Op {
	o := &Render{}
	pos := p.pos()
	if w := p.word(); slices.Contains(charts, w) {
		p.next()
		o.Kind = at(p, pos, &Name{Text: w})
	} else {
		p.fail("KS005", "Expected one of: "+strings.Join(charts, ", "), DidYouMean(w, charts))
		if w != "" {
			p.next()
		}
		o.Kind = at(p, pos, &Name{Text: w})
	}
	if props := p.params(renderProps[:3]...); len(props) > 0 {
		o.Props, o.Bare = props, true
	}
	if p.word() == "by" {
		o.Bare = true
		pos := p.pos()
		p.next()
		by := &OpParam{Name: at(p, pos, &Name{Text: "by"})}
		p.paramValue(by, param{"by", colsValue, nil})
		o.Props = append(o.Props, at(p, pos, by))
	}
	if p.eatWord("with") {
		o.Bare = len(o.Props) > 0
		o.Props = append(o.Props, p.withParams(renderProps...)...)
	}
	return o
}

func (o *Render) children(visit func(Node)) { visit(o.Kind); all(visit, o.Props) }

func (o *Render) write(w *writer) {
	w.str("render ")
	o.Kind.write(w)
	rest := o.Props
	for by := false; o.Bare && !by && len(rest) > 0; rest = rest[1:] {
		x := rest[0]
		by = x.Name.Text == "by"
		switch {
		case by:
			opt(w, " by ", x.X)
			for _, n := range x.More {
				opt(w, ", ", n)
			}
		case bareProps[x.Name.Text]:
			w.params(rest[:1])
		default:
			w.with(rest)
			return
		}
	}
	w.with(rest)
}

// bareProps are the properties that may stand before with.
var bareProps = set("kind title accumulate")

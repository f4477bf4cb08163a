package fn

import (
	"github.com/peterstace/simplefeatures/geom"

	"github.com/yagura/yagura/table"
)

var geoWKTFuncs = []Func{
	geoFunc("geo_from_wkt", "A shape in well-known text as GeoJSON.", P(TextP("wkt")),
		func(r geoRow) (table.Dyn, bool) {
			g, err := geom.UnmarshalWKT(r.text(0))
			if err != nil || g.IsEmpty() {
				return table.Dyn{}, false
			}
			text, err := g.MarshalJSON()
			if err != nil {
				return table.Dyn{}, false
			}
			t, err := table.ParseTree(string(text))
			return table.NewDyn(t), err == nil
		}, Example{`geo_from_wkt("POINT (1 2)")`, `dynamic({"type":"Point","coordinates":[1,2]})`}, Example{`isnull(geo_from_wkt("LINESTRING"))`, `true`}),
}

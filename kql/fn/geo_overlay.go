package fn

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/golang/geo/r3"
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
	"github.com/peterstace/simplefeatures/geom"

	"github.com/yagura/yagura/table"
)

// Intersections and unions. Shapes are projected gnomonically, which makes geodesics
// straight lines, overlaid in the plane and projected back.
var geoOverlayFuncs = []Func{
	overlayFunc("geo_intersection_2lines", "What two lines have in common.", "lineString1", "lineString2", lineShape, lineShape,
		Example{`geo_intersection_2lines(dynamic({"type":"LineString","coordinates":[[1,1],[2,2]]}), dynamic({"type":"LineString","coordinates":[[3,3],[4,4]]}))`, `dynamic({"type":"GeometryCollection","geometries":[]})`}),
	overlayFunc("geo_intersection_2polygons", "What two polygons have in common.", "polygon1", "polygon2", polygonShape, polygonShape,
		Example{`tostring(geo_intersection_2polygons(dynamic({"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,0]]]}), dynamic({"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,0]]]})).type)`, `"Polygon"`}),
	overlayFunc("geo_intersection_line_with_polygon", "What a line and a polygon have in common.", "lineString", "polygon", lineShape, polygonShape,
		Example{`tostring(geo_intersection_line_with_polygon(dynamic({"type":"LineString","coordinates":[[-1,0.5],[3,0.5]]}), dynamic({"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,0]]]})).type)`, `"LineString"`}),
	meetFunc("geo_intersects_2lines", "Whether two lines have a point in common.", "lineString1", "lineString2", lineShape, lineShape,
		Example{`geo_intersects_2lines(dynamic({"type":"LineString","coordinates":[[0,0],[2,2]]}), dynamic({"type":"LineString","coordinates":[[0,2],[2,0]]}))`, `true`}),
	meetFunc("geo_intersects_2polygons", "Whether two polygons have a point in common.", "polygon1", "polygon2", polygonShape, polygonShape,
		Example{`geo_intersects_2polygons(dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}), dynamic({"type":"Polygon","coordinates":[[[5,5],[6,5],[6,6],[5,5]]]}))`, `false`}),
	meetFunc("geo_intersects_line_with_polygon", "Whether a line and a polygon have a point in common.", "lineString", "polygon", lineShape, polygonShape,
		Example{`geo_intersects_line_with_polygon(dynamic({"type":"LineString","coordinates":[[0.8,0.5],[0.9,0.5]]}), dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}))`, `true`}),
	unionFunc("geo_union_polygons_array", "polygons", "One polygon of an array of them.", polygonShape,
		Example{`array_length(geo_union_polygons_array(dynamic([{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]},{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1],[0,0]]]}])).coordinates[0])`, `5`}),
	unionFunc("geo_union_lines_array", "lineStrings", "One line of an array of them.", lineShape,
		Example{`array_length(geo_union_lines_array(dynamic([{"type":"LineString","coordinates":[[0,0],[1,0]]},{"type":"LineString","coordinates":[[1,0],[2,1]]}])).coordinates)`, `3`}),
}

// errTooWide is the end of a query that overlays shapes which no one map shows.
var errTooWide = errors.New("geo functions overlay only shapes that fit into a hemisphere")

// shape is lines or polygons.
type shape struct {
	lines    [][]s2.Point
	polygons [][][]s2.Point
}

func lineShape(w *work, t any) (shape, bool) {
	l, ok := linesOf(w, t)
	return shape{lines: l}, ok
}

func polygonShape(w *work, t any) (shape, bool) {
	p, ok := polygonsOf(w, t)
	return shape{polygons: p}, ok
}

func (s *shape) points() []s2.Point {
	out := slices.Concat(s.lines...)
	for _, p := range s.polygons {
		out = append(out, slices.Concat(p...)...)
	}
	return out
}

// gnomonic projects a hemisphere onto a plane.
type gnomonic struct {
	center, east, north r3.Vector
	given               map[geom.XY]bool // the points that have been projected
}

// projectionOf returns a projection that shows all shapes.
func projectionOf(shapes ...shape) (*gnomonic, error) {
	const least = 0.05 // cosine of the greatest distance from the center
	var sum r3.Vector
	for i := range shapes {
		for _, p := range shapes[i].points() {
			sum = sum.Add(p.Vector)
		}
	}
	if sum.Norm2() == 0 {
		return nil, errTooWide
	}
	g := &gnomonic{center: sum.Normalize(), given: map[geom.XY]bool{}}
	g.east = g.center.Ortho()
	g.north = g.center.Cross(g.east)
	for i := range shapes {
		for _, p := range shapes[i].points() {
			if p.Dot(g.center) < least {
				return nil, errTooWide
			}
		}
	}
	return g, nil
}

func (g *gnomonic) project(p s2.Point) (x, y float64) {
	d := p.Dot(g.center)
	return p.Dot(g.east) / d, p.Dot(g.north) / d
}

func (g *gnomonic) point(xy geom.XY) s2.Point {
	v := g.center.Add(g.east.Mul(xy.X)).Add(g.north.Mul(xy.Y))
	return s2.Point{Vector: v.Normalize()}
}

func (g *gnomonic) chain(ps []s2.Point, closed bool) geom.LineString {
	xys := make([]float64, 0, 2*len(ps)+2)
	for _, p := range ps {
		x, y := g.project(p)
		g.given[geom.XY{X: x, Y: y}] = true
		xys = append(xys, x, y)
	}
	if closed {
		xys = append(xys, xys[0], xys[1])
	}
	return geom.NewLineString(geom.NewSequence(xys, geom.DimXY))
}

// geometries projects a shape; what crosses itself is not valid.
func (g *gnomonic) geometries(s shape) ([]geom.Geometry, bool) {
	var out []geom.Geometry
	for _, l := range s.lines {
		out = append(out, g.chain(l, false).AsGeometry())
	}
	for _, rings := range s.polygons {
		ls := make([]geom.LineString, len(rings))
		for i, r := range rings {
			ls[i] = g.chain(r, true)
		}
		p := geom.NewPolygon(ls)
		if p.Validate() != nil {
			return nil, false
		}
		out = append(out, p.AsGeometry())
	}
	return out, true
}

// united is the union of geometries.
func united(gs []geom.Geometry) (geom.Geometry, error) {
	if len(gs) == 1 {
		return geom.UnaryUnion(gs[0])
	}
	return geom.UnionMany(gs)
}

// json writes the simple geometries of a result; lines go as they do along others.
func (g *gnomonic) json(result geom.Geometry, along [][]s2.Point) table.Dyn {
	var all []any
	var lines [][]s2.Point
	var polygons [][][]s2.Point
	for _, s := range result.Dump() {
		switch s.Type() {
		case geom.TypePoint:
			if xy, ok := s.MustAsPoint().XY(); ok {
				all = append(all, pointJSON(g.point(xy)).Tree())
			}
		case geom.TypeLineString:
			lines = append(lines, g.points(s.MustAsLineString()))
		case geom.TypePolygon:
			polygons = append(polygons, g.rings(s.MustAsPolygon()))
		default:
			panic("fn: a dump of " + s.Type().String())
		}
	}
	if len(lines) > 0 {
		lines = mergedLines(lines)
		follow(lines, along)
		all = append(all, linesJSON(lines).Tree())
	}
	if len(polygons) > 0 {
		all = append(all, polygonsJSON(polygons).Tree())
	}
	if len(all) == 1 {
		return table.NewDyn(all[0])
	}
	if all == nil {
		all = []any{}
	}
	b := &table.Bag{}
	b.Set("type", "GeometryCollection")
	b.Set("geometries", all)
	return table.NewDyn(b)
}

// points returns the points of a line but those that the overlay has put on an edge to
// do its work.
func (g *gnomonic) points(l geom.LineString) []s2.Point {
	seq := l.Coordinates()
	n := seq.Length()
	var out []s2.Point
	for i := range n {
		xy := seq.GetXY(i)
		if i > 0 && i < n-1 && !g.given[xy] && straight(seq.GetXY(i-1), xy, seq.GetXY(i+1)) {
			continue
		}
		out = append(out, g.point(xy))
	}
	return out
}

// rings returns the rings of a polygon, each beginning at a point that was given.
func (g *gnomonic) rings(p geom.Polygon) [][]s2.Point {
	var out [][]s2.Point
	for _, r := range p.ForceCCW().DumpRings() {
		seq := r.Coordinates()
		n := seq.Length() - 1 // the last is the first again
		first := 0
		for first < n-1 && !g.given[seq.GetXY(first)] {
			first++
		}
		xys := make([]float64, 0, 2*n+2)
		for i := range n + 1 {
			xy := seq.GetXY((first + i) % n)
			xys = append(xys, xy.X, xy.Y)
		}
		ps := g.points(geom.NewLineString(geom.NewSequence(xys, geom.DimXY)))
		out = append(out, ps[:len(ps)-1])
	}
	return out
}

// straight reports whether b is on the way from a to c.
func straight(a, b, c geom.XY) bool {
	u, v := b.Sub(a), c.Sub(b)
	return math.Abs(u.Cross(v)) <= 1e-9*u.Length()*v.Length()
}

// mergedLines makes one line of each two of which one ends where only the other begins.
func mergedLines(lines [][]s2.Point) [][]s2.Point {
	ends := map[s2.Point]int{}
	for _, l := range lines {
		ends[l[0]]++
		ends[l[len(l)-1]]++
	}
	for i := 0; i < len(lines); i++ {
		for k := i + 1; k < len(lines); k++ {
			if l, ok := join(lines[i], lines[k], ends); ok {
				lines[i] = l
				lines = slices.Delete(lines, k, k+1)
				k = i
			}
		}
	}
	return lines
}

// follow turns and sorts lines that are parts of others as those run.
func follow(lines, along [][]s2.Point) {
	if len(along) == 0 {
		return
	}
	type key struct {
		line int
		at   float64
	}
	place := func(p s2.Point) key {
		best, k := s1.InfAngle(), key{}
		for i, l := range along {
			line := s2.Polyline(l)
			q, next := line.Project(p)
			if d := p.Distance(q); d < best {
				best, k = d, key{i, line.Uninterpolate(q, next)}
			}
		}
		return k
	}
	order := func(a, b s2.Point) int {
		x, y := place(a), place(b)
		return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.at, y.at))
	}
	for _, l := range lines {
		if order(l[0], l[1]) > 0 {
			slices.Reverse(l)
		}
	}
	slices.SortStableFunc(lines, func(a, b []s2.Point) int { return order(a[0], b[0]) })
}

func join(a, b []s2.Point, ends map[s2.Point]int) ([]s2.Point, bool) {
	b = slices.Clone(b)
	for range 2 {
		switch {
		case a[len(a)-1] == b[0] && ends[b[0]] == 2:
			return slices.Concat(a, b[1:]), true
		case b[len(b)-1] == a[0] && ends[a[0]] == 2:
			return slices.Concat(b, a[1:]), true
		}
		slices.Reverse(b)
	}
	return nil, false
}

// overlaid projects two shapes onto one plane.
func overlaid(a, b shape) (g *gnomonic, x, y geom.Geometry, ok bool, err error) {
	if g, err = projectionOf(a, b); err != nil {
		return nil, x, y, false, err
	}
	var us [2]geom.Geometry
	for i, s := range []shape{a, b} {
		gs, valid := g.geometries(s)
		if !valid {
			return nil, x, y, false, nil
		}
		if us[i], err = united(gs); err != nil {
			return nil, x, y, false, err
		}
	}
	return g, us[0], us[1], true, nil
}

// twoShapes is a function of two shapes.
func twoShapes[R table.Elem](name, doc, p1, p2 string, read1, read2 func(*work, any) (shape, bool), f func(a, b shape) (R, bool, error), examples ...Example) Func {
	return geoFunc(name, doc, P(DynP(p1), DynP(p2)), failing(func(r geoRow) (R, bool, error) {
		a, okA := read1(r.w, r.tree(0))
		b, okB := read2(r.w, r.tree(1))
		if !okA || !okB {
			var none R
			return none, false, nil
		}
		return f(a, b)
	}), examples...)
}

// failing makes a function of a row that may end the query one that geoFunc takes.
func failing[R table.Elem](f func(geoRow) (R, bool, error)) func(geoRow) (R, bool) {
	return func(r geoRow) (R, bool) {
		v, ok, err := f(r)
		if err != nil {
			*r.err = err
		}
		return v, ok && err == nil
	}
}

func overlayFunc(name, doc, p1, p2 string, read1, read2 func(*work, any) (shape, bool), examples ...Example) Func {
	return twoShapes(name, doc, p1, p2, read1, read2, func(a, b shape) (table.Dyn, bool, error) {
		g, x, y, ok, err := overlaid(a, b)
		if err != nil || !ok {
			return table.Dyn{}, false, err
		}
		common, err := geom.Intersection(x, y)
		if err != nil {
			return table.Dyn{}, false, err
		}
		return g.json(common, a.lines), true, nil
	}, examples...)
}

func meetFunc(name, doc, p1, p2 string, read1, read2 func(*work, any) (shape, bool), examples ...Example) Func {
	return twoShapes(name, doc, p1, p2, read1, read2, func(a, b shape) (bool, bool, error) {
		if apart(a, b) {
			return false, true, nil
		}
		_, x, y, ok, err := overlaid(a, b)
		if err != nil || !ok {
			return false, false, err
		}
		return geom.Intersects(x, y), true, nil
	}, examples...)
}

// apart reports whether two shapes are in caps that do not touch.
func apart(a, b shape) bool {
	x, y := capOf(a), capOf(b)
	return x.Radius() < math.Pi/2 && y.Radius() < math.Pi/2 && !x.Intersects(y)
}

func capOf(s shape) s2.Cap {
	ps := s.points()
	var sum r3.Vector
	for _, p := range ps {
		sum = sum.Add(p.Vector)
	}
	if sum.Norm2() == 0 {
		return s2.FullCap()
	}
	c := s2.CapFromPoint(s2.Point{Vector: sum.Normalize()})
	for _, p := range ps {
		c = c.AddPoint(p)
	}
	return c
}

func unionFunc(name, param, doc string, read func(*work, any) (shape, bool), examples ...Example) Func {
	return geoFunc(name, doc, P(DynP(param)), failing(func(r geoRow) (table.Dyn, bool, error) {
		list, ok := r.tree(0).([]any)
		if !ok || len(list) == 0 {
			return table.Dyn{}, false, nil
		}
		var all shape
		for _, t := range list {
			s, ok := read(r.w, t)
			if !ok {
				return table.Dyn{}, false, nil
			}
			all.lines, all.polygons = append(all.lines, s.lines...), append(all.polygons, s.polygons...)
		}
		g, u, ok, err := union(all)
		if err != nil || !ok {
			return table.Dyn{}, false, err
		}
		return g.json(u, nil), true, nil
	}), examples...)
}

func union(s shape) (*gnomonic, geom.Geometry, bool, error) {
	g, err := projectionOf(s)
	if err != nil {
		return nil, geom.Geometry{}, false, err
	}
	gs, ok := g.geometries(s)
	if !ok {
		return nil, geom.Geometry{}, false, nil
	}
	u, err := united(gs)
	return g, u, err == nil, err
}

// unionPolygons returns the polygons of a union.
func unionPolygons(ps [][][]s2.Point) ([][][]s2.Point, bool, error) {
	g, u, ok, err := union(shape{polygons: ps})
	if err != nil || !ok {
		return nil, false, err
	}
	var out [][][]s2.Point
	for _, s := range u.Dump() {
		if s.Type() == geom.TypePolygon {
			out = append(out, g.rings(s.MustAsPolygon()))
		}
	}
	return out, len(out) > 0, nil
}

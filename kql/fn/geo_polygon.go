package fn

import (
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/yagura/yagura/table"
)

// Polygons on Earth: Polygon or MultiPolygon. A ring encloses the smaller of the two
// parts into which it divides the sphere.
var geoPolygonFuncs = []Func{
	geoFunc("geo_polygon_area", "The area of a polygon in square meters.", P(BagP("polygon")),
		func(r geoRow) (float64, bool) {
			p, ok := r.polygon(0)
			if !ok {
				return 0, false
			}
			return p.Area() * earthRadius * earthRadius, true
		}, Example{`round(geo_polygon_area(dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]})) / 1e6)`, `6182.0`}),
	geoFunc("geo_polygon_perimeter", "The length of a polygon's edges in meters.", P(BagP("polygon")),
		func(r geoRow) (float64, bool) {
			p, ok := r.polygon(0)
			if !ok {
				return 0, false
			}
			var sum s1.Angle
			for a, b := range edgesOfPolygon(p) {
				sum += a.Distance(b)
			}
			return metersOf(sum), true
		}, Example{`round(geo_polygon_perimeter(dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]})) / 1000)`, `380.0`}),
	geoFunc("geo_polygon_centroid", "The center of mass of a polygon.", P(BagP("polygon")),
		func(r geoRow) (table.Dyn, bool) {
			p, ok := r.polygon(0)
			if !ok {
				return table.Dyn{}, false
			}
			c := p.Centroid()
			return pointJSON(s2.Point{Vector: c.Normalize()}), c.Norm2() > 0
		}, Example{`round(toreal(geo_polygon_centroid(dynamic({"type":"Polygon","coordinates":[[[-1,-1],[1,-1],[1,1],[-1,1],[-1,-1]]]})).coordinates[0]), 9)`, `0.0`}),
	geoFunc("geo_distance_point_to_polygon", "The distance in meters of a point from a polygon; 0 in it.", slices.Concat(lngLat(""), P(BagP("polygon"))),
		func(r geoRow) (float64, bool) {
			p, okP := r.point(0)
			poly, ok := r.polygon(2)
			if !okP || !ok {
				return 0, false
			}
			if poly.ContainsPoint(p) {
				return 0, true
			}
			_, d := closestOf(p, edgesOfPolygon(poly))
			return metersOf(d), true
		}, Example{`geo_distance_point_to_polygon(0.8, 0.4, dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}))`, `0.0`}),
	geoFunc("geo_closest_point_on_polygon", "The point of a polygon that is closest to a point, which in it is the point itself.", slices.Concat(lngLat(""), P(BagP("polygon"))),
		func(r geoRow) (table.Dyn, bool) {
			p, okP := r.point(0)
			poly, ok := r.polygon(2)
			if !okP || !ok {
				return table.Dyn{}, false
			}
			if !poly.ContainsPoint(p) {
				p, _ = closestOf(p, edgesOfPolygon(poly))
			}
			return pointJSON(p), true
		}, Example{`geo_closest_point_on_polygon(-1, 0, dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]})).coordinates`, `dynamic([0.0,0.0])`}),
	geoFunc("geo_polygon_simplify", "A polygon with fewer points, nowhere further from it than so many meters, 10 unless given.", P(BagP("polygon"), Opt(AsRealP("tolerance"))),
		func(r geoRow) (table.Dyn, bool) {
			p, okP := r.polygon(0)
			tolerance, ok := r.tolerance(1)
			if !okP || !ok {
				return table.Dyn{}, false
			}
			out := simplified(shapesOf(p), tolerance)
			return polygonsJSON(out), len(out) > 0
		}, Example{`array_length(geo_polygon_simplify(dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,0.5],[1,1],[0,0]]]})).coordinates[0])`, `4`}),
	geoFunc("geo_simplify_polygons_array", "The polygons of an array with fewer points, nowhere further from them than so many meters, 10 unless given.", P(DynP("polygons"), Opt(AsRealP("tolerance"))),
		func(r geoRow) (table.Dyn, bool) {
			list, okList := r.tree(0).([]any)
			tolerance, ok := r.tolerance(1)
			if !okList || !ok {
				return table.Dyn{}, false
			}
			var out [][][]s2.Point
			for _, t := range list {
				ps, ok := polygonsOf(r.w, t)
				if !ok {
					return table.Dyn{}, false
				}
				out = append(out, simplified(ps, tolerance)...)
			}
			return polygonsJSON(out), len(out) > 0
		}, Example{`isnull(geo_simplify_polygons_array(dynamic([{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}]), -1))`, `true`}),
	geoFunc("geo_polygon_to_s2cells", "The tokens of the S2 cells, of level 11 unless given, that cover a polygon and what is within a radius of it.",
		P(BagP("polygon"), Opt(NumP("level")), Opt(AsRealP("radius"))),
		func(r geoRow) (table.Dyn, bool) {
			p, okP := r.polygon(0)
			level, okLevel := r.level(1, 11, 0, 30)
			radius, ok := r.real(2, 0)
			if !okP || !okLevel || !ok || radius < 0 {
				return table.Dyn{}, false
			}
			if radius == 0 {
				return coveringOf(p, int(level))
			}
			return coveringOf(&nearEdges{edges: edgesOfPolygon(p), inside: p, radius: angleOfMeters(radius)}, int(level))
		}, Example{`geo_polygon_to_s2cells(dynamic({"type":"Polygon","coordinates":[[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]]}), 5)`, `dynamic(["1004"])`}),
}

// shapesOf returns a region's polygons, each with its holes.
func shapesOf(p *s2.Polygon) [][][]s2.Point {
	var out [][][]s2.Point
	for _, l := range p.Loops() {
		vs := l.Vertices()
		if l.IsHole() {
			if len(out) > 0 {
				vs = slices.Clone(vs)
				slices.Reverse(vs)
				out[len(out)-1] = append(out[len(out)-1], vs)
			}
			continue
		}
		out = append(out, [][]s2.Point{vs})
	}
	return out
}

// simplified drops points of each ring; a ring of which less than a triangle is left
// goes, and a polygon with its shell.
func simplified(ps [][][]s2.Point, tolerance s1.Angle) [][][]s2.Point {
	var out [][][]s2.Point
	for _, rings := range ps {
		var kept [][]s2.Point
		for k, r := range rings {
			if s := simplifyRing(r, tolerance); len(s) >= 3 {
				kept = append(kept, s)
			} else if k == 0 {
				break
			}
		}
		if len(kept) > 0 {
			out = append(out, kept)
		}
	}
	return out
}

// simplifyRing drops points of a ring in two halves, between its first point and the
// one that is furthest from it.
func simplifyRing(r []s2.Point, tolerance s1.Angle) []s2.Point {
	far := 0
	for i := range r {
		if r[0].Distance(r[i]) > r[0].Distance(r[far]) {
			far = i
		}
	}
	if r[0].Distance(r[far]) <= tolerance {
		return nil
	}
	closed := append(slices.Clone(r), r[0])
	return append(simplifyChain(closed[:far+1], tolerance), simplifyChain(closed[far:], tolerance)...)
}

// simplifyChain drops points by the method of Ramer, Douglas and Peucker; the last
// point of the chain is left to what follows it.
func simplifyChain(ps []s2.Point, tolerance s1.Angle) []s2.Point {
	first, last := ps[0], ps[len(ps)-1]
	at, far := 0, tolerance
	for i := 1; i < len(ps)-1; i++ {
		if d := s2.DistanceFromSegment(ps[i], first, last); d > far {
			at, far = i, d
		}
	}
	if at == 0 {
		return []s2.Point{first}
	}
	return append(simplifyChain(ps[:at+1], tolerance), simplifyChain(ps[at:], tolerance)...)
}

package fn

import (
	"math"
	"strconv"

	"github.com/golang/geo/s2"
	"github.com/uber/h3-go/v4"

	"github.com/yagura/yagura/table"
)

// H3 cells, by their tokens.
var geoH3Funcs = []Func{
	geoFunc("geo_point_to_h3cell", "The token of the H3 cell of a resolution, 6 unless given, in which a point is.",
		append(lngLat(""), Opt(NumP("resolution"))),
		func(r geoRow) (string, bool) {
			_, okP := r.point(0)
			resolution, ok := r.level(2, 6, 0, maxH3)
			if !okP || !ok {
				return "", false
			}
			lng, _ := r.real(0, 0)
			lat, _ := r.real(1, 0)
			return h3.LatLngToCell(h3.NewLatLng(lat, lng), int(resolution)).String(), true
		}, Example{`geo_point_to_h3cell(-74.04450446039874, 40.689250859314974, 6)`, `"862a1072fffffff"`}),
	geoFunc("geo_h3cell_to_central_point", "The center of an H3 cell.", P(Str("h3cell")),
		func(r geoRow) (table.Dyn, bool) {
			c, ok := r.h3cell(0)
			if !ok {
				return table.Dyn{}, false
			}
			p := c.LatLng()
			return geoJSON("Point", []any{p.Lng, p.Lat}), true
		}, Example{`round(toreal(geo_h3cell_to_central_point("862a1072fffffff").coordinates[0]), 9)`, `-74.01600848`}),
	geoFunc("geo_h3cell_to_polygon", "An H3 cell as a polygon.", P(Str("h3cell")),
		func(r geoRow) (table.Dyn, bool) {
			c, ok := r.h3cell(0)
			if !ok {
				return table.Dyn{}, false
			}
			var ring []any
			for _, p := range c.Boundary() {
				ring = append(ring, []any{p.Lng, p.Lat})
			}
			return geoJSON("Polygon", []any{append(ring, ring[0])}), true
		}, Example{`array_length(geo_h3cell_to_polygon("862a1072fffffff").coordinates[0])`, `7`}),
	geoFunc("geo_h3cell_level", "The resolution of an H3 cell, from 0 to 15.", P(Str("h3cell")),
		func(r geoRow) (int32, bool) {
			c, ok := r.h3cell(0)
			return int32(c.Resolution()), ok
		}, Example{`geo_h3cell_level("862a1072fffffff")`, `int(6)`}),
	geoFunc("geo_h3cell_parent", "The token of the H3 cell of a resolution, that above unless given, in which an H3 cell is.",
		P(Str("h3cell"), Opt(NumP("resolution"))),
		func(r geoRow) (string, bool) {
			c, ok := r.h3cell(0)
			own := int64(c.Resolution())
			resolution, okR := r.level(1, own-1, 0, own)
			if !ok || !okR || resolution < 0 {
				return "", false
			}
			return c.Parent(int(resolution)).String(), true
		}, Example{`geo_h3cell_parent("862a1072fffffff", 1)`, `"812a3ffffffffff"`}),
	geoFunc("geo_h3cell_children", "The tokens of the H3 cells of a resolution, that below unless given, that make an H3 cell.",
		P(Str("h3cell"), Opt(NumP("resolution"))),
		func(r geoRow) (table.Dyn, bool) {
			const deepest = 5
			c, ok := r.h3cell(0)
			own := int64(c.Resolution())
			resolution, okR := r.level(1, own+1, own, min(own+deepest, maxH3))
			if !ok || !okR || resolution > maxH3 {
				return table.Dyn{}, false
			}
			return h3Tokens(c.Children(int(resolution))), true
		}, Example{`array_length(geo_h3cell_children("862a1072fffffff", 9))`, `343`}),
	geoFunc("geo_h3cell_neighbors", "The tokens of the H3 cells around an H3 cell.", P(Str("h3cell")),
		func(r geoRow) (table.Dyn, bool) {
			c, ok := r.h3cell(0)
			if !ok {
				return table.Dyn{}, false
			}
			return h3Tokens(h3.GridDiskDistances(c, 1)[1]), true
		}, Example{`array_length(geo_h3cell_neighbors("862a1072fffffff"))`, `6`}),
	geoFunc("geo_h3cell_rings", "The tokens of the H3 cells around an H3 cell, an array for each distance from 0 on.",
		P(Str("h3cell"), NumP("distance")),
		func(r geoRow) (table.Dyn, bool) {
			const farthest = 142
			c, ok := r.h3cell(0)
			distance, okD := r.level(1, 0, 0, farthest)
			if !ok || !okD {
				return table.Dyn{}, false
			}
			var rings []any
			for _, cells := range h3.GridDiskDistances(c, int(distance)) {
				rings = append(rings, h3Tokens(cells).Tree())
			}
			return table.NewDyn(rings), true
		}, Example{`array_length(geo_h3cell_rings("861f8894fffffff", 2)[2])`, `12`}),
	geoFunc("geo_polygon_to_h3cells", "The tokens of the H3 cells of a resolution, 6 unless given, whose centers are in a polygon or within a radius of it.",
		P(BagP("polygon"), Opt(NumP("resolution")), Opt(AsRealP("radius"))),
		failing(func(r geoRow) (table.Dyn, bool, error) {
			p, okP := r.polygon(0)
			resolution, okR := r.level(1, 6, 0, maxH3)
			radius, ok := r.real(2, 0)
			if !okP || !okR || !ok || radius < 0 {
				return table.Dyn{}, false, nil
			}
			shapes := shapesOf(p)
			if radius > 0 {
				b, ok := bufferOf(radius, radius/100)
				if !ok {
					return table.Dyn{}, false, nil
				}
				grown, ok, err := b.polygon(p)
				if err != nil || !ok {
					return table.Dyn{}, false, err
				}
				if shapes, ok = polygonsOf(r.w, grown.Tree()); !ok {
					return table.Dyn{}, false, nil
				}
			}
			cells, ok := h3Fill(shapes, int(resolution))
			return h3Tokens(cells), ok, nil
		}), Example{`array_length(geo_polygon_to_h3cells(dynamic({"type":"Polygon","coordinates":[[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]]}), 6))`, `3`}),
}

const maxH3 = 15

// h3cell reads argument k as a token.
func (r geoRow) h3cell(k int) (h3.Cell, bool) {
	n, err := strconv.ParseUint(r.text(k), 16, 64)
	c := h3.Cell(n)
	return c, err == nil && c.IsValid()
}

func h3Tokens(cells []h3.Cell) table.Dyn {
	out := make([]any, 0, len(cells))
	for _, c := range cells {
		if c != 0 { // the place of one that a pentagon leaves out
			out = append(out, c.String())
		}
	}
	return table.NewDyn(out)
}

// mostH3 is how many cells a polygon has at most, as Kusto documents it; mostAtOnce
// bounds what is asked of the library at once, which takes memory by a polygon's
// bounds.
const (
	mostH3     = 61680
	mostAtOnce = 1 << 20
)

// h3Fill returns the cells whose centers are in polygons; there are none if they are
// too many.
func h3Fill(shapes [][][]s2.Point, resolution int) ([]h3.Cell, bool) {
	var out []h3.Cell
	seen := map[h3.Cell]bool{}
	for _, rings := range shapes {
		part := make([]flatRing, len(rings))
		for k, ring := range rings {
			part[k] = flatten(ring)
		}
		if !h3Part(part, resolution, func(c h3.Cell) bool {
			if !seen[c] {
				seen[c] = true
				out = append(out, c)
			}
			return len(out) <= mostH3
		}) {
			return nil, false
		}
	}
	return out, true
}

// h3Part gives the cells of one polygon, whose first ring is its shell, quarter by
// quarter where its bounds are too large.
func h3Part(rings []flatRing, resolution int, yield func(h3.Cell) bool) bool {
	box := rings[0].bounds()
	if cells := box.area() / h3.HexagonAreaAvgKm2(resolution); cells <= mostAtOnce {
		for _, c := range h3.PolygonToCells(h3Polygon(rings), resolution) {
			if !yield(c) {
				return false
			}
		}
		return true
	}
	for _, quarter := range box.quarters() {
		var inside []flatRing
		for k, ring := range rings {
			cut := ring.within(quarter)
			if k == 0 && len(cut) == 0 {
				break
			}
			if len(cut) > 0 {
				inside = append(inside, cut)
			}
		}
		if len(inside) > 0 && !h3Part(inside, resolution, yield) {
			return false
		}
	}
	return true
}

func h3Polygon(rings []flatRing) h3.GeoPolygon {
	var p h3.GeoPolygon
	for k, ring := range rings {
		loop := make(h3.GeoLoop, len(ring))
		for i, d := range ring {
			lng := d[0]
			if lng > 180 {
				lng -= 360
			}
			loop[i] = h3.NewLatLng(d[1], lng)
		}
		if k == 0 {
			p.GeoLoop = loop
		} else {
			p.Holes = append(p.Holes, loop)
		}
	}
	return p
}

// flatRing is a ring on the plane of longitudes and latitudes, in degrees. One that
// crosses the antimeridian goes on beyond 180.
type flatRing [][2]float64

func flatten(ring []s2.Point) flatRing {
	out := make(flatRing, len(ring))
	least, most := 180.0, -180.0
	for i, p := range ring {
		ll := s2.LatLngFromPoint(p)
		out[i] = [2]float64{ll.Lng.Degrees(), ll.Lat.Degrees()}
		least, most = min(least, out[i][0]), max(most, out[i][0])
	}
	if most-least > 180 {
		for i := range out {
			if out[i][0] < 0 {
				out[i][0] += 360
			}
		}
	}
	return out
}

// flatBox is a rectangle of longitudes and latitudes.
type flatBox struct{ least, most [2]float64 }

func (r flatRing) bounds() flatBox {
	b := flatBox{r[0], r[0]}
	for _, p := range r {
		for axis, x := range p {
			b.least[axis], b.most[axis] = min(b.least[axis], x), max(b.most[axis], x)
		}
	}
	return b
}

// area is in square kilometers.
func (b flatBox) area() float64 {
	const radians = math.Pi / 180
	width := (b.most[0] - b.least[0]) * radians
	height := math.Sin(b.most[1]*radians) - math.Sin(b.least[1]*radians)
	return width * height * earthRadius * earthRadius / 1e6
}

func (b flatBox) quarters() [4]flatBox {
	mid := [2]float64{(b.least[0] + b.most[0]) / 2, (b.least[1] + b.most[1]) / 2}
	return [4]flatBox{
		{b.least, mid},
		{[2]float64{mid[0], b.least[1]}, [2]float64{b.most[0], mid[1]}},
		{[2]float64{b.least[0], mid[1]}, [2]float64{mid[0], b.most[1]}},
		{mid, b.most},
	}
}

// within is the part of a ring in a rectangle: cut at one side after the other, as
// Sutherland and Hodgman do it. Where it falls apart, its parts hang together by edges
// along the sides, which hold no cell's center.
func (r flatRing) within(b flatBox) flatRing {
	for axis := range 2 {
		r = r.beyond(axis, 1, b.least[axis])
		r = r.beyond(axis, -1, -b.most[axis])
	}
	if len(r) < 3 {
		return nil
	}
	return r
}

// beyond keeps of a ring where sign times a coordinate is at least so much.
func (r flatRing) beyond(axis int, sign, least float64) flatRing {
	var out flatRing
	for i, p := range r {
		before := r[(i+len(r)-1)%len(r)]
		a, c := sign*before[axis]-least, sign*p[axis]-least
		if (a < 0) != (c < 0) {
			t := a / (a - c)
			out = append(out, [2]float64{before[0] + t*(p[0]-before[0]), before[1] + t*(p[1]-before[1])})
		}
		if c >= 0 {
			out = append(out, p)
		}
	}
	return out
}

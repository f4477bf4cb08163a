package fn

import (
	"math"
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
	"github.com/peterstace/simplefeatures/geom"

	"github.com/yagura/yagura/table"
)

// Buffers: what is within a radius of a shape, as a polygon that is off by a
// tolerance at most.
var geoBufferFuncs = []Func{
	geoFunc("geo_point_buffer", "The polygon of what is within so many meters of a point, off by a tolerance of 10 unless given.",
		append(lngLat(""), AsRealP("radius"), Opt(AsRealP("tolerance"))),
		func(r geoRow) (table.Dyn, bool) {
			p, okP := r.point(0)
			b, ok := r.buffer(2)
			if !okP || !ok {
				return table.Dyn{}, false
			}
			return polygonsJSON([][][]s2.Point{{b.circle(p)}}), true
		}, Example{`array_length(geo_point_buffer(-115.1745008278, 36.1497251277, 20000).coordinates[0])`, `101`}),
	geoFunc("geo_line_buffer", "The polygon of what is within so many meters of a line, off by a tolerance of 10 unless given.",
		P(BagP("lineString"), AsRealP("radius"), Opt(AsRealP("tolerance"))),
		failing(func(r geoRow) (table.Dyn, bool, error) {
			lines, okL := r.lines(0)
			b, ok := r.buffer(1)
			if !okL || !ok {
				return table.Dyn{}, false, nil
			}
			var pieces [][]s2.Point
			for _, l := range lines {
				pieces = append(pieces, b.line(l)...)
			}
			return b.union(pieces, nil)
		}), Example{`array_length(geo_line_buffer(dynamic({"type":"LineString","coordinates":[[0,0],[1,1]]}), 100, 50).coordinates[0]) > 4`, `true`}),
	geoFunc("geo_polygon_buffer", "The polygon of what is within so many meters of a polygon, off by a tolerance of 10 unless given.",
		P(BagP("polygon"), AsRealP("radius"), Opt(AsRealP("tolerance"))),
		failing(func(r geoRow) (table.Dyn, bool, error) {
			p, okP := r.polygon(0)
			b, ok := r.buffer(1)
			if !okP || !ok {
				return table.Dyn{}, false, nil
			}
			return b.polygon(p)
		}), Example{`array_length(geo_polygon_buffer(dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}), 100, 50).coordinates[0]) > 4`, `true`}),
}

// buffer is a radius and the angle between the points of its arcs.
type buffer struct {
	radius s1.Angle
	step   float64
}

// buffer reads a radius, as argument k, and a tolerance.
func (r geoRow) buffer(k int) (buffer, bool) {
	radius, okR := r.real(k, 0)
	tolerance, okT := r.real(k+1, 10)
	if !okR || !okT {
		return buffer{}, false
	}
	return bufferOf(radius, tolerance)
}

// bufferOf is a buffer of a radius in meters that is off by a tolerance at most.
func bufferOf(radius, tolerance float64) (buffer, bool) {
	if radius <= 0 || tolerance <= 0 || tolerance < radius*1e-6 || radius > math.Pi/2*earthRadius {
		return buffer{}, false
	}
	off := min(tolerance/radius, 1-1e-9)
	return buffer{angleOfMeters(radius), 2 * math.Acos(1-off)}, true
}

// away is the point at the radius from p in a direction.
func (b buffer) away(p s2.Point, direction s2.Point) s2.Point {
	return s2.Point{Vector: p.Mul(math.Cos(b.radius.Radians())).Add(direction.Mul(math.Sin(b.radius.Radians()))).Normalize()}
}

func (b buffer) circle(p s2.Point) []s2.Point {
	start := s2.Ortho(p)
	side := s2.Point{Vector: p.Cross(start.Vector).Normalize()}
	out := make([]s2.Point, max(3, int(math.Ceil(2*math.Pi/b.step))))
	for i := range out {
		angle := 2 * math.Pi * float64(i) / float64(len(out))
		out[i] = b.away(p, s2.Point{Vector: start.Mul(math.Cos(angle)).Add(side.Mul(math.Sin(angle)))})
	}
	return out
}

// right is the direction to the right of an edge.
func right(a, c s2.Point) s2.Point { return s2.Point{Vector: c.PointCross(a).Normalize()} }

// arc goes around p counterclockwise from one direction to another, both included.
func (b buffer) arc(p, from, to s2.Point) []s2.Point {
	side := s2.Point{Vector: p.Cross(from.Vector).Normalize()}
	span := turned(math.Atan2(to.Dot(side.Vector), to.Dot(from.Vector)))
	var out []s2.Point
	for angle := 0.0; angle < span-1e-12; angle += b.step {
		out = append(out, b.away(p, s2.Point{Vector: from.Mul(math.Cos(angle)).Add(side.Mul(math.Sin(angle)))}))
	}
	return append(out, b.away(p, to))
}

// edge is the strip to the right of an edge.
func (b buffer) edge(a, c s2.Point) []s2.Point {
	d := right(a, c)
	return []s2.Point{c, a, b.away(a, d), b.away(c, d)}
}

// line is a strip on both sides of each edge and the sector at each turn and end.
func (b buffer) line(l []s2.Point) [][]s2.Point {
	back := slices.Clone(l)
	slices.Reverse(back)
	loop := append(slices.Clone(l), back[1:len(back)-1]...)
	return b.ring(loop, false)
}

// ring is a strip to the right of each edge of a ring, which is the outside of a
// shell, and the sector at each turn to the left. A hole's rings run the other way
// as they are kept.
func (b buffer) ring(r []s2.Point, hole bool) [][]s2.Point {
	if hole {
		r = slices.Clone(r)
		slices.Reverse(r)
	}
	var out [][]s2.Point
	n := len(r)
	for i := range r {
		before, at, after := r[(i+n-1)%n], r[i], r[(i+1)%n]
		out = append(out, b.edge(at, after))
		if before == after || s2.RobustSign(before, at, after) == s2.CounterClockwise {
			out = append(out, append(b.arc(at, right(before, at), right(at, after)), at))
		}
	}
	return out
}

// polygon is a polygon and what is within the radius of it.
func (b buffer) polygon(p *s2.Polygon) (table.Dyn, bool, error) {
	shapes := shapesOf(p)
	var pieces [][]s2.Point
	for _, rings := range shapes {
		for k, ring := range rings {
			pieces = append(pieces, b.ring(ring, k > 0)...)
		}
	}
	return b.union(pieces, shapes)
}

// union joins the pieces of a buffer and the shapes that it is of.
func (b buffer) union(pieces [][]s2.Point, shapes [][][]s2.Point) (table.Dyn, bool, error) {
	all := shape{polygons: slices.Clone(shapes)}
	for _, p := range pieces {
		all.polygons = append(all.polygons, [][]s2.Point{p})
	}
	g, u, ok, err := union(all)
	if err != nil || !ok {
		return table.Dyn{}, false, err
	}
	var out [][][]s2.Point
	for _, s := range u.Dump() {
		if s.Type() == geom.TypePolygon {
			out = append(out, g.rings(s.MustAsPolygon()))
		}
	}
	return polygonsJSON(out), len(out) > 0, nil
}

package fn

import (
	"math"
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// Points on Earth.
var geoPointFuncs = []Func{
	geoFunc("geo_distance_2points", "The distance of two points in meters, on a sphere or, if asked for, on the WGS 84 spheroid.",
		slices.Concat(lngLat("p1_"), lngLat("p2_"), P(numberOrBool("use_spheroid"))),
		failing(func(r geoRow) (float64, bool, error) {
			a, okA := r.point(0)
			b, okB := r.point(2)
			if !okA || !okB {
				return 0, false, nil
			}
			d, err := distanceOf(a, b, boolArg(r.args, 4, r.i, false))
			return d, true, err
		}), Example{`round(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056), 3)`, `1546754.352`}),
	geoFunc("geo_azimuth", "The angle in radians from north, clockwise, to the line from one point to another; null if they are the same or antipodal.",
		slices.Concat(lngLat("p1_"), lngLat("p2_")),
		func(r geoRow) (float64, bool) {
			a, okA := r.point(0)
			b, okB := r.point(2)
			if !okA || !okB || !directed(a, b) {
				return 0, false
			}
			return turned(azimuth(a, b)), true
		}, Example{`round(geo_azimuth(5, 10, 10, -40), 9)`, `3.054599398`}, Example{`geo_azimuth(10, 20, -170, -20)`, `real(null)`}),
	geoFunc("geo_angle", "The angle in radians, clockwise, from the line between the first two points to the line from the second to the third; null if two of them are the same or antipodal.",
		slices.Concat(lngLat("p1_"), lngLat("p2_"), lngLat("p3_")),
		func(r geoRow) (float64, bool) {
			a, okA := r.point(0)
			b, okB := r.point(2)
			c, okC := r.point(4)
			if !okA || !okB || !okC || !directed(a, b) || !directed(b, c) {
				return 0, false
			}
			return turned(azimuth(b, c) - azimuth(b, a)), true
		}, Example{`round(geo_angle(0, 10, 0, 5, 3, -10), 9)`, `2.944938434`}),
	geoFunc("geo_point_in_circle", "Whether a point is within so many meters of a center.",
		slices.Concat(lngLat("p_"), lngLat("pc_"), P(AsRealP("c_radius"))),
		func(r geoRow) (bool, bool) {
			p, okP := r.point(0)
			c, okC := r.point(2)
			radius, ok := r.real(4, 0)
			return metersOf(p.Distance(c)) <= radius, okP && okC && ok && radius > 0
		}, Example{`geo_point_in_circle(-122.143564, 47.535677, -122.100896, 47.527351, 3500)`, `true`}, Example{`geo_point_in_circle(1, 1, 1, 1, 0)`, `bool(null)`}),
	geoFunc("geo_point_in_polygon", "Whether a point is in a polygon.",
		slices.Concat(lngLat(""), P(BagP("polygon"))),
		func(r geoRow) (bool, bool) {
			p, okP := r.point(0)
			poly, ok := r.polygon(2)
			return ok && poly.ContainsPoint(p), okP && ok
		}, Example{`geo_point_in_polygon(2, 1, dynamic({"type":"Polygon","coordinates":[[[0,0],[3,0],[3,3],[0,0]]]}))`, `true`}),
}

// directed reports whether there is one shortest line between two points.
func directed(a, b s2.Point) bool {
	return !a.ApproxEqual(b) && !a.ApproxEqual(s2.Point{Vector: b.Mul(-1)})
}

// azimuth is the direction of b from a in radians, clockwise from north.
func azimuth(a, b s2.Point) float64 {
	p, q := s2.LatLngFromPoint(a), s2.LatLngFromPoint(b)
	east := (q.Lng - p.Lng).Radians()
	lat1, lat2 := p.Lat.Radians(), q.Lat.Radians()
	return math.Atan2(math.Sin(east)*math.Cos(lat2), math.Cos(lat1)*math.Sin(lat2)-math.Sin(lat1)*math.Cos(lat2)*math.Cos(east))
}

// turned brings an angle to [0, 2π).
func turned(a float64) float64 {
	if a = math.Mod(a, 2*math.Pi); a < 0 {
		a += 2 * math.Pi
	}
	return a
}

func distanceOf(a, b s2.Point, spheroid bool) (float64, error) {
	if !spheroid {
		return metersOf(a.Distance(b)), nil
	}
	return spheroidDistance(a, b)
}

// closestOf returns the point of some edges that is closest to p, and its distance.
func closestOf(p s2.Point, edges func(yield func(a, b s2.Point) bool)) (s2.Point, s1.Angle) {
	best, at := s1.InfAngle(), s2.Point{}
	for a, b := range edges {
		if d := s2.DistanceFromSegment(p, a, b); d < best {
			best, at = d, s2.Project(p, a, b)
		}
	}
	return at, best
}

// edgesOfLines goes through the edges of lines.
func edgesOfLines(lines [][]s2.Point) func(yield func(a, b s2.Point) bool) {
	return func(yield func(a, b s2.Point) bool) {
		for _, l := range lines {
			for i := 1; i < len(l); i++ {
				if !yield(l[i-1], l[i]) {
					return
				}
			}
		}
	}
}

// edgesOfPolygon goes through the edges of a polygon's loops.
func edgesOfPolygon(p *s2.Polygon) func(yield func(a, b s2.Point) bool) {
	return func(yield func(a, b s2.Point) bool) {
		for _, l := range p.Loops() {
			for i := range l.NumVertices() {
				if !yield(l.Vertex(i), l.Vertex(i+1)) {
					return
				}
			}
		}
	}
}

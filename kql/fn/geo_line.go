package fn

import (
	"slices"

	"github.com/golang/geo/r3"
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/yagura/yagura/table"
)

// Lines on Earth: LineString or MultiLineString.
var geoLineFuncs = []Func{
	geoFunc("geo_line_length", "The length of a line in meters; what several lines share counts once.", P(BagP("lineString")),
		func(r geoRow) (float64, bool) {
			lines, ok := r.lines(0)
			return metersOf(lengthOf(lines)), ok
		}, Example{`round(geo_line_length(dynamic({"type":"LineString","coordinates":[[0,0],[0,1]]})), 3)`, `111195.101`}, Example{`round(geo_line_length(dynamic({"type":"MultiLineString","coordinates":[[[0,0],[0,1],[0,2]],[[0,1],[0,0]]]})), 3)`, `222390.202`}),
	geoFunc("geo_line_centroid", "The center of mass of a line.", P(BagP("lineString")),
		func(r geoRow) (table.Dyn, bool) {
			lines, ok := r.lines(0)
			if !ok {
				return table.Dyn{}, false
			}
			var sum r3.Vector
			for a, b := range edgesOfUnion(lines) {
				r.w.Step(edgeSteps)
				p := s2.Polyline{a, b}
				sum = sum.Add(p.Centroid().Vector)
			}
			return pointJSON(s2.Point{Vector: sum.Normalize()}), sum.Norm2() > 0
		}, Example{`round(toreal(geo_line_centroid(dynamic({"type":"LineString","coordinates":[[0,0],[0,2]]})).coordinates[1]), 9)`, `1.0`}),
	geoFunc("geo_distance_point_to_line", "The distance in meters of a point from a line.", slices.Concat(lngLat(""), P(BagP("lineString"))),
		func(r geoRow) (float64, bool) {
			p, okP := r.point(0)
			lines, ok := r.lines(2)
			if !okP || !ok {
				return 0, false
			}
			_, d := closestOf(p, edgesOfLines(lines))
			return metersOf(d), true
		}, Example{`round(geo_distance_point_to_line(1, 0, dynamic({"type":"LineString","coordinates":[[0,-1],[0,1]]})), 3)`, `111195.101`}),
	geoFunc("geo_closest_point_on_line", "The point of a line that is closest to a point.", slices.Concat(lngLat(""), P(BagP("lineString"))),
		func(r geoRow) (table.Dyn, bool) {
			p, okP := r.point(0)
			lines, ok := r.lines(2)
			if !okP || !ok {
				return table.Dyn{}, false
			}
			q, _ := closestOf(p, edgesOfLines(lines))
			return pointJSON(q), true
		}, Example{`geo_closest_point_on_line(1, 0, dynamic({"type":"LineString","coordinates":[[0,-1],[0,0]]})).coordinates`, `dynamic([0.0,0.0])`}),
	geoFunc("geo_line_interpolate_point", "The point at a fraction, 0 to 1, of a line's length.", P(BagP("lineString"), AsRealP("fraction")),
		func(r geoRow) (table.Dyn, bool) {
			line, okLine := r.line(0)
			fraction, ok := r.real(1, 0)
			if !okLine || !ok || fraction < 0 || fraction > 1 {
				return table.Dyn{}, false
			}
			p, _ := line.Interpolate(fraction)
			return pointJSON(p), true
		}, Example{`round(toreal(geo_line_interpolate_point(dynamic({"type":"LineString","coordinates":[[0,0],[0,2]]}), 0.25).coordinates[1]), 9)`, `0.5`}),
	geoFunc("geo_line_locate_point", "The fraction of a line's length, on a sphere or on the WGS 84 spheroid, at which it is closest to a point.",
		slices.Concat(P(BagP("lineString")), lngLat(""), P(numberOrBool("use_spheroid"))),
		failing(func(r geoRow) (float64, bool, error) {
			line, okLine := r.line(0)
			p, okP := r.point(1)
			if !okLine || !okP {
				return 0, false, nil
			}
			share, err := locate(line, p, boolArg(r.args, 3, r.i, false))
			return share, true, err
		}), Example{`round(geo_line_locate_point(dynamic({"type":"LineString","coordinates":[[0,0],[0,2]]}), 1, 0.5), 3)`, `0.25`}),
	geoFunc("geo_line_simplify", "A line with fewer points, nowhere further from it than so many meters, 10 unless given; of several lines those that are shorter go.", P(BagP("lineString"), Opt(AsRealP("tolerance"))),
		func(r geoRow) (table.Dyn, bool) {
			lines, okLine := r.lines(0)
			tolerance, ok := r.tolerance(1)
			if !okLine || !ok {
				return table.Dyn{}, false
			}
			var out [][]s2.Point
			for _, l := range lines {
				p := s2.Polyline(l)
				kept := p.SubsampleVertices(tolerance)
				if len(kept) > 2 || len(kept) == 2 && p[kept[0]].Distance(p[kept[1]]) > tolerance {
					out = append(out, pick(l, kept))
				}
			}
			return linesJSON(out), len(out) > 0
		}, Example{`array_length(geo_line_simplify(dynamic({"type":"LineString","coordinates":[[0,0],[0,1],[0,2]]})).coordinates)`, `2`}),
	geoFunc("geo_line_to_s2cells", "The tokens of the S2 cells, of level 11 unless given, that cover a line and what is within a radius of it.",
		P(BagP("lineString"), Opt(NumP("level")), Opt(AsRealP("radius"))),
		func(r geoRow) (table.Dyn, bool) {
			lines, okLine := r.lines(0)
			level, okLevel := r.level(1, 11, 0, 30)
			radius, ok := r.real(2, 0)
			if !okLine || !okLevel || !ok || radius < 0 {
				return table.Dyn{}, false
			}
			return coveringOf(&nearEdges{edges: edgesOfLines(lines), radius: angleOfMeters(radius)}, int(level))
		}, Example{`geo_line_to_s2cells(dynamic({"type":"LineString","coordinates":[[0.1,0.1],[0.2,0.2]]}), 5)`, `dynamic(["1004"])`}),
}

// tolerance is an argument in meters, 10 unless given, of at most a quarter of the
// way around.
func (r geoRow) tolerance(k int) (s1.Angle, bool) {
	const most = 7_800_000
	meters, ok := r.real(k, 10)
	return angleOfMeters(meters), ok && meters >= 0 && meters <= most
}

func pick(ps []s2.Point, at []int) []s2.Point {
	out := make([]s2.Point, len(at))
	for i, k := range at {
		out[i] = ps[k]
	}
	return out
}

// edgesOfUnion goes through the edges of lines, through what several of them share once.
func edgesOfUnion(lines [][]s2.Point) func(yield func(a, b s2.Point) bool) {
	if len(lines) == 1 {
		return edgesOfLines(lines)
	}
	return func(yield func(a, b s2.Point) bool) {
		gone := map[[2]s2.Point]bool{}
		for a, b := range edgesOfLines(lines) {
			if gone[[2]s2.Point{a, b}] {
				continue
			}
			gone[[2]s2.Point{a, b}], gone[[2]s2.Point{b, a}] = true, true
			if !yield(a, b) {
				return
			}
		}
	}
}

func lengthOf(lines [][]s2.Point) s1.Angle {
	var sum s1.Angle
	for a, b := range edgesOfUnion(lines) {
		sum += a.Distance(b)
	}
	return sum
}

// locate returns how far along a line it is closest to p, as a share of its length.
func locate(line s2.Polyline, p s2.Point, spheroid bool) (float64, error) {
	at, next := line.Project(p)
	before, all := 0.0, 0.0
	for i := 1; i < len(line); i++ {
		d, err := distanceOf(line[i-1], line[i], spheroid)
		if err != nil {
			return 0, err
		}
		all += d
		if i == next {
			if d, err = distanceOf(line[i-1], at, spheroid); err != nil {
				return 0, err
			}
		}
		if i <= next {
			before += d
		}
	}
	return min(before/all, 1), nil
}

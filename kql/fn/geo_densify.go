package fn

import (
	"math"
	"slices"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/s2"

	"github.com/yagura/yagura/table"
)

// Planar edges as chains of geodesics.
var geoDensifyFuncs = []Func{
	geoFunc("geo_line_densify", "A line whose edges are straight on the map as one of geodesics that are nowhere further from it than so many meters, 10 unless given; cut at the antimeridian unless it may cross it.",
		densifyParams("lineString"), func(r geoRow) (table.Dyn, bool) {
			return densify(r, "LineString", func(e any, d *densifier) ([]any, bool) {
				if _, ok := linesOf(r.w, geoJSON("LineString", e).Tree()); !ok {
					return nil, false
				}
				degrees, _ := degreesOf(r.w, e)
				return d.chains(degrees), true
			})
		}, Example{`array_length(geo_line_densify(dynamic({"type":"LineString","coordinates":[[50,50],[51,51]]})).coordinates)`, `9`}),
	geoFunc("geo_polygon_densify", "A polygon whose edges are straight on the map as one of geodesics that are nowhere further from it than so many meters, 10 unless given.",
		densifyParams("polygon"), func(r geoRow) (table.Dyn, bool) {
			return densify(r, "Polygon", func(e any, d *densifier) ([]any, bool) {
				if _, ok := ringsOf(r.w, e); !ok {
					return nil, false
				}
				var rings []any
				for i, t := range e.([]any) {
					degrees, _ := degreesOf(r.w, t)
					if i == 0 && clockwise(degrees) {
						degrees = turnedAround(degrees)
					}
					rings = append(rings, chain(d.points(degrees)))
				}
				return []any{rings}, true
			})
		}, Example{`array_length(geo_polygon_densify(dynamic({"type":"Polygon","coordinates":[[[10,10],[11,10],[11,11],[10,11],[10,10]]]})).coordinates[0])`, `11`}),
}

func densifyParams(name string) []Param {
	return P(DynP(name), Opt(AsRealP("tolerance")), numberOrBool("preserve_crossing"))
}

// densify applies f to each part of a geometry; f returns what becomes of it.
func densify(r geoRow, single string, f func(e any, d *densifier) ([]any, bool)) (table.Dyn, bool) {
	meters, ok := r.real(1, 10)
	kind, coordinates, okGeo := geometry(r.tree(0))
	if !ok || !okGeo || meters < 0.1 || meters > 10_000 {
		return table.Dyn{}, false
	}
	list, ok := parts(kind, coordinates, single)
	if !ok {
		return table.Dyn{}, false
	}
	d := &densifier{w: r.w, crossing: boolArg(r.args, 2, r.i, false)}
	d.tessellator = s2.NewEdgeTessellator(planar{s2.NewPlateCarreeProjection(180).(*s2.PlateCarreeProjection), d.crossing}, angleOfMeters(meters*errorScale))
	var out []any
	for _, e := range list {
		chains, ok := f(e, d)
		if !ok {
			return table.Dyn{}, false
		}
		out = append(out, chains...)
	}
	if len(out) == 1 && kind == single {
		return geoJSON(single, out[0]), true
	}
	return geoJSON("Multi"+single, out), true
}

// errorScale is what the tessellator's estimate of an error, made at two points of an
// edge, may be of the greatest error allowed.
const errorScale = 0.8382999256988851

type densifier struct {
	w           *work
	tessellator *s2.EdgeTessellator
	crossing    bool // of the antimeridian is kept
}

func (d *densifier) points(degrees [][2]float64) []s2.Point {
	var out []s2.Point
	for i := 1; i < len(degrees); i++ {
		a, b := degrees[i-1], degrees[i]
		d.w.Step(edgeSteps)
		out = d.tessellator.AppendUnprojected(r2.Point{X: a[0], Y: a[1]}, r2.Point{X: b[0], Y: b[1]}, out)
	}
	return out
}

// chains are the pieces of a line between its crossings of the antimeridian.
func (d *densifier) chains(degrees [][2]float64) []any {
	ps := d.points(degrees)
	if d.crossing {
		return []any{chain(ps)}
	}
	var out []any
	from := 0
	for i := 1; i < len(ps); i++ {
		a, b := s2.LatLngFromPoint(ps[i-1]), s2.LatLngFromPoint(ps[i])
		if math.Abs((a.Lng - b.Lng).Degrees()) <= 180 {
			continue
		}
		side := math.Copysign(besideAntimeridian, a.Lng.Degrees())
		lat := crossingLatitude(ps[i-1], ps[i])
		out = append(out, append(chain(ps[from:i]), []any{side, lat}))
		ps = slices.Insert(ps, i, pointAt(-side, lat))
		from = i
		i++
	}
	return append(out, chain(ps[from:]))
}

// besideAntimeridian is the longitude at which the engine cuts lines at 180 degrees.
const besideAntimeridian = 179.999999999999

// crossingLatitude is where, in degrees, the geodesic from a to b meets the
// antimeridian.
func crossingLatitude(a, b s2.Point) float64 {
	n := a.PointCross(b)
	return math.Atan(n.X/n.Z) / radiansPerDegree
}

// clockwise reports whether a closed ring goes around its smaller side clockwise.
func clockwise(ring [][2]float64) bool {
	ps := make([]s2.Point, len(ring)-1)
	for i := range ps {
		ps[i] = pointAt(ring[i][0], ring[i][1])
	}
	return s2.LoopFromPoints(ps).TurningAngle() < 0
}

// turnedAround is a closed ring the other way around, as S2 inverts a loop: from its
// last point.
func turnedAround(ring [][2]float64) [][2]float64 {
	out := slices.Clone(ring[:len(ring)-1])
	slices.Reverse(out)
	return append(out, out[0])
}

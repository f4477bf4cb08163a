package fn

import (
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/yagura/yagura/table"
)

// The geo_* functions take points as longitude and latitude in degrees and shapes as
// GeoJSON. Edges are geodesics on a sphere. What is not valid gives null.

// earthRadius is the sphere's, in meters.
const earthRadius = 6371010.0

func metersOf(a s1.Angle) float64      { return a.Radians() * earthRadius }
func angleOfMeters(m float64) s1.Angle { return s1.Angle(m / earthRadius) }

// geoRow is one row of a geo function's arguments.
type geoRow struct {
	w    *work
	args []table.Vec
	i    int
	err  *error // the end of the query, if set
}

// readingSteps and edgeSteps are about what reading a point and computing with an edge take,
// in steps.
const (
	readingSteps = 2 << 10
	edgeSteps    = 4 << 10
)

// real is a number; given is false if the call leaves it out.
func (r geoRow) real(k int, missing float64) (x float64, ok bool) {
	if k >= len(r.args) {
		return missing, true
	}
	if r.args[k].IsNull(r.i) {
		return 0, false
	}
	x = realArg(r.args, k, r.i, missing)
	return x, finite(x)
}

// level is a whole number between two bounds.
func (r geoRow) level(k int, missing, least, most int64) (int64, bool) {
	if k >= len(r.args) {
		return missing, true
	}
	n := longArg(r.args, k, r.i, least-1)
	return n, least <= n && n <= most
}

// point reads the point whose longitude and latitude are arguments k and k+1.
func (r geoRow) point(k int) (s2.Point, bool) {
	lng, okLng := r.real(k, 0)
	lat, okLat := r.real(k+1, 0)
	if !okLng || !okLat || math.Abs(lng) > 180 || math.Abs(lat) > 90 {
		return s2.Point{}, false
	}
	return pointAt(lng, lat), true
}

func (r geoRow) text(k int) string { return textArg(r.args, k, r.i, "") }

// tree is the value of a dynamic argument, nil if it is null.
func (r geoRow) tree(k int) any { return treeOf(r.args[k].At(r.i)) }

// geoFunc is a function of geographic arguments.
func geoFunc[R table.Elem](name, doc string, params []Param, f func(geoRow) (R, bool), examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Examples: examples,
		Overloads: []Overload{{Params: params, Returns: Is(table.TypeOf[R]()), Slow: slow(func(w *work) Eval {
			return func(args []table.Vec, rows int) (table.Vec, error) {
				var err error
				out := fill(rows, nil, func(i int) (R, bool) { return f(geoRow{w, args, i, &err}) })
				return out, err
			}
		})}},
	}
}

// lngLat are the parameters of a point.
func lngLat(prefix string) []Param {
	return P(AsRealP(prefix+"longitude"), AsRealP(prefix+"latitude"))
}

// numberOrBool is the parameter of a switch.
func numberOrBool(name string) Param {
	return Opt(Param{Name: name, Types: []table.Type{table.Bool, table.Long, table.Real}, Lossy: true})
}

// Writing GeoJSON.

func geoJSON(kind string, coordinates any) table.Dyn {
	b := &table.Bag{}
	b.Set("type", kind)
	b.Set("coordinates", coordinates)
	return table.NewDyn(b)
}

func coordinatesOf(p s2.Point) any {
	lng, lat := degreesAt(p)
	return []any{lng, lat}
}

func pointJSON(p s2.Point) table.Dyn { return geoJSON("Point", coordinatesOf(p)) }

func chain(ps []s2.Point) []any {
	out := make([]any, len(ps))
	for i, p := range ps {
		out[i] = coordinatesOf(p)
	}
	return out
}

// ring is a closed chain: the first point comes again at its end.
func ring(ps []s2.Point) []any {
	out := chain(ps)
	if len(out) > 0 {
		out = append(out, out[0])
	}
	return out
}

// linesJSON is a LineString, or of several lines a MultiLineString.
func linesJSON(lines [][]s2.Point) table.Dyn {
	if len(lines) == 1 {
		return geoJSON("LineString", chain(lines[0]))
	}
	out := make([]any, len(lines))
	for i, l := range lines {
		out[i] = chain(l)
	}
	return geoJSON("MultiLineString", out)
}

// polygonsJSON is a Polygon, or of several a MultiPolygon.
func polygonsJSON(polygons [][][]s2.Point) table.Dyn {
	out := make([]any, len(polygons))
	for i, rings := range polygons {
		p := make([]any, len(rings))
		for k, r := range rings {
			p[k] = ring(r)
		}
		out[i] = p
	}
	if len(out) == 1 {
		return geoJSON("Polygon", out[0])
	}
	return geoJSON("MultiPolygon", out)
}

// Reading GeoJSON.

// geometry returns the type and the coordinates of a GeoJSON geometry.
func geometry(t any) (kind string, coordinates []any, ok bool) {
	b, ok := t.(*table.Bag)
	if !ok {
		return "", nil, false
	}
	k, _ := b.Get("type")
	kind, _ = k.(string)
	c, _ := b.Get("coordinates")
	coordinates, ok = c.([]any)
	return kind, coordinates, ok && len(coordinates) > 0
}

// degreesOf reads a chain of positions in degrees.
func degreesOf(w *work, t any) ([][2]float64, bool) {
	list, ok := t.([]any)
	if !ok {
		return nil, false
	}
	out := make([][2]float64, len(list))
	for i, e := range list {
		w.Step(readingSteps)
		pos, ok := e.([]any)
		if !ok || len(pos) < 2 {
			return nil, false
		}
		lng, lat := elementReal(pos[0]), elementReal(pos[1])
		if !finite(lng) || !finite(lat) || math.Abs(lat) > 90 { // a longitude may go on beyond 180
			return nil, false
		}
		out[i] = [2]float64{lng, lat}
	}
	return out, true
}

func pointsOf(w *work, degrees [][2]float64) []s2.Point {
	out := make([]s2.Point, len(degrees))
	for i, d := range degrees {
		w.Step(readingSteps)
		out[i] = pointAt(d[0], d[1])
	}
	return out
}

// parts lists the elements of a multi geometry, or the one there is.
func parts(kind string, coordinates []any, single string) ([]any, bool) {
	switch kind {
	case single:
		return []any{coordinates}, true
	case "Multi" + single:
		return coordinates, true
	}
	return nil, false
}

// linesOf reads a LineString or a MultiLineString.
func linesOf(w *work, t any) ([][]s2.Point, bool) {
	kind, coordinates, ok := geometry(t)
	if !ok {
		return nil, false
	}
	list, ok := parts(kind, coordinates, "LineString")
	if !ok {
		return nil, false
	}
	out := make([][]s2.Point, len(list))
	for i, e := range list {
		degrees, ok := degreesOf(w, e)
		if !ok || len(degrees) < 2 {
			return nil, false
		}
		line := s2.Polyline(pointsOf(w, degrees))
		if line.Validate() != nil {
			return nil, false
		}
		out[i] = line
	}
	return out, true
}

// lines and line read argument k.
func (r geoRow) lines(k int) ([][]s2.Point, bool) { return linesOf(r.w, r.tree(k)) }

func (r geoRow) line(k int) (s2.Polyline, bool) {
	ls, ok := r.lines(k)
	if !ok || len(ls) != 1 {
		return nil, false
	}
	return ls[0], true
}

// ringsOf reads the rings of one polygon, without their last points; the first is
// the shell.
func ringsOf(w *work, t any) ([][]s2.Point, bool) {
	list, ok := t.([]any)
	if !ok || len(list) == 0 {
		return nil, false
	}
	out := make([][]s2.Point, len(list))
	for i, e := range list {
		degrees, ok := degreesOf(w, e)
		n := len(degrees)
		if !ok || n < 4 || degrees[0] != degrees[n-1] {
			return nil, false
		}
		out[i] = pointsOf(w, degrees[:n-1])
		loop := s2.LoopFromPoints(out[i])
		if loop.Validate() != nil {
			return nil, false
		}
		loop.Normalize()
		out[i] = loop.Vertices()
	}
	return out, true
}

// polygonsOf reads a Polygon or a MultiPolygon: the rings of each.
func polygonsOf(w *work, t any) ([][][]s2.Point, bool) {
	kind, coordinates, ok := geometry(t)
	if !ok {
		return nil, false
	}
	list, ok := parts(kind, coordinates, "Polygon")
	if !ok {
		return nil, false
	}
	out := make([][][]s2.Point, len(list))
	for i, e := range list {
		if out[i], ok = ringsOf(w, e); !ok {
			return nil, false
		}
	}
	return out, true
}

// polygon reads argument k as a region: where polygons of it overlap they are one.
func (r geoRow) polygon(k int) (*s2.Polygon, bool) {
	ps, ok := polygonsOf(r.w, r.tree(k))
	if !ok {
		return nil, false
	}
	p, ok, err := regionOf(ps)
	if err != nil {
		*r.err = err
	}
	return p, ok
}

func regionOf(ps [][][]s2.Point) (*s2.Polygon, bool, error) {
	if len(ps) > 1 {
		one, ok, err := unionPolygons(ps)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			return nil, false, nil
		}
		ps = one
	}
	var loops []*s2.Loop
	for _, rings := range ps {
		for _, r := range rings {
			l := s2.LoopFromPoints(r)
			l.Normalize()
			loops = append(loops, l)
		}
	}
	p := s2.PolygonFromLoops(loops)
	return p, p.Validate() == nil, nil
}

package conformance

import "math"

// geoTolerance is how far coordinates of equal shapes may be apart, in degrees.
const geoTolerance = 1e-6

// sameGeometry compares GeoJSON: a ring may begin at another vertex and run the other
// way.
func sameGeometry(a, b map[string]any) bool {
	if a["type"] != b["type"] {
		return false
	}
	x, okX := a["coordinates"].([]any)
	y, okY := b["coordinates"].([]any)
	if !okX || !okY {
		return false
	}
	switch a["type"] {
	case "Polygon":
		return samePolygon(x, y)
	case "MultiPolygon":
		return pairAll(len(x), len(y), func(i, j int) bool {
			p, okP := x[i].([]any)
			q, okQ := y[j].([]any)
			return okP && okQ && samePolygon(p, q)
		})
	case "Point", "LineString", "MultiLineString", "MultiPoint":
		p, okP := flatten(x)
		q, okQ := flatten(y)
		return okP && okQ && closePoints(p, q)
	}
	return false
}

func samePolygon(a, b []any) bool {
	return pairAll(len(a), len(b), func(i, j int) bool { return sameRing(a[i], b[j]) })
}

func sameRing(a, b any) bool {
	p, okP := points(a)
	q, okQ := points(b)
	if !okP || !okQ || len(p) != len(q) {
		return false
	}
	if len(p) <= 1 {
		return true
	}
	p, q = p[:len(p)-1], q[:len(q)-1] // the last is the first again
	n := len(q)
	for start := range n {
		forth, back := true, true
		for i := range n {
			forth = forth && closePoints(p[i], q[(start+i)%n])
			back = back && closePoints(p[i], q[((start-i)%n+n)%n])
		}
		if forth || back {
			return true
		}
	}
	return false
}

func points(ring any) ([][]float64, bool) {
	r, ok := ring.([]any)
	if !ok {
		return nil, false
	}
	out := make([][]float64, len(r))
	for i, p := range r {
		if out[i], ok = flatten(p); !ok {
			return nil, false
		}
	}
	return out, true
}

func flatten(v any) ([]float64, bool) {
	if n, ok := asNumber(v); ok {
		return []float64{n}, true
	}
	a, ok := v.([]any)
	if !ok {
		return nil, false
	}
	var out []float64
	for _, e := range a {
		f, ok := flatten(e)
		if !ok {
			return nil, false
		}
		out = append(out, f...)
	}
	return out, true
}

func closePoints(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Abs(a[i]-b[i]) > geoTolerance {
			return false
		}
	}
	return true
}

package fn

import (
	"errors"
	"math"

	"github.com/golang/geo/s2"
)

// The WGS 84 spheroid.
const (
	equator    = 6378137.0 // its radius in meters
	flattening = 1 / 298.257223563
	polar      = equator * (1 - flattening)
)

// errOpposite is the end of a query that asks for the distance on the spheroid of
// points that are nearly opposite, for which the method finds none.
var errOpposite = errors.New("the distance on the spheroid of points nearly opposite each other is not supported")

// spheroidDistance is the length in meters of the geodesic between two points, by
// Vincenty's inverse formula.
func spheroidDistance(a, b s2.Point) (float64, error) {
	p, q := s2.LatLngFromPoint(a), s2.LatLngFromPoint(b)
	if p == q {
		return 0, nil
	}
	east := (q.Lng - p.Lng).Normalized().Radians()
	sinU1, cosU1 := math.Sincos(math.Atan((1 - flattening) * math.Tan(p.Lat.Radians())))
	sinU2, cosU2 := math.Sincos(math.Atan((1 - flattening) * math.Tan(q.Lat.Radians())))
	lambda := east
	for range 1000 {
		sinL, cosL := math.Sincos(lambda)
		sinS := math.Hypot(cosU2*sinL, cosU1*sinU2-sinU1*cosU2*cosL)
		if sinS == 0 {
			return 0, nil
		}
		cosS := sinU1*sinU2 + cosU1*cosU2*cosL
		sigma := math.Atan2(sinS, cosS)
		sinA := cosU1 * cosU2 * sinL / sinS
		cos2A := 1 - sinA*sinA
		cos2M := 0.0
		if cos2A > 0 {
			cos2M = cosS - 2*sinU1*sinU2/cos2A
		}
		c := flattening / 16 * cos2A * (4 + flattening*(4-3*cos2A))
		next := east + (1-c)*flattening*sinA*(sigma+c*sinS*(cos2M+c*cosS*(2*cos2M*cos2M-1)))
		if math.Abs(next-lambda) < 1e-13 {
			return spheroidArc(sigma, sinS, cosS, cos2A, cos2M), nil
		}
		lambda = next
	}
	return 0, errOpposite
}

func spheroidArc(sigma, sinS, cosS, cos2A, cos2M float64) float64 {
	u := cos2A * (equator*equator - polar*polar) / (polar * polar)
	a := 1 + u/16384*(4096+u*(-768+u*(320-175*u)))
	b := u / 1024 * (256 + u*(-128+u*(74-47*u)))
	d := b * sinS * (cos2M + b/4*(cosS*(2*cos2M*cos2M-1)-b/6*cos2M*(4*sinS*sinS-3)*(4*cos2M*cos2M-3)))
	return polar * a * (sigma - d)
}

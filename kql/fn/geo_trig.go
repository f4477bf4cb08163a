package fn

import (
	"math"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/s2"
)

// Degrees to points of the sphere and back, to the last digit: GeoJSON that goes
// through the sphere shows it. Package math is off by a unit in the last place here and
// there; the C libraries that the engine uses hardly ever are, nor is this.

// wide is a number of twice the precision: the sum of two, the second below the last
// place of the first.
type wide struct{ hi, lo float64 }

func wideSum(a, b float64) wide {
	s := a + b
	t := s - a
	return wide{s, float64(a-float64(s-t)) + float64(b-t)}
}

func (x wide) plus(y wide) wide {
	s := wideSum(x.hi, y.hi)
	return wideSum(s.hi, s.lo+x.lo+y.lo)
}

func (x wide) times(y wide) wide {
	p := x.hi * y.hi
	e := math.FMA(x.hi, y.hi, -p)
	return wideSum(p, math.FMA(x.hi, y.lo, math.FMA(x.lo, y.hi, e)))
}

func (x wide) over(n float64) wide {
	q := x.hi / n
	return wideSum(q, (math.FMA(-q, n, x.hi)+x.lo)/n)
}

// halfPi is π/2 to three times the precision.
var halfPi = [3]float64{1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33}

// wideSincos returns the sine and cosine of an angle of few turns.
func wideSincos(x float64) (sin, cos wide) {
	k := math.Round(x / halfPi[0])
	r := wideSum(math.FMA(-k, halfPi[0], x), 0) // exact for few turns
	r = r.plus(wide{-k * halfPi[1], -math.FMA(k, halfPi[1], -(k*halfPi[1])) - k*halfPi[2]})
	square := r.times(r)
	sin, cos = r, wide{1, 0}
	for s, c, n := r, cos, 2.0; n <= 26; n += 2 {
		c = c.times(square).over(-n * (n - 1))
		s = s.times(square).over(-n * (n + 1))
		cos, sin = cos.plus(c), sin.plus(s)
	}
	switch int(k) & 3 {
	case 1:
		return cos, wide{-sin.hi, -sin.lo}
	case 2:
		return wide{-sin.hi, -sin.lo}, wide{-cos.hi, -cos.lo}
	case 3:
		return wide{-cos.hi, -cos.lo}, sin
	}
	return sin, cos
}

// exactAtan2 is math.Atan2 with the error of its result taken off.
func exactAtan2(y, x float64) float64 {
	a := math.Atan2(y, x)
	if a == 0 || math.Abs(a) < 1e-300 || !finite(a) {
		return a
	}
	sin, cos := wideSincos(a)
	off := cos.times(wide{y, 0}).plus(sin.times(wide{-x, 0}))
	return a + (off.hi+off.lo)/(float64(x*cos.hi)+float64(y*sin.hi))
}

const radiansPerDegree = math.Pi / 180

func pointAt(lng, lat float64) s2.Point {
	return pointAtRadians(lng*radiansPerDegree, lat*radiansPerDegree)
}

func pointAtRadians(lng, lat float64) s2.Point {
	sinLat, cosLat := wideSincos(lat)
	sinLng, cosLng := wideSincos(lng)
	p := s2.Point{}
	p.X, p.Y, p.Z = cosLng.hi*cosLat.hi, sinLng.hi*cosLat.hi, sinLat.hi
	return p
}

// degreesAt is the longitude and latitude of a point.
func degreesAt(p s2.Point) (lng, lat float64) {
	const degreesPerRadian = 180 / math.Pi
	across := math.Sqrt(float64(p.X*p.X) + float64(p.Y*p.Y))
	return exactAtan2(p.Y, p.X) * degreesPerRadian, exactAtan2(p.Z, across) * degreesPerRadian
}

// planar is the map on which degrees are lengths. Without wrap an edge goes the way that
// its degrees say, though the other way around the earth were shorter.
type planar struct {
	*s2.PlateCarreeProjection
	wrap bool
}

func (p planar) Unproject(at r2.Point) s2.Point {
	return pointAtRadians(radiansPerDegree*math.Remainder(at.X, 360), radiansPerDegree*at.Y)
}

func (p planar) Project(at s2.Point) r2.Point {
	lng, lat := degreesAt(at)
	return r2.Point{X: lng, Y: lat}
}

func (p planar) WrapDestination(a, b r2.Point) r2.Point {
	if !p.wrap {
		return b
	}
	return p.PlateCarreeProjection.WrapDestination(a, b)
}

package fn

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// bigSin is the sine of x by its series, to 200 bits.
func bigSin(x float64) float64 {
	const bits = 200
	r := new(big.Float).SetPrec(bits).SetFloat64(x)
	square := new(big.Float).SetPrec(bits).Mul(r, r)
	sum, term := new(big.Float).SetPrec(bits).Set(r), new(big.Float).SetPrec(bits).Set(r)
	for n := int64(2); n < 120; n += 2 {
		term.Mul(term, square).Quo(term, big.NewFloat(float64(-n*(n+1))))
		sum.Add(sum, term)
	}
	f, _ := sum.Float64()
	return f
}

func TestAnglesAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		x := (r.Float64() - 0.5) * 4 * math.Pi
		if sin, _ := wideSincos(x); sin.hi != bigSin(x) {
			t.Fatalf("sin(%v) is %v, not %v", x, sin.hi, bigSin(x))
		}
		a := (r.Float64() - 0.5) * 2 * math.Pi
		sin, cos := wideSincos(a)
		if back := exactAtan2(sin.hi, cos.hi); math.Abs(back-a) > 2.3e-16*max(1, math.Abs(a)) {
			t.Fatalf("atan2 of the sine and cosine of %v is %v", a, back)
		}
	}
	for _, at := range [][2]float64{{0, 0}, {180, 0}, {-180, 0}, {0, 90}, {12, -90}, {90, 0}, {-90, 45}} {
		lng, lat := degreesAt(pointAt(at[0], at[1]))
		if math.Abs(lat-at[1]) > 1e-13 || math.Abs(at[1]) != 90 && math.Abs(lng-at[0]) > 1e-13 {
			t.Errorf("%v comes back as %v, %v", at, lng, lat)
		}
	}
}

package fn

import (
	"math"
	"math/cmplx"
	"testing"
)

// TestFFT compares transforms of all kinds of lengths with the sum that they are.
func TestFFT(t *testing.T) {
	for _, n := range []int{1, 2, 3, 63, 64, 67, 101, 134, 227, 256} {
		xs := make([]complex128, n)
		for k := range xs {
			xs[k] = complex(math.Sin(float64(k*k)), float64(k%5))
		}
		got := fft(xs)
		for f := range xs {
			var want complex128
			for k, x := range xs {
				want += x * cmplx.Rect(1, -2*math.Pi*float64(f*k%n)/float64(n))
			}
			if cmplx.Abs(got[f]-want) > 1e-9 {
				t.Fatalf("length %d, frequency %d: %v, want %v", n, f, got[f], want)
			}
		}
		for k, x := range inverseFFT(got) {
			if cmplx.Abs(x-xs[k]) > 1e-11 {
				t.Fatalf("length %d: %d comes back as %v, was %v", n, k, x, xs[k])
			}
		}
	}
}

// TestPrimeLengths transforms a series whose number of points is a great prime: a million
// times a million steps, if taken as it is.
func TestPrimeLengths(t *testing.T) {
	fft(make([]complex128, 1_000_003))
}

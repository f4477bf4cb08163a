package fn

import (
	"context"
	"math"
	"math/cmplx"
	"testing"

	"github.com/yagura/yagura/table"
)

// TestFFT compares transforms of all kinds of lengths with the sum that they are.
func TestFFT(t *testing.T) {
	w := table.NewWork(context.Background())
	for _, n := range []int{1, 2, 3, 63, 64, 67, 101, 134, 227, 256} {
		xs := make([]complex128, n)
		for k := range xs {
			xs[k] = complex(math.Sin(float64(k*k)), float64(k%5))
		}
		got := fft(w, xs)
		for f := range xs {
			var want complex128
			for k, x := range xs {
				want += x * cmplx.Rect(1, -2*math.Pi*float64(f*k%n)/float64(n))
			}
			if cmplx.Abs(got[f]-want) > 1e-9 {
				t.Fatalf("length %d, frequency %d: %v, want %v", n, f, got[f], want)
			}
		}
		for k, x := range inverseFFT(w, got) {
			if cmplx.Abs(x-xs[k]) > 1e-11 {
				t.Fatalf("length %d: %d comes back as %v, was %v", n, k, x, xs[k])
			}
		}
	}
}

// TestPrimeLengths transforms a series whose number of points is a great prime: a million
// times a million steps, if taken as it is.
func TestPrimeLengths(t *testing.T) {
	fft(table.NewWork(context.Background()), make([]complex128, 1_000_003))
}

// TestLongFFT transforms series that are taken apart: waves of a few frequencies, of which
// each has to come out where it is.
func TestLongFFT(t *testing.T) {
	w := table.NewWork(context.Background())
	for _, n := range []int{1 << 15, 3 * 5 * 7 * 11 * 61, 1 << 17, 20_011} {
		xs := make([]complex128, n)
		want := map[int]complex128{0: 2, 1: 1i, n / 3: 3, n - 2: -1 + 1i}
		for k := range xs {
			for f, of := range want {
				xs[k] += of * cmplx.Rect(1/float64(n), 2*math.Pi*float64(f*k%n)/float64(n))
			}
		}
		for f, x := range fft(w, xs) {
			if cmplx.Abs(x-want[f]) > 1e-9 {
				t.Fatalf("length %d, frequency %d: %v, want %v", n, f, x, want[f])
			}
		}
	}
}

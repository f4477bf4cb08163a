package fn

import (
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
)

// fft is the Fourier transform of a series. The package's own takes time with the
// greatest prime factor of the length; where that is great, Bluestein's algorithm
// makes a convolution of it, whose length can be chosen.
func fft(xs []complex128) []complex128 {
	n := len(xs)
	if greatestFactor(n) <= greatFactor {
		return fourier.NewCmplxFFT(n).Coefficients(nil, xs)
	}
	size := smooth(2*n - 1)
	chirp := make([]complex128, n)
	a, b := make([]complex128, size), make([]complex128, size)
	for k := range chirp {
		chirp[k] = cmplx.Rect(1, -math.Pi*float64(int64(k)*int64(k)%int64(2*n))/float64(n))
		a[k] = xs[k] * chirp[k]
		b[k] = cmplx.Conj(chirp[k])
		b[(size-k)%size] = b[k]
	}
	f := fourier.NewCmplxFFT(size)
	a, b = f.Coefficients(nil, a), f.Coefficients(nil, b)
	for k := range a {
		a[k] *= b[k] / complex(float64(size), 0)
	}
	a = f.Sequence(nil, a)[:n]
	for k := range a {
		a[k] *= chirp[k]
	}
	return a
}

// inverseFFT is the series whose Fourier transform is xs.
func inverseFFT(xs []complex128) []complex128 {
	in := make([]complex128, len(xs))
	for k, x := range xs {
		in[k] = complex(imag(x), real(x))
	}
	out := fft(in)
	for k, x := range out {
		out[k] = complex(imag(x), real(x)) / complex(float64(len(out)), 0)
	}
	return out
}

// greatFactor is a prime factor that transforms are not to have more of.
const greatFactor = 64

// smooth is n if its prime factors are small, or the next power of two.
func smooth(n int) int {
	if greatestFactor(n) <= greatFactor {
		return n
	}
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

func greatestFactor(n int) int {
	greatest := 1
	for f := 2; f*f <= n; f++ {
		for n%f == 0 {
			greatest, n = f, n/f
		}
	}
	return max(greatest, n)
}

package fn

import (
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
)

// fft is the Fourier transform of a series. Its steps are as many as the greatest prime
// factor of the length is large; where that is great, Bluestein's algorithm makes a
// convolution of it, whose length can be chosen.
func fft(w *work, xs []complex128) []complex128 {
	n := len(xs)
	if greatestFactor(n) <= greatFactor {
		return transformOf(w, xs)
	}
	size := smooth(2*n - 1)
	chirp := make([]complex128, n)
	a, b := make([]complex128, size), make([]complex128, size)
	for k := range chirp {
		w.Step(pointSteps)
		chirp[k] = cmplx.Rect(1, -math.Pi*float64(int64(k)*int64(k)%int64(2*n))/float64(n))
		a[k] = xs[k] * chirp[k]
		b[k] = cmplx.Conj(chirp[k])
		b[(size-k)%size] = b[k]
	}
	a, b = transformOf(w, a), transformOf(w, b)
	for k := range a {
		a[k] *= b[k]
	}
	a = inverseFFT(w, a)[:n]
	for k := range a {
		a[k] *= chirp[k]
	}
	return a
}

// inverseFFT is the series whose Fourier transform is xs.
func inverseFFT(w *work, xs []complex128) []complex128 {
	in := make([]complex128, len(xs))
	for k, x := range xs {
		in[k] = complex(imag(x), real(x))
	}
	out := fft(w, in)
	for k, x := range out {
		out[k] = complex(imag(x), real(x)) / complex(float64(len(out)), 0)
	}
	return out
}

// A transform of more points than these is made of shorter ones, between which the call
// can be left; pointSteps are about the steps that a point of one takes.
const (
	transformedAtOnce = 1 << 14
	pointSteps        = 16
)

// transformOf is fft for lengths whose prime factors are small. A long series is taken as
// a table of about as many rows as columns: its columns are transformed, then, each point
// turned by what its place in the table asks, its rows.
func transformOf(w *work, xs []complex128) []complex128 {
	n := len(xs)
	if n <= transformedAtOnce {
		w.Step(pointSteps * n)
		return fourier.NewCmplxFFT(n).Coefficients(nil, xs)
	}
	cols := int(math.Sqrt(float64(n)))
	for n%cols != 0 {
		cols--
	}
	rows := n / cols
	turned, column := make([]complex128, n), make([]complex128, rows)
	f := fourier.NewCmplxFFT(rows)
	for c := range cols {
		w.Step(2 * pointSteps * rows)
		for r := range column {
			column[r] = xs[r*cols+c]
		}
		f.Coefficients(column, column)
		for r, x := range column {
			turned[r*cols+c] = x * cmplx.Rect(1, -2*math.Pi*float64(r*c)/float64(n))
		}
	}
	out := make([]complex128, n)
	f = fourier.NewCmplxFFT(cols)
	for r := range rows {
		w.Step(pointSteps * cols)
		row := turned[r*cols : (r+1)*cols]
		for c, x := range f.Coefficients(row, row) {
			out[c*rows+r] = x
		}
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

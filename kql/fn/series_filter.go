package fn

import (
	"context"

	"github.com/yagura/yagura/table"
)

// Digital filters and Fourier transforms of series.
var seriesFilterFuncs = []Func{
	{
		Name: "series_fir", Kind: Scalar, Result: FirstArg,
		Doc: "A series through a filter of finite impulse response, normalized (its sum made 1) unless a coefficient is negative, and centered on each point or looking back from it.",
		Overloads: []Overload{{
			Params:  P(DynP("series"), DynP("filter"), Opt(BoolP("normalize")), Opt(BoolP("center"))),
			Returns: Is(table.Dynamic), Slow: seriesFIR,
		}},
		Examples: []Example{{`series_fir(dynamic([0, 2, 2]), dynamic([1, -1]))`, `dynamic([0,2,0])`}, {`series_fir(dynamic([0, 3, 0]), dynamic([1, 1, 1]), true, true)`, `dynamic([1.0,1.0,1.0])`}},
	},
	{
		Name: "series_iir", Kind: Scalar, Doc: "A series through a filter of infinite impulse response.", Result: FirstArg,
		Overloads: []Overload{{
			Params: P(DynP("series"), DynP("numerators"), DynP("denominators")), Returns: Is(table.Dynamic), Slow: seriesIIR,
		}},
		Examples: []Example{{`series_iir(dynamic([1, 2, 3]), dynamic([1]), dynamic([1, -1]))`, `dynamic([1.0,3.0,6.0])`}},
	},
	{
		Name: "series_fft", Kind: Scalar, Doc: "The Fourier transform of a series of real or complex numbers: its real and its imaginary part.", Result: PrefixAndArg,
		Overloads: severalResults(P(DynP("series"), Opt(DynP("series_imaginary"))), complexParts, func(w *work, args []table.Vec, i int) ([]table.Value, bool) {
			return transform(w, args, i, fft)
		}),
		Examples: []Example{{`toscalar(print y = dynamic([1, 2, 3, 4]) | project series_fft(y) | project series_fft_y_real)`, `dynamic([10.0,-2.0,-2.0,-2.0])`}},
	},
	{
		Name: "series_ifft", Kind: Scalar, Doc: "The inverse Fourier transform of a series of real or complex numbers: its real and its imaginary part.", Result: PrefixAndArg,
		Overloads: severalResults(P(DynP("series"), Opt(DynP("series_imaginary"))), complexParts, func(w *work, args []table.Vec, i int) ([]table.Value, bool) {
			return transform(w, args, i, inverseFFT)
		}),
		Examples: []Example{{`toscalar(print y = dynamic([10, -2, -2, -2]), i = dynamic([0, 2, 0, -2]) | project series_ifft(y, i) | project series_ifft_y_real)`, `dynamic([1.0,2.0,3.0,4.0])`}},
	},
}

func seriesFIR(ctx context.Context, args []table.Vec, rows int) (table.Vec, error) {
	w := table.NewWork(ctx)
	return fill(rows, nil, func(i int) (table.Dyn, bool) {
		a, okA := arrayAt(args[0], i)
		f, okF := arrayAt(args[1], i)
		if !okA || !okF || len(f) == 0 {
			return table.Dyn{}, false
		}
		xs, wholeX := seriesOf(a)
		taps, wholeF := seriesOf(f)
		sum, negative := 0.0, false
		for _, t := range taps {
			sum += t
			negative = negative || t < 0
		}
		normalize := boolArg(args, 2, i, !negative)
		if normalize && (negative || sum == 0) {
			return table.Dyn{}, false
		}
		if normalize {
			for k := range taps {
				taps[k] /= sum
			}
		}
		ahead := 0
		if boolArg(args, 3, i, false) {
			ahead = len(taps) / 2
		}
		out := convolve(w, xs, taps, ahead)
		if wholeX && wholeF && !normalize {
			return wholeArray(out), true
		}
		return arrayOf(out), true
	}), nil
}

// convolve applies a filter whose first tap is so many points ahead; beyond the ends
// of a series are zeros.
func convolve(w *work, xs, taps []float64, ahead int) []float64 {
	out := make([]float64, len(xs))
	for i := range out {
		w.Step(len(taps))
		for k, t := range taps {
			if j := i + ahead - k; j >= 0 && j < len(xs) {
				out[i] += t * xs[j]
			}
		}
	}
	return out
}

func seriesIIR(ctx context.Context, args []table.Vec, rows int) (table.Vec, error) {
	w := table.NewWork(ctx)
	return fill(rows, nil, func(i int) (table.Dyn, bool) { return iirAt(w, args, i) }), nil
}

func iirAt(w *work, args []table.Vec, row int) (table.Dyn, bool) {
	x, okX := arrayAt(args[0], row)
	n, okN := arrayAt(args[1], row)
	d, okD := arrayAt(args[2], row)
	if !okX || !okN || !okD || len(d) == 0 {
		return table.Dyn{}, false
	}
	xs, _ := seriesOf(x)
	b, _ := seriesOf(n)
	a, _ := seriesOf(d)
	if a[0] == 0 {
		return table.Dyn{}, false
	}
	ys := make([]float64, len(xs))
	for i := range ys {
		w.Step(len(a) + len(b))
		sum := 0.0
		for k := range min(len(b), i+1) {
			sum += b[k] * xs[i-k]
		}
		for k := 1; k < min(len(a), i+1); k++ {
			sum -= a[k] * ys[i-k]
		}
		ys[i] = sum / a[0]
	}
	return arrayOf(ys), true
}

var complexParts = []part{{"real", table.Dynamic}, {"imag", table.Dynamic}}

// transform applies a Fourier transform to a series and its imaginary part, if any.
func transform(w *work, args []table.Vec, i int, f func(*work, []complex128) []complex128) ([]table.Value, bool) {
	re, ok := seriesAt(args[0], i)
	if !ok {
		return nil, false
	}
	im := make([]float64, len(re))
	if len(args) > 1 {
		if im, ok = seriesAt(args[1], i); !ok || len(im) != len(re) {
			return nil, false
		}
	}
	if len(re) == 0 {
		return []table.Value{arrayOf(nil), arrayOf(nil)}, true
	}
	xs := make([]complex128, len(re))
	w.Step(10 * len(xs))
	for k := range xs {
		xs[k] = complex(re[k], im[k])
	}
	for k, c := range f(w, xs) {
		re[k], im[k] = real(c), imag(c)
	}
	w.Step(20 * len(re))
	return []table.Value{arrayOf(re), arrayOf(im)}, true
}

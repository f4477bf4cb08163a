package fn

import (
	"math"
	"math/rand/v2"

	"github.com/google/uuid"

	"github.com/yagura/yagura/table"
)

// Mathematics, in reals unless the doc says more.
var mathFuncs = []Func{
	{
		Name: "abs", Kind: Scalar, Doc: "A number or timespan without its sign.", Result: FirstArg,
		Overloads: []Overload{
			{Params: P(IntP("number")), Returns: Is(table.Long), Eval: lift1(longs, sure(func(n int64) int64 { return max(n, -n) }))},
			{Params: P(RealP("number")), Returns: Is(table.Real), Eval: Map1(math.Abs)},
			{Params: P(Param{Name: "number", Types: []table.Type{table.Decimal}}), Returns: Is(table.Decimal), Eval: Map1(func(d table.Dec) table.Dec { return newDec(parseDecimal(d).Abs()) })},
			{Params: P(SpanP("number")), Returns: Is(table.Timespan), Eval: Map1(func(d table.Duration) table.Duration { return max(d, -d) })},
		},
		Examples: []Example{{`abs(-5)`, `5`}, {`abs(-1h)`, `1h`}},
	},
	{
		Name: "sign", Kind: Scalar, Doc: "-1, 0 or 1, as a number is negative, zero or positive.",
		Overloads: []Overload{{Params: P(NumP("number")), Returns: Is(table.Real), Eval: lift1(reals, sure(func(f float64) float64 {
			switch {
			case f > 0:
				return 1
			case f < 0:
				return -1
			}
			return f
		}))}},
		Examples: []Example{{`sign(-42)`, `-1.0`}},
	},
	realFunc("acos", "number", "The angle whose cosine is a number.", math.Acos, Example{`acos(1)`, `0.0`}),
	realFunc("asin", "number", "The angle whose sine is a number.", math.Asin, Example{`asin(0.5)`, `0.5235987755982989`}),
	realFunc("atan", "number", "The angle whose tangent is a number.", math.Atan, Example{`atan(0.5)`, `0.4636476090008061`}),
	realPair("atan2", "y", "x", "The angle between the x axis and the line from the origin to (x, y).", math.Atan2, Example{`atan2(1, 1)`, `0.7853981633974483`}),
	realFunc("cos", "number", "Cosine of an angle in radians.", math.Cos, Example{`cos(1)`, `0.5403023058681398`}),
	realFunc("sin", "number", "Sine of an angle in radians.", math.Sin, Example{`sin(0)`, `0.0`}),
	realFunc("tan", "number", "Tangent of an angle in radians.", math.Tan, Example{`tan(0)`, `0.0`}),
	unnamed(realFunc("cot", "number", "Cotangent of an angle in radians.", func(f float64) float64 { return 1 / math.Tan(f) }, Example{`cot(1)`, `0.6420926159343306`})),
	unnamed(realFunc("degrees", "radians", "An angle in degrees.", func(f float64) float64 { return 180 / math.Pi * f }, Example{`degrees(pi())`, `180.0`})),
	unnamed(realFunc("radians", "degrees", "An angle in radians.", func(f float64) float64 { return math.Pi / 180 * f }, Example{`radians(180)`, `3.141592653589793`})),
	realFunc("exp", "number", "e to the power of a number.", math.Exp, Example{`exp(2)`, `7.38905609893065`}),
	realFunc("exp2", "number", "2 to the power of a number.", math.Exp2, Example{`exp2(3)`, `8.0`}),
	realFunc("exp10", "number", "10 to the power of a number.", func(f float64) float64 { return math.Pow(10, f) }, Example{`exp10(3)`, `1000.0`}),
	realFunc("log", "number", "Natural logarithm.", math.Log, Example{`log(5)`, `1.6094379124341003`}),
	realFunc("log2", "number", "Logarithm to base 2.", math.Log2, Example{`log2(5)`, `2.321928094887362`}),
	realFunc("log10", "number", "Logarithm to base 10.", math.Log10, Example{`log10(5)`, `0.6989700043360189`}),
	realPair("pow", "base", "exponent", "A number to the power of another.", math.Pow, Example{`pow(2, 3)`, `8.0`}),
	realFunc("sqrt", "number", "Square root; NaN of a negative number.", math.Sqrt, Example{`sqrt(16)`, `4.0`}),
	{
		Name: "pi", Kind: Scalar, Doc: "The number pi.",
		Overloads: []Overload{{Returns: Is(table.Real), Eval: func(_ []table.Vec, rows int) (table.Vec, error) { return table.Repeat(table.Real, math.Pi, rows), nil }}},
		Examples:  []Example{{`pi()`, `3.141592653589793`}},
	},
	realFunc("gamma", "number", "The gamma function.", math.Gamma, Example{`gamma(5)`, `24.0`}),
	realFunc("loggamma", "number", "Logarithm of the gamma function's absolute value.", func(f float64) float64 { l, _ := math.Lgamma(f); return l }, Example{`loggamma(5)`, `3.1780538303479453`}),
	realFunc("erf", "number", "The error function.", math.Erf, Example{`erf(1)`, `0.8427007929497149`}),
	realFunc("erfc", "number", "1 less the error function.", math.Erfc, Example{`erfc(1)`, `0.15729920705028513`}),
	{
		Name: "rand", Kind: Scalar, Doc: "A random real in [0, 1), or a random whole number in [0, n).", Result: FirstArg,
		Overloads: []Overload{
			{Returns: Is(table.Real), Impure: true, Eval: func(_ []table.Vec, rows int) (table.Vec, error) {
				return fill(rows, nil, func(int) (float64, bool) { return rand.Float64(), true }), nil
			}},
			{Params: P(IntP("number")), Returns: Is(table.Real), Impure: true, Eval: lift1(longs, func(n int64) (float64, bool) {
				if n < 2 {
					return rand.Float64(), true
				}
				return float64(rand.Int64N(n)), true
			})},
		},
		Examples: []Example{{`rand() < 1 and rand(5) in (0, 1, 2, 3, 4)`, `true`}},
	},
	{
		Name: "new_guid", Kind: Scalar, Doc: "A random guid.",
		Overloads: []Overload{{Returns: Is(table.Guid), Impure: true, Eval: func(_ []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(int) (table.UUID, bool) { return table.UUID(uuid.New()), true }), nil
		}}},
		Examples: []Example{{`new_guid() == new_guid()`, `false`}},
	},
	{
		Name: "beta_cdf", Kind: Scalar, Doc: "The distribution function of the beta distribution.",
		Overloads: realTriple("x", func(x, a, b float64) (float64, bool) {
			switch {
			case !(x >= 0 && x <= 1):
				return math.NaN(), true
			case a <= 0: // all of the distribution is at 0
				return 1, true
			case !(b > 0):
				return math.NaN(), true
			}
			return incompleteBeta(x, a, b), true
		}),
		Examples: []Example{{`round(beta_cdf(0.9, 10.0, 20.0), 6)`, `1.0`}, {`isnan(beta_cdf(1.5, 10.0, 20.0))`, `true`}},
	},
	{
		Name: "beta_inv", Kind: Scalar, Doc: "The number below which the beta distribution has a probability.",
		Overloads: realTriple("probability", betaInverse), Examples: []Example{{`round(beta_inv(0.1, 10.0, 20.0), 9)`, `0.226415022`}},
	},
	{
		Name: "beta_pdf", Kind: Scalar, Doc: "The density of the beta distribution.",
		Overloads: realTriple("x", func(x, a, b float64) (float64, bool) {
			if !(x > 0 && x < 1 && a > 0 && b > 0) {
				return math.NaN(), true
			}
			return math.Exp((a-1)*math.Log(x) + (b-1)*math.Log1p(-x) - logBeta(a, b)), true
		}),
		Examples: []Example{{`round(beta_pdf(0.5, 10.0, 20.0), 9)`, `0.746176019`}},
	},
	{
		Name: "welch_test", Kind: Scalar, Doc: "The p value of Welch's t-test, from mean, variance and count of two samples.",
		Overloads: []Overload{{Params: P(NumP("mean1"), NumP("variance1"), NumP("count1"), NumP("mean2"), NumP("variance2"), NumP("count2")), Returns: Is(table.Real), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			var x [6]*table.Of[float64]
			var null []bool
			for i := range x {
				x[i] = reals(args[i])
				null = either(null, x[i].Null)
			}
			return fill(rows, null, func(i int) (float64, bool) {
				return welch(x[0].Vals[i], x[1].Vals[i], x[2].Vals[i], x[3].Vals[i], x[4].Vals[i], x[5].Vals[i]), true
			}), nil
		}}},
		Examples: []Example{{`round(welch_test(20.0, 10.0, 30, 21.0, 12.0, 40), 9)`, `0.213386424`}},
	},
}

func realFunc(name, param, doc string, f func(float64) float64, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Result: FirstArg, Examples: examples,
		Overloads: []Overload{{Params: P(NumP(param)), Returns: Is(table.Real), Eval: lift1(reals, sure(f))}},
	}
}

func unnamed(f Func) Func { f.Result = NoName; return f }

func realPair(name, p1, p2, doc string, f func(a, b float64) float64, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: doc, Result: FirstArg, Examples: examples,
		Overloads: []Overload{{Params: P(NumP(p1), NumP(p2)), Returns: Is(table.Real), Eval: lift2(reals, reals, func(a, b float64) (float64, bool) { return f(a, b), true })}},
	}
}

func realTriple(first string, f func(x, a, b float64) (float64, bool)) []Overload {
	return []Overload{{Params: P(NumP(first), NumP("alpha"), NumP("beta")), Returns: Is(table.Real), Eval: lift3(reals, reals, reals, f)}}
}

func logBeta(a, b float64) float64 {
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	return la + lb - lab
}

// incompleteBeta is the regularised incomplete beta function, by its continued
// fraction on the side where that converges fast.
func incompleteBeta(x, a, b float64) float64 {
	if x <= 0 || x >= 1 {
		return x
	}
	front := math.Exp(a*math.Log(x) + b*math.Log1p(-x) - logBeta(a, b))
	if x < (a+1)/(a+b+2) {
		return front * betaFraction(x, a, b) / a
	}
	return 1 - front*betaFraction(1-x, b, a)/b
}

// betaFraction evaluates the continued fraction by Lentz's method.
func betaFraction(x, a, b float64) float64 {
	const tiny, precision = 1e-300, 1e-16
	nonzero := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/nonzero(1-(a+b)*x/(a+1))
	h := d
	for m := 1.0; m < 10_000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / nonzero(1+even*d)
		c = nonzero(1 + even/c)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / nonzero(1+odd*d)
		c = nonzero(1 + odd/c)
		h *= d * c
		if math.Abs(d*c-1) < precision {
			break
		}
	}
	return h
}

// betaInverse bisects the distribution function. A probability out of range has no
// result, other bad parameters give NaN.
func betaInverse(p, a, b float64) (float64, bool) {
	if !(a > 0 && b > 0) {
		return math.NaN(), true
	}
	if !(p > 0 && p <= 1) {
		return 0, false
	}
	if p == 1 {
		return 1, true
	}
	lo, hi := 0.0, 1.0
	for range 200 {
		mid := (lo + hi) / 2
		if incompleteBeta(mid, a, b) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2, true
}

func welch(m1, v1, n1, m2, v2, n2 float64) float64 {
	e1, e2 := v1/n1, v2/n2
	t := (m1 - m2) / math.Sqrt(e1+e2)
	freedom := (e1 + e2) * (e1 + e2) / (e1*e1/(n1-1) + e2*e2/(n2-1))
	if freedom == 0 { // a sample of one has no variance
		return math.NaN()
	}
	return incompleteBeta(freedom/(freedom+t*t), freedom/2, 0.5)
}

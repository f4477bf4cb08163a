package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/message"
)

// Dist is a distribution of durations: a constant, a range, or a lognormal with a
// median and a 99th percentile.
type Dist struct {
	Low, High time.Duration // of a range; equal for a constant
	P50, P99  time.Duration // of a lognormal, if P50 is set
}

// Const is always d.
func Const(d time.Duration) Dist { return Dist{Low: d, High: d} }

// ParseDist reads 30s, 20s..40s (a range, all values alike), or p50=20s,p99=60s (a
// lognormal).
func ParseDist(text string) (Dist, error) {
	bad := func(err error) (Dist, error) {
		return Dist{}, message.Errorf("read %q: give 30s, 20s..40s or p50=20s,p99=60s: %s", text, err)
	}
	if a, b, ok := strings.Cut(text, ","); ok {
		d := Dist{}
		for _, part := range []string{a, b} {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			v, err := time.ParseDuration(value)
			switch {
			case err != nil:
				return bad(err)
			case name == "p50":
				d.P50 = v
			case name == "p99":
				d.P99 = v
			}
		}
		if d.P50 <= 0 || d.P99 < d.P50 {
			return bad(message.Errorf("p50 must be more than 0 and p99 not less than p50"))
		}
		return d, nil
	}
	a, b, ok := strings.Cut(text, "..")
	low, err := time.ParseDuration(a)
	if err != nil {
		return bad(err)
	}
	high := low
	if ok {
		if high, err = time.ParseDuration(b); err != nil {
			return bad(err)
		}
	}
	if low < 0 || high < low {
		return bad(message.Errorf("durations grow and are not negative"))
	}
	return Dist{Low: low, High: high}, nil
}

// z99 is the standard normal's 99th percentile.
const z99 = 2.3263478740408408

func (d Dist) sigma() float64 { return math.Log(float64(d.P99)/float64(d.P50)) / z99 }

func (d Dist) sample(r *rand.Rand) int64 {
	switch {
	case d.P50 > 0:
		return int64(min(float64(d.P50)*math.Exp(d.sigma()*r.NormFloat64()), float64(24*time.Hour)))
	case d.High > d.Low:
		return int64(d.Low) + r.Int64N(int64(d.High-d.Low)+1)
	}
	return int64(d.Low)
}

// Most is the value that 999 of 1000 do not exceed.
func (d Dist) Most() time.Duration {
	if d.P50 > 0 {
		return time.Duration(float64(d.P50) * math.Exp(d.sigma()*3.0902323061678132))
	}
	return d.High
}

// tail is the expected length of what lasts longer than t, in seconds: the integral of
// P(D > u) for u from t on. Times a rate, it is how many are still open t after the
// last arrival.
func (d Dist) tail(t time.Duration) float64 {
	x := t.Seconds()
	switch {
	case d.P50 > 0:
		mu, s := math.Log(d.P50.Seconds()), d.sigma()
		if s == 0 {
			return max(0, d.P50.Seconds()-x)
		}
		mean := math.Exp(mu + s*s/2)
		if x <= 0 {
			return mean - x
		}
		up := func(v float64) float64 { return 0.5 * math.Erfc(v/math.Sqrt2) }
		return mean*up((math.Log(x)-mu-s*s)/s) - x*up((math.Log(x)-mu)/s)
	case d.High > d.Low:
		a, b := d.Low.Seconds(), d.High.Seconds()
		switch {
		case x <= a:
			return (a+b)/2 - x
		case x >= b:
			return 0
		}
		return (b - x) * (b - x) / (2 * (b - a))
	}
	return max(0, d.Low.Seconds()-x)
}

func (d Dist) String() string {
	switch {
	case d.P50 > 0:
		return fmt.Sprintf("p50=%v,p99=%v", d.P50, d.P99)
	case d.High > d.Low:
		return fmt.Sprintf("%v..%v", d.Low, d.High)
	}
	return d.Low.String()
}

package fn

import (
	"github.com/shopspring/decimal"

	"github.com/yagura/yagura/table"
)

// decDigits is how many significant digits the result of decimal arithmetic has.
const decDigits = 34

// newDec writes x with at most decDigits significant digits.
func newDec(x decimal.Decimal) table.Dec {
	if n := x.NumDigits(); n > decDigits {
		x = x.RoundBank(-x.Exponent() - int32(n-decDigits))
	}
	return table.Dec(x.String())
}

func decAdd(a, b table.Dec) (table.Dec, bool) {
	return newDec(parseDecimal(a).Add(parseDecimal(b))), true
}

func decSub(a, b table.Dec) (table.Dec, bool) {
	return newDec(parseDecimal(a).Sub(parseDecimal(b))), true
}

func decMul(a, b table.Dec) (table.Dec, bool) {
	return newDec(parseDecimal(a).Mul(parseDecimal(b))), true
}

func decDiv(a, b table.Dec) (table.Dec, bool) {
	x, y := parseDecimal(a), parseDecimal(b)
	if y.IsZero() {
		return "", false
	}
	places := decDigits - (magnitude(x) - magnitude(y)) + 1
	return trimDec(newDec(x.DivRound(y, int32(max(places, 0))))), true
}

// magnitude is the number of digits before the point, negative for small fractions.
func magnitude(x decimal.Decimal) int { return x.NumDigits() + int(x.Exponent()) }

func decMod(a, b table.Dec) (table.Dec, bool) {
	x, y := parseDecimal(a), parseDecimal(b)
	if y.IsZero() {
		return "", false
	}
	r := x.Mod(y)
	if r.IsNegative() {
		r = r.Add(y.Abs())
	}
	return newDec(r), true
}

// trimDec drops the zeros that end a fraction.
func trimDec(d table.Dec) table.Dec {
	s := string(d)
	for i := range s {
		if s[i] == '.' {
			n := len(s)
			for s[n-1] == '0' {
				n--
			}
			if s[n-1] == '.' {
				n--
			}
			return table.Dec(s[:n])
		}
	}
	return d
}

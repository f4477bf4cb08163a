package fn

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// Code points, and Punycode (RFC 3492), which writes any text in ASCII.
var unicodeFuncs = []Func{
	codepointsFunc("unicode_codepoints_from_string", Example{`unicode_codepoints_from_string("Kusto")`, `dynamic([75,117,115,116,111])`}),
	aliasOf(codepointsFunc("to_utf8", Example{`to_utf8("⒦")`, `dynamic([9382])`}), "unicode_codepoints_from_string"),
	fromCodepointsFunc("unicode_codepoints_to_string", Example{`unicode_codepoints_to_string(75, 117, 115, 116, 111)`, `"Kusto"`}, Example{`unicode_codepoints_to_string(dynamic([75, 117]), 115)`, `"Kus"`}),
	aliasOf(fromCodepointsFunc("make_string", Example{`make_string(72, 105)`, `"Hi"`}), "unicode_codepoints_to_string"),
	encodeText("punycode_from_string", "string", "A text in Punycode.", punycode, Example{`punycode_from_string("académie-française")`, `"acadmie-franaise-npb1a"`}),
	encodeText("punycode_to_string", "string", "The text that Punycode stands for.", unpunycode, Example{`punycode_to_string("acadmie-franaise-npb1a")`, `"académie-française"`}),
	encodeText("punycode_domain_to_string", "string", "A domain's name with each part in ASCII.", func(s string) (string, bool) {
		return mapLabels(s, func(l string) (string, bool) {
			if isASCII(l) {
				return l, true
			}
			p, ok := punycode(l)
			return "xn--" + p, ok
		})
	}, Example{`punycode_domain_to_string("Riðill.org")`, `"xn--Riill-jta.org"`}),
	encodeText("punycode_domain_from_string", "string", "A domain's name of which parts may be in ASCII for other text.", func(s string) (string, bool) {
		return mapLabels(s, func(l string) (string, bool) {
			if p, ok := strings.CutPrefix(l, "xn--"); ok {
				return unpunycode(p)
			}
			return l, true
		})
	}, Example{`punycode_domain_from_string("xn--Ge-mia.Bulg.edu")`, `"Gáe.Bulg.edu"`}),
}

func codepointsFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "The code points of a text's characters, as an array.", Examples: examples,
		Overloads: []Overload{{Params: P(AnyP("value")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
			return lift1(texts, func(s string) (table.Dyn, bool) {
				mayMake(elemBytes * utf8.RuneCountInString(s))
				a := make([]any, 0, utf8.RuneCountInString(s))
				for _, r := range s {
					a = append(a, int64(r))
					w.Step(making)
				}
				return table.NewDyn(a), true
			})
		})}},
	}
}

func fromCodepointsFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "The text of code points, given one by one or as arrays; none if something else is among them.", Examples: examples,
		Overloads: []Overload{{Params: P(Rest(Param{Name: "value", Types: []table.Type{table.Int, table.Long, table.Dynamic}})), Returns: Is(table.String), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			return fill(rows, nil, func(i int) (string, bool) {
				var b strings.Builder
				for _, v := range args {
					if !writeCodepoints(&b, treeOf(v.At(i))) {
						return "", false
					}
				}
				return b.String(), true
			}), nil
		}}},
	}
}

// writeCodepoints reports whether t is a code point, or an array of them.
func writeCodepoints(b *strings.Builder, t any) bool {
	switch t := t.(type) {
	case int64:
		if t < 0 || t > utf8.MaxRune || !utf8.ValidRune(rune(t)) {
			return false
		}
		b.WriteRune(rune(t))
		return true
	case []any:
		for _, e := range t {
			if !writeCodepoints(b, e) {
				return false
			}
		}
		return true
	}
	return false
}

// mapLabels changes the parts of a domain's name; the dots of other scripts become
// plain ones.
func mapLabels(s string, f func(string) (string, bool)) (string, bool) {
	labels := strings.Split(strings.NewReplacer("。", ".", "．", ".", "｡", ".").Replace(s), ".")
	for i, l := range labels {
		m, ok := f(l)
		if !ok {
			return "", false
		}
		labels[i] = m
	}
	return strings.Join(labels, "."), true
}

// The parameters of Punycode.
const (
	punyBase, punyMin, punyMax       = 36, 1, 26
	punySkew, punyDamp               = 38, 700
	punyBias, punyFirst        int32 = 72, 128
	punyDigits                       = "abcdefghijklmnopqrstuvwxyz0123456789"
)

func punyAdapt(delta, points int32, first bool) int32 {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := int32(0)
	for delta > (punyBase-punyMin)*punyMax/2 {
		delta /= punyBase - punyMin
		k += punyBase
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}

func punyThreshold(k, bias int32) int32 { return min(max(k-bias, punyMin), punyMax) }

func punycode(s string) (string, bool) {
	if utf8.RuneCountInString(s) > 1<<16 {
		return "", false
	}
	input := []rune(s)
	var out []byte
	for _, r := range input {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	done := int32(len(out))
	basic := done
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := punyFirst, int32(0), punyBias
	for int(done) < len(input) {
		next := rune(math.MaxInt32)
		for _, r := range input {
			if r >= n {
				next = min(next, r)
			}
		}
		grown := int64(delta) + int64(next-n)*int64(done+1)
		if grown > math.MaxInt32 {
			return "", false
		}
		delta, n = int32(grown), next
		for _, r := range input {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := int32(punyBase); ; k += punyBase {
				t := punyThreshold(k, bias)
				if q < t {
					break
				}
				out = append(out, punyDigits[t+(q-t)%(punyBase-t)])
				q = (q - t) / (punyBase - t)
			}
			out = append(out, punyDigits[q])
			bias = punyAdapt(delta, done+1, done == basic)
			delta = 0
			done++
		}
		delta++
		n++
	}
	return string(out), true
}

func unpunycode(s string) (string, bool) {
	if !isASCII(s) || len(s) > 1<<16 {
		return "", false
	}
	var out []rune
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		out, s = []rune(s[:i]), s[i+1:]
	}
	n, i, bias := punyFirst, int32(0), punyBias
	for s != "" {
		old, w := i, int64(1)
		for k := int32(punyBase); ; k += punyBase {
			if s == "" {
				return "", false
			}
			digit := int32(strings.IndexByte(punyDigits, lowerByte(s[0])))
			s = s[1:]
			if digit < 0 {
				return "", false
			}
			sum := int64(i) + int64(digit)*w
			if sum > math.MaxInt32 {
				return "", false
			}
			i = int32(sum)
			t := punyThreshold(k, bias)
			if digit < t {
				break
			}
			if w *= int64(punyBase - t); w > math.MaxInt32 {
				return "", false
			}
		}
		points := int32(len(out)) + 1
		bias = punyAdapt(i-old, points, old == 0)
		n += i / points
		if n > utf8.MaxRune {
			return "", false
		}
		i %= points
		out = append(out[:i:i], append([]rune{n}, out[i:]...)...)
		i++
	}
	return string(out), true
}

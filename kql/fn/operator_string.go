package fn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// The operators on strings. Those with _cs mind case; those that start with "has"
// look for whole terms, which are runs of letters and digits.
var operatorStringFuncs = slices.Concat(
	textOps(textOp{"has", "the text on the right as a term", termTest(boundStart | boundEnd), "North America", "America"}),
	textOps(textOp{"hasprefix", "a term that begins with the text on the right", termTest(boundStart), "North America", "Ame"}),
	textOps(textOp{"hassuffix", "a term that ends with the text on the right", termTest(boundEnd), "Golden GATE", "TE"}),
	textOps(textOp{"contains", "the text on the right", textTest{strings.Contains, func(n needle, s string) bool { return n.in(s, 0) }}, "FabriKam", "Kam"}),
	textOps(textOp{"startswith", "the text on the right at its start", textTest{strings.HasPrefix, needle.prefix}, "Fabrikam", "Fab"}),
	textOps(textOp{"endswith", "the text on the right at its end", textTest{strings.HasSuffix, needle.suffix}, "FabriKam", "Kam"}),
	[]Func{
		{
			Name: "=~", Kind: Operator, Doc: "Whether two strings are equal, whatever their case.",
			Overloads: foldedPair(needle.equal, true, Texts),
			Examples:  []Example{{`"abc" =~ "ABC"`, `true`}},
		},
		{
			Name: "!~", Kind: Operator, Doc: "Whether two strings differ by more than case.",
			Overloads: foldedPair(needle.equal, false, Texts),
			Examples:  []Example{{`"abc" !~ "ABC"`, `false`}},
		},
		{
			Name: "matches regex", Kind: Operator, Doc: "Whether the regular expression on the right matches somewhere in the left.",
			Overloads: []Overload{{Params: P(TextP("left"), Regex(TextP("right"))), Returns: Is(table.Bool), Slow: slow(matchesRegex)}},
			Examples:  []Example{{`"Fabrikam" matches regex "b.*k"`, `true`}, {`"Fabrikam" matches regex "^b"`, `false`}},
		},
	},
)

// textOp is a test of a string for another, with an example: text has what, but not
// in lower case.
type textOp struct {
	name, doc  string
	test       textTest
	text, what string
}

// textTest tests a string for another, minding case or not.
type textTest struct {
	exact  func(s, sub string) bool
	folded func(n needle, s string) bool
}

// textOps makes the four operators of one test: name, !name, name_cs and !name_cs.
func textOps(o textOp) []Func {
	right := Texts
	if strings.HasPrefix(o.name, "has") {
		right = []table.Type{table.String}
	}
	op := func(name, doc string, overloads []Overload, examples ...Example) Func {
		return Func{Name: name, Kind: Operator, Doc: doc, Overloads: overloads, Examples: examples}
	}
	example := func(name, sub string, out bool) Example {
		return Example{fmt.Sprintf("%q %s %q", o.text, name, sub), fmt.Sprint(out)}
	}
	low := strings.ToLower(o.what)
	yes, no := o.name, "!"+o.name
	yesCS, noCS := yes+"_cs", no+"_cs"
	return []Func{
		op(yes, "Whether a string has "+o.doc+", whatever its case.", foldedPair(o.test.folded, true, right), example(yes, low, true), example(yes, "merik", false)),
		op(no, "Whether a string does not have "+o.doc+", in any case.", foldedPair(o.test.folded, false, right), example(no, low, false), example(no, "merik", true)),
		op(yesCS, "Whether a string has "+o.doc+", in the same case.", textPair(o.test.exact, true, right), example(yesCS, o.what, true), example(yesCS, low, false)),
		op(noCS, "Whether a string does not have "+o.doc+", in the same case.", textPair(o.test.exact, false, right), example(noCS, o.what, false), example(noCS, low, true)),
	}
}

func termTest(b bound) textTest {
	return textTest{
		exact:  func(s, sub string) bool { return indexTerm(s, sub, b) >= 0 },
		folded: func(n needle, s string) bool { return n.in(s, b) },
	}
}

func textPair(test func(s, sub string) bool, want bool, right []table.Type) []Overload {
	return []Overload{{
		Params: P(TextP("left"), Param{Name: "right", Types: right}), Returns: Is(table.Bool),
		Eval: lift2(texts, texts, func(s, sub string) (bool, bool) { return test(s, sub) == want, true }),
	}}
}

func foldedPair(test func(n needle, s string) bool, want bool, right []table.Type) []Overload {
	return []Overload{{
		Params: P(TextP("left"), Param{Name: "right", Types: right}), Returns: Is(table.Bool),
		Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			s, sub, fold := texts(args[0]), texts(args[1]), memo(newNeedle)
			return fill(rows, nil, func(i int) (bool, bool) { return test(fold(sub.Vals[i]), s.Vals[i]) == want, true }), nil
		},
	}}
}

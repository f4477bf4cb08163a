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
	textOps(textOp{"contains", "the text on the right", strings.Contains, "FabriKam", "Kam"}),
	textOps(textOp{"startswith", "the text on the right at its start", strings.HasPrefix, "Fabrikam", "Fab"}),
	textOps(textOp{"endswith", "the text on the right at its end", strings.HasSuffix, "FabriKam", "Kam"}),
	[]Func{
		{
			Name: "=~", Kind: Operator, Doc: "Whether two strings are equal, whatever their case.",
			Overloads: textPair(folded(equalText), true, Texts),
			Examples:  []Example{{`"abc" =~ "ABC"`, `true`}},
		},
		{
			Name: "!~", Kind: Operator, Doc: "Whether two strings differ by more than case.",
			Overloads: textPair(folded(equalText), false, Texts),
			Examples:  []Example{{`"abc" !~ "ABC"`, `false`}},
		},
		{
			Name: "matches regex", Kind: Operator, Doc: "Whether the regular expression on the right matches somewhere in the left.",
			Overloads: []Overload{{Params: P(TextP("left"), TextP("right")), Returns: Is(table.Bool), Eval: matchesRegex}},
			Examples:  []Example{{`"Fabrikam" matches regex "b.*k"`, `true`}, {`"Fabrikam" matches regex "^b"`, `false`}},
		},
	},
)

// textOp is a test of a string for another, with an example: text has what, but not
// in lower case.
type textOp struct {
	name, doc  string
	test       func(s, sub string) bool
	text, what string
}

// textOps makes the four operators of one test: name, !name, name_cs and !name_cs.
func textOps(o textOp) []Func {
	right := Texts
	if strings.HasPrefix(o.name, "has") {
		right = []table.Type{table.String}
	}
	op := func(name, doc string, test func(s, sub string) bool, want bool, examples ...Example) Func {
		return Func{Name: name, Kind: Operator, Doc: doc, Overloads: textPair(test, want, right), Examples: examples}
	}
	example := func(name, sub string, out bool) Example {
		return Example{fmt.Sprintf("%q %s %q", o.text, name, sub), fmt.Sprint(out)}
	}
	low := strings.ToLower(o.what)
	yes, no := o.name, "!"+o.name
	yesCS, noCS := yes+"_cs", no+"_cs"
	return []Func{
		op(yes, "Whether a string has "+o.doc+", whatever its case.", folded(o.test), true, example(yes, low, true), example(yes, "merik", false)),
		op(no, "Whether a string does not have "+o.doc+", in any case.", folded(o.test), false, example(no, low, false), example(no, "merik", true)),
		op(yesCS, "Whether a string has "+o.doc+", in the same case.", o.test, true, example(yesCS, o.what, true), example(yesCS, low, false)),
		op(noCS, "Whether a string does not have "+o.doc+", in the same case.", o.test, false, example(noCS, o.what, false), example(noCS, low, true)),
	}
}

func equalText(a, b string) bool { return a == b }

func termTest(b bound) func(s, sub string) bool {
	return func(s, sub string) bool { return indexTerm(s, sub, b) >= 0 }
}

// folded makes a test that ignores case.
func folded(test func(s, sub string) bool) func(s, sub string) bool {
	return func(s, sub string) bool { return test(upper(s), upper(sub)) }
}

func textPair(test func(s, sub string) bool, want bool, right []table.Type) []Overload {
	return []Overload{{
		Params: P(TextP("left"), Param{Name: "right", Types: right}), Returns: Is(table.Bool),
		Eval: lift2(texts, texts, func(s, sub string) (bool, bool) { return test(s, sub) == want, true }),
	}}
}

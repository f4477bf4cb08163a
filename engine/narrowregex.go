package engine

import (
	"regexp/syntax"
	"unicode"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/store/terms"
)

// regexTerms returns the terms of a text in which a regular expression matches, as far
// as its constant parts tell; nil if that is not known.
func regexTerms(column, pattern string) *terms.Cond {
	re, err := fn.ParsePattern(pattern)
	if err != nil {
		return nil
	}
	return regexCond(column, re.Simplify(), 0)
}

// regexCond is regexTerms of a part; ends are those of its match that surely are those of
// the text.
func regexCond(column string, re *syntax.Regexp, ends terms.Ends) *terms.Cond {
	switch re.Op {
	case syntax.OpLiteral:
		fold := re.Flags&syntax.FoldCase != 0
		if fold && !foldsAsTerms(re.Rune) {
			return nil
		}
		return terms.Contain(column, string(re.Rune), ends, false)
	case syntax.OpCapture:
		return regexCond(column, re.Sub[0], ends)
	case syntax.OpPlus:
		return regexCond(column, re.Sub[0], 0)
	case syntax.OpRepeat:
		if re.Min > 0 {
			return regexCond(column, re.Sub[0], 0)
		}
	case syntax.OpConcat:
		var cs []*terms.Cond
		for i, sub := range re.Sub {
			var at terms.Ends
			if i > 0 && re.Sub[i-1].Op == syntax.OpBeginText {
				at |= terms.Start
			}
			if i+1 < len(re.Sub) && re.Sub[i+1].Op == syntax.OpEndText {
				at |= terms.End
			}
			cs = append(cs, regexCond(column, sub, at))
		}
		return terms.All(cs...)
	case syntax.OpAlternate:
		cs := make([]*terms.Cond, len(re.Sub))
		for i, sub := range re.Sub {
			cs[i] = regexCond(column, sub, ends)
		}
		return terms.Any(cs...)
	}
	return nil
}

// foldsAsTerms reports whether a regular expression that folds case takes for each of
// these characters no others than its capital and small letter of ASCII: it takes the
// sign of Kelvin for a k, which KQL does not.
func foldsAsTerms(rs []rune) bool {
	for _, r := range rs {
		for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
			if o >= 0x80 || r >= 0x80 {
				return false
			}
		}
	}
	return true
}

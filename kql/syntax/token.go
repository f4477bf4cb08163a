package syntax

// kind is the kind of a token.
type kind uint8

const (
	tEOF      kind = iota
	tWord          // a name or keyword, and "!in", "!has_cs", "in~"
	tLong          // 12, 0x1f
	tReal          // 1.5, 1e3
	tTimespan      // 1d
	tString        // "…", '…', @"…", h"…", ```…```
	tTyped         // long(…), datetime(…): the text up to the parenthesis is raw
	tGuid          // a guid without guid(…)
	tLParen
	tRParen
	tLBracket
	tRBracket
	tLBrace
	tRBrace
	tBar
	tDot
	tDotDot
	tPlus
	tMinus
	tStar
	tSlash
	tPercent
	tLess
	tLessEq
	tGreater
	tGreaterEq
	tNotEqual // <>
	tAssign   // =
	tEqEq
	tArrow   // =>
	tEqTilde // =~
	tBangEq
	tBangTilde
	tColon
	tSemicolon
	tComma
	tBad // a character that is not of the language
)

// token is a piece of the text. glued tells that nothing stands between it and the
// token before.
type token struct {
	kind  kind
	glued bool
	pos   int32
	end   int32
}

var punctuation = map[kind]string{
	tLParen: "(", tRParen: ")", tLBracket: "[", tRBracket: "]", tLBrace: "{", tRBrace: "}", tBar: "|",
	tDot: ".", tDotDot: "..", tPlus: "+", tMinus: "-", tStar: "*", tSlash: "/", tPercent: "%",
	tLess: "<", tLessEq: "<=", tGreater: ">", tGreaterEq: ">=", tNotEqual: "<>", tAssign: "=", tEqEq: "==",
	tArrow: "=>", tEqTilde: "=~", tBangEq: "!=", tBangTilde: "!~", tColon: ":", tSemicolon: ";", tComma: ",",
}

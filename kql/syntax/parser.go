package syntax

import (
	"fmt"
	"slices"
	"strings"
)

// Parse returns the tree of a text: statements separated by semicolons. There is
// always a tree; where the text makes no sense it has Bad nodes, and errors tell all
// the mistakes, in the order in which they stand. An empty text is a File without
// statements.
func Parse(src string) (*File, []*Error) {
	p, ok := newParser(src)
	f := &File{}
	if ok {
		f.Stmts = p.statements(tEOF)
	}
	f.set(0, len(src))
	if p.tooHigh(f) {
		f.Stmts = nil
	}
	return f, p.mistakes()
}

// ParseExpr returns the tree of a single expression, which may be a query. Names such
// as $1 and $left are names like others.
func ParseExpr(src string) (Expr, []*Error) {
	p, ok := newParser(src)
	if !ok {
		return at(p, 0, &Bad{}), p.errs
	}
	x := p.expr()
	if p.kind() != tEOF {
		p.stray()
	}
	if p.tooHigh(x) {
		x = at(p, 0, &Bad{})
	}
	return x, p.mistakes()
}

// ParseFunc returns the tree of a stored function's text: "(params) { body }", or a
// body without braces.
func ParseFunc(src string) (*FuncLit, []*Error) {
	p, ok := newParser(src)
	f := &FuncLit{}
	switch {
	case !ok:
	case p.funcAhead() || p.kind() == tLBrace:
		f = p.funcLit()
		if p.kind() != tEOF {
			p.stray()
		}
	default:
		f.Body = p.statements(tEOF)
	}
	f.set(0, len(src))
	if p.tooHigh(f) {
		f.Body = nil
	}
	return f, p.mistakes()
}

// parser is a recursive descent over the tokens of a text.
type parser struct {
	src   string
	toks  []token
	i     int // the current token
	errs  []*Error
	last  int // the token at which the last error was reported, or -1
	open  int // the token from which on no closing bracket was found, or -1
	depth int
	star  bool // an asterisk may stand where a value may: in a search predicate
}

func newParser(src string) (*parser, bool) {
	p := &parser{src: src, last: -1, open: -1}
	if len(src) > MaxBytes {
		p.toks = []token{{kind: tEOF}}
		p.errs = []*Error{{
			Code: beyond, Msg: fmt.Sprintf("The text is too long: it has %d bytes and may have %d.", len(src), MaxBytes),
		}}
		return p, false
	}
	p.toks, p.errs = lex(src)
	return p, true
}

// tooHigh tells whether a tree is higher than MaxHeight, and reports it.
func (p *parser) tooHigh(n Node) bool {
	if len(p.toks) <= MaxHeight || height(n) <= MaxHeight {
		return false
	}
	p.errs = []*Error{{
		End: len(p.src), Code: beyond, Msg: fmt.Sprintf("The text nests too deep: more than %d operators in a row.", MaxHeight),
	}}
	return true
}

// mistakes returns the errors in the order of the text, each place once.
func (p *parser) mistakes() []*Error {
	slices.SortStableFunc(p.errs, func(a, b *Error) int { return a.Pos - b.Pos })
	p.errs = slices.CompactFunc(p.errs, func(a, b *Error) bool { return a.Pos == b.Pos && a.Code == b.Code })
	if len(p.errs) > MaxErrors {
		p.errs = p.errs[:MaxErrors]
	}
	return p.errs
}

// beyond is the code of texts beyond a limit.
const beyond = "SYN0001"

// Looking at tokens.

func (p *parser) tok() token { return p.toks[p.i] }
func (p *parser) kind() kind { return p.toks[p.i].kind }

// ahead returns the token n places on; behind the end it is tEOF.
func (p *parser) ahead(n int) token {
	return p.toks[min(p.i+n, len(p.toks)-1)]
}

func (p *parser) text(t token) string { return p.src[t.pos:t.end] }

// word returns the current token's text if it is a word, or "".
func (p *parser) word() string { return p.wordAt(0) }

func (p *parser) wordAt(n int) string {
	if t := p.ahead(n); t.kind == tWord {
		return p.text(t)
	}
	return ""
}

// dashed returns the word n places on with the words that dashes join to it, as in
// project-away, and how many tokens that is.
func (p *parser) dashed(n int) (string, int) {
	first := p.ahead(n)
	if first.kind != tWord {
		return "", 0
	}
	end, count := first.end, 1
	for p.ahead(n+count).kind == tMinus && p.ahead(n+count).glued &&
		p.ahead(n+count+1).kind == tWord && p.ahead(n+count+1).glued {
		end = p.ahead(n + count + 1).end
		count += 2
	}
	return p.src[first.pos:end], count
}

// Taking tokens.

func (p *parser) pos() int { return int(p.tok().pos) }

// prevEnd returns where the last token taken ends.
func (p *parser) prevEnd() int {
	if p.i == 0 {
		return 0
	}
	return int(p.toks[p.i-1].end)
}

func (p *parser) next() token {
	t := p.toks[p.i]
	if t.kind != tEOF {
		p.i++
	}
	return t
}

func (p *parser) eat(k kind) bool {
	if p.kind() != k {
		return false
	}
	p.next()
	return true
}

func (p *parser) eatWord(w string) bool {
	if p.word() != w {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(k kind) bool {
	if p.eat(k) {
		return true
	}
	p.expected(punctuation[k])
	return false
}

func (p *parser) expectWord(w string) bool {
	if p.eatWord(w) {
		return true
	}
	p.expected(w)
	return false
}

// at gives a node its place: from pos to the last token taken. A node for which no
// token was taken is where the last one ends.
func at[N interface{ set(pos, end int) }](p *parser, pos int, n N) N {
	end := p.prevEnd()
	n.set(min(pos, end), end)
	return n
}

// Errors.

// fail reports a mistake at the current token. A second one at the same token is
// silent: it follows from the first.
func (p *parser) fail(code, msg, hint string) {
	if p.last == p.i {
		return
	}
	p.last = p.i
	t := p.tok()
	if t.kind == tBad {
		return // told by the lexer
	}
	p.failAt(int(t.pos), int(t.end), code, msg, hint)
}

// failAt reports a mistake at a place. After too many the rest of the text is left.
func (p *parser) failAt(pos, end int, code, msg, hint string) {
	p.errs = append(p.errs, &Error{Pos: pos, End: end, Code: code, Msg: msg, Hint: hint})
	if len(p.errs) >= 2*MaxErrors {
		p.giveUp()
	}
}

// giveUp goes to the end of the text, silently.
func (p *parser) giveUp() {
	p.i = len(p.toks) - 1
	p.last = p.i
}

func (p *parser) expected(words ...string) {
	if len(words) == 1 {
		p.fail("KS005", "Expected: "+words[0], "")
		return
	}
	p.fail("KS005", "Expected one of: "+strings.Join(words, ", "), "")
}

// missing reports that there is no what, and gives a node to stand for it.
func (p *parser) missing(what string) *Bad {
	if p.last != p.i && p.kind() != tBad {
		p.last = p.i
		if w := p.word(); w != "" && reserved(w) {
			t := p.tok()
			p.failAt(int(t.pos), int(t.end), "KS006", "Missing "+what, fmt.Sprintf("%s is a keyword; a name is written ['%s']", w, w))
		} else {
			p.failAt(p.prevEnd(), p.prevEnd(), "KS006", "Missing "+what, "")
		}
	}
	return at(p, p.pos(), &Bad{})
}

// stray reports a token that nothing can be made of, and passes what belongs to it:
// all up to a bar, a semicolon or a closing bracket of an outer level.
func (p *parser) stray() *Bad {
	pos := p.pos()
	p.fail("KS198", "Unexpected: "+p.show(p.tok()), p.strayHint())
	p.skip()
	return at(p, pos, &Bad{})
}

func (p *parser) strayHint() string {
	switch w := p.word(); {
	case p.kind() == tAssign:
		return "to compare, write =="
	case p.kind() == tLBrace:
		return "replace {…} with a value"
	case w == "is":
		return "write isnull(…) or isnotnull(…)"
	case w == "as":
		return "a new name stands before its value: name = value"
	case w != "" && w[0] == '!':
		return "there is no such operator; write not(…)"
	}
	return p.missingBar()
}

func (p *parser) show(t token) string {
	s := p.text(t)
	if t.kind == tEOF {
		return "the end of the text"
	}
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:37], "") + "..."
	}
	return s
}

// closer tells whether a closing bracket stands here.
func (p *parser) closer() bool {
	return p.kind() == tRParen || p.kind() == tRBracket || p.kind() == tRBrace
}

// skip passes tokens up to a bar, semicolon or closing bracket of this level.
func (p *parser) skip() {
	for level := 0; ; p.next() {
		switch p.kind() {
		case tEOF:
			return
		case tLParen, tLBracket, tLBrace:
			level++
		case tRParen, tRBracket, tRBrace:
			if level == 0 {
				return
			}
			level--
		case tBar, tSemicolon:
			if level == 0 {
				return
			}
		default:
		}
	}
}

// enter counts a level of nesting: of scalar expressions, operators, statements and
// JSON, of which all recursion passes one. At the limit it reports an error and goes
// to the end of the text, so that no more is parsed.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= MaxDepth {
		return true
	}
	p.fail(beyond, fmt.Sprintf("The text nests too deep: more than %d levels.", MaxDepth), "")
	p.giveUp()
	return false
}

func (p *parser) leave() { p.depth-- }

// Lists.

// listEnd tells whether the current token ends any list.
func (p *parser) listEnd() bool {
	switch p.kind() {
	case tRParen, tRBracket, tRBrace, tBar, tSemicolon, tEOF:
		return true
	default:
		return false
	}
}

// commaList calls elem for each element of a list that ends at a closing bracket,
// a bar or one of the words.
func (p *parser) commaList(elem func(), stop ...string) {
	for {
		start := p.i
		elem()
		if p.eat(tComma) {
			continue
		}
		if p.listEnd() || slices.Contains(stop, p.word()) || p.i == start || !p.startsExpr() {
			return
		}
		p.expected(",")
	}
}

// bracketed parses a list between brackets, which may be empty.
func (p *parser) bracketed(open, closing kind, elem func()) {
	p.brackets(open, closing, func() { p.commaList(elem) })
}

// loose is bracketed for lists that may start and end with a comma.
func (p *parser) loose(open, closing kind, elem func()) {
	p.brackets(open, closing, func() {
		p.eat(tComma)
		p.commaList(func() {
			if p.kind() != closing {
				elem()
			}
		})
	})
}

// brackets parses what stands between brackets, if anything does.
func (p *parser) brackets(open, closing kind, inner func()) {
	if !p.expect(open) {
		return
	}
	if p.kind() != closing && p.kind() != tEOF {
		inner()
	}
	p.close(closing)
}

// close takes a closing bracket. What stands before it is passed; if there is none in
// the statement, nothing is.
func (p *parser) close(k kind) {
	if p.eat(k) {
		return
	}
	p.expected(punctuation[k])
	if p.open == p.i {
		return
	}
	start := p.i
	p.skip()
	for p.eat(tBar) {
		p.skip()
	}
	if !p.eat(k) {
		p.i, p.open, p.last = start, start, start
	}
}

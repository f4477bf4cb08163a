package syntax

// Scalar expressions, from the loosest operators to the tightest:
//
//	or
//	and
//	== != <> in !in in~ has_any has_all between
//	< <= > >=
//	+ -
//	* / %
//	has contains matches regex =~ : …   one, not a chain
//	- +                                  before a value
//	a.b a[0] f(x)

// stringOps are the operators that are words and bind tighter than *; listOps take
// a list in parentheses.
var (
	stringOps = set(`has !has has_cs !has_cs hasprefix !hasprefix hasprefix_cs !hasprefix_cs hassuffix !hassuffix
		hassuffix_cs !hassuffix_cs like notlike likecs notlikecs contains notcontains !contains containscs contains_cs
		notcontainscs !contains_cs startswith !startswith startswith_cs !startswith_cs endswith !endswith endswith_cs
		!endswith_cs matches`)
	listOps = set("in in~ !in !in~ has_any has_all between !between")
)

// canonicalOps are the operators that are written in several ways.
var canonicalOps = map[string]string{
	"<>": "!=", "containscs": "contains_cs", "notcontains": "!contains", "notcontainscs": "!contains_cs",
}

// startsExpr tells whether the current token can start an expression.
func (p *parser) startsExpr() bool {
	switch p.kind() {
	case tLong, tReal, tTimespan, tString, tTyped, tGuid, tLParen, tLBracket, tMinus, tPlus, tBad:
		return true
	case tWord:
		return !reserved(p.word()) || literalWord(p.word())
	default:
		return false
	}
}

// literalWord tells the keywords that start a value.
func literalWord(w string) bool {
	switch w {
	case "dynamic", "datatable", "externaldata", "external_data", "toscalar", "totable", "materialize",
		"__contextual_datatable":
		return true
	}
	return isBool(w)
}

// expr parses an expression that may be a query: a source and operators.
func (p *parser) expr() Expr {
	pos := p.pos()
	switch {
	case p.operatorAhead():
		return p.pipe(pos, nil)
	case p.kind() == tBar:
		p.fail("KS198", "Unexpected: |", "a query starts with a table")
		return p.pipe(pos, at(p, pos, &Bad{}))
	}
	x := p.unnamed()
	if p.kind() == tBar {
		return p.pipe(pos, x)
	}
	return x
}

// unnamed parses a scalar expression.
func (p *parser) unnamed() Expr {
	if !p.enter() {
		return at(p, p.pos(), &Bad{})
	}
	defer p.leave()
	pos := p.pos()
	x := p.and()
	for p.word() == "or" {
		x = p.binary(pos, x, "or", p.and)
	}
	return x
}

func (p *parser) and() Expr {
	pos := p.pos()
	x := p.equality()
	for p.word() == "and" {
		x = p.binary(pos, x, "and", p.equality)
	}
	return x
}

// binary takes the operator at hand, one token, and its right side.
func (p *parser) binary(pos int, x Expr, op string, right func() Expr) Expr {
	opPos := int(p.next().pos)
	y := right()
	if c, ok := canonicalOps[op]; ok {
		op = c
	}
	return at(p, pos, &Binary{Op: op, OpPos: opPos, X: x, Y: y})
}

func (p *parser) equality() Expr {
	pos := p.pos()
	if p.kind() == tStar && p.ahead(1).kind == tEqEq {
		return p.binary(pos, p.wild(1), "==", p.relation)
	}
	x := p.relation()
	switch p.kind() {
	case tEqEq, tBangEq, tNotEqual:
		return p.binary(pos, x, p.text(p.tok()), p.relation)
	case tWord:
		switch op := p.word(); op {
		case "in":
			if p.wordAt(1) != "range" {
				return p.in(pos, x)
			}
		case "in~", "!in", "!in~", "has_any", "has_all":
			return p.in(pos, x)
		case "between", "!between":
			return p.between(pos, x)
		}
	default:
	}
	return x
}

func (p *parser) in(pos int, x Expr) Expr {
	t := p.next()
	n := &In{Op: p.text(t), OpPos: int(t.pos), X: x}
	if !p.expect(tLParen) {
		return at(p, pos, n)
	}
	n.List = append(n.List, p.expr())
	for p.eat(tComma) {
		n.List = append(n.List, p.unnamed())
	}
	p.close(tRParen)
	return at(p, pos, n)
}

func (p *parser) between(pos int, x Expr) Expr {
	n := &Between{Not: p.text(p.next()) == "!between", X: x}
	if p.expect(tLParen) {
		n.Lo = p.unnamed()
		if p.expect(tDotDot) {
			n.Hi = p.unnamed()
		} else {
			n.Hi = at(p, p.pos(), &Bad{})
		}
		p.close(tRParen)
	} else {
		n.Lo, n.Hi = at(p, p.pos(), &Bad{}), at(p, p.pos(), &Bad{})
	}
	return at(p, pos, n)
}

func (p *parser) relation() Expr {
	pos := p.pos()
	x := p.sum()
	switch p.kind() {
	case tLess, tLessEq, tGreater, tGreaterEq:
		return p.binary(pos, x, p.text(p.tok()), p.sum)
	default:
		return x
	}
}

func (p *parser) sum() Expr {
	pos := p.pos()
	x := p.product()
	for p.kind() == tPlus || p.kind() == tMinus {
		x = p.binary(pos, x, p.text(p.tok()), p.product)
	}
	return x
}

func (p *parser) product() Expr {
	pos := p.pos()
	x := p.stringOp()
	for p.kind() == tStar || p.kind() == tSlash || p.kind() == tPercent {
		x = p.binary(pos, x, p.text(p.tok()), p.stringOp)
	}
	return x
}

// stringOpAt tells the string operator that starts n places on, or "".
func (p *parser) stringOpAt(n int) string {
	switch p.ahead(n).kind {
	case tEqTilde:
		return "=~"
	case tBangTilde:
		return "!~"
	case tColon:
		return ":"
	case tWord:
		w := p.wordAt(n)
		if w == "matches" {
			if p.wordAt(n+1) == "regex" {
				return "matches regex"
			}
			return ""
		}
		if stringOps[w] {
			return w
		}
	default:
	}
	return ""
}

func (p *parser) stringOp() Expr {
	pos := p.pos()
	var x Expr
	switch {
	case p.kind() == tStar && p.stringOpAt(1) != "":
		x = p.wild(1)
	case p.kind() == tStar && p.star:
		return p.wild(1)
	default:
		x = p.sign()
	}
	op := p.stringOpAt(0)
	if op == "" {
		return x
	}
	opPos := p.pos()
	p.next()
	if op == "matches regex" {
		p.next()
	}
	y := p.sign()
	if c, ok := canonicalOps[op]; ok {
		op = c
	}
	return at(p, pos, &Binary{Op: op, OpPos: opPos, X: x, Y: y})
}

// sign parses a value that may have a sign.
func (p *parser) sign() Expr {
	if p.kind() != tMinus && p.kind() != tPlus {
		return p.path()
	}
	t := p.next()
	return at(p, int(t.pos), &Unary{Op: p.text(t), X: p.path()})
}

// path parses a value and the .b, .f(x) and [i] behind it.
func (p *parser) path() Expr {
	pos := p.pos()
	x := p.primary()
	for {
		switch p.kind() {
		case tDot:
			p.next()
			x = at(p, pos, p.member(x))
		case tLBracket:
			p.next()
			i := p.unnamed()
			p.close(tRBracket)
			x = at(p, pos, &Index{X: x, I: i})
		default:
			return x
		}
	}
}

// member parses what stands behind the dot of a path.
func (p *parser) member(x Expr) Expr {
	if p.callAhead() {
		return &Member{X: x, Sel: p.call()}
	}
	if p.kind() == tLBracket && p.nameAt(0, false) == 0 {
		if n := p.wildAt(1); n > 0 && p.ahead(1+n).kind == tRBracket {
			return &Member{X: x, Sel: p.bracketedWild(n)}
		}
		p.next()
		i := p.unnamed()
		p.close(tRBracket)
		return &Index{X: x, I: i}
	}
	return &Member{X: x, Sel: p.property()}
}

// property takes the name behind a dot, where keywords are names like others.
func (p *parser) property() *Name {
	if w := p.word(); w != "" && w[0] != '!' {
		t := p.next()
		return at(p, int(t.pos), &Name{Text: w})
	}
	return p.name()
}

// callAhead tells whether a function call stands here.
func (p *parser) callAhead() bool {
	n := p.nameAt(0, false)
	if w := p.word(); n == 0 && (w == "contains" || w == "has") {
		n = 1
	}
	return n > 0 && p.ahead(n).kind == tLParen
}

func (p *parser) call() *Call {
	pos := p.pos()
	c := &Call{Func: p.name()}
	p.bracketed(tLParen, tRParen, func() { c.Args = append(c.Args, p.arg()) })
	return at(p, pos, c)
}

// arg parses an argument: *, a value, or name = value.
func (p *parser) arg() Expr {
	if p.kind() == tStar && (p.ahead(1).kind == tRParen || p.ahead(1).kind == tComma) {
		return p.wild(1)
	}
	return p.named()
}

// named parses an expression that may have a name or names: a = x, (a, b) = x.
func (p *parser) named() Expr {
	pos := p.pos()
	if n := p.nameAt(0, true); n > 0 && p.ahead(n).kind == tAssign {
		name := p.declare()
		p.next()
		return at(p, pos, &Named{Names: []*Name{name}, X: p.unnamed()})
	}
	if n := p.tupleAhead(); n > 0 && p.ahead(n).kind == tAssign {
		x := &Named{Tuple: true}
		p.next()
		for p.kind() != tRParen {
			x.Names = append(x.Names, p.declare())
			p.eat(tComma)
		}
		p.next()
		p.next()
		x.X = p.unnamed()
		return at(p, pos, x)
	}
	if w, n := p.dashed(0); n > 0 && p.ahead(n).kind == tAssign {
		p.failAt(pos, pos+len(w), "KS228", "The name '"+w+"' needs to be bracketed as ['"+w+"'] to be used in this context.", "")
		p.i += n
		name := at(p, pos, &Name{Text: w})
		p.next()
		return at(p, pos, &Named{Names: []*Name{name}, X: p.unnamed()})
	}
	return p.unnamed()
}

// tupleAhead tells how many tokens the list of names (a, b) has that starts here.
func (p *parser) tupleAhead() int {
	if p.kind() != tLParen {
		return 0
	}
	for n := 1; ; n++ {
		m := p.nameAt(n, true)
		if m == 0 {
			return 0
		}
		n += m
		switch p.ahead(n).kind {
		case tComma:
		case tRParen:
			return n + 1
		default:
			return 0
		}
	}
}

// primary parses a value without what is behind or before it.
func (p *parser) primary() Expr {
	switch p.kind() {
	case tLong, tReal, tTimespan, tString, tTyped, tGuid:
		return p.literal()
	case tLParen:
		return p.paren()
	case tLBrace:
		return p.clientParam()
	case tBad:
		p.last = p.i
		p.next()
		return at(p, p.prevEnd(), &Bad{})
	case tWord:
		return p.wordExpr()
	case tLBracket:
		if n := p.nameAt(0, false); n > 0 {
			if p.callAhead() {
				return p.call()
			}
			return p.name()
		}
		if n := p.wildAt(1); n > 0 && p.ahead(1+n).kind == tRBracket {
			return p.bracketedWild(n)
		}
	default:
	}
	return p.missing("expression")
}

// wordExpr parses what starts with a word: a name, a call, or a value that a keyword
// introduces.
func (p *parser) wordExpr() Expr {
	w := p.word()
	open := p.ahead(1).kind == tLParen
	switch {
	case isBool(w):
		return p.literal()
	case w == "dynamic" && open:
		return p.dynamic()
	case w == "typeof" && open:
		return p.typeOf()
	case w == "datatable":
		return p.dataTable()
	case w == "externaldata" || w == "external_data":
		return p.externalData()
	case w == "toscalar" || w == "totable" || w == "materialize":
		return p.tabular()
	case w == "__contextual_datatable":
		return p.contextualData()
	case w == "inline_external_table" && (open && p.schemaAhead(1) || p.wordAt(1) == "kind"):
		return p.inlineExternalTable()
	case w == "entity_group" && p.ahead(1).kind == tLBracket:
		return p.entityGroup()
	}
	if w == "materialized" {
		if d, n := p.dashed(0); d == "materialized-view-combine" && p.ahead(n).kind == tLParen {
			return p.viewCombine(n)
		}
	}
	if p.callAhead() {
		return p.call()
	}
	if p.nameAt(0, false) == 0 && !p.namelike() {
		return p.missing("expression")
	}
	pos := p.pos()
	name := p.name()
	if p.word() == "datascope" && p.ahead(1).kind == tAssign {
		p.next()
		p.next()
		return at(p, pos, &DataScope{X: name, Scope: p.oneOf("all", "hotcache")})
	}
	return name
}

// oneOf takes one of some words.
func (p *parser) oneOf(words ...string) string {
	for _, w := range words {
		if p.eatWord(w) {
			return w
		}
	}
	p.expected(words...)
	return ""
}

func (p *parser) paren() Expr {
	pos := p.pos()
	p.next()
	x := p.expr()
	p.close(tRParen)
	return at(p, pos, &Paren{X: x})
}

// clientParam passes a client's parameter, {name}, which a service does not know.
func (p *parser) clientParam() Expr {
	pos := p.pos()
	p.fail("KS213", "Client parameters are not supported.", "replace {…} with a value")
	p.next()
	p.skip()
	p.eat(tRBrace)
	return at(p, pos, &Bad{})
}

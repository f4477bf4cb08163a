package syntax

import (
	"maps"
	"slices"
)

// keyword is the word that starts an operator: "where", "project-away".
type keyword struct {
	word string
	pos  int
}

// operators maps the words that start operators to what parses the rest. It is filled
// in init because operators hold queries, which hold operators.
var operators map[string]func(*parser, keyword) Op

func init() {
	operators = map[string]func(*parser, keyword) Op{
		"as":                    parseAs,
		"assert-schema":         parseAssertSchema,
		"consume":               parseConsume,
		"count":                 parseCount,
		"distinct":              parseDistinct,
		"evaluate":              parseEvaluate,
		"__executeAndCache":     parseExecuteAndCache,
		"extend":                parseExtend,
		"facet":                 parseFacet,
		"filter":                parseWhere,
		"find":                  parseFind,
		"fork":                  parseFork,
		"getschema":             parseGetSchema,
		"graph-mark-components": parseGraphMarkComponents,
		"graph-match":           parseGraphMatch,
		"graph-shortest-paths":  parseGraphShortestPaths,
		"graph-to-table":        parseGraphToTable,
		"graph-where-edges":     parseGraphWhere,
		"graph-where-nodes":     parseGraphWhere,
		"invoke":                parseInvoke,
		"join":                  parseJoin,
		"limit":                 parseTake,
		"lookup":                parseLookup,
		"macro-expand":          parseMacroExpand,
		"make-graph":            parseMakeGraph,
		"make-series":           parseMakeSeries,
		"mv-apply":              parseMvApply,
		"mv-expand":             parseMvExpand,
		"mvapply":               parseMvApply,
		"mvexpand":              parseMvExpand,
		"order":                 parseSort,
		"parse":                 parseParse,
		"parse-kv":              parseParseKv,
		"parse-where":           parseParse,
		"partition":             parsePartition,
		"__partitionby":         parsePartitionBy,
		"print":                 parsePrint,
		"project":               parseProject,
		"project-away":          parseProjectAway,
		"project-by-names":      parseProjectByNames,
		"project-keep":          parseProjectKeep,
		"project-rename":        parseProjectRename,
		"project-reorder":       parseProjectReorder,
		"range":                 parseRange,
		"reduce":                parseReduce,
		"render":                parseRender,
		"sample":                parseSample,
		"sample-distinct":       parseSampleDistinct,
		"scan":                  parseScan,
		"search":                parseSearch,
		"serialize":             parseSerialize,
		"sort":                  parseSort,
		"summarize":             parseSummarize,
		"take":                  parseTake,
		"top":                   parseTop,
		"top-hitters":           parseTopHitters,
		"top-nested":            parseTopNested,
		"union":                 parseUnion,
		"where":                 parseWhere,
	}
}

// sources are the operators that may start a query: they need no input.
var sources = set("evaluate find macro-expand print range search union")

// operatorWord returns the operator's word that stands n places on, and how many tokens
// it has.
func (p *parser) operatorWord(n int) (string, int) {
	if w, count := p.dashed(n); operators[w] != nil {
		return w, count
	}
	if w := p.wordAt(n); operators[w] != nil {
		return w, 1
	}
	return "", 0
}

// operatorAhead tells whether an operator, and not a value, starts here. Most
// operators' words can be names of tables; then what follows decides.
func (p *parser) operatorAhead() bool {
	w, n := p.operatorWord(0)
	if n == 0 {
		return false
	}
	if !names[w] {
		return true
	}
	if w == "range" {
		m := p.nameAt(n, false)
		return m > 0 && p.wordAt(n+m) == "from"
	}
	switch p.ahead(n).kind {
	case tWord:
		text := p.wordAt(n)
		return stringOps[text] == listOps[text] && text != "and" && text != "or" && text != "datascope" &&
			(w != "as" || !reserved(text))
	case tLong, tString:
		return true
	default:
		return false
	}
}

// pipe parses the operators behind source, or the first operator if source is nil.
func (p *parser) pipe(pos int, source Expr) Expr {
	x := &Pipe{Source: source}
	if source == nil {
		if w, _ := p.operatorWord(0); !sources[w] {
			p.fail("KS174", "The operator "+w+" cannot be the first operator in a query.", "a query starts with a table")
			p.last = -1
		}
		x.Ops = append(x.Ops, p.operator())
	}
	p.moreOps(x)
	return at(p, pos, x)
}

// subquery parses operators whose input is implied, as in fork and mv-apply.
func (p *parser) subquery() Expr {
	pos := p.pos()
	x := &Pipe{}
	if p.word() == "__contextual_datatable" {
		x.Source = p.contextualData()
	} else {
		x.Ops = append(x.Ops, p.operator())
	}
	p.moreOps(x)
	return at(p, pos, x)
}

func (p *parser) moreOps(x *Pipe) {
	for p.eat(tBar) {
		if w := p.word(); w == "print" || w == "range" {
			p.fail("KS175", "The operator must be the first operator in the query.", "it has no input")
			p.last = -1
		}
		x.Ops = append(x.Ops, p.operator())
	}
}

// operator parses one operator, and passes what stands behind it and is none.
func (p *parser) operator() Op {
	pos := p.pos()
	if !p.enter() {
		return at(p, pos, &Bad{})
	}
	defer p.leave()
	w, n := p.operatorWord(0)
	if n == 0 {
		word, _ := p.dashed(0)
		p.fail("KS176", "Query operator expected.", DidYouMean(word, slices.Collect(maps.Keys(operators))))
		p.skip()
		return at(p, pos, &Bad{})
	}
	p.i += n
	op := at(p, pos, operators[w](p, keyword{w, pos}))
	switch p.kind() {
	case tBar, tSemicolon, tRParen, tRBracket, tRBrace, tComma, tEOF:
	case tWord:
		if !p.statementAhead() {
			p.stray()
		}
	default:
		p.stray()
	}
	return op
}

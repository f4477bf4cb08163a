package syntax

import "strings"

// names are the keywords that may be names wherever a name may stand; declared are
// those that may be names only where one is declared, before = or :. The other
// keywords must be written ['…'].
var (
	names = set(`access alias best_effort bin bool consume count database dataformat datetime_pattern declare default
		distinct edges entity_group evaluate extend facet filter fork from getschema graph guid id inline_external_table
		join kind let limit lookup mvapply mvexpand nodes null nulls on optional order output pack parse __partitionby
		partition pattern plotly query_parameters range reduce regex render restrict scan serialize sort step summarize
		take top typeof uuid view with with_node_id with_source withsource`)
	declared = set(`accumulate as by contains datatable earliest externaldata find has in invoke latest materialize mdm
		of print sample search set sql title to toscalar totable verbose viewers where`)
	keywords = set(`and asc between boolean by byte cachingpolicy callout cancel char contains contains_cs containscs
		cycles dataexport datascope datatable date datetime decimal decodeblocks desc double dynamic earliest
		encodingpolicy endswith endswith_cs expandoutput extent_tags_retention external_data externaldata find first
		flags float force_remote harddelete hardretention has has_all has_any has_cs hasprefix hasprefix_cs hassuffix
		hassuffix_cs hotcache in in~ int int16 int32 int64 int8 invoke isfuzzy journal last latest like likecs long
		materialize mdm missing nooptimization notcontains notcontainscs notlike notlikecs of or others pathformat print
		project queries query_results real relaxed restricted_view_access row_level_security rowstore
		rowstore_references rowstore_sealinfo rowstorepolicy rowstores sample seal seals search set shards simple
		softdelete softretention sql startswith startswith_cs statistics storedqueryresultcontainers string tablepurge
		time timespan title to toscalar totable uint uint16 uint32 uint64 uint8 ulong union uniqueid
		unrestrictedviewers verbose viewers views where with_itemindex with_match_id with_step_name writeaheadlog
		3Dchart accumulate anomalychart areachart as bagexpansion barchart bin_legacy card columnchart ladderchart
		linechart piechart pivotchart scatterchart stackedareachart timechart timeline timepivot treemap
		__contextual_datatable __crossCluster __crossDB __executeAndCache __id __isFuzzy __noWithSource
		__packedColumn __projectAway __sourceColumnIndex`)
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// reserved tells whether a word cannot be a name as it stands.
func reserved(w string) bool { return keywords[w] && !names[w] || w[0] == '!' || isBool(w) }

func isBool(w string) bool {
	switch w {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return true
	}
	return false
}

// nameAt tells how many tokens the name has that starts n places on: 1 for a word, 3
// or more for a name in brackets and quotes, 0 if there is none. Where a name is
// declared, more keywords may be names.
func (p *parser) nameAt(n int, declaring bool) int {
	switch p.ahead(n).kind {
	case tWord:
		w := p.wordAt(n)
		if !reserved(w) || declaring && declared[w] {
			return 1
		}
	case tLBracket:
		k := n + 1
		for p.ahead(k).kind == tString {
			k++
		}
		if k > n+1 && p.ahead(k).kind == tRBracket {
			return k + 1 - n
		}
	default:
	}
	return 0
}

// name takes a name, or reports that it is missing.
func (p *parser) name() *Name { return p.takeName(false) }

// declare takes a name that is declared here.
func (p *parser) declare() *Name { return p.takeName(true) }

func (p *parser) takeName(declaring bool) *Name {
	pos := p.pos()
	switch n := p.nameAt(0, declaring); {
	case n == 0:
		if w := p.word(); w != "" && w[0] != '!' && p.namelike() {
			p.fail("KS228", "The name '"+w+"' needs to be bracketed as ['"+w+"'] to be used in this context.", "")
			p.next()
			return at(p, pos, &Name{Text: w})
		}
		p.missing("name")
		return at(p, pos, &Name{})
	case n == 1:
		t := p.next()
		return at(p, pos, &Name{Text: p.text(t)})
	}
	p.next()
	text, _ := p.strings()
	p.next()
	return at(p, pos, &Name{Text: text, Quoted: true})
}

// namelike tells whether the keyword at hand was meant as a name: what follows can
// only come after one.
func (p *parser) namelike() bool {
	if p.kind() != tWord {
		return false
	}
	switch p.ahead(1).kind {
	case tEqEq, tBangEq, tEqTilde, tBangTilde, tGreater, tGreaterEq, tLess, tLessEq, tStar, tSlash, tPercent,
		tRParen, tRBracket, tRBrace, tDot, tComma, tColon, tBar, tAssign, tSemicolon, tEOF:
		return true
	case tWord:
		return stringOps[p.wordAt(1)] || listOps[p.wordAt(1)] || p.wordAt(1) == "and" || p.wordAt(1) == "or"
	default:
		return false
	}
}

// wildAt tells how many tokens the name with asterisks has that starts n places on, 0
// if there is none. A lone asterisk is one.
func (p *parser) wildAt(n int) int {
	start := n
	switch {
	case p.ahead(n).kind == tStar:
		n++
	case p.nameWord(n) && p.ahead(n+1).kind == tStar && p.ahead(n+1).glued:
		n += 2
	default:
		return 0
	}
	for p.ahead(n).glued && (p.nameWord(n) || p.ahead(n).kind == tStar || p.ahead(n).kind == tLong) {
		n++
	}
	return n - start
}

func (p *parser) nameWord(n int) bool {
	w := p.wordAt(n)
	return w != "" && (!reserved(w) || declared[w])
}

// bracketedWild takes [a*], with a name of n tokens.
func (p *parser) bracketedWild(n int) Expr {
	pos := p.pos()
	p.next()
	begin := p.pos()
	p.i += n
	text := p.src[begin:p.prevEnd()]
	p.next()
	return at(p, pos, &WildName{Text: text, Bracketed: true})
}

// wild takes a name with asterisks of n tokens.
func (p *parser) wild(n int) Expr {
	pos := p.pos()
	p.i += n
	text := p.src[pos:p.prevEnd()]
	if text == "*" {
		return at(p, pos, &Star{})
	}
	return at(p, pos, &WildName{Text: text})
}

// column takes a name or a name with asterisks: what project-away and its kin list.
func (p *parser) column() Expr {
	if n := p.wildAt(0); n > 0 {
		return p.wild(n)
	}
	if p.nameAt(0, false) == 0 && !p.namelike() {
		return p.missing("expression")
	}
	return p.name()
}

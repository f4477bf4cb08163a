package command

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/yagura/yagura/table"
)

type nodeKind uint8

const (
	literalNode nodeKind = iota
	optionalNode
	choiceNode
	argumentNode
)

// node is a piece of a form.
type node struct {
	kind  nodeKind
	text  string   // of a literal; an argument's kind
	name  string   // of an argument
	words []string // of a choice
	in    []node   // of an optional piece
}

type formReader struct {
	text string
	pos  int
}

// sequence reads nodes up to one of the characters in stop, or the end.
func (p *formReader) sequence(stop string) []node {
	var out []node
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		switch {
		case strings.IndexByte(stop, c) >= 0:
			return out
		case c == ' ':
			p.pos++
		case c == '[':
			p.pos++
			n := node{kind: optionalNode, in: p.sequence("]")}
			p.pos++
			out = append(out, n)
		case strings.HasPrefix(p.text[p.pos:], "<|"):
			out = append(out, node{kind: literalNode, text: "<|"})
			p.pos += 2
		case c == '<':
			n := strings.IndexByte(p.text[p.pos:], '>')
			kind, name, named := strings.Cut(p.text[p.pos+1:p.pos+n], ":")
			if !named {
				name = kind
			}
			out = append(out, node{kind: argumentNode, text: kind, name: name})
			p.pos += n + 1
		case inWord(c):
			begin := p.pos
			for p.pos < len(p.text) && (inWord(p.text[p.pos]) || p.text[p.pos] == '|') {
				p.pos++
			}
			words := strings.Split(p.text[begin:p.pos], "|")
			if len(words) > 1 {
				out = append(out, node{kind: choiceNode, words: words})
			} else {
				out = append(out, node{kind: literalNode, text: words[0]})
			}
		default:
			out = append(out, node{kind: literalNode, text: string(c)})
			p.pos++
		}
	}
	return out
}

// argument reads an argument at pos into a, and returns the position behind it.
func (m *matcher) argument(n node, pos int, a *Args) (int, bool) {
	switch n.text {
	case "name":
		db, name, next, ok := m.name(pos)
		if db != "" {
			a.DB = db
		}
		a.Text[n.name] = name
		return next, ok
	case "names", "words":
		return m.names(n, pos, a)
	case "path":
		return m.path(n, pos, a)
	case "columns":
		return m.columns(pos, a)
	case "tables":
		return m.tables(pos, a)
	case "column":
		owner, name, next, ok := m.name(pos)
		if ok && owner == "" {
			m.fail(scan(m.src, pos), "Table.Column")
			return 0, false
		}
		a.Owner, a.Text[n.name] = owner, name
		return next, ok
	case "docs":
		return m.docs(pos, a)
	case "with":
		return m.with(pos, a)
	case "text", "json":
		return m.text(n, pos, a)
	case "value":
		t := scan(m.src, pos)
		if t.kind != word && t.kind != text {
			m.fail(t, "a value")
			return 0, false
		}
		v, ok := m.value(t)
		a.Text[n.name], a.Quoted[n.name] = v, t.kind == text
		return t.end, ok
	case "params", "body":
		return m.brackets(n, pos, a)
	case "rest":
		at := blanks(m.src, pos)
		if strings.HasPrefix(m.src[pos:], " ") && n.name == "data" {
			at = pos
		}
		a.Text[n.name], a.Pos[n.name] = m.src[at:], at
		return len(m.src), true
	}
	panic("command: no such kind of argument: " + n.text)
}

// name reads a name: a word, ['…'] or ["…"], a string; and Database.Name.
func (m *matcher) name(pos int) (db, name string, next int, ok bool) {
	t := scan(m.src, pos)
	switch {
	case t.kind == word:
		name, next = m.src[t.pos:t.end], t.end
		if d, n, dotted := strings.Cut(name, "."); dotted && d != "" {
			if n != "" {
				return d, n, next, true
			}
			_, n, next, ok = m.name(next)
			return d, n, next, ok
		}
	case t.kind == text:
		name, ok = unquoted(m.src[t.pos:t.end])
		if !ok {
			m.fail(t, "a name")
			return "", "", 0, false
		}
		next = t.end
	case t.kind == punct && m.src[t.pos] == '[':
		in := scan(m.src, t.end)
		shut := scan(m.src, in.end)
		if in.kind != text || shut.kind != punct || m.src[shut.pos] != ']' {
			m.fail(in, "a name")
			return "", "", 0, false
		}
		if name, ok = unquoted(m.src[in.pos:in.end]); !ok {
			m.fail(in, "a name")
			return "", "", 0, false
		}
		next = shut.end
	default:
		m.fail(t, "a name")
		return "", "", 0, false
	}
	if next < len(m.src) && m.src[next] == '.' {
		_, n, after, ok := m.name(next + 1)
		return name, n, after, ok
	}
	// After a bracketed database, ".Name" is one word.
	if t := scan(m.src, next); t.pos == next && t.kind == word && m.src[t.pos] == '.' && t.end > t.pos+1 {
		return name, m.src[t.pos+1 : t.end], t.end, true
	}
	if name == "" {
		m.fail(t, "a name")
	}
	return "", name, next, name != ""
}

// names reads a list of names, in brackets or, for words, without.
func (m *matcher) names(n node, pos int, a *Args) (int, bool) {
	var out []string
	if n.text == "names" {
		t := scan(m.src, pos)
		if t.kind != punct || m.src[t.pos] != '(' {
			m.fail(t, "(")
			return 0, false
		}
		pos = t.end
	}
	for {
		db, name, next, ok := m.name(pos)
		if !ok {
			return 0, false
		}
		if db != "" {
			a.DB = db
		}
		out = append(out, name)
		t := scan(m.src, next)
		switch {
		case t.kind == punct && m.src[t.pos] == ',':
			pos = t.end
			continue
		case n.text == "words":
			a.Names[n.name] = out
			return next, true
		case t.kind == punct && m.src[t.pos] == ')':
			a.Names[n.name] = out
			return t.end, true
		}
		m.fail(t, ", or )")
		return 0, false
	}
}

// path reads a name in its parts: a.b.c; what is in brackets is one.
func (m *matcher) path(n node, pos int, a *Args) (int, bool) {
	if t := scan(m.src, pos); t.kind == word {
		a.Names[n.name] = strings.Split(m.src[t.pos:t.end], ".")
		return t.end, true
	}
	db, name, next, ok := m.name(pos)
	if a.Names[n.name] = []string{name}; db != "" {
		a.Names[n.name] = []string{db, name}
	}
	return next, ok
}

// maxColumns bounds a list of columns before anything is made of it.
const maxColumns = 10_000

// columns reads (name:type, …).
func (m *matcher) columns(pos int, a *Args) (int, bool) {
	t := scan(m.src, pos)
	if t.kind != punct || m.src[t.pos] != '(' {
		m.fail(t, "(")
		return 0, false
	}
	a.Cols = []table.Column{}
	pos = t.end
	if t = scan(m.src, pos); t.kind == punct && m.src[t.pos] == ')' {
		return t.end, true
	}
	for len(a.Cols) < maxColumns {
		_, name, next, ok := m.name(pos)
		if !ok {
			return 0, false
		}
		if t = scan(m.src, next); t.kind != punct || m.src[t.pos] != ':' {
			m.fail(t, ":")
			return 0, false
		}
		t = scan(m.src, t.end)
		typ, ok := Type(m.src[t.pos:t.end])
		if t.kind != word || !ok {
			m.fail(t, "a type")
			return 0, false
		}
		a.Cols = append(a.Cols, table.Column{Name: name, Type: typ})
		t = scan(m.src, t.end)
		switch {
		case t.kind == punct && m.src[t.pos] == ',':
			pos = t.end
		case t.kind == punct && m.src[t.pos] == ')':
			return t.end, true
		default:
			m.fail(t, ", or )")
			return 0, false
		}
	}
	m.fail(t, fmt.Sprintf("at most %d columns", maxColumns))
	return 0, false
}

// tables reads T (a:long, …), U (…).
func (m *matcher) tables(pos int, a *Args) (int, bool) {
	for {
		_, name, next, ok := m.name(pos)
		if !ok {
			return 0, false
		}
		if next, ok = m.columns(next, a); !ok {
			return 0, false
		}
		a.Tables = append(a.Tables, Table{name, a.Cols})
		t := scan(m.src, next)
		if t.kind != punct || m.src[t.pos] != ',' || len(a.Tables) == maxColumns {
			return next, true
		}
		pos = t.end
	}
}

// docs reads (column:'text', …).
func (m *matcher) docs(pos int, a *Args) (int, bool) {
	t := scan(m.src, pos)
	if t.kind != punct || m.src[t.pos] != '(' {
		m.fail(t, "(")
		return 0, false
	}
	a.Docs = map[string]string{}
	for {
		_, name, next, ok := m.name(t.end)
		if !ok {
			return 0, false
		}
		if t = scan(m.src, next); t.kind != punct || m.src[t.pos] != ':' {
			m.fail(t, ":")
			return 0, false
		}
		if t = scan(m.src, t.end); t.kind != text {
			m.fail(t, "a string")
			return 0, false
		}
		if a.Docs[name], ok = m.value(t); !ok {
			return 0, false
		}
		t = scan(m.src, t.end)
		switch {
		case t.kind == punct && m.src[t.pos] == ')':
			return t.end, true
		case t.kind != punct || m.src[t.pos] != ',':
			m.fail(t, ", or )")
			return 0, false
		}
	}
}

// Type reads a type's name as commands write it: KQL's, or .NET's.
func Type(name string) (table.Type, bool) {
	if t, ok := table.ParseType(name); ok {
		return t, true
	}
	t, ok := map[string]table.Type{
		"System.SByte": table.Bool, "System.Boolean": table.Bool, "System.Int32": table.Int, "System.Int64": table.Long, "System.Double": table.Real,
		"System.Data.SqlTypes.SqlDecimal": table.Decimal, "System.String": table.String, "System.DateTime": table.Datetime,
		"System.TimeSpan": table.Timespan, "System.Guid": table.Guid, "System.Object": table.Dynamic,
	}[name]
	return t, ok
}

// with reads with (name = value, …).
func (m *matcher) with(pos int, a *Args) (int, bool) {
	t := scan(m.src, pos)
	if t.kind != word || !strings.EqualFold(m.src[t.pos:t.end], "with") {
		m.fail(t, "with")
		return 0, false
	}
	if t = scan(m.src, t.end); t.kind != punct || m.src[t.pos] != '(' {
		m.fail(t, "(")
		return 0, false
	}
	for {
		t = scan(m.src, t.end)
		if t.kind == punct && m.src[t.pos] == ')' {
			return t.end, true
		}
		if t.kind != word {
			m.fail(t, "the name of a property")
			return 0, false
		}
		name := strings.ToLower(m.src[t.pos:t.end])
		if t = scan(m.src, t.end); t.kind != punct || m.src[t.pos] != '=' {
			m.fail(t, "=")
			return 0, false
		}
		if t = scan(m.src, t.end); t.kind != word && t.kind != text {
			m.fail(t, "a value")
			return 0, false
		}
		v, ok := m.value(t)
		if !ok {
			return 0, false
		}
		next := t.end
		if p := scan(m.src, next); t.kind == word && p.kind == punct && p.pos == next && m.src[p.pos] == '(' { // datetime(…)
			if next = balanced(m.src, p); next < 0 {
				m.fail(p, "a value")
				return 0, false
			}
			v = m.src[t.pos:next]
		}
		a.With[name] = v
		t = scan(m.src, next)
		if t.kind == punct && m.src[t.pos] == ')' {
			return t.end, true
		}
		if t.kind != punct || m.src[t.pos] != ',' {
			m.fail(t, ", or )")
			return 0, false
		}
	}
}

// value is what a word or a string stands for. Strings that follow each other are one.
func (m *matcher) value(t token) (string, bool) {
	if t.kind == word {
		return m.src[t.pos:t.end], true
	}
	v, ok := unquoted(m.src[t.pos:t.end])
	if !ok {
		m.fail(t, "a string")
	}
	return v, ok
}

// text reads a string, several that follow each other, or a value of JSON as it is.
func (m *matcher) text(n node, pos int, a *Args) (int, bool) {
	t := scan(m.src, pos)
	if n.text == "json" && t.kind == punct && strings.IndexByte("{[", m.src[t.pos]) >= 0 {
		d := json.NewDecoder(strings.NewReader(m.src[t.pos:]))
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			m.fail(t, "JSON")
			return 0, false
		}
		a.Text[n.name] = string(v)
		return t.pos + int(d.InputOffset()), true
	}
	if t.kind == word && n.text == "json" && strings.EqualFold(m.src[t.pos:t.end], "null") {
		a.Text[n.name] = "null"
		return t.end, true
	}
	if t.kind != text {
		m.fail(t, "a string")
		return 0, false
	}
	var b strings.Builder
	next := pos
	for t.kind == text {
		v, ok := m.value(t)
		if !ok {
			return 0, false
		}
		b.WriteString(v)
		next = t.end
		t = scan(m.src, next)
	}
	a.Text[n.name] = b.String()
	return next, true
}

// brackets reads text in brackets as it is.
func (m *matcher) brackets(n node, pos int, a *Args) (int, bool) {
	open := map[string]string{"params": "(", "body": "{"}[n.text]
	t := scan(m.src, pos)
	if t.kind != punct || m.src[t.pos:t.end] != open {
		m.fail(t, open)
		return 0, false
	}
	next := balanced(m.src, t)
	if next < 0 {
		m.fail(token{end, len(m.src), len(m.src)}, "what closes the bracket "+open)
		return 0, false
	}
	a.Text[n.name], a.Pos[n.name] = m.src[t.pos:next], t.pos
	return next, true
}

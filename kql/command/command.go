// Package command reads Kusto's management commands: texts that begin with a dot.
//
// A command's form is written much as Microsoft's documentation writes its syntax:
//
//	.create-or-alter function [<with>] <name> <params> <body>
//
// Words stand for themselves, whatever their case; "[…]" may be left out; "a|b" is
// one or the other, and is an argument under the first's name. "<…>" is an argument,
// "<kind>" or "<kind:name>" if it has another name than its kind:
//
//	name     a table or another entity: a word, ['…'], or a string; Database.Name too
//	names    (a, b, …)
//	words    a, b, … without brackets
//	path     a.b.c, in its parts; ['…'] is one
//	columns  (a:long, b:string, …)
//	tables   T (a:long, …), U (…)
//	column   Table.Column
//	docs     (a:'text', …)
//	params   (…), as it is
//	body     {…}, as it is
//	with     with (a = 1, b = 'x', …)
//	text     a string, with its quotes taken off
//	value    a word or string: a number, a timespan, true, …
//	json     an object, array or string of JSON
//	rest     all that follows, as it is
//
// Grammar of the commands: https://learn.microsoft.com/kusto/management
package command

import (
	"fmt"
	"maps"
	"strings"

	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// Is reports whether a text is a management command, and not a query.
func Is(src string) bool {
	return strings.HasPrefix(src[blanks(src, 0):], ".")
}

// Args are what a command says. A field is empty where the command has nothing for it.
type Args struct {
	Text   map[string]string   // by the argument's name; of <name>, <text>, <value>, <json>, <params>, <body>, <rest>
	Names  map[string][]string // of <names>, <words>, <path>
	Cols   []table.Column
	With   map[string]string // names in lower case
	Tables []Table
	Docs   map[string]string // of <docs>, by the column's name
	DB     string            // of Database.Name
	Owner  string            // of <column>: the table
	Pos    map[string]int    // where a <rest>, <params> or <body> begins
	Quoted map[string]bool   // the <value> was a string
	Words  map[string]bool   // the form's words that are there, in lower case
}

// Table is a table with its columns.
type Table struct {
	Name string
	Cols []table.Column
}

func newArgs() *Args {
	return &Args{Text: map[string]string{}, Names: map[string][]string{}, With: map[string]string{}, Pos: map[string]int{}, Quoted: map[string]bool{}, Words: map[string]bool{}}
}

// Error is a mistake in a command: where, and what was expected there.
type Error struct {
	Pos    int
	Msg    string
	AtWord bool // a word stands there
}

func (e *Error) Error() string { return e.Msg }

// Form is how a command is written.
type Form struct {
	Text  string
	nodes []node
}

// MustForm reads a form; it panics if that is none.
func MustForm(text string) *Form {
	p := &formReader{text: text}
	nodes := p.sequence("")
	if p.pos != len(text) {
		panic(fmt.Sprintf("command: form %q: at %d", text, p.pos))
	}
	return &Form{text, nodes}
}

// Match reads a command of this form. pipe is where "| …" begins that takes the
// command's result further, or the length of src.
func (f *Form) Match(src string) (a *Args, pipe int, err error) {
	m := &matcher{src: src}
	a = newArgs()
	pipe = -1
	m.match(f.nodes, 0, a, func(pos int, done *Args) bool {
		t := scan(src, pos)
		if t.kind == punct && src[t.pos] == ';' {
			if t = scan(src, t.end); t.kind != end {
				m.fail(t, "the end of the command")
				return false
			}
		}
		switch {
		case t.kind == end:
			pipe, a = len(src), done
			return true
		case t.kind == punct && src[t.pos] == '|':
			pipe, a = t.pos, done
			return true
		}
		m.fail(t, "the end of the command")
		return false
	})
	if pipe < 0 {
		return nil, 0, &Error{m.far, m.message(), scan(src, m.far).kind == word}
	}
	return a, pipe, nil
}

// Head returns the words with which a command begins, at most n.
func Head(src string, n int) string {
	var out []string
	for t := scan(src, 0); t.kind == word && len(out) < n; t = scan(src, t.end) {
		out = append(out, src[t.pos:t.end])
	}
	return strings.Join(out, " ")
}

// matcher reads one command by one form.
type matcher struct {
	src      string
	far      int // of the mistake that is furthest on
	expected []string
}

func (m *matcher) fail(t token, want string) {
	if t.pos > m.far {
		m.far, m.expected = t.pos, nil
	}
	if t.pos == m.far {
		m.expected = append(m.expected, want)
	}
}

func (m *matcher) message() string {
	t := scan(m.src, m.far)
	got := "the end"
	switch {
	case t.kind == bad:
		got = "a string that does not end"
	case t.kind != end:
		got = "'" + m.src[t.pos:min(t.end, t.pos+40)] + "'"
	}
	return fmt.Sprintf("Syntax error: %s, where %s is expected", got, strings.Join(m.expected, " or "))
}

// match reads nodes from pos, and calls then with the position behind them for each
// way in which they can be read, until it returns true.
func (m *matcher) match(nodes []node, pos int, a *Args, then func(int, *Args) bool) bool {
	if len(nodes) == 0 {
		return then(pos, a)
	}
	n, rest := nodes[0], nodes[1:]
	switch n.kind {
	case literalNode:
		t := scan(m.src, pos)
		if t.kind != end && strings.EqualFold(m.src[t.pos:t.end], n.text) {
			a.Words[n.text] = true
			return m.match(rest, t.end, a, then)
		}
		m.fail(t, n.text)
		return false
	case optionalNode:
		if m.match(n.in, pos, a.clone(), func(p int, b *Args) bool { return m.match(rest, p, b, then) }) {
			return true
		}
		return m.match(rest, pos, a, then)
	case choiceNode:
		t := scan(m.src, pos)
		for _, w := range n.words {
			if t.kind == word && strings.EqualFold(m.src[t.pos:t.end], w) {
				b := a.clone()
				b.Text[n.words[0]] = w
				return m.match(rest, t.end, b, then)
			}
		}
		m.fail(t, strings.Join(n.words, " or "))
		return false
	}
	b := a.clone()
	next, ok := m.argument(n, pos, b)
	return ok && m.match(rest, next, b, then)
}

func (a *Args) clone() *Args {
	b := newArgs()
	maps.Copy(b.Text, a.Text)
	maps.Copy(b.Names, a.Names)
	maps.Copy(b.With, a.With)
	maps.Copy(b.Pos, a.Pos)
	maps.Copy(b.Quoted, a.Quoted)
	maps.Copy(b.Words, a.Words)
	b.Cols, b.Tables, b.Docs, b.DB, b.Owner = a.Cols, a.Tables, a.Docs, a.DB, a.Owner
	return b
}

// unquoted returns the value of a literal string.
func unquoted(lit string) (string, bool) {
	file, errs := syntax.Parse("print " + lit)
	if len(errs) > 0 || len(file.Stmts) != 1 {
		return "", false
	}
	var out string
	found := false
	syntax.Walk(file, func(n syntax.Node) bool {
		if l, ok := n.(*syntax.Lit); ok && !found {
			out, found = l.Text, true
		}
		return true
	})
	return out, found
}

package terms

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// Cond is what rows must have, as far as an index can tell.
type Cond struct {
	Op     Op
	Column string  // of Has and Holds
	Text   string  // of Has: a term, folded; of Holds: a part of the value
	Of     []*Cond // of And and Or; there is at least one
}

// Op is the kind of a Cond.
type Op uint8

const (
	Has   Op = iota // a term
	Holds           // a part of a value, as its grams tell
	And
	Or
)

// All returns that all of cs are so, in the order in which they are asked for; those that are
// nil say nothing. It is nil if it says nothing.
func All(cs ...*Cond) *Cond { return join(And, cs) }

// Any returns that one of cs is so. It is nil, which says nothing, if one of them is.
func Any(cs ...*Cond) *Cond {
	for _, c := range cs {
		if c == nil {
			return nil
		}
	}
	return join(Or, cs)
}

func join(op Op, cs []*Cond) *Cond {
	var of []*Cond
	for _, c := range cs {
		switch {
		case c == nil:
		case c.Op == op:
			of = append(of, c.Of...)
		default:
			of = append(of, c)
		}
	}
	switch len(of) {
	case 0:
		return nil
	case 1:
		return of[0]
	}
	if op == And { // grams and what is nested last; the fewest rows have the longest term
		slices.SortStableFunc(of, func(a, b *Cond) int {
			return cmp.Or(cmp.Compare(a.Op, b.Op), cmp.Compare(len(b.Text), len(a.Text)))
		})
	}
	return &Cond{Op: op, Of: of}
}

// Ends says which ends of a text that is looked for are ends of terms where it is found.
type Ends uint8

const (
	Start Ends = 1 << iota
	End
	Both = Start | End
)

// Contain returns what the rows have in which a column contains text, its case folded or
// not: its terms, but for those at an end that need not be one, of which there are the
// grams. It is nil if text has nothing that an index knows.
func Contain(column, text string, ends Ends, fold bool) *Cond {
	if fold && !ascii(text) {
		text = table.Fold(text) // it is then looked for in folded text
	}
	var cs []*Cond
	for i := 0; i < len(text); {
		from := strings.IndexFunc(text[i:], table.IsTermRune)
		if from < 0 {
			break
		}
		from += i
		if i = strings.IndexFunc(text[from:], func(r rune) bool { return !table.IsTermRune(r) }); i < 0 {
			i = len(text)
		} else {
			i += from
		}
		if from == 0 && ends&Start == 0 || i == len(text) && ends&End == 0 {
			if part := text[from:i]; len(someGrams(0, part)) > 0 {
				cs = append(cs, &Cond{Op: Holds, Column: column, Text: part})
			}
			continue
		}
		if term := table.Fold(text[from:i]); len(term) >= minTerm {
			cs = append(cs, &Cond{Op: Has, Column: column, Text: term})
		}
	}
	return All(cs...)
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// Columns calls f with each column that c is about.
func (c *Cond) Columns(f func(string)) {
	if c.Op == Has || c.Op == Holds {
		f(c.Column)
	}
	for _, of := range c.Of {
		of.Columns(f)
	}
}

// Without returns c for rows in which the columns that are gone are empty, and whether
// any row can fit; a nil Cond says nothing.
func (c *Cond) Without(gone func(column string) bool) (*Cond, bool) {
	if c.Op == Has || c.Op == Holds {
		return c, !gone(c.Column)
	}
	var of []*Cond
	for _, x := range c.Of {
		x, can := x.Without(gone)
		switch {
		case can:
			of = append(of, x)
		case c.Op == And:
			return nil, false
		}
	}
	return join(c.Op, of), len(of) > 0
}

// String writes c for people.
func (c *Cond) String() string {
	switch c.Op {
	case Has:
		return fmt.Sprintf("%s:%s", c.Column, c.Text)
	case Holds:
		return fmt.Sprintf("%s~%q", c.Column, c.Text)
	}
	parts := make([]string, len(c.Of))
	for i, of := range c.Of {
		parts[i] = of.String()
	}
	return "(" + strings.Join(parts, map[Op]string{And: " and ", Or: " or "}[c.Op]) + ")"
}

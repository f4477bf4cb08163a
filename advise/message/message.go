// Package message holds what the advice says: English text that knows the template and the
// arguments it was made of, so that the page can say it in its reader's language. A template
// is a format of fmt, and its own key in other languages' catalogues (web/src/i18n/said.ja.ts),
// as gettext has it; so it is written out where it is used.
package message

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Text is something said. The zero value says nothing.
type Text struct {
	english, template string
	args              []any // each a string or a Text
}

// verb finds the places of arguments, and %%.
var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-z%]`)

// New fills a template in.
func New(template string, args ...any) Text {
	t := Text{english: fmt.Sprintf(template, args...), template: template}
	for _, v := range verb.FindAllString(template, -1) {
		if v == "%%" {
			continue
		}
		switch a := args[len(t.args)].(type) {
		case Text:
			t.args = append(t.args, a)
		case error:
			t.args = append(t.args, Of(a))
		default:
			t.args = append(t.args, fmt.Sprintf(v, a))
		}
	}
	return t
}

// Plural counts things. The second template is the key: other languages have forms of
// their own.
func Plural[N int | int32 | int64](one, many string, n N) Text {
	t := New(many, n)
	if n == 1 {
		t.english = fmt.Sprintf(one, n)
	}
	return t
}

// Verbatim is what others say, in their words: an error, a field, a program's message.
func Verbatim(text string) Text { return New("%s", text) }

// failure is an error that knows how it was said.
type failure struct {
	Text
	cause error
}

func (f *failure) Error() string { return f.english }
func (f *failure) Unwrap() error { return f.cause }

// Errorf is an error that says what New would. It wraps the last error among the arguments.
func Errorf(template string, args ...any) error {
	f := &failure{Text: New(template, args...)}
	for _, a := range args {
		if err, ok := a.(error); ok {
			f.cause = err
		}
	}
	return f
}

// Of is what an error says; in others' words if it is not one of ours.
func Of(err error) Text {
	if f, ok := errors.AsType[*failure](err); ok && f.english == err.Error() {
		return f.Text
	}
	return Verbatim(err.Error())
}

// Join puts texts one after the other.
func Join(texts []Text, separator string) Text {
	places, args := []string{}, []any{}
	for _, t := range texts {
		places, args = append(places, "%s"), append(args, t)
	}
	return New(strings.Join(places, strings.ReplaceAll(separator, "%", "%%")), args...)
}

// Sentences puts sentences one after the other; those that say nothing are left out.
func Sentences(texts ...Text) Text {
	var said []Text
	for _, t := range texts {
		if t.english != "" {
			said = append(said, t)
		}
	}
	if len(said) == 1 {
		return said[0]
	}
	return Join(said, " ")
}

// String is the text in English.
func (t Text) String() string { return t.english }

// MarshalText writes the text in English.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.english), nil }

// UnmarshalText reads a text that is its own template.
func (t *Text) UnmarshalText(text []byte) error {
	*t = Text{english: string(text), template: strings.ReplaceAll(string(text), "%", "%%")}
	return nil
}

// Compare orders texts by their English.
func Compare(a, b Text) int { return cmp.Compare(a.english, b.english) }

// Made is how a text was made.
type Made struct {
	Template string `json:"template"`
	Args     []any  `json:"args"` // each a string or a Made
}

// Catalog tells of English texts how they were made.
type Catalog map[string]Made

// Add puts texts into the catalog.
func (c Catalog) Add(texts ...Text) {
	for _, t := range texts {
		if t.english != "" {
			c[t.english] = t.made()
		}
	}
}

func (t Text) made() Made {
	m := Made{Template: t.template, Args: []any{}}
	for _, a := range t.args {
		if inner, ok := a.(Text); ok {
			a = inner.made()
		}
		m.Args = append(m.Args, a)
	}
	return m
}

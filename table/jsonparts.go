package table

import (
	"errors"
	"fmt"
	"strings"

	"github.com/valyala/fastjson"
)

// partBytes is how much of a long JSON text is parsed at once.
const partBytes = 64 << 10

// parseParts parses a long text. Of an array or an object as many members at once as make
// about a part, which is itself such a text; a member that is longer in parts of its own.
func (w *Work) parseParts(s string) (any, error) { return w.parsePartsAt(s, 1) }

func (w *Work) parsePartsAt(s string, depth int) (any, error) {
	s = strings.Trim(s, " \t\r\n")
	if s == "" || s[0] != '[' && s[0] != '{' || len(s) <= partBytes {
		w.Step(len(s))
		return (*Work)(nil).ParseTree(s)
	}
	if depth > fastjson.MaxDepth {
		return nil, fmt.Errorf("more than %d levels", fastjson.MaxDepth)
	}
	open, shut := s[:1], s[len(s)-1:]
	if shut[0] != open[0]+2 { // ] stands two behind [, } behind {
		return nil, errUnclosed
	}
	var all []any
	bag := newKeyed(partBytes / elementSteps)
	add := func(part string) error {
		t, err := w.parseMembers(open, shut, part, depth)
		switch t := t.(type) {
		case []any:
			all = append(all, t...)
		case *Bag:
			for i, k := range t.Keys {
				bag.set(k, t.Vals[i])
			}
		}
		return err
	}
	in := strings.Trim(s[1:len(s)-1], " \t\r\n")
	if in == "" {
		return (*Work)(nil).ParseTree(open + shut)
	}
	for in != "" {
		n, err := memberEnd(w, in)
		if err != nil {
			return nil, err
		}
		if err := add(in[:n]); err != nil {
			return nil, err
		}
		if n == len(in) {
			break
		}
		if in = in[n+1:]; in == "" { // behind a comma
			return nil, errUnclosed
		}
	}
	if open == "[" {
		return all, nil
	}
	return bag.Bag, nil
}

var errUnclosed = errors.New("the text is no JSON")

// parseMembers parses members of an array or an object: several, or one that is long.
func (w *Work) parseMembers(open, shut, part string, depth int) (any, error) {
	if len(part) <= 2*partBytes {
		w.Step(len(part) * 16)
		t, err := (*Work)(nil).ParseTree(open + part + shut)
		if err == nil && strings.Trim(part, " \t\r\n") == "" {
			err = errUnclosed // nothing between two commas
		}
		return t, err
	}
	key := ""
	if open == "{" {
		// The value's place is behind the key, which is a text, and a colon.
		at, err := textEnd(part)
		if err != nil {
			return nil, err
		}
		rest := strings.TrimLeft(part[at:], " \t\r\n")
		if !strings.HasPrefix(rest, ":") {
			return nil, errUnclosed
		}
		t, err := (*Work)(nil).ParseTree(part[:at])
		k, isText := t.(string)
		if err != nil || !isText {
			return nil, errUnclosed
		}
		key, part = k, rest[1:]
	}
	v, err := w.parsePartsAt(part, depth+1)
	if err != nil {
		return nil, err
	}
	if open == "[" {
		return []any{v}, nil
	}
	return &Bag{Keys: []string{key}, Vals: []any{v}}, nil
}

// textEnd is where the text that s begins with, in quotes, ends.
func textEnd(s string) (int, error) {
	at := strings.IndexByte(s, '"')
	if at < 0 || strings.Trim(s[:at], " \t\r\n") != "" {
		return 0, errUnclosed
	}
	for at++; at < len(s); at++ {
		switch s[at] {
		case '\\':
			at++
		case '"':
			return at + 1, nil
		}
	}
	return 0, errUnclosed
}

// memberEnd is where a member ends, with others before it that make a part together: at a
// comma, or at the end.
func memberEnd(w *Work, s string) (int, error) {
	depth, last := 0, -1
	for at := 0; at < len(s); at++ {
		if at&(partBytes-1) == 0 {
			w.Step(partBytes)
		}
		switch s[at] {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth < 0 {
				return 0, errUnclosed
			}
		case '"':
			n, err := textEnd(s[at:])
			if err != nil {
				return 0, err
			}
			at += n - 1
		case ',':
			if depth > 0 {
				continue
			}
			if at > partBytes {
				if last >= 0 && at > 2*partBytes {
					return last, nil // what is long is a part of its own
				}
				return at, nil
			}
			last = at
		}
	}
	if last >= 0 && len(s) > 2*partBytes {
		return last, nil
	}
	return len(s), nil
}

package fn

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Pattern writes a regular expression of Kusto's syntax in RE2's, which Go and DuckDB
// understand. What Kusto has and RE2 lacks: \u and \U, the flags x and u, \d, \s and \w of
// all of Unicode unless the flag u is off, and classes within classes, with && (and), --
// (without) and ~~ (either, not both).
// Source: learn.microsoft.com/kusto/query/regex
func Pattern(s string) (string, error) {
	if !strings.ContainsAny(s, `\[`) && !strings.Contains(s, "(?") {
		return s, nil
	}
	p := &pattern{src: s}
	if err := p.all(); err != nil {
		return "", err
	}
	return p.out.String(), nil
}

// ParsePattern parses a regular expression of Kusto's syntax.
func ParsePattern(s string) (*syntax.Regexp, error) {
	re2, err := Pattern(s)
	if err != nil {
		return nil, err
	}
	return syntax.Parse(re2, syntax.Perl)
}

// CompilePattern compiles a regular expression of Kusto's syntax.
func CompilePattern(s string) (*regexp.Regexp, error) {
	re2, err := Pattern(s)
	if err != nil {
		return nil, err
	}
	return regexp.Compile(re2)
}

var (
	errFlag = errors.New("the flag R is not supported: write (\\r?\\n) for the end of a line")
	errEnd  = errors.New("missing closing ]")
)

// pattern is a regular expression that is being rewritten.
type pattern struct {
	src string
	at  int
	out strings.Builder
	state
	outer []state // outside of each open group
}

// state is what flags say.
type state struct {
	verbose bool // x: spaces and comments do not count
	ascii   bool // without u: \d, \s and \w are of ASCII
}

func (p *pattern) rest() string { return p.src[p.at:] }

// copy writes the next n bytes as they are.
func (p *pattern) copy(n int) {
	p.out.WriteString(p.src[p.at : p.at+n])
	p.at += n
}

func (p *pattern) all() error {
	for p.at < len(p.src) {
		switch rest := p.rest(); {
		case strings.HasPrefix(rest, `\Q`):
			end := strings.Index(rest, `\E`)
			if end < 0 {
				end = len(rest) - 2
			}
			p.copy(end + 2)
		case rest[0] == '\\':
			n, text := escape(rest)
			if set, not := p.unicode(rest[:n]); set != "" {
				text = "[" + not + set + "]"
			}
			p.out.WriteString(text)
			p.at += n
		case rest[0] == '[':
			if err := p.class(); err != nil {
				return err
			}
		case strings.HasPrefix(rest, "(?"):
			if err := p.flags(); err != nil {
				return err
			}
		case rest[0] == '(':
			p.outer = append(p.outer, p.state)
			p.copy(1)
		case rest[0] == ')':
			if n := len(p.outer); n > 0 {
				p.state, p.outer = p.outer[n-1], p.outer[:n-1]
			}
			p.copy(1)
		case p.verbose && rest[0] == '#':
			line, _, _ := strings.Cut(rest, "\n")
			p.at += len(line)
		case p.verbose && space(rest) > 0:
			p.at += space(rest)
		default:
			p.copy(1)
		}
	}
	return nil
}

// space returns how long the white space is with which s begins.
func space(s string) int {
	if r, n := utf8.DecodeRuneInString(s); unicode.IsSpace(r) {
		return n
	}
	return 0
}

var escapeU = regexp.MustCompile(`^\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[uU]\{([0-9A-Fa-f]+)\})`)

// escape returns how long the escape is with which s begins, and RE2's way to write it.
func escape(s string) (n int, text string) {
	if m := escapeU.FindStringSubmatch(s); m != nil {
		return len(m[0]), `\x{` + m[1] + m[2] + m[3] + "}"
	}
	n = 1
	if len(s) > 1 {
		_, w := utf8.DecodeRuneInString(s[1:])
		n += w
	}
	switch end := strings.IndexByte(s, '}'); {
	case n != 2 || len(s) < 3 || !strings.ContainsRune("xpP", rune(s[1])):
	case s[2] != '{' && s[1] != 'x': // \pL
		n = 3
	case s[2] == '{' && end > 0:
		n = end + 1
	}
	return n, s[:n]
}

// sets are what is within the brackets of \d, \s and \w. Nothing that could begin a range
// is last.
var sets = map[byte]string{
	'd': `\p{Nd}`,
	's': `\t-\r\x{85}\p{Z}`,
	'w': `\x{200C}\x{200D}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189}\p{L}\p{M}\p{Nl}\p{Nd}\p{Pc}`,
}

// unicode returns the set that an escape stands for, and ^ if it is what is not in it; ""
// if it stands for none.
func (s state) unicode(escape string) (set, not string) {
	if s.ascii || len(escape) != 2 {
		return "", ""
	}
	if set = sets[escape[1]]; set != "" {
		return set, ""
	}
	if set = sets[escape[1]+'a'-'A']; set != "" {
		return set, "^"
	}
	return "", ""
}

// outside writes what is not in a set as ranges, for the inside of a class.
var outside = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, set := range sets {
		r, err := parsed("[^" + set + "]")
		if err != nil {
			panic(err)
		}
		text := r.String()
		out[set] = text[1 : len(text)-1]
	}
	return out
})

var flagGroup = regexp.MustCompile(`^\(\?([imsUuxR]*)(-[imsUuxR]+)?([:)])`)

// flags rewrites the start of a group that has flags or a name.
func (p *pattern) flags() error {
	m := flagGroup.FindStringSubmatch(p.rest())
	if m == nil { // (?P<name>
		p.outer = append(p.outer, p.state)
		p.copy(2)
		return nil
	}
	if strings.Contains(m[1]+m[2], "R") {
		return errFlag
	}
	if m[3] == ":" {
		p.outer = append(p.outer, p.state)
	}
	p.verbose = (p.verbose || strings.Contains(m[1], "x")) && !strings.Contains(m[2], "x")
	p.ascii = (p.ascii || strings.Contains(m[2], "u")) && !strings.Contains(m[1], "u")
	drop := strings.NewReplacer("x", "", "u", "")
	on, off := drop.Replace(m[1]), drop.Replace(m[2])
	if off == "-" {
		off = ""
	}
	if m[3] == ":" || on+off != "" {
		p.out.WriteString("(?" + on + off + m[3])
	}
	p.at += len(m[0])
	return nil
}

// class rewrites a class: as its ranges if it has classes within, or operators. What
// RE2 alone understands, such as [[], stays as it is.
func (p *pattern) class() error {
	c := &class{src: p.rest(), state: p.state, plain: true}
	set, err := c.set()
	if err != nil {
		if !c.plain && !errors.Is(err, errEnd) {
			return err
		}
		p.copy(1)
		return nil
	}
	if c.plain {
		p.out.WriteString(c.out.String())
	} else {
		p.out.WriteString(set.String())
	}
	p.at += c.at
	return nil
}

// class is a class that is being read.
type class struct {
	src   string
	at    int
	plain bool            // without classes within, and operators
	out   strings.Builder // it in RE2's syntax, if it is plain
	state
}

// chars is a set of characters: the first and the last of each range of them.
type chars []rune

func (r chars) String() string {
	if len(r) == 0 {
		return `[^\x00-\x{10FFFF}]`
	}
	var b strings.Builder
	b.WriteByte('[')
	for i := 0; i+1 < len(r); i += 2 {
		fmt.Fprintf(&b, `\x{%X}-\x{%X}`, r[i], r[i+1])
	}
	b.WriteByte(']')
	return b.String()
}

// parsed returns what RE2 takes a class for.
func parsed(class string) (chars, error) {
	re, err := syntax.Parse(class, syntax.Perl)
	if err != nil {
		return nil, err
	}
	switch re.Op {
	case syntax.OpCharClass:
		return slices.Clone(re.Rune), nil
	case syntax.OpLiteral:
		return chars{re.Rune[0], re.Rune[0]}, nil
	case syntax.OpAnyChar:
		return chars{0, unicode.MaxRune}, nil
	case syntax.OpNoMatch:
		return nil, nil
	}
	return nil, fmt.Errorf("%s is no class of characters", class)
}

// set reads a class, from its [ to its ].
func (c *class) set() (chars, error) {
	c.write(1) // [
	negated := c.eat("^")
	var left, right chars
	var op string
	if c.eat("]") { // the first of all is a character
		right = chars{']', ']'}
	}
	for c.at < len(c.src) {
		rest := c.src[c.at:]
		switch {
		case rest[0] == ']':
			c.write(1)
			all := left.with(op, right)
			if negated {
				all = all.not()
			}
			return all, nil
		case strings.HasPrefix(rest, "&&"), strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "~~"):
			c.plain = false
			left, right, op = left.with(op, right), nil, rest[:2]
			c.at += 2
		case rest[0] == '[' && !strings.HasPrefix(rest, "[:"):
			inner, err := c.set()
			if err != nil {
				return nil, err
			}
			c.plain, right = false, right.or(inner)
		case c.verbose && space(rest) > 0:
			c.at += space(rest)
		default:
			item, err := c.item()
			if err != nil {
				return nil, err
			}
			right = right.or(item)
		}
	}
	return nil, errEnd
}

// write takes n bytes as they are.
func (c *class) write(n int) {
	c.out.WriteString(c.src[c.at : c.at+n])
	c.at += n
}

func (c *class) eat(s string) bool {
	if !strings.HasPrefix(c.src[c.at:], s) {
		return false
	}
	c.write(len(s))
	return true
}

// item reads a character, a range of them, or a class with a name.
func (c *class) item() (chars, error) {
	start := c.out.Len()
	if end := strings.Index(c.src[c.at:], ":]"); c.src[c.at] == '[' && end > 0 {
		c.write(end + 2)
		return parsed("[" + c.out.String()[start:] + "]")
	}
	c.char()
	if rest := c.src[c.at:]; len(rest) > 1 && rest[0] == '-' && rest[1] != ']' && rest[1] != '-' && rest[1] != '[' {
		c.write(1)
		c.char()
	}
	text := c.out.String()[start:]
	if text == "^" || text == "-" {
		text = `\` + text
	}
	return parsed("[" + text + "]")
}

// char takes a character, or an escape.
func (c *class) char() {
	rest := c.src[c.at:]
	if rest[0] == '\\' {
		n, text := escape(rest)
		if set, not := c.unicode(rest[:n]); not != "" {
			text = outside()[set]
		} else if set != "" {
			text = set
		}
		c.out.WriteString(text)
		c.at += n
		return
	}
	_, n := utf8.DecodeRuneInString(rest)
	c.write(n)
}

// with returns what an operator makes of two sets; without one, their union.
func (a chars) with(op string, b chars) chars {
	switch op {
	case "&&":
		return a.not().or(b.not()).not()
	case "--":
		return a.not().or(b).not()
	case "~~":
		return a.with("--", b).or(b.with("--", a))
	}
	return a.or(b)
}

func (a chars) or(b chars) chars {
	type pair struct{ lo, hi rune }
	var all []pair
	for _, r := range []chars{a, b} {
		for i := 0; i+1 < len(r); i += 2 {
			all = append(all, pair{r[i], r[i+1]})
		}
	}
	slices.SortFunc(all, func(x, y pair) int { return int(x.lo) - int(y.lo) })
	var out chars
	for _, p := range all {
		if n := len(out); n > 0 && p.lo <= out[n-1]+1 {
			out[n-1] = max(out[n-1], p.hi)
			continue
		}
		out = append(out, p.lo, p.hi)
	}
	return out
}

// not expects ranges in order, apart from each other, as or makes them.
func (r chars) not() chars {
	var out chars
	next := rune(0)
	for i := 0; i+1 < len(r); i += 2 {
		if r[i] > next {
			out = append(out, next, r[i]-1)
		}
		next = r[i+1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, next, unicode.MaxRune)
	}
	return out
}

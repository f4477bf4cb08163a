package outside

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// pathPattern reads the values of partitions off the path of a file, from where a
// connection string leads.
type pathPattern struct {
	re    *regexp.Regexp
	parts []pathValue // of the groups of re
	types map[string]table.Type
}

// pathValue is what a group of a pattern holds: the value of a partition, or with unit a
// part of a time.
type pathValue struct {
	partition string
	unit      byte
}

// newPathPattern makes the pattern of an external table; nil if its paths tell nothing.
func newPathPattern(n *plan.ExternalData) (*pathPattern, error) {
	if len(n.Path) == 0 {
		return nil, nil
	}
	m := &pathPattern{types: map[string]table.Type{}}
	for _, p := range n.Partitions {
		m.types[p.Name] = p.Type
	}
	var re strings.Builder
	re.WriteString("^")
	for i, part := range n.Path {
		switch {
		case part.Partition == "" && i == 0:
			re.WriteString(regexp.QuoteMeta(strings.TrimPrefix(part.Text, "/")))
		case part.Partition == "":
			re.WriteString(regexp.QuoteMeta(part.Text))
		case m.types[part.Partition] == table.Datetime:
			if err := m.datetime(&re, part); err != nil {
				return nil, err
			}
		case m.types[part.Partition] == table.Long:
			m.group(&re, "-?[0-9]{1,19}", pathValue{partition: part.Partition})
		default:
			m.group(&re, "[^/]+?", pathValue{partition: part.Partition})
		}
	}
	re.WriteString("/")
	var err error
	if m.re, err = regexp.Compile(re.String()); err != nil {
		return nil, fmt.Errorf("the format of its paths: %w", err)
	}
	return m, nil
}

func (m *pathPattern) group(re *strings.Builder, text string, v pathValue) {
	re.WriteString("(" + text + ")")
	m.parts = append(m.parts, v)
}

// digits are how many digits each part of a time has, by how often its letter stands.
var digits = map[string]string{
	"yyyy": "[0-9]{4}", "yy": "[0-9]{2}", "MM": "[0-9]{2}", "M": "[0-9]{1,2}", "dd": "[0-9]{2}", "d": "[0-9]{1,2}",
	"HH": "[0-9]{2}", "H": "[0-9]{1,2}", "mm": "[0-9]{2}", "m": "[0-9]{1,2}", "ss": "[0-9]{2}", "s": "[0-9]{1,2}",
}

// datetime reads a pattern as .NET has them: letters that stand for parts of a time, texts
// in quotes, and other characters.
func (m *pathPattern) datetime(re *strings.Builder, part plan.PathPart) error {
	for p := part.Pattern; p != ""; {
		c := p[0]
		switch {
		case c == '\'' || c == '"':
			end := strings.IndexByte(p[1:], c)
			if end < 0 {
				return fmt.Errorf("the pattern %q has a quote that is not closed", part.Pattern)
			}
			re.WriteString(regexp.QuoteMeta(p[1 : 1+end]))
			p = p[end+2:]
		case c == '\\' && len(p) > 1:
			re.WriteString(regexp.QuoteMeta(p[1:2]))
			p = p[2:]
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters := p[:len(p)-len(strings.TrimLeft(p, string(c)))]
			text, ok := digits[letters]
			if !ok {
				return fmt.Errorf("the pattern %q has %q, which paths cannot have: they have %s", part.Pattern, letters, "yyyy, yy, MM, M, dd, d, HH, H, mm, m, ss and s")
			}
			m.group(re, text, pathValue{part.Partition, c})
			p = p[len(letters):]
		default:
			re.WriteString(regexp.QuoteMeta(p[:1]))
			p = p[1:]
		}
	}
	return nil
}

// match reads the path of a file; ok is false if it is not of the pattern.
func (m *pathPattern) match(name string) (values map[string]table.Value, ok bool) {
	if m == nil {
		return nil, true
	}
	groups := m.re.FindStringSubmatch(name)
	if groups == nil {
		return nil, false
	}
	values = map[string]table.Value{}
	times := map[string]map[byte]int{}
	for i, v := range m.parts {
		text := groups[1+i]
		if v.unit != 0 {
			n, _ := strconv.Atoi(text)
			if v.unit == 'y' && len(text) == 2 {
				n += 2000
			}
			if times[v.partition] == nil {
				times[v.partition] = map[byte]int{'y': 1, 'M': 1, 'd': 1}
			}
			times[v.partition][v.unit] = n
			continue
		}
		var value table.Value = text
		if m.types[v.partition] == table.Long {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil, false
			}
			value = n
		}
		if old, twice := values[v.partition]; twice && old != value {
			return nil, false
		}
		values[v.partition] = value
	}
	for name, t := range times {
		at := time.Date(t['y'], time.Month(t['M']), t['d'], t['H'], t['m'], t['s'], 0, time.UTC)
		if at.Year() != t['y'] || at.Month() != time.Month(t['M']) || at.Day() != t['d'] || at.Hour() != t['H'] || at.Minute() != t['m'] || at.Second() != t['s'] {
			return nil, false // there is no such time
		}
		values[name] = table.FromGo(at)
	}
	return values, true
}

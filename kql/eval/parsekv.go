package eval

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

func (r *run) openParseKv(ctx context.Context, n *plan.ParseKv, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	x, schema := r.exprs(sc), n.Schema()
	p := &kvParser{n: n, wanted: map[string]int{}}
	for i, k := range n.Keys {
		p.wanted[k] = i
	}
	return mapped(schema, in, func(ctx context.Context, b *table.Batch) (*table.Batch, error) {
		x.bind(b)
		texts, err := textColumn(ctx, x, n.Text)
		if err != nil {
			return nil, err
		}
		cols := make([]table.Vec, len(n.Cols))
		for i, c := range n.Cols {
			cols[i] = table.NewVec(c.Type, b.Rows)
		}
		p.w = table.NewWork(ctx)
		for i, text := range texts.Vals {
			if i%256 == 255 {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
			}
			row := p.parse(text)
			for c, col := range n.Cols {
				var v table.Value
				if row[c] != nil {
					v = fn.Cast(*row[c], col.Type)
				}
				table.Append(cols[c], v)
			}
		}
		return behind(schema, b, cols), nil
	}), nil
}

// kvParser finds the values of the wanted keys in texts. Of a key that comes twice
// the first value counts.
type kvParser struct {
	n      *plan.ParseKv
	wanted map[string]int // column by key
	row    []*string
	w      *table.Work
	// lastPair says that no pair delimiter is in the rest of the text.
	lastPair bool
}

// pairEnd is where the next pair delimiter is, or -1.
func (p *kvParser) pairEnd(s string) int {
	if p.n.PairDelimiter == "" || p.lastPair {
		return -1
	}
	i := strings.Index(s, p.n.PairDelimiter)
	p.lastPair = i < 0
	return i
}

func (p *kvParser) parse(text string) []*string {
	p.row, p.lastPair = make([]*string, len(p.n.Cols)), false
	switch {
	case p.n.Regex != nil:
		fn.EachMatch(p.w, p.n.Regex, text, func(m []int) { p.put(fn.Matched(text, m, 1), fn.Matched(text, m, 2)) })
	case p.n.PairDelimiter == "" && p.n.KvDelimiter == "":
		p.words(text)
	default:
		p.pairs(text)
	}
	return p.row
}

func (p *kvParser) put(key, value string) {
	if c, ok := p.wanted[key]; ok && p.row[c] == nil {
		p.row[c] = &value
	}
}

// pairs reads a text of keys and values with known delimiters.
func (p *kvParser) pairs(text string) {
	for text != "" {
		p.w.Step(expanding)
		text = p.trimPairs(text)
		key, rest, ok := p.key(text)
		if !ok {
			_, rest, ok = strings.Cut(text, p.n.PairDelimiter)
			if !ok || p.n.PairDelimiter == "" {
				return
			}
			text = rest
			continue
		}
		value, rest := p.value(rest)
		p.put(key, value)
		text = rest
	}
}

// trimPairs drops white space and pair delimiters.
func (p *kvParser) trimPairs(s string) string {
	for {
		t := strings.TrimLeftFunc(s, unicode.IsSpace)
		if p.n.PairDelimiter != "" {
			t = strings.TrimPrefix(t, p.n.PairDelimiter)
		}
		if t == s {
			return s
		}
		s = t
	}
}

// key reads a key and its delimiter; false if a pair delimiter comes first.
func (p *kvParser) key(s string) (key, rest string, ok bool) {
	if quoted, after, ok := p.quoted(s); ok {
		after = strings.TrimLeftFunc(after, unicode.IsSpace)
		if rest, ok := strings.CutPrefix(after, p.n.KvDelimiter); ok {
			return quoted, rest, true
		}
	}
	here := s
	if pair := p.pairEnd(s); pair >= 0 {
		here = s[:min(pair+len(p.n.KvDelimiter), len(s))]
	}
	kv := strings.Index(here, p.n.KvDelimiter)
	if kv < 0 {
		return "", "", false
	}
	return strings.TrimSpace(s[:kv]), s[kv+len(p.n.KvDelimiter):], true
}

// value reads a value, and returns what comes after it.
func (p *kvParser) value(s string) (value, rest string) {
	s = p.trimSpace(s)
	if quoted, after, ok := p.quoted(s); ok {
		return quoted, after
	}
	end, next := len(s), len(s)
	if p.n.PairDelimiter != "" {
		limit := len(s)
		if p.n.Greedy {
			if kv := strings.Index(s, p.n.KvDelimiter); kv >= 0 {
				limit = kv
				if pair := strings.LastIndex(s[:limit], p.n.PairDelimiter); pair >= 0 {
					end, next = pair, pair+len(p.n.PairDelimiter)
				}
			}
		} else if pair := p.pairEnd(s); pair >= 0 {
			end, next = pair, pair+len(p.n.PairDelimiter)
		}
	}
	return strings.TrimSpace(s[:end]), s[next:]
}

// trimSpace drops white space before a value, unless it ends the pair.
func (p *kvParser) trimSpace(s string) string {
	t := strings.TrimLeftFunc(s, unicode.IsSpace)
	if space := s[:len(s)-len(t)]; p.n.PairDelimiter != "" && strings.Contains(space, p.n.PairDelimiter) {
		return s
	}
	return t
}

// quoted reads a text in quotes; the escape before a quote or an escape takes its
// meaning from it.
func (p *kvParser) quoted(s string) (text, rest string, ok bool) {
	for _, q := range p.n.Quotes {
		if !strings.HasPrefix(s, q[0]) {
			continue
		}
		var b strings.Builder
		for t := s[len(q[0]):]; t != ""; {
			p.w.Step(1)
			if r, e := utf8.DecodeRuneInString(t); strings.ContainsRune(p.n.Escape, r) && len(t) > e {
				_, n := utf8.DecodeRuneInString(t[e:])
				b.WriteString(t[e : e+n])
				t = t[e+n:]
				continue
			}
			if strings.HasPrefix(t, q[1]) {
				return b.String(), t[len(q[1]):], true
			}
			_, n := utf8.DecodeRuneInString(t)
			b.WriteString(t[:n])
			t = t[n:]
		}
	}
	return "", "", false
}

// words reads a text in which everything but letters, digits and _ delimits: behind
// a wanted key comes its value.
func (p *kvParser) words(text string) {
	key, isKey := "", false
	for text != "" {
		p.w.Step(1)
		if quoted, rest, ok := p.quoted(text); ok {
			if isKey {
				p.put(key, quoted)
			}
			key, isKey, text = quoted, false, rest
			if _, ok := p.wanted[quoted]; ok {
				isKey = true
			}
			continue
		}
		end := strings.IndexFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' })
		if end == 0 {
			_, n := utf8.DecodeRuneInString(text)
			text = text[n:]
			continue
		}
		if end < 0 {
			end = len(text)
		}
		word := text[:end]
		text = text[end:]
		if isKey {
			p.put(key, word)
			isKey = false
			continue
		}
		_, isKey = p.wanted[word]
		key = word
	}
}

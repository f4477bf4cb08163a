package eval

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// otherPattern is the pattern of texts that are like no others.
const otherPattern = "others"

// openReduce clusters texts by the words that they share at the same positions
// (Vaarandi's method): a word that is at its position in more than the threshold's
// share of all rows stays, others become *; texts with the same result are a
// cluster if there are more than that share of them.
func (r *run) openReduce(ctx context.Context, n *plan.Reduce, sc *scope) (table.Reader, error) {
	in, err := r.open(ctx, n.In, sc)
	if err != nil {
		return nil, err
	}
	held, x := r.holding(), r.exprs(sc)
	return later(n.Schema(), in, held, func(ctx context.Context) (func(context.Context) (*table.Batch, error), error) {
		all, err := held.all(ctx, in)
		if err != nil {
			return nil, err
		}
		x.bind(all)
		texts, err := textColumn(ctx, x, n.By)
		if err != nil {
			return nil, err
		}
		patterns, err := reducePatterns(ctx, n, texts.Vals)
		if err != nil {
			return nil, err
		}
		if n.Source {
			out := &table.Batch{Schema: n.Schema(), Vecs: append(append([]table.Vec{}, all.Vecs...), &table.Of[string]{Vals: patterns}), Rows: all.Rows}
			return batches(out), nil
		}
		return batches(clusters(n, texts.Vals, patterns)), nil
	}), nil
}

// word is a part of a text: letters and digits, or what stands between them.
type word struct {
	text string
	sep  bool
}

func words(text, separators string) []word {
	var out []word
	for i, c := range text {
		sep := !unicode.IsLetter(c) && !unicode.IsDigit(c) || strings.ContainsRune(separators, c)
		if i == 0 || out[len(out)-1].sep != sep {
			out = append(out, word{sep: sep})
		}
		out[len(out)-1].text += string(c)
	}
	return out
}

// reducePatterns returns the pattern of each text.
func reducePatterns(ctx context.Context, n *plan.Reduce, texts []string) ([]string, error) {
	least := n.Threshold * float64(len(texts))
	counts := map[string]int{}
	key := func(i int, w word) string { return strconv.Itoa(i) + " " + w.text }
	for row, t := range texts {
		if row%batchRows == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		for i, w := range words(t, n.Characters) {
			if !w.sep {
				counts[key(i, w)]++
			}
		}
	}
	out, members := make([]string, len(texts)), map[string]int{}
	for row, t := range texts {
		if row%batchRows == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		ws := words(t, n.Characters)
		var b strings.Builder
		for i, w := range ws {
			switch {
			case w.sep && strings.Trim(w.text, n.Characters) == "" && n.Characters != "":
				// A separator of the caller's goes with the words around it.
				if !strings.HasSuffix(b.String(), "*") && i+1 < len(ws) && float64(counts[key(i+1, ws[i+1])]) > least {
					b.WriteString(w.text)
				}
			case w.sep || float64(counts[key(i, w)]) > least:
				b.WriteString(w.text)
			case !strings.HasSuffix(b.String(), "*"):
				b.WriteByte('*')
			}
		}
		out[row] = b.String()
		members[out[row]]++
	}
	for row, p := range out {
		if float64(members[p]) <= least || strings.Trim(p, "*") == "" && p != "" {
			out[row] = otherPattern
		}
	}
	return out, nil
}

// clusters counts patterns, the largest first and the others last.
func clusters(n *plan.Reduce, texts, patterns []string) *table.Batch {
	type cluster struct {
		pattern, first string
		count          int64
	}
	var cs []*cluster
	byPattern := map[string]*cluster{}
	for i, p := range patterns {
		c := byPattern[p]
		if c == nil {
			c = &cluster{pattern: p}
			if p != otherPattern {
				c.first = texts[i]
			}
			byPattern[p] = c
			cs = append(cs, c)
		}
		c.count++
	}
	slices.SortStableFunc(cs, func(a, b *cluster) int {
		if a.pattern == otherPattern || b.pattern == otherPattern {
			return cmp.Compare(boolRank(a.pattern == otherPattern), boolRank(b.pattern == otherPattern))
		}
		return cmp.Compare(b.count, a.count)
	})
	out := table.NewBatch(n.Schema())
	for _, c := range cs {
		out.AppendRow(c.pattern, c.count, c.first)
	}
	return out
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

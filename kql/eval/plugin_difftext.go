package eval

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/yagura/yagura/table"
)

// textPattern is a run of words that is often in one set of texts.
type textPattern struct {
	words  []string
	counts [2]int // of the texts for which the condition is true, and of the others
}

// diffpatternsText finds runs of words that are in many more of the texts for which a
// condition is true than of the others, or the other way round.
func diffpatternsText(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	v, err := p.column(ctx, "TextColumn")
	if err != nil {
		return nil, err
	}
	c, err := p.column(ctx, "BooleanCondition")
	if err != nil {
		return nil, err
	}
	texts, ok1 := v.(*table.Of[string])
	cond, ok2 := c.(*table.Of[bool])
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("a text and a condition are needed, not %s and %s", v.Type(), c.Type())
	}
	least, err := p.whole(ctx, "MinTokens", 1)
	if err != nil {
		return nil, err
	}
	threshold, err := p.threshold(ctx)
	if err != nil {
		return nil, err
	}
	most, err := p.whole(ctx, "MaxTokens", 20)
	if err != nil {
		return nil, err
	}
	if least < 0 || least > 200 || most < least || most > 20 {
		return nil, fmt.Errorf("MinTokens or MaxTokens is out of range")
	}
	found, totals, err := p.textPatterns(ctx, texts, cond, int(least), int(most))
	if err != nil {
		return nil, err
	}
	share := func(t *textPattern, side int) float64 {
		if totals[side] == 0 {
			return 0
		}
		return float64(t.counts[side]) / float64(totals[side])
	}
	differs := func(t *textPattern) float64 { return abs(share(t, 0) - share(t, 1)) }
	found = slices.DeleteFunc(found, func(t *textPattern) bool { return differs(t) < threshold })
	slices.SortStableFunc(found, func(a, b *textPattern) int {
		return cmp.Or(cmp.Compare(differs(b), differs(a)), cmp.Compare(len(b.words), len(a.words)))
	})
	out := p.result()
	var given []*textPattern
	for _, t := range found {
		if slices.ContainsFunc(given, func(g *textPattern) bool { return g.counts == t.counts && within(t.words, g.words) }) {
			continue // a part of a longer pattern of the same texts
		}
		given = append(given, t)
		if err := put(out, int64(t.counts[0]), int64(t.counts[1]), round2(100*share(t, 0)), round2(100*share(t, 1)), strings.Join(t.words, " ")); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func abs(f float64) float64 {
	if f < 0 {
		return -f
	}
	return f
}

// within reports whether words are a run within others.
func within(words, others []string) bool {
	return strings.Contains(" "+strings.Join(others, " ")+" ", " "+strings.Join(words, " ")+" ")
}

// textPatterns counts in how many texts of each side each run of words is. A run is
// made longer only if it is in at least two texts.
func (p *pluginRun) textPatterns(ctx context.Context, texts *table.Of[string], cond *table.Of[bool], least, most int) ([]*textPattern, [2]int, error) {
	var totals [2]int
	words := make([][]string, len(texts.Vals))
	side := make([]int, len(texts.Vals))
	for i, t := range texts.Vals {
		if !cond.Vals[i] || cond.IsNull(i) {
			side[i] = 1
		}
		totals[side[i]]++
		words[i] = strings.FieldsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	var all []*textPattern
	known := map[string]*textPattern{}
	for n := 1; n <= most; n++ {
		level := map[string]*textPattern{}
		var order []*textPattern
		for i, ws := range words {
			if i%256 == 0 {
				if err := ctx.Err(); err != nil {
					return nil, totals, err
				}
			}
			met := map[string]bool{}
			for from := 0; from+n <= len(ws); from++ {
				key := strings.Join(ws[from:from+n], " ")
				if met[key] || n > 1 && known[strings.Join(ws[from:from+n-1], " ")] == nil {
					continue
				}
				met[key] = true
				t := level[key]
				if t == nil {
					t = &textPattern{words: ws[from : from+n]}
					level[key] = t
					order = append(order, t)
					if err := p.held.add(1, int64(len(key))+96); err != nil {
						return nil, totals, err
					}
				}
				t.counts[side[i]]++
			}
		}
		known = map[string]*textPattern{}
		for _, t := range order {
			if t.counts[0]+t.counts[1] < 2 {
				continue
			}
			known[strings.Join(t.words, " ")] = t
			if n >= least {
				all = append(all, t)
			}
		}
		if len(known) == 0 {
			break
		}
	}
	return all, totals, nil
}

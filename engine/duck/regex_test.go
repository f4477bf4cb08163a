package duck

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// randomRegex writes a regular expression; most of them match parts of randomText.
func randomRegex(r *rand.Rand, depth int) string {
	atoms := []string{
		"hello", "error", "s", "I", "k", "é", "ß", "日本", ".", "x", "7f", `\d`, `\w`, `\W`, `\s`, `\S`, "[a-z]", "[^a-z]", "[[:alpha:]]", "[^é]", `\pL`, `\p{Greek}`,
		`\b`, `\B`, "^", "$", `\A`, `\z`, "-", `\.`, `\x{e9}`, `\Qa.b\E`, "", "[éß]", `[\d_]`, `\n`,
	}
	if depth == 0 || r.IntN(4) == 0 {
		return atoms[r.IntN(len(atoms))]
	}
	sub := func() string { return randomRegex(r, depth-1) }
	switch r.IntN(7) {
	case 0:
		return "(" + sub() + ")"
	case 1:
		return []string{"(?i:", "(?s:", "(?m:", "(?U:", "(?:", "(?P<n>", "(?i-s:"}[r.IntN(7)] + sub() + ")"
	case 2:
		return "(?:" + sub() + ")" + []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}"}[r.IntN(10)]
	case 3:
		return sub() + "|" + sub()
	default:
		return sub() + sub()
	}
}

func TestRegexesAgree(t *testing.T) {
	db := open(t)
	r := rand.New(rand.NewPCG(7, 8))
	in := randomRows(r, &table.Schema{Cols: []table.Column{{Name: "s", Type: table.String}}}, 200)
	texts := in.Rows.Vecs[0].(*table.Of[string]).Vals
	for i := range texts {
		if i%7 == 0 {
			texts[i] += "\n" + randomText(r)
		}
	}
	text := func(s string) plan.Expr { return &plan.Lit{Value: s, Of: table.String} }
	source := &plan.Col{Index: 0, Of: table.String}
	inSQL := map[string]int{}
	for range 300 {
		re := randomRegex(r, 4)
		if _, err := regexp.Compile(re); err != nil {
			continue
		}
		group := &plan.Lit{Value: r.Int64N(4) - 1, Of: table.Long}
		with := strings.Join([]string{[]string{"", `\0`, `<\1>`, `\\`, "$1", `\2`}[r.IntN(6)], "x"}[:1+r.IntN(2)], "")
		for _, c := range []*plan.Call{
			callOf(t, "matches regex", source, text(re)), callOf(t, "extract", text(re), group, source),
			callOf(t, "replace_regex", source, text(re), text(with)),
		} {
			if isSQL(c) {
				inSQL[c.Func.Name]++
			}
			checkCall(t, db, in, c)
		}
	}
	for _, name := range []string{"matches regex", "extract", "replace_regex"} {
		if inSQL[name] < 100 {
			t.Errorf("only %d calls of %s are written in SQL", inSQL[name], name)
		}
	}
	t.Log(inSQL)
}

// TestRegexesTooLarge sees to it that what DuckDB's RE2 would refuse stays in Go.
func TestRegexesTooLarge(t *testing.T) {
	db := open(t)
	in := &plan.Values{Rows: table.NewBatch(&table.Schema{Cols: []table.Column{{Name: "s", Type: table.String}}})}
	in.Rows.AppendRow(strings.Repeat("é", 3000))
	for _, re := range []string{`(\pL{1,200}){1,4}`, `(?:\pL\pN?){500}`, `(.{1,30}){1,30}`, strings.Repeat(`[^a-z]`, 1900), strings.Repeat(`.`, 1900), fmt.Sprintf("(?:%s)", strings.Repeat("é|", 900))} {
		checkCall(t, db, in, callOf(t, "matches regex", &plan.Col{Index: 0, Of: table.String}, &plan.Lit{Value: re, Of: table.String}))
	}
}

func callOf(t *testing.T, name string, args ...plan.Expr) *plan.Call {
	t.Helper()
	f, ok := fn.Lookup(name)
	if !ok {
		t.Fatalf("no function %s", name)
	}
	c := &plan.Call{Func: f, Args: args}
	info := c.ArgInfo()
	over, _, err := f.Resolve(info)
	if err != nil {
		t.Fatal(err)
	}
	c.Over, c.Ret = over, over.Returns(info)
	return c
}

package fn

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yagura/yagura/table"
)

// TestLongTextsAreSearchedAlike compares what is found in a long text, a character at a
// time, with what the package regexp finds in it at once.
func TestLongTextsAreSearchedAlike(t *testing.T) {
	s := strings.Repeat("ab é12,\n\xff xyz--", searchedAtOnce/16) + "the end"
	for _, p := range []string{"[0-9]+", "x*", "b|", "(a)(b)? ", "é|(z)-", "xyz", "x(y)|", "(?i)THE END", "none", `\w+$`, `^ab`, `\b1`, "(?s).", "."} {
		re := regexp.MustCompile(p)
		f := &search{Regexp: re, w: table.NewWork(t.Context())}
		if got, want := f.first(s), re.FindStringSubmatchIndex(s); !slices.Equal(got, want) {
			t.Errorf("%s: first at %v, want %v", p, got, want)
		}
		if got, want := f.matches(s), re.MatchString(s); got != want {
			t.Errorf("%s: matches: %v, want %v", p, got, want)
		}
		var got [][]int
		f.each(s, 1000, func(m []int) { got = append(got, m) })
		if want := re.FindAllStringSubmatchIndex(s, 1000); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: %d matches, not as the %d that are there", p, len(got), len(want))
		}
		n := 0
		f.each(s, -1, func([]int) { n++ })
		if want := len(re.FindAllStringIndex(s, -1)); n != want {
			t.Errorf("%s: %d matches, want %d", p, n, want)
		}
	}
}

package engine

import "testing"

// TestRegexTerms: what of a regular expression has to be there, as terms or as parts of them.
func TestRegexTerms(t *testing.T) {
	for _, c := range []struct{ pattern, want string }{
		{`Failed password for .* from 10\.`, `(M:PASSWORD and M:FROM and M:FOR and M~"Failed")`},
		{`^Failed (password|key) for`, `M:FAILED`},
		{`(the needle end|a thread end)`, `(M:NEEDLE or M:THREAD)`},
		{`( one two )+`, `(M:ONE and M:TWO)`},
		{`( one two )*`, ``},
		{`( one two )?x`, ``},
		{` one (two|)`, `M:ONE`},
		{`( one |)two`, ``},
		{` error$`, `M:ERROR`},
		{`(?m) error$`, `M~"error"`},
		{`(?i) error `, `M:ERROR`},
		{`(?i) skip `, ``},
		{`(?i) École `, ``},
		{`[a-z]+`, ``},
		{`(`, ``},
	} {
		got := ""
		if cond := regexTerms("M", c.pattern); cond != nil {
			got = cond.String()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.pattern, got, c.want)
		}
	}
}

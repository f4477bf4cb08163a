package fn

import (
	"regexp"
	"testing"
)

// TestPattern: what Kusto's regular expressions have and RE2's lack.
func TestPattern(t *testing.T) {
	for _, c := range []struct{ pattern, text, match string }{
		{`[\u00e0-\u00ff]+`, "voilà é", "à"},
		{`\u{e9}\U000000e8\U{e7}\x{e6}\x65`, "éèçæe", "éèçæe"},
		{`[a-y&&xyz]+`, "wxyz", "xy"},
		{`[0-9&&[^4]]+`, "4124", "12"},
		{`[0-9--4]+`, "4124", "12"},
		{`[a-g~~b-h]+`, "bchad", "ha"},
		{`[x[^xyz]]+`, "yxaz", "xa"},
		{`[a&&b]`, "ab", ""},
		{`[^a-z&&b]+`, "bac", "ac"},
		{`[\pL--\p{Greek}&&\p{Lu}]+`, "ΩaBC", "BC"},
		{`[[:alpha:]_\d]+`, "-a_1-", "a_1"},
		{`[]a^-]+`, "x]-^ax", "]-^a"},
		{`[^]a]+`, "]xya", "xy"},
		{`[\[\]]+`, "a[]", "[]"},
		{`[[]+`, "a[[", "[["},
		{`[[a-z]+`, "[ab", "[ab"},
		{`[\w.+-]+@`, "-a.b+c@d", "-a.b+c@"},
		{"(?x) a [b c] # not d\n d", "a d abd", "abd"},
		{`(?x: a b ) c`, "ab c", "ab c"},
		{`(?xi)A b(?-x) c`, "aB c", "aB c"},
		{`(?u)é+(?-u:\b)?`, "éé", "éé"},
		{`(?i-x:AB)(?<n>c)(?P<m>d)`, "abcd", "abcd"},
		{`\Q[a&&\E`, "[a&&", "[a&&"},
		{`\<a\>`, "<a>", "<a>"},
	} {
		re2, err := Pattern(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		re, err := regexp.Compile(re2)
		if err != nil {
			t.Errorf("%s, as %s: %v", c.pattern, re2, err)
			continue
		}
		if got := re.FindString(c.text); got != c.match {
			t.Errorf("%s, as %s, in %q: %q, want %q", c.pattern, re2, c.text, got, c.match)
		}
	}
	for _, bad := range []string{`(?mR)a$`, `[a&&b-a]`} {
		if re2, err := Pattern(bad); err == nil {
			t.Errorf("%s was taken, as %s", bad, re2)
		}
	}
}

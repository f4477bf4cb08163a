package fn

import (
	"regexp"
	"testing"
	"unicode"
	"unicode/utf8"
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
		{`\w+`, "-José_٣ⓐ\u200d-", "José_٣ⓐ\u200d"},
		{`\d+`, "x٣4", "٣4"},
		{`a\sb`, "a\u00a0b", "a\u00a0b"},
		{`\W+`, "é-\u00a0x", "-\u00a0"},
		{`\S\D`, "\u2003\u3000é٣éx", "٣é"},
		{`[\w-]+`, "é-b c", "é-b"},
		{`[\d-f]+`, "e٣-fe", "٣-f"},
		{`[^\w]+`, "éa- b", "- "},
		{`[\W\d]+`, "éa-٣ b", "-٣ "},
		{`[\S--\w]+`, "é b-+c", "-+"},
		{`(?-u)\w+\s?`, "éab\u00a0", "ab"},
		{`(?-u:\d)\d`, "٣٣3٣", "3٣"},
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
	word, err := CompilePattern(`^\w$`)
	if err != nil {
		t.Fatal(err)
	}
	for r := range unicode.MaxRune {
		want := unicode.In(r, unicode.L, unicode.M, unicode.Nl, unicode.Nd, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control)
		if got := word.MatchString(string(r)); got != want && utf8.ValidRune(r) {
			t.Errorf("\\w and %U: %v", r, got)
		}
	}
	for _, bad := range []string{`(?mR)a$`, `[a&&b-a]`} {
		if re2, err := Pattern(bad); err == nil {
			t.Errorf("%s was taken, as %s", bad, re2)
		}
	}
}

package syntax

import "strings"

// Hide returns src with stars in its hidden texts, h"…", for logs and lists of queries:
// https://learn.microsoft.com/kusto/query/scalar-data-types/string#obfuscated-string-literals
func Hide(src string) string {
	toks, _ := lex(src)
	var b strings.Builder
	from := 0
	for _, t := range toks {
		if t.kind != tString || src[t.pos]|0x20 != 'h' {
			continue
		}
		b.WriteString(src[from:t.pos])
		b.WriteString("h'****'")
		from = int(t.end)
	}
	return b.String() + src[from:]
}

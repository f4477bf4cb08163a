package terms

import (
	"strings"

	"github.com/yagura/yagura/table"
)

// eachJSON calls f with the hashes of the terms of a dynamic value, of which raw is the
// compact JSON: those of the text itself, of each string in it, and of each number as
// KQL writes it.
func eachJSON(seed uint64, raw string, f func(uint64)) {
	each(seed, raw, f)
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '"':
			end := stringEnd(raw, i)
			if tok := raw[i:end]; strings.IndexByte(tok, '\\') >= 0 {
				rewritten(seed, tok, f)
			}
			i = end
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(raw) && strings.IndexByte("+-.0123456789eE", raw[end]) >= 0 {
				end++
			}
			if tok := raw[i:end]; len(tok) > 18 || strings.ContainsAny(tok, ".eE") {
				rewritten(seed, tok, f)
			}
			i = end
		default:
			i++
		}
	}
}

// stringEnd returns where the JSON string that begins at i ends.
func stringEnd(raw string, i int) int {
	for i++; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(raw)
}

// rewritten adds the terms of a string or number as it is read and written again.
func rewritten(seed uint64, tok string, f func(uint64)) {
	tree, err := table.ParseTree(tok)
	if err != nil {
		return
	}
	each(seed, string(table.AppendTreeJSON(nil, tree)), f)
	each(seed, table.TreeText(tree), f)
}

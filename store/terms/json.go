package terms

import "github.com/yagura/yagura/table"

// eachJSON calls f with the hashes of the terms of a dynamic value, of which raw is the
// compact JSON: those of the text itself, of each string in it, and of each number as
// KQL writes it.
func eachJSON(seed uint64, raw string, f func(uint64)) {
	each(seed, raw, f)
	for i := 0; i < len(raw); {
		end, same := i+1, true
		switch c := raw[i]; {
		case c == '"':
			end, same = stringEnd(raw, i)
		case c == '-' || c >= '0' && c <= '9':
			end, same = numberEnd(raw, i)
		}
		if !same {
			rewritten(seed, raw[i:end], f)
		}
		i = end
	}
}

// stringEnd returns where the JSON string that begins at i ends, and whether it is written
// without escapes.
func stringEnd(raw string, i int) (end int, same bool) {
	same = true
	for i++; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			same = false
			i++
		case '"':
			return i + 1, same
		}
	}
	return len(raw), same
}

// numberEnd returns where the JSON number that begins at i ends, and whether it is surely
// written as KQL writes it.
func numberEnd(raw string, i int) (end int, same bool) {
	same = true
	for end = i + 1; end < len(raw); end++ {
		switch c := raw[end]; {
		case c >= '0' && c <= '9' || c == '+' || c == '-':
		case c == '.' || c == 'e' || c == 'E':
			same = false
		default:
			return end, same && end-i <= 18
		}
	}
	return end, same && end-i <= 18
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

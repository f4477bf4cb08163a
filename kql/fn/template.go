package fn

import (
	"fmt"
	"strings"

	"github.com/yagura/yagura/table"
)

// Template returns how a call with arguments of these types is written in d. An entry
// may have templates for some types only, under the dialect's name, a colon and the
// types ("duckdb:real,real"); those come before the dialect's, and that before Any.
func (s SQL) Template(d Dialect, args []table.Type) (string, bool) {
	if len(s) == 0 {
		return "", false
	}
	names := make([]string, len(args))
	for i, t := range args {
		names[i] = t.String()
	}
	for _, key := range []Dialect{d + ":" + Dialect(strings.Join(names, ",")), d, Any} {
		if t, ok := s[key]; ok {
			return strings.ReplaceAll(t, ifMark, ""), true
		}
	}
	return "", false
}

// ifMark stands, in the template of an aggregate, behind each aggregate of SQL, where
// the condition of the …if variant goes.
const ifMark = "{if}"

// onlyIf makes the templates of a variant with a predicate as argument at, the last.
func (s SQL) onlyIf(at int) SQL {
	out := SQL{}
	for d, t := range s {
		if strings.Contains(t, ifMark) {
			out[d] = strings.ReplaceAll(t, ifMark, fmt.Sprintf(" FILTER (WHERE $%d)", at+1))
		}
	}
	return out
}

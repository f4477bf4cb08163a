package fn

import (
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
			return t, true
		}
	}
	return "", false
}

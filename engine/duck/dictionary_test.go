package duck

import (
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// A column of few values comes from DuckDB as its dictionary, which has a place for NULL:
// what looks for a text does not look there.
func TestDictionaries(t *testing.T) {
	b := openBoth(t, engine.Options{})
	b.rows(t, table.Ref{Workspace: wsA, Table: "App_CL"}, 0, 150_000)
	flush(t, b)
	for range 3 {
		for _, text := range []string{
			`App_CL | where Level startswith "Err" | summarize count() by Level`, `App_CL | where Level contains "rn" | summarize dcount(Level), max(N)`,
			`App_CL | where Level endswith "o" | summarize count() by strcat(Level, "/")`, `App_CL | where Level matches regex "^E|fo$" | count`,
		} {
			b.ask(t, engine.Request{Text: text})
		}
	}
}

package duck

import (
	"errors"
	"testing"

	"github.com/yagura/yagura/engine"
)

// TestGrowth shows that a query whose rows DuckDB gives to Go, and does not count, fails alone
// when they are too many.
func TestGrowth(t *testing.T) {
	db, err := Open(Options{Threads: 2, MemoryLimit: "100MB", Growth: 300 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	e := engine.New(nil, db, engine.Options{SmallRows: -1})
	text := alike() + `t | join kind=inner t on k | join kind=inner t on k
		| summarize make_list(strcat("a rather long text to make it heavy ", a, "-", a1, "-", a2))`
	if _, err = e.Query(t.Context(), engine.Request{Text: text}); !errors.Is(err, engine.ErrMemory) {
		t.Errorf("a query of 1,000,000,000 rows gives %v", err)
	}
	rows, _, err := answerOf(e, "print 1 | where print_0 == 1")
	if err != nil || rows.Rows != 1 {
		t.Errorf("the next query gives %v", err)
	}
}

package syntax

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// sharedQuery is a query of the conformance suite.
type sharedQuery struct {
	ID     string
	Query  string
	Setup  string
	Oracle struct {
		OK          bool  `json:"ok"`
		SyntaxOK    *bool `json:"syntax_ok"`
		Diagnostics []struct {
			Code, Message string
			Start         *int
		}
	}
}

// accepted tells whether the oracle finds no mistake that a parser can find.
func (q *sharedQuery) accepted() bool {
	if q.Oracle.SyntaxOK != nil {
		return *q.Oracle.SyntaxOK
	}
	return true
}

func sharedQueries(t testing.TB) []sharedQuery {
	dir := filepath.Join("..", "..", "..", "shared", "kql")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the conformance suite is not beside this repository:", err)
	}
	var list []sharedQuery
	for _, name := range []string{"docs", "realworld", "loco", "derived"} {
		f, err := os.Open(filepath.Join(dir, name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			var q sharedQuery
			if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
				t.Fatal(name, err)
			}
			if q.Setup != "" {
				q.Query = q.Setup + "\n" + q.Query
			}
			list = append(list, q)
		}
		if err := lines.Err(); err != nil {
			t.Fatal(name, err)
		}
		f.Close()
	}
	return list
}

// TestSharedQueries parses what the oracle parses, refuses what it refuses, and
// writes each tree as text that has the same tree.
func TestSharedQueries(t *testing.T) {
	accepted, refused := 0, 0
	for _, q := range sharedQueries(t) {
		f, errs := Parse(q.Query)
		switch {
		case q.accepted() && len(errs) > 0:
			t.Errorf("%s\n%s", q.ID, Caret(q.Query, errs[0]))
			continue
		case !q.accepted() && len(errs) == 0:
			t.Errorf("%s: the oracle refuses this: %v\n%s", q.ID, q.Oracle.Diagnostics, q.Query)
			continue
		case !q.accepted():
			refused++
			continue
		}
		accepted++
		text := Format(f)
		again, errs := Parse(text)
		if len(errs) > 0 {
			t.Errorf("%s: its formatted text does not parse\n%s", q.ID, Caret(text, errs[0]))
		} else if !Equal(f, again) {
			t.Errorf("%s: its formatted text has another tree\n%s", q.ID, text)
		}
	}
	t.Logf("%d parsed, %d refused", accepted, refused)
}

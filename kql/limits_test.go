package kql_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/table"
)

// TestMuchOfLittle: what would make very much of little fails by itself, before the
// memory is full, also where the first rows make little.
func TestMuchOfLittle(t *testing.T) {
	nested := "print a = pack_array(1, 2)"
	for range 60 {
		nested += " | extend a = pack_array(a, a)"
	}
	for _, text := range []string{
		`print s = strrep(strrep(strrep("abcdefgh", 1024), 1024), 1024) | project strlen(s)`,
		`range i from 1 to 2000 step 1 | extend s = strrep(strrep(strrep(iff(i < 100, "", "abcdefgh"), 1024), 1024), 1024) | summarize sum(strlen(s))`,
		`print s = strrep(strrep("a,", 1024), 1024) | extend s = replace_string(s, "a", s) | project strlen(s)`,
		`print s = strrep(strrep("a,", 1024), 1024) | extend s = replace_regex(s, "(a)", strrep("b", 1024)) | project strlen(s)`,
		`print s = strrep(strrep("a,", 1024), 1024) | extend s = replace_strings(s, dynamic(["a"]), pack_array(s)) | project strlen(s)`,
		`print s = strrep(strrep("a,", 1024), 1024) | extend s = strcat_array(range(1, 1000000), s) | project strlen(s)`,
		`print s = strrep(strrep("a,", 1024), 1024) | extend s = tostring(repeat(s, 1000000)) | project strlen(s)`,
		`range i from 1 to 3000 step 1 | extend a = range(1, iff(i < 100, 1, 1000000)) | summarize sum(array_length(a))`,
		nested + " | project array_length(a)",
	} {
		began := time.Now()
		err := runs(t, text, eval.Limits{Bytes: 64 << 20})
		if !errors.Is(err, eval.ErrMemory) {
			t.Errorf("%.100s: %v", text, err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("%.100s failed after %v", text, took)
		}
	}
}

func runs(t *testing.T, text string, limits eval.Limits) error {
	q, err := kql.Compile(text, nil, kql.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := eval.Run(t.Context(), q.Results[0].Root, nil, limits)
	if err != nil {
		return err
	}
	_, err = table.ReadAll(t.Context(), r)
	return errors.Join(err, r.Close())
}

// TestTooManyBins: a series of too many bins is a mistake of the query, and no failure
// of the server.
func TestTooManyBins(t *testing.T) {
	var mistake *eval.QueryError
	if err := runs(t, "range x from 1 to 10 step 1 | make-series count() on x from 1 to 100000000 step 1", eval.Limits{}); !errors.As(err, &mistake) {
		t.Error(err)
	}
}

// TestManyOperators: more operators than a plan may be high are refused at once.
func TestManyOperators(t *testing.T) {
	const where = " | where x > 0"
	if err := runs(t, "print x = 1"+strings.Repeat(where, 4999), eval.Limits{}); err != nil {
		t.Errorf("5,000 operators: %v", err)
	}
	_, err := kql.Compile("print x = 1"+strings.Repeat(where, 100_000), nil, kql.Options{})
	if err == nil || !strings.Contains(err.Error(), "more than 5000 operators") {
		t.Errorf("100,000 operators: %v", err)
	}
}

// TestManyColumns: operators that each pass on all columns of those before are refused
// before they fill the memory.
func TestManyColumns(t *testing.T) {
	text := "print x = 1"
	for i := range 4_000 {
		text += fmt.Sprintf(" | extend x%d = x", i)
	}
	_, err := kql.Compile(text, nil, kql.Options{})
	if err == nil || !strings.Contains(err.Error(), "too many columns") {
		t.Errorf("4,000 columns in as many operators: %v", err)
	}
}

// TestFunctionsOfFunctions: functions may call one another, but not so that the query becomes
// too large.
func TestFunctionsOfFunctions(t *testing.T) {
	chain := func(n int, body string) string {
		text := "let f0 = () { 1 };\n"
		for i := 1; i < n; i++ {
			text += fmt.Sprintf("let f%d = () { %s };\n", i, strings.ReplaceAll(body, "f", fmt.Sprintf("f%d", i-1)))
		}
		return text + fmt.Sprintf("print x = f%d()", n-1)
	}
	if err := runs(t, chain(98, "f() + 1"), eval.Limits{}); err != nil {
		t.Errorf("a chain of 98: %v", err)
	}
	_, err := kql.Compile(chain(40, "f() + f()"), nil, kql.Options{})
	if err == nil || !strings.Contains(err.Error(), "calls more than 5000 functions") {
		t.Errorf("40 that each call the one before twice: %v", err)
	}
}

package kql_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
	"github.com/yagura/yagura/test/kqltest"
)

// empty is a workspace with nothing in it.
type empty struct{}

func (empty) Table(string) (table.Ref, *table.Schema, bool) { return table.Ref{}, nil, false }
func (empty) Tables() []string                              { return nil }
func (empty) Stored(string) (kql.Stored, bool)              { return kql.Stored{}, false }
func (empty) Workspace(string) (kql.Env, bool)              { return nil, false }

// answer runs a query of one value and returns it as text.
func answer(t *testing.T, src string) string {
	t.Helper()
	now, err := table.ParseTime(kqltest.Now)
	if err != nil {
		t.Fatal(err)
	}
	q, err := kql.Compile(src, empty{}, kql.Options{Now: now})
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return ""
	}
	r, err := kqltest.Eval(t.Context(), q.Results[0].Root, nil)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return ""
	}
	defer r.Close()
	b, err := table.ReadAll(t.Context(), r)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return ""
	}
	if b.Rows != 1 || len(b.Vecs) != 1 {
		t.Errorf("%s: %d rows of %d columns, not one value", src, b.Rows, len(b.Vecs))
		return ""
	}
	return plan.Literal(b.Vecs[0].At(0), b.Schema.Cols[0].Type)
}

// sameText compares literals; reals may differ in their last digits.
func sameText(x, y string) bool {
	a, errA := strconv.ParseFloat(x, 64)
	b, errB := strconv.ParseFloat(y, 64)
	if errA != nil || errB != nil {
		return x == y
	}
	return a == b || math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b))
}

// TestExamples runs the examples of every function.
func TestExamples(t *testing.T) {
	for _, f := range fn.All() {
		for _, x := range f.Examples {
			in, out := "print "+x.In, "print "+x.Out
			if f.Kind == fn.Aggregate || f.Kind == fn.Window {
				in = x.In
			}
			if got, want := answer(t, in), answer(t, out); !sameText(got, want) {
				t.Errorf("%s is %s, not %s", x.In, got, want)
			}
		}
	}
}

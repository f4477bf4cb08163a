package conformance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// TestRunsOnEmptyTables runs every real-world query that compiles on tables without
// rows: each must answer.
func TestRunsOnEmptyTables(t *testing.T) {
	env, err := suiteTables()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the suite ../shared/kql is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	queries, err := readLines[query]("realworld.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for i := range queries {
		q := &queries[i]
		_, err := answer(q.text(), env)
		var list *kql.Error
		switch {
		case errors.As(err, &list):
		case err != nil:
			t.Errorf("%s: %v", q.ID, err)
		default:
			ran++
		}
	}
	t.Logf("%d of %d queries ran; the others do not compile", ran, len(queries))
	if ran == 0 {
		t.Error("no query ran")
	}
}

// TestRunsOnRandomRows runs the same queries on tables of a few odd rows. What they
// answer nobody knows; that no function or operator breaks is what is looked at.
func TestRunsOnRandomRows(t *testing.T) {
	env, err := suiteTables()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the suite ../shared/kql is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	queries, err := readLines[query]("realworld.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for i := range queries {
		q := &queries[i]
		rng, filled := rand.New(rand.NewPCG(uint64(i), 1)), 0
		src := func(_ context.Context, n plan.Node) (table.Reader, error) {
			switch n := n.(type) {
			case *plan.Scan, *plan.ExternalData:
				if filled++; filled > 40 { // a query of all tables
					return table.NewReader(n.Schema()), nil
				}
				return table.NewReader(n.Schema(), oddRows(rng, n.Schema())), nil
			}
			return nil, nil
		}
		if _, err := answerFrom(q.text(), env, src); errors.Is(err, eval.ErrInternal) {
			t.Errorf("%s: %v", q.ID, err)
		}
	}
}

// oddRows makes a few rows of values such as tests forget.
func oddRows(rng *rand.Rand, s *table.Schema) *table.Batch {
	b := &table.Batch{Schema: s, Vecs: make([]table.Vec, len(s.Cols)), Rows: 12}
	for c, col := range s.Cols {
		b.Vecs[c] = table.NewVec(col.Type, b.Rows)
		for range b.Rows {
			table.Append(b.Vecs[c], oddValue(rng, col.Type))
		}
	}
	return b
}

func oddValue(rng *rand.Rand, t table.Type) table.Value {
	if rng.IntN(6) == 0 {
		return nil
	}
	pick := rng.IntN(5)
	switch t {
	case table.Bool:
		return pick > 2
	case table.Int:
		return [...]int32{0, 1, -1, math.MaxInt32, math.MinInt32}[pick]
	case table.Long:
		return [...]int64{0, 7, -1, math.MaxInt64, math.MinInt64}[pick]
	case table.Real:
		return [...]float64{0, 1.5, math.NaN(), math.Inf(1), -1e300}[pick]
	case table.Decimal:
		return [...]table.Dec{"0", "1.5", "-79228162514264337593543950335", "0.0000000000000000000000000001", "3"}[pick]
	case table.String:
		return [...]string{"", "x", `{"a":[1,{"b":"c"}]}`, "10.0.0.1", "\xff\x00é"}[pick]
	case table.Datetime:
		return [...]table.Time{table.MinTime, table.MaxTime, table.UnixTicks, 639028224000000000, 639028224000000001}[pick]
	case table.Timespan:
		return [...]table.Duration{0, 1, -1, math.MaxInt64, table.TicksPerDay}[pick]
	case table.Guid:
		return table.UUID{byte(pick)}
	case table.Dynamic:
		return [...]table.Value{
			table.NewDyn([]any{int64(1), "a", nil}), table.NewDyn(&table.Bag{Keys: []string{"a", "b"}, Vals: []any{1.5, []any{}}}),
			table.NewDyn("text"), table.NewDyn([]any{}), table.NewDyn(int64(-4)),
		}[pick]
	}
	panic(fmt.Sprintf("no odd value of %s", t))
}

package duck

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
	"github.com/yagura/yagura/test/kqltest"
)

// TestScripts runs the project's scripts with all that DuckDB can do done there.
func TestScripts(t *testing.T) {
	e := engine.New(nil, open(t), engine.Options{SmallRows: -1})
	kqltest.Run(t, "../../kql/testdata", func(ctx context.Context, root plan.Node, tables map[string]*table.Batch) (table.Reader, error) {
		root = plan.RewriteAll(root, func(n plan.Node) plan.Node {
			s, ok := n.(*plan.Scan)
			if !ok {
				return n
			}
			return &plan.Values{Rows: kqltest.Within(tables[s.Ref.Table], s.Span)}
		})
		res, err := e.Query(ctx, engine.Request{Plan: &plan.Query{Results: []plan.Result{{Name: "PrimaryResult", Root: root}}}})
		if err != nil {
			return nil, err
		}
		return &resultReader{res.Tables[0].Rows, res}, nil
	})
}

// resultReader is the first table of a result, which it closes.
type resultReader struct {
	table.Reader
	res *engine.Result
}

func (r *resultReader) Close() error { return r.res.Close() }

// example is a query of the suite beside the checkout.
type example struct {
	ID, Query, Setup string
	Deterministic    *bool
	Approximate      any // true, or a list
	Unordered        any `json:"unordered_arrays"`
	Needs            []string
}

// TestExamplesAgree runs the self-contained queries of the suite in Go and with DuckDB.
func TestExamplesAgree(t *testing.T) {
	db := open(t)
	inGo := engine.New(nil, nil, engine.Options{})
	inSQL := engine.New(nil, db, engine.Options{SmallRows: -1})
	compared, sql := 0, 0
	for _, file := range []string{"docs.jsonl", "loco.jsonl"} {
		for _, x := range examples(t, file) {
			if len(x.Needs) > 0 || x.Deterministic != nil && !*x.Deterministic {
				continue
			}
			text := x.Setup + "\n" + x.Query
			want, _, err := answerOf(inGo, text)
			if errors.As(err, new(*kql.Error)) || err != nil && strings.Contains(err.Error(), "eval:") {
				continue // not there yet
			}
			got, stats, gotErr := answerOf(inSQL, text)
			if len(stats.SQL) > 0 {
				sql++
			}
			compared++
			if (err == nil) != (gotErr == nil) {
				t.Errorf("%s: Go says %v, DuckDB %v\n%s\n%s", x.ID, err, gotErr, text, strings.Join(stats.SQL, "\n"))
				continue
			}
			if err != nil {
				continue
			}
			if why := differ(want, got, given(x.Approximate), given(x.Unordered)); why != "" {
				t.Errorf("%s: %s\n%s\n%s", x.ID, why, text, strings.Join(stats.SQL, "\n"))
			}
		}
	}
	t.Logf("%d queries compared, %d of them with SQL", compared, sql)
	if compared > 0 && sql < compared/2 {
		t.Errorf("only %d of %d queries have SQL", sql, compared)
	}
}

// given reports whether a mark of the suite is set.
func given(v any) bool {
	list, ok := v.([]any)
	return v == true || ok && len(list) > 0
}

func examples(t *testing.T, name string) []example {
	f, err := os.Open("../../../shared/kql/" + name)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no ../shared/kql beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := json.NewDecoder(bufio.NewReader(f))
	var out []example
	for {
		var x example
		if err := d.Decode(&x); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
}

func answerOf(e *engine.Engine, text string) (*table.Batch, *engine.Stats, error) {
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	res, err := e.Query(context.Background(), engine.Request{Workspace: benchWorkspace, Text: text, Now: now, Timeout: 20 * time.Second})
	if err != nil {
		return nil, &engine.Stats{}, err
	}
	b, err := table.ReadAll(context.Background(), res.Tables[0].Rows)
	return b, &res.Stats, errors.Join(err, res.Close())
}

// differ says how two results differ, whatever the order of rows; "" if they do not.
func differ(a, b *table.Batch, approximate, unordered bool) string {
	if a.Schema.String() != b.Schema.String() {
		return fmt.Sprintf("columns %v, and %v", a.Schema, b.Schema)
	}
	if a.Rows != b.Rows {
		return fmt.Sprintf("%d rows, and %d", a.Rows, b.Rows)
	}
	x, y := lines(a, approximate, unordered), lines(b, approximate, unordered)
	for i := range x {
		if x[i] != y[i] {
			return fmt.Sprintf("row\n%s, and\n%s", x[i], y[i])
		}
	}
	return ""
}

// lines writes rows as text, sorted: reals to nine digits, and what is approximate not
// at all.
func lines(b *table.Batch, approximate, unordered bool) []string {
	out := make([]string, b.Rows)
	for i := range out {
		cells := make([]string, len(b.Vecs))
		for c, v := range b.Vecs {
			cells[c] = cell(v.At(i), approximate, unordered)
		}
		out[i] = strings.Join(cells, " | ")
	}
	slices.Sort(out)
	return out
}

func cell(v table.Value, approximate, unordered bool) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case float64:
		if approximate {
			return "~"
		}
		if x == 0 || math.IsNaN(x) {
			return fmt.Sprint(math.Abs(x))
		}
		return fmt.Sprintf("%.9g", x)
	case int64:
		if approximate {
			return "~"
		}
	case table.Dyn:
		if arr, ok := x.Array(); ok {
			parts := make([]string, len(arr))
			for i, e := range arr {
				parts[i] = cell(table.DynValue(e), approximate, unordered)
			}
			if unordered {
				slices.Sort(parts)
			}
			return "[" + strings.Join(parts, ", ") + "]"
		}
		switch t := x.Tree().(type) {
		case float64:
			return cell(t, approximate, unordered)
		case int64:
			return cell(t, approximate, unordered)
		}
	}
	return fmt.Sprintf("%q", table.Text(v))
}

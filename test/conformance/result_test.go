package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// example is a query of the documentation with the results that are known of it.
type example struct {
	ID, Query, Setup string
	Expected         *printedTable
	Golden           *result
	Score            bool
	ScoreGolden      bool     `json:"score_golden"`
	Elided           [][2]int `json:"elided_cells"`
	Needs            []string
	Schema           []column
	rules
}

type printedTable struct {
	Columns []string
	Rows    [][]any
}

func (q *example) text() string {
	if q.Setup != "" {
		return q.Setup + "\n" + q.Query
	}
	return q.Query
}

// answer compiles and runs a query with no rows in any table, in Go.
func answer(text string, env kql.Env) (*table.Batch, error) {
	return answerFrom(text, env, emptyTables)
}

func answerFrom(text string, env kql.Env, src eval.Source) (rows *table.Batch, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	now, err := table.ParseTime("2026-01-01T00:00:00Z")
	if err != nil {
		return nil, err
	}
	q, err := kql.Compile(text, env, kql.Options{Now: now, Result: kept, Columns: func(n *plan.Plugin) ([]table.Column, bool, error) {
		return eval.Columns(ctx, n, src, limits)
	}})
	if err != nil {
		return nil, err
	}
	in, err := eval.Run(ctx, q.Results[0].Root, src, limits)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := in.Close(); err == nil {
			err = cerr
		}
	}()
	return table.ReadAll(ctx, in)
}

var limits = eval.Limits{Rows: 5_000_000, Bytes: 1 << 30}

// columnsOnEmpty finds the columns of a plugin's result while no table has rows.
func columnsOnEmpty(n *plan.Plugin) ([]table.Column, bool, error) {
	return eval.Columns(context.Background(), n, emptyTables, limits)
}

// emptyTables answers for every table that it has no rows.
func emptyTables(_ context.Context, n plan.Node) (table.Reader, error) {
	switch n := n.(type) {
	case *plan.Scan, *plan.ExternalData:
		return table.NewReader(n.Schema()), nil
	}
	return nil, nil
}

// sent is a batch as the query API sends it.
func sent(b *table.Batch) (result, error) {
	r := result{Rows: make([][]any, b.Rows)}
	for _, c := range b.Schema.Cols {
		r.Columns = append(r.Columns, column{c.Name, c.Type.String()})
	}
	for i := range r.Rows {
		r.Rows[i] = make([]any, len(b.Vecs))
		for c, v := range b.Vecs {
			cell, err := decode(string(table.AppendJSON(nil, v.At(i))))
			if err != nil {
				return r, fmt.Errorf("row %d, column %s: %w", i, b.Schema.Cols[c].Name, err)
			}
			r.Rows[i][c] = cell
		}
	}
	return r, nil
}

// judgeExample returns what is wrong with the answer, or "".
func judgeExample(q *example, env kql.Env) string {
	if len(q.Needs) == 0 {
		env = alone{env}
	}
	rows, err := answer(q.text(), env)
	if err != nil {
		return "error: " + firstLine(err)
	}
	got, err := sent(rows)
	if err != nil {
		return "error: " + err.Error()
	}
	if q.ScoreGolden {
		if why := compareGolden(*q.Golden, got, &q.rules); why != "" {
			return why
		}
	}
	if q.Score {
		return comparePrinted(q.Expected.table(q.Elided), got, &q.rules)
	}
	return ""
}

func (p *printedTable) table(elided [][2]int) printed {
	out := printed{Columns: p.Columns, Rows: make([][]*string, len(p.Rows))}
	for i, r := range p.Rows {
		out.Rows[i] = make([]*string, len(r))
		for c, v := range r {
			if slices.Contains(elided, [2]int{i, c}) {
				continue
			}
			s, ok := v.(string)
			if !ok {
				s = jsonText(v)
			}
			out.Rows[i][c] = &s
		}
	}
	return out
}

func firstLine(err error) string {
	var list *kql.Error
	if errors.As(err, &list) {
		return strings.SplitN(list.Error(), "\n", 2)[0]
	}
	return strings.SplitN(err.Error(), "\n", 2)[0]
}

// test is a query of kusto-loco's tests.
type test struct {
	ID, Query, Compare, Check string
	ExpectedText              string `json:"expected_text"`
	RowSeparator              string `json:"row_separator"`
	Expected                  *struct {
		Columns []column
		Rows    [][]any
	}
	OrderedByQuery bool `json:"ordered_by_query"`
	rules
}

func judgeTest(q *test, env kql.Env) string {
	rows, err := answer(q.Query, env)
	if err != nil {
		return "error: " + firstLine(err)
	}
	got, err := sent(rows)
	if err != nil {
		return "error: " + err.Error()
	}
	if q.Compare != "table" {
		text := q.text(rows)
		ok := false
		switch q.Check {
		case "equal":
			ok = text == q.ExpectedText
		case "contain":
			ok = strings.Contains(text, q.ExpectedText)
		case "not_contain":
			ok = !strings.Contains(text, q.ExpectedText)
		case "prefix":
			ok = strings.HasPrefix(text, q.ExpectedText)
		default:
			return "no such check: " + q.Check
		}
		if ok {
			return ""
		}
		if q.Check != "equal" || q.Expected == nil {
			return fmt.Sprintf("%s: expected %s, got %s", q.Check, shorten(q.ExpectedText), shorten(text))
		}
		if strings.HasPrefix(q.Compare, "last_row") && len(got.Rows) > 0 {
			got.Rows = got.Rows[len(got.Rows)-1:]
		}
	}
	if q.Compare == "table" {
		if a, b := columnTypes(q.Expected.Columns), columnTypes(got.Columns); !slices.Equal(a, b) {
			return fmt.Sprintf("types: expected %s, got %s", a, b)
		}
	} else {
		for i := range got.Columns { // their names are not known
			if i < len(q.Expected.Columns) {
				got.Columns[i].Name = q.Expected.Columns[i].Name
			}
		}
	}
	q.Ordered = q.OrderedByQuery
	want := printedTable{Columns: columnNames(q.Expected.Columns), Rows: q.Expected.Rows}
	return comparePrinted(want.table(nil), got, &q.rules)
}

// text is the result as .NET prints it.
func (q *test) text(b *table.Batch) string {
	lines := make([]string, b.Rows)
	for i := range lines {
		cells := make([]string, len(b.Vecs))
		for c, v := range b.Row(i) {
			cells[c] = dotnet(b.Schema.Cols[c].Type, v)
		}
		lines[i] = strings.Join(cells, ",")
	}
	last := ""
	if len(lines) > 0 {
		last = lines[len(lines)-1]
	}
	switch q.Compare {
	case "last_row_text":
		return last
	case "last_row_text_squashed":
		return strings.Join(strings.Fields(last), "")
	case "all_rows_text":
		return strings.Join(lines, q.RowSeparator)
	case "lines_text":
		return strings.Join(lines, "\n")
	}
	return "no such comparison: " + q.Compare
}

func dotnet(typ table.Type, v table.Value) string {
	switch v := v.(type) {
	case nil:
		if typ == table.String {
			return ""
		}
		return "<null>"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case table.Time:
		return v.Go().Format("2006-01-02 15:04:05Z")
	case table.Dyn:
		return v.String()
	}
	return table.Text(v)
}

// TestResults runs the examples of the documentation and the tests of kusto-loco. The
// counts of those that are right are kept in floor.json and may only rise.
func TestResults(t *testing.T) {
	env, err := suiteTables()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the suite ../shared/kql is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	floors := readFloors(t)
	report := &strings.Builder{}
	fmt.Fprintf(report, "\n%-24s %7s %7s %7s\n", "answers as it should", "right", "of", "floor")
	tally := func(family string, why map[string]string, ids []string) {
		right := 0
		for _, id := range ids {
			if why[id] == "" {
				right++
			} else {
				t.Logf("%s: %s: %s", family, id, why[id])
			}
		}
		floor := floors["result/"+family]
		fmt.Fprintf(report, "%-24s %7d %7d %7d\n", family, right, len(ids), floor)
		if right < floor {
			t.Errorf("%s: %d answers are right, fewer than the %d before", family, right, floor)
		}
		floors["result/"+family] = max(floor, right)
	}
	for _, f := range []struct{ family, file string }{{"docs", "docs.jsonl"}, {"derived", "derived.jsonl"}} {
		examples, err := readLines[example](f.file)
		if err != nil {
			t.Fatal(err)
		}
		why, ids := map[string]string{}, []string{}
		for i := range examples {
			if q := &examples[i]; q.Score || q.ScoreGolden {
				ids = append(ids, q.ID)
				why[q.ID] = judgeExample(q, env)
			}
		}
		tally(f.family, why, ids)
	}
	tests, err := readLines[test]("loco.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	why, ids := map[string]string{}, []string{}
	for i := range tests {
		ids = append(ids, tests[i].ID)
		why[tests[i].ID] = judgeTest(&tests[i], env)
	}
	tally("loco", why, ids)
	t.Log(report)
	if os.Getenv("YAGURA_FLOOR") == "raise" {
		writeFloors(t, floors)
	}
}

// TestGoldenComparesItself holds the comparison to the results that are known: each
// equals itself, and a result without its last row does not.
func TestGoldenComparesItself(t *testing.T) {
	examples, err := readLines[example]("docs.jsonl")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the suite ../shared/kql is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	agree, both := 0, 0
	for i := range examples {
		q := &examples[i]
		if !q.ScoreGolden {
			continue
		}
		if why := compareGolden(*q.Golden, *q.Golden, &q.rules); why != "" {
			t.Errorf("%s: not equal to itself: %s", q.ID, why)
		}
		if n := len(q.Golden.Rows); n > 0 {
			less := *q.Golden
			less.Rows = less.Rows[:n-1]
			if compareGolden(*q.Golden, less, &q.rules) == "" {
				t.Errorf("%s: a missing row is not seen", q.ID)
			}
		}
		if q.Score {
			both++
			if why := comparePrinted(q.Expected.table(q.Elided), *q.Golden, &q.rules); why == "" {
				agree++
			} else {
				t.Logf("%s: %s", q.ID, why)
			}
		}
	}
	if agree < both {
		t.Errorf("of %d tables printed and measured only %d agree", both, agree)
	}
}

// UnmarshalJSON keeps whole numbers whole.
func (r *result) UnmarshalJSON(text []byte) error {
	var raw struct {
		Columns []column
		Rows    [][]any
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return err
	}
	for _, row := range raw.Rows {
		for c := range row {
			row[c] = numbers(row[c])
		}
	}
	r.Columns, r.Rows = raw.Columns, raw.Rows
	return nil
}

package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// answer writes a result as the query API does:
// {"tables":[{"name","columns":[{"name","type"}],"rows":[[…]]}],"statistics":…,"render":…}.
type answer struct {
	res       *engine.Result
	prefer    prefer
	workspace *control.Workspace
}

func (a *answer) write(ctx context.Context, out io.Writer) error {
	w := bufio.NewWriterSize(out, 64<<10)
	_, _ = w.WriteString(`{"tables":[`)
	for i, t := range a.res.Tables {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		if err := writeTable(ctx, w, t); err != nil {
			return err
		}
	}
	_ = w.WriteByte(']')
	if a.prefer.statistics {
		a.field(w, "statistics", statistics(&a.res.Stats))
	}
	if a.prefer.render {
		a.field(w, "render", render(a.res.Render))
	}
	if a.prefer.dataSources {
		a.field(w, "dataSources", []any{map[string]any{"resourceId": a.workspace.ID, "region": a.workspace.Location}})
	}
	if a.prefer.permissions {
		a.field(w, "permissions", map[string]any{
			"resources":   []any{map[string]any{"resourceId": a.workspace.ID, "dataSources": []string{a.workspace.ID}}},
			"dataSources": []any{map[string]any{"resourceId": a.workspace.ID}},
		})
	}
	if a.res.Partial != nil {
		a.field(w, "error", partialError(a.res.Partial))
	}
	_ = w.WriteByte('}')
	return w.Flush()
}

func (a *answer) field(w *bufio.Writer, name string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic("serve: an answer is not JSON: " + err.Error())
	}
	_, _ = fmt.Fprintf(w, ",%q:%s", name, text)
}

// partialError says that a result was cut at a limit.
func partialError(err error) *apiError {
	detail := &innerError{Code: "-2133196797"}
	if limit := new(engine.LimitError); errors.As(err, &limit) {
		detail.Message = tooLarge(limit) + " (E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003)."
	}
	return &apiError{Code: "PartialError", Message: "There were some errors when processing your query.",
		Details: []*apiError{{Code: "EngineError", Message: "Something went wrong processing your query on the server.", Inner: detail}}}
}

// tooLarge says at which limit an answer was cut, as Kusto does.
func tooLarge(limit *engine.LimitError) string {
	what := "bytes"
	if errors.Is(limit, engine.ErrRows) {
		what = "records"
	}
	return fmt.Sprintf("The results of this query exceed the set limit of %d %s, so not all records were returned", limit.Limit, what)
}

func writeTable(ctx context.Context, w *bufio.Writer, t engine.Table) error {
	cols := t.Rows.Schema().Cols
	name, _ := json.Marshal(t.Name)
	_, _ = fmt.Fprintf(w, `{"name":%s,"columns":[`, name)
	for i, c := range cols {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		quoted, _ := json.Marshal(c.Name)
		_, _ = fmt.Fprintf(w, `{"name":%s,"type":%q}`, quoted, c.Type)
	}
	_, _ = w.WriteString(`],"rows":[`)
	if _, err := writeRows(ctx, t.Rows, appendCell, func(text []byte) error { _, err := w.Write(text); return err }); err != nil {
		return err
	}
	_, err := w.WriteString("]}")
	return err
}

// appendCell writes one cell; a dynamic is a string of JSON, as in Azure.
func appendCell(w *table.Work, buf []byte, v table.Vec, r int) []byte {
	switch v := v.(type) {
	case *table.Of[string]:
		return table.AppendQuoted(buf, v.Vals[r])
	case *table.Of[int64]:
		if !v.IsNull(r) {
			return strconv.AppendInt(buf, v.Vals[r], 10)
		}
	case *table.Of[float64]:
		if !v.IsNull(r) {
			return table.AppendRealJSON(buf, v.Vals[r])
		}
	case *table.Of[table.Time]:
		if !v.IsNull(r) {
			return append(v.Vals[r].Append(append(buf, '"'), -1), '"')
		}
	case *table.Of[table.Dyn]:
		if !v.IsNull(r) {
			return table.AppendQuoted(buf, w.TreeText(v.Vals[r].Tree()))
		}
	}
	return table.AppendJSON(buf, v.At(r))
}

// statistics says how a query ran: Azure's fields that mean something here, and ours.
func statistics(s *engine.Stats) map[string]any {
	return map[string]any{"query": map[string]any{
		"executionTime": (s.Compile + s.Execute).Seconds(),
		"resourceUsage": map[string]any{
			"cache": map[string]any{}, "cpu": map[string]any{}, "memory": map[string]any{},
		},
		"inputDatasetStatistics": map[string]any{
			"extents": map[string]any{
				"total": s.Extents + s.Remembered + s.Skipped, "scanned": s.Extents, "remembered": s.Remembered,
				"skipped": map[string]any{"byTime": s.SkippedBy.Time, "byStatistics": s.SkippedBy.Stats, "byIndex": s.SkippedBy.Index},
			},
			"rows":  map[string]any{"scanned": s.RowsRead, "skippedByIndex": s.RowsOut},
			"bytes": map[string]any{"scanned": s.BytesRead},
		},
		"queueSeconds": s.Queue.Seconds(), "compileSeconds": s.Compile.Seconds(), "executeSeconds": s.Execute.Seconds(),
		"plan": s.Plan, "sql": s.SQL,
	}}
}

// render is how to draw the result; null where the query does not say.
func render(r *plan.Render) map[string]any {
	m := map[string]any{"visualization": nil, "title": nil, "accumulate": false, "isQuerySorted": false, "kind": nil, "legend": nil,
		"ymin": "NaN", "ymax": "NaN", "xColumn": nil, "yColumns": nil, "series": nil, "annotation": nil, "by": nil}
	if r == nil {
		return m
	}
	m["visualization"] = r.Kind
	for k, v := range r.Props {
		switch k {
		case "xcolumn":
			m["xColumn"] = v
		case "ycolumns":
			m["yColumns"] = v
		case "accumulate":
			m[k] = v == "true"
		default:
			m[k] = v
		}
	}
	return m
}

package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// frames writes an answer of version 2: an array of frames. By default each result is
// one frame; a client can ask for results in fragments, and for progress with them.
type frames struct {
	kustoWriter
	s      *Server
	q      *kustoRequest
	count  int // frames begun
	failed *failure
}

// Where a client wants to read that a query failed after its first row.
const (
	errorsInData    = "in_data" // behind the last row of the table
	errorsEndTable  = "end_of_table"
	errorsEndAnswer = "end_of_dataset"
)

func (f *frames) progressive() bool { return f.q.flag("results_progressive_enabled") }
func (f *frames) fragmented() bool {
	return f.progressive() || f.q.flag("results_v2_fragment_primary_tables")
}

func (f *frames) placement() string {
	p := f.q.text("results_error_reporting_placement")
	if p == "" || p == errorsEndTable && !f.fragmented() {
		return errorsInData
	}
	return p
}

// newline ends a frame's line, if the client wants lines.
func (f *frames) newline() {
	if f.q.flag("results_v2_newlines_between_frames") {
		f.raw("\n")
	}
}

func (f *frames) begin() {
	if f.count == 0 {
		f.raw("[")
	} else {
		f.newline()
		f.raw(",")
	}
	f.count++
}

func (f *frames) write(ctx context.Context, res *engine.Result) {
	f.begin()
	placed := map[string]string{errorsInData: "InData", errorsEndTable: "EndOfTable", errorsEndAnswer: "EndOfDataset"}[f.placement()]
	f.raw(fmt.Sprintf(`{"FrameType":"DataSetHeader","IsProgressive":%t,"Version":"v2.0","IsFragmented":%t,"ErrorReportingPlacement":%q}`, f.progressive(), f.fragmented(), placed))
	f.begin()
	f.raw(`{"FrameType":"DataTable","TableId":0,"TableKind":"QueryProperties","TableName":"@ExtendedProperties","Columns":[{"ColumnName":"TableId","ColumnType":"int"},{"ColumnName":"Key","ColumnType":"string"},{"ColumnName":"Value","ColumnType":"dynamic"}],"Rows":[`)
	f.json([]any{1, "Visualization", visualization(res)})
	f.raw("]}")
	for i, t := range res.Tables {
		write := f.whole
		if f.fragmented() {
			write = f.fragments
		}
		if err := write(ctx, res, i+1, t); err != nil {
			break
		}
	}
	f.completion(res)
	f.newline()
	f.raw("]")
}

// deferred says that failures are told in QueryCompletionInformation alone.
func (f *frames) deferred() bool { return f.q.flag("deferpartialqueryfailures") }

// fail notes that the query failed, and reports whether to say so here.
func (f *frames) fail(res *engine.Result, err error, here string) bool {
	if failed := f.s.failureIn(res, err); failed != nil {
		f.failed = failed
	}
	return f.failed != nil && !f.deferred() && f.placement() == here
}

func (f *frames) errors() []any { return []any{f.failed.oneAPI(f.s, f.q)} }

func (f *frames) head(frame string, id int, t engine.Table) {
	f.begin()
	name, _ := json.Marshal(t.Name)
	f.raw(fmt.Sprintf(`{"FrameType":%q,"TableId":%d,"TableKind":"PrimaryResult","TableName":%s,"Columns":`, frame, id, name))
	f.columns(t.Rows.Schema())
}

// whole writes a table as one frame.
func (f *frames) whole(ctx context.Context, res *engine.Result, id int, t engine.Table) error {
	f.head("DataTable", id, t)
	f.raw(`,"Rows":[`)
	n, err := f.rows(ctx, t.Rows)
	if f.fail(res, err, errorsInData) {
		f.separate(n)
		f.json(map[string]any{"OneApiErrors": f.errors()})
	}
	f.raw("]}")
	return err
}

// fragments writes a table as a header, a fragment for each batch, and its end.
func (f *frames) fragments(ctx context.Context, res *engine.Result, id int, t engine.Table) error {
	f.head("TableHeader", id, t)
	f.raw("}")
	total := 0
	var err error
	for err == nil {
		var b *table.Batch
		if b, err = t.Rows.Next(ctx); err == nil {
			f.fragment(id, len(b.Vecs))
			var n int
			n, err = f.rows(ctx, table.NewReader(b.Schema, b))
			f.raw("]}")
			total += n
			err = errors.Join(err, f.w.Flush())
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if f.fail(res, err, errorsInData) {
		f.fragment(id, len(t.Rows.Schema().Cols))
		f.json(map[string]any{"OneApiErrors": f.errors()})
		f.raw("]}")
	}
	if f.progressive() {
		f.begin()
		f.raw(fmt.Sprintf(`{"FrameType":"TableProgress","TableId":%d,"TableProgress":100.0}`, id))
	}
	f.begin()
	f.raw(fmt.Sprintf(`{"FrameType":"TableCompletion","TableId":%d,"RowCount":%d`, id, total))
	if f.fail(res, err, errorsEndTable) {
		f.raw(`,"OneApiErrors":`)
		f.json(f.errors())
	}
	f.raw("}")
	return err
}

func (f *frames) fragment(id, fields int) {
	f.begin()
	f.raw(fmt.Sprintf(`{"FrameType":"TableFragment","TableFragmentType":"DataAppend","TableId":%d,"FieldCount":%d,"Rows":[`, id, fields))
}

// completion says how the query went.
func (f *frames) completion(res *engine.Result) {
	f.begin()
	f.raw(fmt.Sprintf(`{"FrameType":"DataTable","TableId":%d,"TableKind":"QueryCompletionInformation","TableName":"QueryCompletionInformation","Columns":[{"ColumnName":"Timestamp","ColumnType":"datetime"},{"ColumnName":"ClientRequestId","ColumnType":"string"},{"ColumnName":"ActivityId","ColumnType":"guid"},{"ColumnName":"SubActivityId","ColumnType":"guid"},{"ColumnName":"ParentActivityId","ColumnType":"guid"},{"ColumnName":"Level","ColumnType":"int"},{"ColumnName":"LevelName","ColumnType":"string"},{"ColumnName":"StatusCode","ColumnType":"int"},{"ColumnName":"StatusCodeName","ColumnType":"string"},{"ColumnName":"EventType","ColumnType":"int"},{"ColumnName":"EventTypeName","ColumnType":"string"},{"ColumnName":"Payload","ColumnType":"string"}],"Rows":[`, len(res.Tables)+1))
	level, name, code, codeName, text := 4, "Info", 0, "S_OK (0)", "Query completed successfully"
	if f.failed != nil {
		level, name, code, codeName, text = 2, "Error", f.failed.hresult, f.failed.name, f.failed.message
	}
	payload, _ := json.Marshal(map[string]any{"Count": 1, "Text": text})
	a := f.q.activity
	f.json([]any{f.s.stamp(), f.q.ID, a, a, a, level, name, code, codeName, 4, "QueryInfo", string(payload)})
	f.raw("]}")
	f.begin()
	if f.failed == nil || f.deferred() {
		f.raw(`{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}`)
		return
	}
	f.raw(fmt.Sprintf(`{"FrameType":"DataSetCompletion","HasErrors":true,"Cancelled":%t,"OneApiErrors":`, f.failed.cancelled))
	f.json(f.errors())
	f.raw("}")
}

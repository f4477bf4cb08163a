package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/kql/command"
	"github.com/yagura/yagura/table"
)

// dotnetTypes are the names that version 1 has for the types, beside KQL's.
var dotnetTypes = map[table.Type]string{
	table.Bool: "SByte", table.Int: "Int32", table.Long: "Int64", table.Real: "Double", table.Decimal: "SqlDecimal", table.String: "String",
	table.Datetime: "DateTime", table.Timespan: "TimeSpan", table.Guid: "Guid", table.Dynamic: "Object",
}

// kustoWriter writes tables of one version of the protocol.
type kustoWriter struct {
	w   *bufio.Writer
	v1  bool
	err error
}

func (k *kustoWriter) raw(text string) {
	if k.err == nil {
		_, k.err = k.w.WriteString(text)
	}
}

func (k *kustoWriter) json(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic("serve: an answer is not JSON: " + err.Error())
	}
	k.raw(string(text))
}

func (k *kustoWriter) columns(s *table.Schema) {
	cols := make([]map[string]string, len(s.Cols))
	for i, c := range s.Cols {
		cols[i] = map[string]string{"ColumnName": c.Name, "ColumnType": c.Type.String()}
		if k.v1 {
			cols[i]["DataType"] = dotnetTypes[c.Type]
		}
	}
	k.json(cols)
}

// rows writes the rows of a table, without the brackets around them all.
func (k *kustoWriter) rows(ctx context.Context, rows table.Reader) (int, error) {
	n := 0
	var buf []byte
	for {
		b, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return n, k.err
		}
		if err != nil {
			return n, err
		}
		for r := range b.Rows {
			buf = buf[:0]
			if n > 0 {
				buf = append(buf, ',')
			}
			n++
			buf = append(buf, '[')
			for i, v := range b.Vecs {
				if i > 0 {
					buf = append(buf, ',')
				}
				buf = k.cell(buf, v, r)
			}
			k.raw(string(append(buf, ']')))
		}
	}
}

// cell writes one cell: as the query API does, but a bool of version 1 is 0 or 1.
func (k *kustoWriter) cell(buf []byte, v table.Vec, r int) []byte {
	if b, ok := v.(*table.Of[bool]); ok && k.v1 && !b.IsNull(r) {
		if b.Vals[r] {
			return append(buf, '1')
		}
		return append(buf, '0')
	}
	return appendCell(buf, v, r)
}

// kustoQueryV1 answers {"Tables":[…]}: the results, then what is said of them, then a
// table of contents.
func (s *Server) kustoQueryV1(w http.ResponseWriter, r *http.Request, q *kustoRequest) error {
	if command.Is(q.CSL) {
		return s.kustoCommand(w, r, q)
	}
	res, err := s.kustoStart(r, q)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	k := &kustoWriter{w: bufio.NewWriterSize(w, 64<<10), v1: true}
	k.raw(`{"Tables":[`)
	contents := []contentsRow{}
	for i, t := range res.Tables {
		k.raw(fmt.Sprintf(`{"TableName":"Table_%d","Columns":`, i))
		k.columns(t.Rows.Schema())
		k.raw(`,"Rows":[`)
		if _, err = k.rows(r.Context(), t.Rows); err != nil {
			break
		}
		k.raw(`]},`)
		contents = append(contents, contentsRow{"QueryResult", t.Name})
	}
	if err == nil {
		n := len(res.Tables)
		k.raw(fmt.Sprintf(`{"TableName":"Table_%d","Columns":[{"ColumnName":"Value","DataType":"String","ColumnType":"string"}],"Rows":[[`, n))
		k.json(visualization(res))
		k.raw(fmt.Sprintf(`]]},{"TableName":"Table_%d","Columns":[{"ColumnName":"Severity","DataType":"Int32","ColumnType":"int"},{"ColumnName":"StatusDescription","DataType":"String","ColumnType":"string"}],"Rows":[`, n+1))
		status, severity := "Query completed successfully", 4
		if res.Partial != nil {
			status, severity = truncated(res.Partial), 2
		}
		k.json([]any{severity, status})
		contents = append(contents, contentsRow{"QueryProperties", "@ExtendedProperties"}, contentsRow{"QueryStatus", "QueryStatus"})
		k.raw(fmt.Sprintf(`]},{"TableName":"Table_%d","Columns":[{"ColumnName":"Ordinal","DataType":"Int64","ColumnType":"long"},{"ColumnName":"Kind","DataType":"String","ColumnType":"string"},{"ColumnName":"Name","DataType":"String","ColumnType":"string"},{"ColumnName":"Id","DataType":"String","ColumnType":"string"},{"ColumnName":"PrettyName","DataType":"String","ColumnType":"string"}],"Rows":[`, n+2))
		for i, c := range contents {
			if i > 0 {
				k.raw(",")
			}
			k.json([]any{i, c.kind, c.name, fmt.Sprintf("%08d-0000-0000-0000-000000000000", i), ""})
		}
		k.raw(`]}]}`)
		err = errors.Join(k.err, k.w.Flush())
	}
	return errors.Join(s.tooLate(err), res.Close())
}

type contentsRow struct{ kind, name string }

func truncated(err error) string {
	return "The results of this query exceed the set limit, so not all records were returned (E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003). " + err.Error()
}

// visualization is the text that says how to draw the result.
func visualization(res *engine.Result) string {
	m := render(res.Render)
	out := map[string]any{}
	for k, v := range m {
		out[strings.ToUpper(k[:1])+k[1:]] = v
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic("serve: an answer is not JSON: " + err.Error())
	}
	return string(text)
}

// kustoQueryV2 answers an array of frames.
func (s *Server) kustoQueryV2(w http.ResponseWriter, r *http.Request, q *kustoRequest) error {
	if command.Is(q.CSL) {
		return badRequest("General_BadRequest", "Management commands go to /v1/rest/mgmt")
	}
	res, err := s.kustoStart(r, q)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	f := &frames{kustoWriter: kustoWriter{w: bufio.NewWriterSize(w, 64<<10)}, q: q}
	err = f.write(r.Context(), res)
	return errors.Join(s.tooLate(err), res.Close())
}

// frames writes an answer of version 2. A frame's FrameType comes first: clients that
// read as the answer arrives need it there.
type frames struct {
	kustoWriter
	q     *kustoRequest
	count int // frames begun
}

func (f *frames) option(name string) bool { return fmt.Sprint(f.q.Options[name]) == "true" }

// begin starts a frame; frames are separated by commas, and by line ends if the client
// asks for them.
func (f *frames) begin() {
	switch {
	case f.count == 0:
		f.raw("[")
	case f.option("results_v2_newlines_between_frames"):
		f.raw("\n,")
	default:
		f.raw(",")
	}
	f.count++
}

func (f *frames) write(ctx context.Context, res *engine.Result) error {
	progressive := f.option("results_progressive_enabled")
	f.begin()
	f.raw(fmt.Sprintf(`{"FrameType":"DataSetHeader","IsProgressive":%t,"Version":"v2.0","IsFragmented":%[1]t,"ErrorReportingPlacement":"EndOfTable"}`, progressive))
	f.begin()
	f.raw(`{"FrameType":"DataTable","TableId":0,"TableKind":"QueryProperties","TableName":"@ExtendedProperties","Columns":[{"ColumnName":"TableId","ColumnType":"int"},{"ColumnName":"Key","ColumnType":"string"},{"ColumnName":"Value","ColumnType":"dynamic"}],"Rows":[`)
	f.json([]any{1, "Visualization", visualization(res)})
	f.raw("]}")
	for i, t := range res.Tables {
		write := f.whole
		if progressive {
			write = f.fragments
		}
		if err := write(ctx, i+1, t); err != nil {
			return err
		}
	}
	f.completion(res)
	f.raw("]")
	return errors.Join(f.err, f.w.Flush())
}

func (f *frames) head(frame string, id int, t engine.Table) {
	f.begin()
	name, _ := json.Marshal(t.Name)
	f.raw(fmt.Sprintf(`{"FrameType":%q,"TableId":%d,"TableKind":"PrimaryResult","TableName":%s,"Columns":`, frame, id, name))
	f.columns(t.Rows.Schema())
}

// whole writes a table as one frame.
func (f *frames) whole(ctx context.Context, id int, t engine.Table) error {
	f.head("DataTable", id, t)
	f.raw(`,"Rows":[`)
	_, err := f.rows(ctx, t.Rows)
	f.raw("]}")
	return err
}

// fragments writes a table as a header, a fragment for each batch, and its end.
func (f *frames) fragments(ctx context.Context, id int, t engine.Table) error {
	f.head("TableHeader", id, t)
	f.raw("}")
	total := 0
	for {
		b, err := t.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		f.begin()
		f.raw(fmt.Sprintf(`{"FrameType":"TableFragment","TableId":%d,"FieldCount":%d,"TableFragmentType":"DataAppend","Rows":[`, id, len(b.Vecs)))
		n, err := f.rows(ctx, table.NewReader(b.Schema, b))
		if err != nil {
			return err
		}
		total += n
		f.raw("]}")
		if err := f.w.Flush(); err != nil {
			return err
		}
	}
	f.begin()
	f.raw(fmt.Sprintf(`{"FrameType":"TableProgress","TableId":%d,"TableProgress":100}`, id))
	f.begin()
	f.raw(fmt.Sprintf(`{"FrameType":"TableCompletion","TableId":%d,"RowCount":%d}`, id, total))
	return f.err
}

// completion says how the query went.
func (f *frames) completion(res *engine.Result) {
	f.begin()
	f.raw(fmt.Sprintf(`{"FrameType":"DataTable","TableId":%d,"TableKind":"QueryCompletionInformation","TableName":"QueryCompletionInformation","Columns":[{"ColumnName":"Timestamp","ColumnType":"datetime"},{"ColumnName":"ClientRequestId","ColumnType":"string"},{"ColumnName":"Level","ColumnType":"int"},{"ColumnName":"LevelName","ColumnType":"string"},{"ColumnName":"StatusCode","ColumnType":"int"},{"ColumnName":"StatusCodeName","ColumnType":"string"},{"ColumnName":"EventType","ColumnType":"int"},{"ColumnName":"EventTypeName","ColumnType":"string"},{"ColumnName":"Payload","ColumnType":"string"}],"Rows":[`, len(res.Tables)+1))
	f.json([]any{time.Now().UTC(), f.q.ID, 4, "Info", 0, "S_OK (0)", 4, "QueryInfo", `{"Count":1,"Text":"Query completed successfully"}`})
	f.raw("]}")
	f.begin()
	f.raw(fmt.Sprintf(`{"FrameType":"DataSetCompletion","HasErrors":%t,"Cancelled":false`, res.Partial != nil))
	if res.Partial != nil {
		f.raw(`,"OneApiErrors":`)
		f.json([]any{map[string]any{"error": map[string]any{"code": "LimitsExceeded", "message": "Request is invalid and cannot be executed.", "@type": "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException", "@message": truncated(res.Partial), "@permanent": false}}})
	}
	f.raw("}")
}

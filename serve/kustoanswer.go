package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

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
	return writeRows(ctx, rows, k.cell, func(text []byte) error {
		if k.err == nil {
			_, k.err = k.w.Write(text)
		}
		return k.err
	})
}

// cell writes one cell: as the query API does, but a dynamic value stands as it is, and
// a bool of version 1 is 0 or 1.
func (k *kustoWriter) cell(w *table.Work, buf []byte, v table.Vec, r int) []byte {
	switch v := v.(type) {
	case *table.Of[bool]:
		if k.v1 && !v.IsNull(r) {
			if v.Vals[r] {
				return append(buf, '1')
			}
			return append(buf, '0')
		}
	case *table.Of[table.Dyn]:
		if v.IsNull(r) {
			return append(buf, "null"...)
		}
		return w.AppendJSON(buf, v.Vals[r])
	}
	return appendCell(w, buf, v, r)
}

// kustoQueryV1 answers {"Tables":[…]}: the results, then what is said of them, then a
// table of contents. A failure after the first row stands behind the last one, and
// again at the end.
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
	var failed *failure
	for i, t := range res.Tables {
		k.raw(fmt.Sprintf(`{"TableName":"Table_%d","Columns":`, i))
		k.columns(t.Rows.Schema())
		k.raw(`,"Rows":[`)
		n, err := k.rows(r.Context(), t.Rows)
		if failed = s.failureIn(res, err); failed != nil && !q.flag("deferpartialqueryfailures") {
			k.separate(n)
			k.json(map[string]any{"Exceptions": []string{failed.message}})
		}
		k.raw(`]},`)
		contents = append(contents, contentsRow{"QueryResult", t.Name})
		if err != nil {
			break
		}
	}
	s.finishV1(k, q, res, contents, failed)
	return errors.Join(s.tooLate(errors.Join(k.err, k.w.Flush())), res.Close())
}

// finishV1 writes the tables that follow the results.
func (s *Server) finishV1(k *kustoWriter, q *kustoRequest, res *engine.Result, contents []contentsRow, failed *failure) {
	n := len(contents)
	k.raw(fmt.Sprintf(`{"TableName":"Table_%d","Columns":[{"ColumnName":"Value","DataType":"String","ColumnType":"string"}],"Rows":[[`, n))
	k.json(visualization(res))
	k.raw(fmt.Sprintf(`]]},{"TableName":"Table_%d","Columns":[{"ColumnName":"Timestamp","DataType":"DateTime","ColumnType":"datetime"},{"ColumnName":"Severity","DataType":"Int32","ColumnType":"int"},{"ColumnName":"SeverityName","DataType":"String","ColumnType":"string"},{"ColumnName":"StatusCode","DataType":"Int32","ColumnType":"int"},{"ColumnName":"StatusDescription","DataType":"String","ColumnType":"string"},{"ColumnName":"Count","DataType":"Int32","ColumnType":"int"},{"ColumnName":"RequestId","DataType":"Guid","ColumnType":"guid"},{"ColumnName":"ActivityId","DataType":"Guid","ColumnType":"guid"},{"ColumnName":"SubActivityId","DataType":"Guid","ColumnType":"guid"},{"ColumnName":"ClientActivityId","DataType":"String","ColumnType":"string"}],"Rows":[`, n+1))
	severity, name, code, status := 4, "Info", 0, "Query completed successfully"
	if failed != nil {
		severity, name, code, status = 2, "Error", failed.hresult, failed.message
	}
	k.json([]any{s.stamp(), severity, name, code, status, 1, q.activity, q.activity, q.activity, q.ID})
	contents = append(contents, contentsRow{"QueryProperties", "@ExtendedProperties"}, contentsRow{"QueryStatus", "QueryStatus"})
	k.raw(fmt.Sprintf(`]},{"TableName":"Table_%d","Columns":[{"ColumnName":"Ordinal","DataType":"Int64","ColumnType":"long"},{"ColumnName":"Kind","DataType":"String","ColumnType":"string"},{"ColumnName":"Name","DataType":"String","ColumnType":"string"},{"ColumnName":"Id","DataType":"String","ColumnType":"string"},{"ColumnName":"PrettyName","DataType":"String","ColumnType":"string"}],"Rows":[`, n+2))
	for i, c := range contents {
		k.separate(i)
		k.json([]any{i, c.kind, c.name, fmt.Sprintf("%08d-0000-0000-0000-000000000000", i), ""})
	}
	k.raw(`]}]`)
	if failed != nil && !q.flag("deferpartialqueryfailures") {
		k.raw(`,"Exceptions":`)
		k.json([]string{failed.message})
	}
	k.raw(`}`)
}

// separate writes the comma before what is not the first.
func (k *kustoWriter) separate(n int) {
	if n > 0 {
		k.raw(",")
	}
}

type contentsRow struct{ kind, name string }

// stamp is the time as Kusto writes it.
func (s *Server) stamp() string { return s.now().UTC().Format("2006-01-02T15:04:05.0000000Z") }

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
		return badRequest("General_BadRequest", "Control commands (starting with a dot '.') do not support api_version=v2: they go to /v1/rest/mgmt")
	}
	res, err := s.kustoStart(r, q)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	f := &frames{kustoWriter: kustoWriter{w: bufio.NewWriterSize(w, 64<<10)}, s: s, q: q}
	f.write(r.Context(), res)
	return errors.Join(s.tooLate(errors.Join(f.err, f.w.Flush())), res.Close())
}

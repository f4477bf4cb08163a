package receive

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/table"
)

// Yagura's own API, for files and programs that know the table's schema: rows as JSON
// objects, one a line, exactly once if they have a key. docs/receive/rows.md describes it.
func (r *Receiver) rowsRoutes() []route.Route {
	return []route.Route{
		{Pattern: "POST /yagura/v1/workspaces/{workspace}/tables/{table}/rows", Handle: r.handler(rowsProtocol, r.putRows)},
	}
}

var rowsProtocol = &protocol{shape: azureShape}

// maxKey is the longest Idempotency-Key, in bytes.
const maxKey = 200

// putRows answers {"rows":n}. Its parameters are schema ("name:type, …": the columns
// that the rows have; without it, the table's) and create ("true": the table and its
// columns are made if they are not there).
func (r *Receiver) putRows(w http.ResponseWriter, q *http.Request) error {
	caller, err := r.control.Authenticate(q, control.WriteRows.For...)
	if err != nil {
		return err
	}
	ws, err := r.control.Workspace(q.PathValue("workspace"))
	if err != nil {
		return err
	}
	ref := table.Ref{Workspace: ws.Properties.CustomerID, Table: q.PathValue("table")}
	if err := r.control.Allow(caller, control.WriteRows, ws.ID+"/tables/"+ref.Table); err != nil {
		return err
	}
	key := q.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		return faultf(http.StatusBadRequest, "InvalidIdempotencyKey", "The Idempotency-Key is longer than %d bytes.", maxKey)
	}
	schema, err := r.rowsSchema(q, caller, ref)
	if err != nil {
		return err
	}
	rows, err := r.decodeRows(q, schema)
	if err != nil {
		return err
	}
	f := ingest.Facts{ResourceID: q.Header.Get("x-ms-AzureResourceId")}
	if key != "" {
		f.Token = strings.Join([]string{"rows", caller.ObjectID, ref.String(), key}, "\x00")
	}
	if err := r.in.Write(q.Context(), ref, rows, f); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err = fmt.Fprintf(w, `{"rows":%s}`, strconv.Itoa(rows.Rows))
	return err
}

// rowsSchema returns the columns that the rows have; the table has them too.
func (r *Receiver) rowsSchema(q *http.Request, caller control.Caller, ref table.Ref) (*table.Schema, error) {
	params := q.URL.Query()
	create, err := strconv.ParseBool(params.Get("create"))
	if params.Has("create") && err != nil {
		return nil, faultf(http.StatusBadRequest, "InvalidParameter", "create is '%s': it must be true or false.", params.Get("create"))
	}
	t, err := r.control.Table(ref)
	if err != nil && !(control.IsNotFound(err) && create) {
		return nil, err
	}
	if !params.Has("schema") {
		if t == nil {
			return nil, faultf(http.StatusBadRequest, "InvalidParameter", "The table %s does not exist: to create it, give its schema.", ref.Table)
		}
		return t.Schema, nil
	}
	schema, err := format.ParseSchema(params.Get("schema"))
	if err != nil {
		return nil, faultf(http.StatusBadRequest, "InvalidParameter", "%s", err)
	}
	missing, err := missingColumns(t, schema)
	switch {
	case err != nil:
		return nil, err
	case t != nil && len(missing) == 0:
		return schema, nil
	case !create:
		return nil, faultf(http.StatusBadRequest, "InvalidParameter", "The table %s has no column '%s': to add it, set create=true.", ref.Table, missing[0].Name)
	}
	_, err = r.control.PutTable(q.Context(), caller, control.TableSpec{Ref: ref, Columns: missing})
	return schema, err
}

// missingColumns lists the columns of s that t has not.
func missingColumns(t *control.Table, s *table.Schema) ([]table.Column, error) {
	if t == nil {
		t = &control.Table{Schema: table.WithStandard(nil)}
	}
	var missing []table.Column
	for _, c := range s.Cols {
		i := t.Schema.Index(c.Name)
		if i < 0 {
			missing = append(missing, c)
		} else if has := t.Schema.Cols[i].Type; has != c.Type {
			return nil, faultf(http.StatusBadRequest, "InvalidParameter", "The column '%s' is %s in the schema, and %s in the table.", c.Name, c.Type, has)
		}
	}
	return missing, nil
}

// rowsTypes are the content types that the API takes.
var rowsTypes = []string{"application/x-ndjson", "application/jsonl", "application/json-lines", "application/x-json-stream"}

func (r *Receiver) decodeRows(q *http.Request, schema *table.Schema) (*table.Batch, error) {
	t, _, _ := strings.Cut(q.Header.Get("Content-Type"), ";")
	if !slices.Contains(rowsTypes, strings.ToLower(strings.TrimSpace(t))) {
		return nil, faultf(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "The content type must be %s; it is '%s'.", rowsTypes[0], t)
	}
	b, err := r.read(q, r.o.MaxRows)
	if err != nil {
		return nil, err
	}
	defer b.free()
	var rows *table.Batch
	err = r.decoding(q.Context(), func() error {
		var nulled int
		var err error
		rows, nulled, err = decodeLines(b.bytes(), schema)
		if err == nil && nulled > 0 {
			return faultf(http.StatusBadRequest, "TypeMismatch", "%d values do not have their column's type.", nulled)
		}
		return err
	})
	return rows, err
}

package receive

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/table"
)

// Kusto's streaming ingestion: https://learn.microsoft.com/kusto/api/rest/streaming-ingest
func (r *Receiver) kustoRoutes() []route.Route {
	return []route.Route{{Pattern: "POST /v1/rest/ingest/{database}/{table}", Handle: func(w http.ResponseWriter, q *http.Request) {
		// Errors say which request they are of, so that the shape is the request's.
		activity := uuid.NewString()
		id := q.Header.Get("x-ms-client-request-id")
		if id == "" {
			id = "unspecified;" + activity
		}
		w.Header().Set("x-ms-activity-id", activity)
		w.Header().Set("x-ms-client-request-id", id)
		p := &protocol{codes: kustoCodes, shape: func(code, message string) any { return kustoShape(r.o.Now(), id, activity, code, message) }}
		r.handler(p, r.kustoStream)(w, q)
	}}}
}

var kustoCodes = []errorCode{
	{errTooLarge, http.StatusRequestEntityTooLarge, "Stream_InputStreamTooLarge"},
	{ingest.ErrTooLarge, http.StatusRequestEntityTooLarge, "Stream_InputStreamTooLarge"},
	{errEncoding, http.StatusBadRequest, "BadRequest_FormatNotSupported"},
	{errCompressed, http.StatusBadRequest, "BadRequest_InvalidArchive"},
	{ingest.ErrInvalid, http.StatusBadRequest, "General_BadRequest"},
}

// transientCodes are those after which a client may try again.
var transientCodes = []string{"TooManyRequests", "ServiceUnavailable", "InternalServerError", "RequestAborted"}

// kustoShape is an error in OneApi's form.
func kustoShape(now time.Time, id, activity, code, message string) any {
	return map[string]any{"error": map[string]any{
		"code": code, "message": message, "@type": "Kusto.DataNode.Exceptions.StreamingIngestionRequestException", "@message": message,
		"@context":   map[string]any{"timestamp": now.UTC().Format("2006-01-02T15:04:05.0000000Z"), "serviceAlias": "YAGURA", "clientRequestId": id, "activityId": activity, "subActivityId": activity, "activityType": "PO.OWIN.CallContext", "parentActivityId": activity},
		"@permanent": !slices.Contains(transientCodes, code),
	}}
}

// kustoStreamed is the answer to rows that are stored.
const kustoStreamed = `{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"ConsumptionMode","DataType":"String","ColumnType":"string"}],"Rows":[["Direct"]]}]}`

func (r *Receiver) kustoStream(w http.ResponseWriter, q *http.Request) error {
	t, err := r.kustoTable(q)
	if err != nil {
		return err
	}
	params := q.URL.Query()
	if kind := params.Get("sourceKind"); kind != "" && !strings.EqualFold(kind, "stream") {
		return faultf(http.StatusBadRequest, "BadRequest_NotSupported", "sourceKind '%s' is not supported: rows are not read from other storage; send them in the body.", kind)
	}
	s := format.Stream{Format: params.Get("streamFormat"), Schema: t.Own()}
	if s.Format == "" {
		s.Format = "csv"
	}
	if name := params.Get("mappingName"); name != "" {
		kind := format.MappingKind(s.Format)
		if s.Mapping, err = r.control.FindMapping(t.Ref, kind, name); control.IsNotFound(err) {
			return faultf(http.StatusBadRequest, "BadRequest_MappingReferenceWasNotFound", "Mapping reference '%s' of kind '%s' wasn't found in table '%s'.", name, kind, t.Ref.Table)
		} else if err != nil {
			return streamFault(err)
		}
	}
	rows, err := r.kustoRows(q, s)
	if err != nil {
		return streamFault(err)
	}
	if err := r.in.Write(q.Context(), t.Ref, rows, ingest.Facts{}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err = w.Write([]byte(kustoStreamed))
	return err
}

// streamFault makes of an error of the format an answer.
func streamFault(err error) error {
	var bad *format.StreamError
	if errors.As(err, &bad) {
		return faultf(http.StatusBadRequest, bad.Code, "%s", err)
	}
	return err
}

// kustoTable finds the table that the path names, if the caller may write to it.
func (r *Receiver) kustoTable(q *http.Request) (*control.Table, error) {
	caller, err := r.control.Authenticate(q, control.WriteRows.For...)
	if err != nil {
		return nil, err
	}
	ws, err := r.control.Workspace(q.PathValue("database"))
	if control.IsNotFound(err) {
		return nil, faultf(http.StatusBadRequest, "BadRequest_DatabaseNotExist", "Entity ID '%s' of kind 'Database' was not found.", q.PathValue("database"))
	}
	if err != nil {
		return nil, err
	}
	ref := table.Ref{Workspace: ws.Properties.CustomerID, Table: q.PathValue("table")}
	if err := r.control.Allow(caller, control.WriteRows, ws.ID+"/tables/"+ref.Table); err != nil {
		return nil, err
	}
	t, err := r.control.Table(ref)
	if control.IsNotFound(err) {
		return nil, faultf(http.StatusBadRequest, "BadRequest_TableNotExist", "Entity ID '%s' of kind 'Table' was not found.", ref.Table)
	}
	return t, err
}

// kustoInflation is how many times as large as it was sent a body may become.
const kustoInflation = 10

func (r *Receiver) kustoRows(q *http.Request, s format.Stream) (*table.Batch, error) {
	tooLarge := func(n int64) error {
		return fmt.Errorf("%w: streaming ingestion takes %d bytes in a request, and this has %d: send it in parts", errTooLarge, r.o.MaxStream, n)
	}
	if q.ContentLength > r.o.MaxStream {
		return nil, tooLarge(q.ContentLength)
	}
	b, err := r.read(q, kustoInflation*r.o.MaxStream)
	if err != nil {
		return nil, err
	}
	defer b.free()
	if b.wire > r.o.MaxStream {
		return nil, tooLarge(b.wire)
	}
	var rows *table.Batch
	err = r.decoding(q.Context(), func() error {
		var err error
		rows, err = s.Read(bytes.NewReader(b.bytes()))
		return err
	})
	if err == nil && rows.Rows == 0 {
		err = &format.StreamError{Code: "Stream_NoDataToIngest", Message: "There is no data to ingest."}
	}
	return rows, err
}

package receive

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/table"
)

// The HTTP Data Collector API, which Azure no longer serves: records of any shape, in
// tables that are made and extended as they come, signed with a workspace's key.
func (r *Receiver) collectorRoutes() []route.Route {
	return []route.Route{{Pattern: "POST /api/logs", Handle: r.handler(collector, r.collect)}}
}

var collector = &protocol{
	shape: func(code, message string) any {
		return map[string]string{"Error": code, "Message": message}
	},
	codes: []errorCode{
		{errTooLarge, http.StatusNotFound, "RequestTooLarge"},
		{ingest.ErrTooLarge, http.StatusNotFound, "RequestTooLarge"},
		{errCompressed, http.StatusBadRequest, "InvalidDataFormat"},
		{errJSON, http.StatusBadRequest, "InvalidDataFormat"},
		{ingest.ErrInvalid, http.StatusBadRequest, "InvalidDataFormat"},
	},
}

const (
	collectorVersion = "2016-04-01"
	collectorHost    = ".ods.opinsights.azure.com"
	// collectorSkew is how far the time of a signature may be from ours.
	collectorSkew = 15 * time.Minute
	maxLogType    = 100
)

var logType = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

func (r *Receiver) collect(w http.ResponseWriter, q *http.Request) error {
	switch v := q.URL.Query().Get("api-version"); v {
	case collectorVersion:
	case "":
		return faultf(http.StatusBadRequest, "MissingApiVersion", "The API version was not specified.")
	default:
		return faultf(http.StatusBadRequest, "InvalidApiVersion", "The API version '%s' was not recognized by the service.", v)
	}
	ws, err := r.collectorWorkspace(q)
	if err != nil {
		return err
	}
	if q.ContentLength >= 0 { // else the signature is of what is read
		if err := r.checkSignature(q, ws, q.ContentLength); err != nil {
			return err
		}
	}
	if err := checkCollectorHeaders(q); err != nil {
		return err
	}
	b, err := r.read(q, r.o.MaxCollector)
	if err != nil {
		return err
	}
	defer b.free()
	if q.ContentLength < 0 {
		if err := r.checkSignature(q, ws, b.wire); err != nil {
			return err
		}
	}
	ref := table.Ref{Workspace: ws.Properties.CustomerID, Table: q.Header.Get("Log-Type") + "_CL"}
	rows, err := r.collectorRows(q, ref, b.bytes())
	if err != nil {
		return err
	}
	if err := r.in.Write(q.Context(), ref, rows, ingest.Facts{ResourceID: q.Header.Get("x-ms-AzureResourceId")}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// errUnsigned is what the API answers to any fault of a signature.
func errUnsigned() error {
	return faultf(http.StatusForbidden, "InvalidAuthorization", "The service failed to authenticate the request. Verify that the workspace ID and connection key are valid.")
}

// sharedKey takes an Authorization header of the SharedKey scheme apart.
func sharedKey(q *http.Request) (workspace string, signature []byte, ok bool) {
	scheme, rest, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	workspace, sig, ok := strings.Cut(rest, ":")
	if !ok || !strings.EqualFold(scheme, "SharedKey") {
		return "", nil, false
	}
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSpace(sig))
	return strings.ToLower(strings.TrimSpace(workspace)), signature, err == nil
}

// collectorWorkspace finds the workspace that a request is for: by its host, if that
// is one of the API's, else by who signed it.
func (r *Receiver) collectorWorkspace(q *http.Request) (*control.Workspace, error) {
	signer, _, ok := sharedKey(q)
	if !ok {
		return nil, errUnsigned()
	}
	id := signer
	if own, ok := strings.CutSuffix(route.Host(q), collectorHost); ok {
		id = own
	}
	if _, err := uuid.Parse(id); err != nil || len(id) != 36 {
		return nil, faultf(http.StatusBadRequest, "InvalidCustomerId", "The workspace ID specified is invalid.")
	}
	ws, err := control.ByAlias[control.Workspace](r.control, id)
	switch {
	case control.IsNotFound(err):
		return nil, faultf(http.StatusBadRequest, "InvalidCustomerId", "The workspace ID specified is invalid.")
	case err != nil:
		return nil, err
	case signer != id:
		return nil, errUnsigned()
	}
	return ws, nil
}

// checkSignature compares the request's signature with those that the workspace's keys
// make, in constant time.
func (r *Receiver) checkSignature(q *http.Request, ws *control.Workspace, length int64) error {
	_, signature, ok := sharedKey(q)
	date := q.Header.Get("x-ms-date")
	at, err := http.ParseTime(date)
	if !ok || err != nil || r.o.Now().Sub(at).Abs() > collectorSkew {
		return errUnsigned()
	}
	keys, err := r.control.Keys(ws)
	if err != nil {
		return err
	}
	good := false
	for _, k := range []string{keys.Primary, keys.Secondary} {
		raw, err := base64.StdEncoding.DecodeString(k)
		if err != nil {
			return fmt.Errorf("receive: a key of %s is not base64: %w", ws.Name, err)
		}
		for _, contentType := range []string{"application/json", q.Header.Get("Content-Type")} {
			mac := hmac.New(sha256.New, raw)
			fmt.Fprintf(mac, "POST\n%s\n%s\nx-ms-date:%s\n/api/logs", strconv.FormatInt(length, 10), contentType, date)
			if hmac.Equal(mac.Sum(nil), signature) {
				good = true
			}
		}
	}
	if !good {
		return errUnsigned()
	}
	return nil
}

func checkCollectorHeaders(q *http.Request) error {
	bad := func(code, format string, args ...any) error {
		return faultf(http.StatusBadRequest, code, format, args...)
	}
	contentType, name := q.Header.Get("Content-Type"), q.Header.Get("Log-Type")
	switch {
	case contentType == "":
		return bad("MissingContentType", "The content type was not specified.")
	case !isJSON(contentType):
		return bad("UnsupportedContentType", "The content type was not set to application/json.")
	case name == "":
		return bad("MissingLogType", "The value required for the Log-Type header was not specified.")
	case !logType.MatchString(name) || len(name) > maxLogType:
		return bad("InvalidLogType", "The log type '%.120s' contained special characters or was longer than %d: it may have letters, digits and '_'.", name, maxLogType)
	}
	return nil
}

// errMoved says that a table changed while rows were made for it.
var errMoved = errors.New("the table has changed")

// collectorRows decodes records to rows of the table, which gets the columns that they
// need. Rows are made anew if another request changes the table meanwhile.
func (r *Receiver) collectorRows(q *http.Request, ref table.Ref, body []byte) (*table.Batch, error) {
	for {
		t, err := r.control.Table(ref)
		if err != nil && !control.IsNotFound(err) {
			return nil, err
		}
		var known []table.Column
		if t != nil {
			known = t.Schema.Cols
		}
		var rows *table.Batch
		var added []table.Column
		err = r.decoding(q.Context(), func() (err error) {
			rows, added, err = decodeCollector(body, known, q.Header.Get("time-generated-field"))
			return err
		})
		if err != nil || t != nil && len(added) == 0 {
			return rows, err
		}
		_, err = r.control.ExtendTable(q.Context(), ref, func(now *control.Table) ([]table.Column, error) {
			if now == nil && known == nil || now != nil && slices.Equal(now.Schema.Cols, known) {
				return added, nil
			}
			return nil, errMoved
		})
		if err == nil {
			return rows, nil
		}
		var invalid *control.InvalidError
		switch {
		case errors.Is(err, errMoved):
		case errors.As(err, &invalid):
			return nil, fmt.Errorf("%w: %s", errJSON, invalid.Message)
		default:
			return nil, err
		}
	}
}

package receive

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/table"
)

// The Logs Ingestion API: rows of a stream that a data collection rule declares, as a
// JSON array of objects.
func (r *Receiver) azureLogsRoutes() []route.Route {
	return []route.Route{
		{Pattern: "POST /dataCollectionRules/{rule}/streams/{stream}", Handle: r.handler(azureLogs, r.azureLogs)},
	}
}

var azureLogs = &protocol{shape: azureShape}

var apiVersion = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(-preview)?$`)

// checkVersion refuses a request without api-version, or with something else in it.
func checkVersion(q *http.Request) error {
	v := q.URL.Query().Get("api-version")
	switch {
	case v == "":
		return faultf(http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
	case !apiVersion.MatchString(v):
		return faultf(http.StatusBadRequest, "InvalidApiVersionParameter", "The api-version '%s' is invalid.", v)
	}
	return nil
}

func (r *Receiver) azureLogs(w http.ResponseWriter, q *http.Request) error {
	if err := checkVersion(q); err != nil {
		return err
	}
	rule, err := r.ruleOf(q)
	if err != nil {
		return err
	}
	if !isJSON(q.Header.Get("Content-Type")) {
		return faultf(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "The content type must be application/json; it is '%s'.", q.Header.Get("Content-Type"))
	}
	if err := r.rates.take(&r.o, rule.Properties.ImmutableID, 1, 0); err != nil {
		return err
	}
	stream := q.PathValue("stream")
	schema, ok, err := r.control.StreamSchema(rule, stream)
	if err != nil {
		return err
	}
	if !ok {
		return faultf(http.StatusBadRequest, "InvalidStream", "The stream %s was not found in the data collection rule with immutable Id '%s'.", stream, rule.Properties.ImmutableID)
	}
	rows, err := r.azureLogsRows(q, rule, schema)
	if err != nil {
		return err
	}
	if err := r.in.Push(q.Context(), rule, stream, rows, ingest.Facts{}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// ruleOf returns the rule that the path names, if the caller may send rows to it.
func (r *Receiver) ruleOf(q *http.Request) (*control.DataCollectionRule, error) {
	caller, err := r.control.Authenticate(q, identity.Monitor)
	if err != nil {
		return nil, err
	}
	id := strings.ToLower(q.PathValue("rule"))
	rule, err := control.ByAlias[control.DataCollectionRule](r.control, id)
	switch {
	case control.IsNotFound(err):
		return nil, faultf(http.StatusNotFound, "NotFound", "Data collection rule with immutable Id '%s' not found.", id)
	case err != nil:
		return nil, err
	}
	if err := r.control.Allow(caller, control.SendLogs, rule.ID); err != nil {
		return nil, faultf(http.StatusForbidden, "OperationForbidden", "The authentication token provided does not have access to ingest data for the data collection rule with immutable Id '%s': it lacks %s.", id, control.SendLogs.Name)
	}
	return rule, nil
}

func (r *Receiver) azureLogsRows(q *http.Request, rule *control.DataCollectionRule, schema *table.Schema) (*table.Batch, error) {
	b, err := r.read(q, r.o.MaxLogs)
	if err != nil {
		return nil, err
	}
	defer b.free()
	if err := r.rates.take(&r.o, rule.Properties.ImmutableID, 0, int64(len(b.bytes()))); err != nil {
		return nil, err
	}
	var rows *table.Batch
	err = r.decoding(q.Context(), func() error {
		var nulled int
		var err error
		rows, nulled, err = decodeArray(b.bytes(), schema)
		if nulled > 0 {
			r.o.Logger.WarnContext(q.Context(), "values do not have their column's type", "rule", rule.Name, "stream", q.PathValue("stream"), "values", nulled)
		}
		return err
	})
	return rows, err
}

package arm

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
)

// Metrics of resources. None are kept yet, so that every answer is well formed and has no
// values.
// https://learn.microsoft.com/rest/api/monitor/metrics

// maxBatch is how many resources one request for metrics may name.
const maxBatch = 50

// metricAnswers are what can be asked about the metrics of a resource, which it ends in:
// {id}/providers/Microsoft.Insights/NAME, in lower case.
var metricAnswers = map[string]verb{
	"metrics":           {"Microsoft.Insights/metrics/read", (*API).metrics},
	"metricdefinitions": {"Microsoft.Insights/metricDefinitions/read", nothing},
	"metricnamespaces":  {"Microsoft.Insights/metricNamespaces/read", nothing},
}

func (a *API) metrics(r *request) (answer, error) {
	return ok(map[string]any{
		"cost": 0, "timespan": r.query.Get("timespan"), "interval": interval(r.query.Get("interval")), "namespace": r.query.Get("metricnamespace"),
		"resourceregion": "local", "value": []any{},
	}), nil
}

func interval(asked string) string {
	if asked == "" {
		return "PT1M"
	}
	return asked
}

// metricsBatch answers for several resources, each of which the caller must be allowed to
// read the metrics of. It is not Resource Manager's, but stands below the same path.
func (a *API) metricsBatch(w http.ResponseWriter, q *http.Request) {
	out, err := a.batched(q)
	if err != nil {
		a.writeError(w, q, err)
		return
	}
	a.write(w, q, out)
}

func (a *API) batched(q *http.Request) (answer, error) {
	query := lowerNames(q.URL.Query())
	if err := checkVersion(query); err != nil {
		return answer{}, err
	}
	caller, err := a.control.Authenticate(q, identity.Metrics)
	if err != nil {
		return answer{}, err
	}
	text, err := readBody(q)
	if err != nil {
		return answer{}, err
	}
	bad := func(format string, args ...any) (answer, error) {
		return answer{}, &fault{status: http.StatusBadRequest, code: "BadRequest", message: fmt.Sprintf(format, args...)}
	}
	var body struct{ ResourceIDs []string }
	if err := json.Unmarshal(text, &body); err != nil {
		return bad("The request content is not JSON: %v.", err)
	}
	if n := len(body.ResourceIDs); n == 0 || n > maxBatch {
		return bad("The request names %d resources: there must be from 1 to %d.", n, maxBatch)
	}
	if query.Get("metricnames") == "" || query.Get("metricnamespace") == "" {
		return bad("The request needs metricnames and metricnamespace.")
	}
	all := make([]any, len(body.ResourceIDs))
	for i, id := range body.ResourceIDs {
		p, ok := control.ParseID(id)
		if !ok || !strings.EqualFold(p.Subscription, q.PathValue("subscription")) {
			return bad("'%.200s' is not the id of a resource of the subscription.", id)
		}
		if err := a.control.Allow(caller, control.Action{Name: metricAnswers["metrics"].action}, id); err != nil {
			return answer{}, err
		}
		all[i] = map[string]any{
			"starttime": query.Get("starttime"), "endtime": query.Get("endtime"), "interval": interval(query.Get("interval")), "namespace": query.Get("metricnamespace"),
			"resourceregion": "local", "resourceid": id, "value": []any{},
		}
	}
	return ok(map[string]any{"values": all}), nil
}

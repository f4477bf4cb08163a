package serve

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// The activity log: what was done to resources, and by whom.
// https://learn.microsoft.com/rest/api/monitor/activity-logs
var activityRoutes = []endpoint{
	{"GET /subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values", (*Server).activities},
	{"GET /providers/Microsoft.Insights/eventtypes/management/values", (*Server).activities},
	{"GET /providers/Microsoft.Insights/eventcategories", (*Server).eventCategories},
}

// activityPage is how many events a page has, and activitySpan how far back one may ask.
const (
	activityPage = 200
	activitySpan = 90 * 24 * time.Hour
)

var readActivities = control.Manage("Microsoft.Insights/eventtypes/values/read")

// activityColumns are the names of a filter, with the columns that they ask for.
var activityColumns = map[string]string{
	"resourcegroupname": "ResourceGroup", "resourceuri": "ResourceId", "resourceid": "ResourceId", "resourceprovider": "ResourceProvider", "correlationid": "CorrelationId",
	"resourcetype": operatedType, "resourcetypes": operatedType, "caller": "Caller", "operationname": "OperationName", "operations": "OperationName", "levels": "Level", "status": "ActivityStatus", "category": "Category",
}

// operatedType is the type of resources in the name of an operation, in KQL.
const operatedType = `extract(@'^(.*?)/[^/]+(/action)?$', 1, OperationName)`

var operated = regexp.MustCompile(`^(.*?)/[^/]+(/action)?$`)

// activityStatus are the table's words for the API's.
var activityStatus = map[string]string{"succeeded": "Success", "failed": "Failure", "started": "Start", "accepted": "Accept", "success": "Success", "failure": "Failure"}

// activityFilter is what a request asks for.
type activityFilter struct {
	from, to time.Time
	equal    [][2]string // columns and values, of which several may be joined by commas
}

// activityTerm is one comparison; Azure's command line writes times without quotes.
var activityTerm = regexp.MustCompile(`(?i)^\s*([a-z]+)\s+(eq|ge|le|gt|lt)\s+(?:'((?:[^']|'')*)'|([^\s']+))\s*(?:and\s+|$)`)

// parseActivityFilter reads a filter: equalities and bounds of the time, joined by "and".
func parseActivityFilter(text string, now time.Time) (activityFilter, error) {
	f := activityFilter{to: now}
	for rest := text; strings.TrimSpace(rest) != ""; {
		m := activityTerm.FindStringSubmatch(rest)
		if m == nil {
			return f, armBad(fmt.Sprintf("The filter '%.200s' is not supported: join comparisons with 'and'.", rest))
		}
		rest = rest[len(m[0]):]
		name, op, value := strings.ToLower(m[1]), strings.ToLower(m[2]), strings.ReplaceAll(m[3], "''", "'")+m[4]
		column, known := activityColumns[name]
		switch {
		case name == "eventtimestamp":
			at, err := table.ParseTime(value)
			if err != nil || op == "eq" {
				return f, armBad(fmt.Sprintf("eventTimestamp %s '%.100s' is not a bound of time.", op, value))
			}
			if strings.HasPrefix(op, "g") {
				f.from = at.Go()
			} else {
				f.to = at.Go()
			}
		case name == "eventchannels" && op == "eq": // all events have both channels
		case known && op == "eq":
			f.equal = append(f.equal, [2]string{column, value})
		default:
			return f, armBad(fmt.Sprintf("The filter cannot ask for '%s %s'.", m[1], op))
		}
	}
	if f.from.IsZero() {
		return f, armBad("The filter needs the start time: eventTimestamp ge '…'.")
	}
	if f.from.Before(now.Add(-activitySpan)) {
		return f, armBad("The start time cannot be more than 90 days in the past.")
	}
	if f.to.Before(f.from) {
		return f, armBad("The end time is before the start time.")
	}
	return f, nil
}

func armBad(message string) error {
	return &apiError{Code: "BadRequest", Message: message, status: http.StatusBadRequest}
}

// scope is what a filter narrows the log to: a resource, or a group of the subscription.
func (f *activityFilter) scope(subscription string) string {
	scope := "/"
	if subscription != "" {
		scope = "/subscriptions/" + subscription
	}
	for _, e := range f.equal {
		switch {
		case e[0] == "ResourceId" && control.Within(e[1], scope):
			return e[1]
		case e[0] == "ResourceGroup" && subscription != "":
			scope += "/resourceGroups/" + e[1]
		}
	}
	return scope
}

// query is the filter as KQL, after is the last event of the page before.
func (f *activityFilter) query(after string) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s | where TimeGenerated between (datetime(%s) .. datetime(%s))", control.ActivityTable, f.from.UTC().Format(time.RFC3339Nano), f.to.UTC().Format(time.RFC3339Nano))
	for _, e := range f.equal {
		var values []string
		for v := range strings.SplitSeq(e[1], ",") {
			v = strings.TrimSpace(v)
			if s, ok := activityStatus[strings.ToLower(v)]; ok && e[0] == "ActivityStatus" {
				v = s
			}
			values = append(values, quote(v))
		}
		fmt.Fprintf(&b, " | where %s in~ (%s)", e[0], strings.Join(values, ", "))
	}
	if after != "" {
		raw, err := base64.RawURLEncoding.DecodeString(after)
		at, id, ok := strings.Cut(string(raw), " ")
		if _, e := table.ParseTime(at); err != nil || !ok || e != nil {
			return "", armBad("The $skiptoken is not one that a list has given.")
		}
		fmt.Fprintf(&b, " | where TimeGenerated < datetime(%s) or TimeGenerated == datetime(%s) and EventDataId < %s", at, at, quote(id))
	}
	fmt.Fprintf(&b, " | order by TimeGenerated desc, EventDataId desc | take %d", activityPage+1)
	return b.String(), nil
}

// quote writes a text as a literal of KQL.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + "'"
}

func (s *Server) activities(w http.ResponseWriter, r *http.Request) error {
	q := lowerNames(r.URL.Query())
	if q.Get("api-version") == "" {
		return &apiError{Code: "MissingApiVersionParameter", Message: "The api-version query parameter (?api-version=) is required for all requests.", status: http.StatusBadRequest}
	}
	caller, err := s.ctl.Authenticate(r, readActivities.For...)
	if err != nil {
		return err
	}
	f, err := parseActivityFilter(q.Get("$filter"), s.now())
	if err != nil {
		return err
	}
	home := r.PathValue("subscription")
	if err := s.ctl.Allow(caller, readActivities, f.scope(home)); errors.Is(err, control.ErrForbidden) {
		return &apiError{Code: "AuthorizationFailed", Message: err.Error(), status: http.StatusForbidden}
	} else if err != nil {
		return err
	}
	if home == "" {
		home = s.ctl.Directory().Tenant()
	}
	text, err := f.query(q.Get("$skiptoken"))
	if err != nil {
		return err
	}
	res, err := s.eng.Query(r.Context(), engine.Request{Workspace: control.ActivityRef(home).Workspace, Text: text, Caller: caller.ObjectID})
	if err != nil {
		return err
	}
	defer res.Close()
	rows, err := table.ReadAll(r.Context(), res.Tables[0].Rows)
	if err != nil {
		return fmt.Errorf("read the activity log: %w", err)
	}
	events := []map[string]any{}
	for i := range min(rows.Rows, activityPage) {
		events = append(events, s.event(rows, i, q.Get("$select")))
	}
	out := map[string]any{"value": events}
	if rows.Rows > activityPage {
		out["nextLink"] = nextActivities(r, rows)
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// nextActivities is the address of the page after this one.
func nextActivities(r *http.Request, rows *table.Batch) string {
	at, id := cell(rows, activityPage-1, "TimeGenerated"), cell(rows, activityPage-1, "EventDataId")
	q := r.URL.Query()
	q.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte(at+" "+id)))
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

// cell is a value of a row as text.
func cell(b *table.Batch, row int, name string) string {
	switch v := b.Vecs[b.Schema.Index(name)].At(row).(type) {
	case nil:
		return ""
	case string:
		return v
	case table.Time:
		return v.Go().UTC().Format("2006-01-02T15:04:05.0000000Z")
	default:
		return fmt.Sprint(v)
	}
}

// event is a row of the log as the API shows it, or those of its properties that the
// client selects.
func (s *Server) event(b *table.Batch, row int, selected string) map[string]any {
	text := func(name string) string { return cell(b, row, name) }
	object := func(name string) any {
		var v any
		if json.Unmarshal([]byte(text(name)), &v) != nil {
			return map[string]any{}
		}
		return v
	}
	both := func(value string) map[string]string {
		return map[string]string{"value": value, "localizedValue": value}
	}
	status := "Succeeded"
	if text("ActivityStatusValue") != "Success" {
		status = "Failed"
	}
	action := text("OperationName")
	kind := operated.ReplaceAllString(action, "$1")
	properties, _ := object("Properties").(map[string]any)
	plain := map[string]string{}
	for k, v := range properties {
		plain[k] = fmt.Sprint(v)
	}
	e := map[string]any{
		"authorization": object("Authorization"), "caller": text("Caller"), "channels": "Operation", "claims": object("Claims"), "correlationId": text("CorrelationId"),
		"description": "", "eventDataId": text("EventDataId"), "eventName": map[string]string{"value": "EndRequest", "localizedValue": "End request"},
		"category": both(text("CategoryValue")), "eventTimestamp": text("TimeGenerated"), "submissionTimestamp": text("EventSubmissionTimestamp"),
		"id": text("ResourceId") + "/events/" + text("EventDataId"), "level": text("Level"), "operationId": text("OperationId"), "operationName": both(action),
		"resourceGroupName": text("ResourceGroup"), "resourceProviderName": both(text("ResourceProvider")), "resourceType": both(kind), "resourceId": text("ResourceId"),
		"status": both(status), "subStatus": both(text("ActivitySubstatusValue")), "subscriptionId": text("SubscriptionId"), "tenantId": s.ctl.Directory().Tenant(),
		"httpRequest": object("HTTPRequest"), "properties": plain,
	}
	if selected == "" {
		return e
	}
	names := strings.Split(strings.ToLower(selected), ",")
	for k := range e {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.TrimSpace(n) == strings.ToLower(k) }) {
			delete(e, k)
		}
	}
	return e
}

// eventCategories lists the categories of the activity log.
func (s *Server) eventCategories(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.ctl.Authenticate(r, readActivities.For...); err != nil {
		return err
	}
	all, _ := control.Categories("Microsoft.Resources/subscriptions")
	out := []any{}
	for _, c := range all {
		out = append(out, map[string]string{"value": c.Name, "localizedValue": c.Name})
	}
	writeJSON(w, http.StatusOK, map[string]any{"value": out})
	return nil
}

package serve

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/table"
)

// Kusto's own protocol, where a workspace is a database:
// https://learn.microsoft.com/kusto/api/rest
var kustoRoutes = []endpoint{
	{"GET /v1/rest/auth/metadata", (*Server).kustoAuth},
	{"GET|POST /v1/rest/query", kusto((*Server).kustoQueryV1)},
	{"GET|POST /v2/rest/query", kusto((*Server).kustoQueryV2)},
	{"POST /v1/rest/mgmt", kusto((*Server).kustoCommand)},
}

// kustoRequest is one query or command.
type kustoRequest struct {
	DB, CSL    string
	Options    map[string]any
	Parameters map[string]any
	ID         string // the client's
	activity   string // ours, a guid
	about      engine.About
	workspace  *control.Workspace
	caller     control.Caller
}

// kusto makes an endpoint of a handler of Kusto's protocol: it reads the request,
// finds the database, and answers errors in Kusto's form.
func kusto(handle func(*Server, http.ResponseWriter, *http.Request, *kustoRequest) error) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		id := r.Header.Get("x-ms-client-request-id")
		if id == "" {
			id = "unspecified;" + uuid.NewString()
		}
		activity := uuid.NewString()
		w.Header().Set("x-ms-client-request-id", id)
		w.Header().Set("x-ms-activity-id", activity)
		q, err := readKusto(r)
		if err == nil {
			q.ID, q.activity, q.about = id, activity, engine.About{Application: r.Header.Get("x-ms-app"), User: r.Header.Get("x-ms-user")}
			if q.workspace, q.caller, err = s.workspace(r, q.DB, control.QueryLogs); err == nil {
				err = handle(s, w, r, q)
			}
		}
		if err != nil {
			s.writeKustoError(w, r, q, activity, err)
		}
		return nil
	}
}

// readKusto reads a request from the address or the body. Properties may be an object,
// or the text of one.
func readKusto(r *http.Request) (*kustoRequest, error) {
	q := &kustoRequest{}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		p := lowerNames(r.URL.Query())
		q.DB, q.CSL = p.Get("db"), p.Get("csl")
	} else {
		var body struct {
			DB, CSL    string
			Properties json.RawMessage
		}
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return q, fmt.Errorf("read the request: %w", err)
		}
		if err := json.Unmarshal(text, &body); err != nil {
			return q, badRequest("General_BadRequest", "The request's body is not the JSON of a query: "+err.Error())
		}
		q.DB, q.CSL = body.DB, body.CSL
		props := body.Properties
		var inner string
		if json.Unmarshal(props, &inner) == nil {
			props = []byte(inner)
		}
		var p struct{ Options, Parameters map[string]any }
		if len(props) > 0 && string(props) != "null" {
			if err := json.Unmarshal(props, &p); err != nil {
				return q, badRequest("General_BadRequest", "The request's properties are not JSON: "+err.Error())
			}
		}
		q.Options, q.Parameters = p.Options, p.Parameters
	}
	if strings.TrimSpace(q.CSL) == "" {
		return q, badRequest("General_BadRequest", "Request is invalid and cannot be executed: it has no csl")
	}
	return q, nil
}

// What becomes of the options that clients send: they are honoured (request does
// that), they change nothing here, or they are refused by name.
var kustoHarmless = []string{
	"request_app_name", "request_user", "request_description", "queryconsistency", "query_weakconsistency_session_id", "request_readonly", "request_readonly_hardline",
	"results_progressive_enabled", "results_v2_newlines_between_frames", "results_v2_fragment_primary_tables", "results_error_reporting_placement", "query_results_progressive_row_count",
	"query_results_progressive_update_period", "validate_permissions", "validatepermissions", "request_callout_disabled", "request_external_data_disabled", "request_external_table_disabled",
	"request_remote_entities_disabled", "request_sandboxed_execution_disabled", "request_impersonation_disabled", "query_log_query_parameters", "query_fanout_nodes_percent", "query_fanout_threads_percent",
	"query_distribution_nodes_span", "maxmemoryconsumptionperiterator", "max_memory_consumption_per_query_per_node", "query_results_cache_max_age", "query_results_cache_force_refresh",
	"query_results_cache_per_shard", "deferpartialqueryfailures", "push_selection_through_aggregation", "query_datascope", "materialized_view_shuffle", "query_cursor_disabled", "clientversion", "clientRequestId",
}

// request turns a Kusto request into the engine's. Times of day that it names are
// bounds of TimeGenerated.
func (s *Server) request(q *kustoRequest) (engine.Request, error) {
	e := engine.Request{Workspace: q.workspace.Properties.CustomerID, Text: q.CSL, Now: s.now(), Timeout: 4 * time.Minute, Caller: q.caller.ObjectID, ID: q.ID, Activity: q.activity, About: q.about, Access: s.access(q.caller)}
	for name, v := range q.Options {
		text := fmt.Sprint(v)
		var err error
		switch name {
		case "servertimeout":
			e.Timeout, err = kustoDuration(text)
		case "norequesttimeout":
			if text == "true" {
				e.Timeout = time.Hour
			}
		case "notruncation":
			if text == "true" {
				e.MaxRows, e.MaxBytes = math.MaxInt64, math.MaxInt64
			}
		case "truncationmaxrecords", "query_take_max_records":
			e.MaxRows, err = kustoCount(v)
		case "truncationmaxsize":
			e.MaxBytes, err = kustoCount(v)
		case "query_now":
			e.Now, err = kustoTime(text)
		case "query_datetimescope_from", "query_datetimescope_to":
			err = kustoScope(&e.Span, name, text)
		case "query_datetimescope_column":
			if text != table.TimeGenerated {
				err = fmt.Errorf("only %s can bound a query", table.TimeGenerated)
			}
		case "query_language":
			if text != "csl" && text != "kql" {
				err = fmt.Errorf("%q is not there: send kql", text)
			}
		default:
			if !slices.Contains(kustoHarmless, name) {
				err = fmt.Errorf("it is not there yet")
			}
		}
		if err != nil {
			return e, badRequest("General_BadRequest", fmt.Sprintf("The request option %s cannot be honoured: %v", name, err))
		}
	}
	if len(q.Parameters) > 0 {
		e.Params = map[string]string{}
		for name, v := range q.Parameters {
			e.Params[name] = kustoParameter(v)
		}
	}
	return e, nil
}

// flag reports whether an option is set to true.
func (q *kustoRequest) flag(name string) bool {
	return strings.EqualFold(fmt.Sprint(q.Options[name]), "true")
}

// kustoParameter writes the value of a query parameter as KQL: clients send literals
// as text, or values of JSON.
func kustoParameter(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic("serve: a value that was JSON is not: " + err.Error())
	}
	if _, ok := v.(float64); ok || v == nil {
		return string(text)
	}
	if b, ok := v.(bool); ok {
		return strconv.FormatBool(b)
	}
	return "dynamic(" + string(text) + ")"
}

func kustoDuration(text string) (time.Duration, error) {
	d, err := table.ParseDuration(strings.TrimSuffix(strings.TrimPrefix(text, "time("), ")"))
	if err != nil {
		return 0, err
	}
	return min(time.Duration(d)*100, time.Hour), nil
}

func kustoTime(text string) (time.Time, error) {
	t, err := table.ParseTime(strings.Trim(strings.TrimSuffix(strings.TrimPrefix(text, "datetime("), ")"), `"'`))
	return t.Go(), err
}

func kustoScope(span *table.Span, name, text string) error {
	t, err := kustoTime(text)
	if err != nil {
		return err
	}
	if span.All() {
		*span = table.Span{Start: table.MinTime + 1, End: table.MaxTime}
	}
	if name == "query_datetimescope_from" {
		span.Start = table.FromGo(t)
	} else {
		span.End = table.FromGo(t)
	}
	return nil
}

func kustoCount(v any) (int64, error) {
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%v is not a number of rows or bytes", v)
	}
	return int64(n), nil
}

// kustoAuth tells clients where to get a token: here.
func (s *Server) kustoAuth(w http.ResponseWriter, r *http.Request) error {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	login := scheme + "://" + r.Host
	if strings.HasSuffix(route.Host(r), ".kusto.windows.net") {
		login = "https://login.microsoftonline.com" // clients trust Azure's names with Azure's sign-in only
	}
	writeJSON(w, http.StatusOK, map[string]any{"AzureAD": map[string]any{
		"LoginEndpoint": login, "LoginMfaRequired": false, "KustoClientAppId": "db662dc1-0cfe-4e1c-a843-19a68e65be58",
		"KustoClientRedirectUri": "http://localhost", "KustoServiceResourceId": "https://kusto.kusto.windows.net", "FirstPartyAuthorityUrl": login + "/" + s.ctl.Directory().Tenant(),
	}, "dSTS": nil})
	return nil
}

// writeKustoError answers an error in OneApi's form.
func (s *Server) writeKustoError(w http.ResponseWriter, r *http.Request, q *kustoRequest, activity string, err error) {
	e := describe(err)
	if e.status == http.StatusInternalServerError {
		s.o.Logger.Error("request failed", "path", r.URL.Path, "activity", activity, "err", err)
	}
	writeJSON(w, e.status, map[string]any{"error": s.oneAPI(e, q, activity)})
}

// oneAPI is an error as Kusto writes it.
func (s *Server) oneAPI(e *apiError, q *kustoRequest, activity string) map[string]any {
	inner := e.Inner
	for inner != nil && inner.Inner != nil {
		inner = inner.Inner
	}
	code, message := "General_BadRequest", e.Message
	switch e.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		code = "Forbidden"
	case http.StatusNotFound:
		code, message = "BadRequest_EntityNotFound", fmt.Sprintf("Entity ID '%s' of kind 'Database' was not found.", q.DB)
	case http.StatusTooManyRequests:
		code = "TooManyRequests"
	case http.StatusGatewayTimeout:
		code = "Timeout"
	case http.StatusInternalServerError:
		code = "Internal service error"
	}
	out := map[string]any{
		"code": code, "message": "Request is invalid and cannot be executed.", "@type": "Kusto.Data.Exceptions.KustoBadRequestException", "@message": message,
		"@context":   map[string]any{"timestamp": s.now().UTC().Format("2006-01-02T15:04:05.0000000Z"), "serviceAlias": "YAGURA", "clientRequestId": q.ID, "activityId": activity, "subActivityId": activity, "activityType": "DN.RunQuery", "parentActivityId": activity, "activityStack": ""},
		"@permanent": e.status < 500 && e.status != http.StatusTooManyRequests,
	}
	if inner != nil {
		out["@message"] = inner.Message
		in := map[string]any{"code": inner.Code, "message": inner.Message, "@type": "Kusto.Data.Exceptions.SemanticException", "@message": inner.Message, "@errorCode": inner.Code, "@errorMessage": inner.Message, "@permanent": true}
		if inner.Line > 0 {
			in["@line"], in["@pos"], in["@token"] = inner.Line, inner.Pos, inner.Token
		}
		out["innererror"] = in
	}
	return out
}

// kustoStart runs a request's query to its first rows.
func (s *Server) kustoStart(r *http.Request, q *kustoRequest) (*engine.Result, error) {
	e, err := s.request(q)
	if err != nil {
		return nil, err
	}
	return s.eng.Query(r.Context(), e)
}

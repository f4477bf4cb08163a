package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/internal/route"
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
		q.ID, q.activity = id, activity
		if err == nil {
			q.about = engine.About{Application: r.Header.Get("x-ms-app"), User: r.Header.Get("x-ms-user")}
			if q.workspace, q.caller, err = s.workspace(r, q.DB, control.QueryLogs); err == nil {
				err = handle(s, w, r, q)
			}
		}
		if err != nil {
			s.writeKustoError(w, r, q, err)
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
			numbers := json.NewDecoder(bytes.NewReader(props))
			numbers.UseNumber() // longs keep their digits
			if err := numbers.Decode(&p); err != nil {
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

// flag reports whether an option is set to true.
func (q *kustoRequest) flag(name string) bool {
	return strings.EqualFold(fmt.Sprint(q.Options[name]), "true")
}

// text is an option's value as text.
func (q *kustoRequest) text(name string) string {
	if v := q.Options[name]; v != nil {
		return fmt.Sprint(v)
	}
	return ""
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
func (s *Server) writeKustoError(w http.ResponseWriter, r *http.Request, q *kustoRequest, err error) {
	e := describe(err)
	if e.status == http.StatusInternalServerError {
		s.o.Logger.Error("request failed", "path", r.URL.Path, "activity", q.activity, "err", err)
	}
	if e.retryAfter != "" {
		w.Header().Set("Retry-After", e.retryAfter)
	}
	if f, ok := failureOf(err); ok {
		writeJSON(w, e.status, f.oneAPI(s, q))
		return
	}
	writeJSON(w, e.status, map[string]any{"error": s.oneAPI(e, q)})
}

// kustoContext says which request an error is of.
func (s *Server) kustoContext(q *kustoRequest) map[string]any {
	return map[string]any{"timestamp": s.stamp(), "serviceAlias": "YAGURA", "clientRequestId": q.ID, "activityId": q.activity, "subActivityId": q.activity, "activityType": "DN.RunQuery", "parentActivityId": q.activity, "activityStack": ""}
}

// oneAPI is an error as Kusto writes it.
func (s *Server) oneAPI(e *apiError, q *kustoRequest) map[string]any {
	inner := innermost(e.Inner)
	code, message, exception := "General_BadRequest", e.Message, "KustoBadRequestException"
	switch e.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		code, exception = "Forbidden", "KustoRequestDeniedException"
	case http.StatusNotFound:
		code, message, inner = "BadRequest_EntityNotFound", fmt.Sprintf("Entity ID '%s' of kind 'Database' was not found.", q.DB), nil
	case http.StatusTooManyRequests:
		code, exception = "TooManyRequests", "KustoRequestThrottledException"
	case http.StatusGatewayTimeout:
		code = "Timeout"
	case http.StatusInternalServerError:
		code = "Internal service error"
	}
	out := map[string]any{
		"code": code, "message": "Request is invalid and cannot be executed.", "@type": "Kusto.Data.Exceptions." + exception, "@message": message,
		"@context":   s.kustoContext(q),
		"@permanent": e.status < 500 && e.status != http.StatusTooManyRequests,
	}
	if inner != nil {
		if e.status == http.StatusBadRequest && strings.Contains(inner.Code, "_") {
			out["code"] = inner.Code
		}
		out["@message"] = inner.Message
		out["innererror"] = inner.oneAPI()
	}
	if len(e.Details) > 1 {
		all := make([]map[string]any, len(e.Details))
		for i, d := range e.Details {
			all[i] = innermost(d.Inner).oneAPI()
		}
		out["details"] = all
	}
	return out
}

func innermost(e *innerError) *innerError {
	for e != nil && e.Inner != nil {
		e = e.Inner
	}
	return e
}

// oneAPI is one mistake of a query as Kusto writes it.
func (e *innerError) oneAPI() map[string]any {
	out := map[string]any{"code": e.Code, "message": e.Message, "@type": "Kusto.Data.Exceptions.SemanticException", "@message": e.Message, "@errorCode": e.Code, "@errorMessage": e.Message, "@permanent": true}
	if e.Line > 0 {
		out["@line"], out["@pos"], out["@token"] = e.Line, e.Pos, e.Token
	}
	if e.Hint != "" {
		out["@hint"] = e.Hint
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

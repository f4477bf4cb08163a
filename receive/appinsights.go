package receive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/table"
)

// Application Insights' intake: envelopes of telemetry, each for the component whose
// instrumentation key it carries. docs/receive/application-insights.md describes it.
func (r *Receiver) appInsightsRoutes() []route.Route {
	return []route.Route{
		{Pattern: "POST /v2/track", Handle: r.handler(appInsights, r.track)},
		{Pattern: "POST /v2.1/track", Handle: r.handler(appInsights, r.track)},
		{Pattern: "OPTIONS /v2/track", Handle: trackPreflight},
		{Pattern: "OPTIONS /v2.1/track", Handle: trackPreflight},
	}
}

// A request as a whole that is refused has the shape of one whose items all are.
var appInsights = &protocol{
	shape: func(_, message string) any {
		return trackAnswer{Errors: []trackError{{Message: message}}}
	},
	codes: []errorCode{{errJSON, http.StatusBadRequest, "InvalidJson"}},
}

const (
	maxItems     = 64_000
	maxItemBytes = 64 << 10
)

// trackAnswer is what is answered to a request: 200 if all its items are accepted, 206
// if some are, 400 if none is.
type trackAnswer struct {
	Received int          `json:"itemsReceived"`
	Accepted int          `json:"itemsAccepted"`
	Errors   []trackError `json:"errors"`
	AppID    string       `json:"appId,omitempty"`
}

type trackError struct {
	Index   int    `json:"index"`
	Status  int    `json:"statusCode"`
	Message string `json:"message"`
}

// allowPages lets pages of any origin send, as Azure does: a key is all that it takes,
// and no cookie is looked at.
func allowPages(h http.Header) { h.Set("Access-Control-Allow-Origin", "*") }

func trackPreflight(w http.ResponseWriter, q *http.Request) {
	h := w.Header()
	allowPages(h)
	h.Set("Access-Control-Allow-Methods", "POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type, Content-Encoding, Authorization, Sdk-Context, x-ms-client-request-id, x-set-cross-origin-resource-policy")
	h.Set("Access-Control-Max-Age", "3600")
	w.WriteHeader(http.StatusNoContent)
}

// track stores what it can of a request, then answers. An item that is refused for
// itself has status 400, one that could not be stored now has one that clients repeat.
func (r *Receiver) track(w http.ResponseWriter, q *http.Request) error {
	allowPages(w.Header())
	b, err := r.read(q, r.o.MaxTrack)
	if err != nil {
		return err
	}
	defer b.free()
	// The rows are held beside the body, and again as columns.
	if err := r.in.Reserve(2 * int64(len(b.bytes()))); err != nil {
		return err
	}
	defer r.in.Release(2 * int64(len(b.bytes())))
	t := tracking{r: r, q: q, components: map[string]*control.Component{}, refused: map[string]error{}}
	if err := r.decoding(q.Context(), func() error { return t.decode(b.bytes()) }); err != nil {
		return err
	}
	t.store(q.Context())
	slices.SortFunc(t.answer.Errors, func(a, b trackError) int { return a.Index - b.Index })
	status := http.StatusOK
	switch {
	case t.answer.Accepted == t.answer.Received:
		t.answer.Errors = []trackError{}
	case t.answer.Accepted > 0:
		status = http.StatusPartialContent
	default:
		status = t.answer.Errors[0].Status
		for _, e := range t.answer.Errors {
			status = max(status, e.Status)
		}
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1")
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(t.answer)
}

// tracking is the handling of one request.
type tracking struct {
	r          *Receiver
	q          *http.Request
	components map[string]*control.Component // by instrumentation key
	refused    map[string]error              // keys that are not to be written to
	lots       []*lot
	answer     trackAnswer
}

// lot is a request's items for one table of one component: rows as JSON, one a line.
type lot struct {
	component *control.Component
	table     string
	lines     []byte
	items     []int // their places in the request
}

func (t *tracking) refuse(item, status int, message string) {
	t.answer.Errors = append(t.answer.Errors, trackError{item, status, message})
}

func (t *tracking) decode(body []byte) error {
	items, err := splitItems(body)
	if err != nil {
		return err
	}
	t.answer.Received = len(items)
	for i, text := range items {
		if err := t.take(i, text); err != nil {
			f := appInsights.fault(err)
			if f.status >= http.StatusInternalServerError {
				return err
			}
			t.refuse(i, f.status, f.message)
		}
	}
	return nil
}

// take puts an item to the others of its table. Its error is an answer to the item.
func (t *tracking) take(i int, text []byte) error {
	if len(text) > maxItemBytes {
		return badItemf("Telemetry item length must not exceed %d", maxItemBytes)
	}
	e, err := readEnvelope(text)
	if err != nil {
		return err
	}
	c, err := t.component(strings.ToLower(e.IKey))
	if err != nil {
		return err
	}
	name, row, err := e.row(t.r.o.Now(), c.Properties.DisableIPMasking, t.q)
	if err != nil {
		return err
	}
	row["ResourceGUID"] = c.Properties.AppID
	line, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("receive: a row of %s: %w", name, err)
	}
	n := slices.IndexFunc(t.lots, func(l *lot) bool { return l.table == name && l.component.ID == c.ID })
	if n < 0 {
		n = len(t.lots)
		t.lots = append(t.lots, &lot{component: c, table: name})
	}
	l := t.lots[n]
	l.lines, l.items = append(append(l.lines, line...), '\n'), append(l.items, i)
	return nil
}

// component finds the component of an instrumentation key, and whether it takes what
// this request brings.
func (t *tracking) component(key string) (*control.Component, error) {
	if c, ok := t.components[key]; ok {
		return c, t.refused[key]
	}
	c, err := control.ByAlias[control.Component](t.r.control, key)
	switch {
	case control.IsNotFound(err) || err == nil && !strings.EqualFold(c.Properties.InstrumentationKey, key):
		err = badItemf("Invalid instrumentation key")
	case err != nil:
		return nil, err
	case c.Properties.DisableLocalAuth:
		err = t.allowed(c)
	}
	t.components[key], t.refused[key] = c, err
	return c, err
}

// allowed asks for a token, which components want that do not take a key alone.
func (t *tracking) allowed(c *control.Component) error {
	caller, err := t.r.control.Authenticate(t.q, identity.Monitor)
	if err != nil {
		return err
	}
	return t.r.control.Allow(caller, control.SendLogs, c.ID)
}

// store writes the lots, each durable or not at all.
func (t *tracking) store(ctx context.Context) {
	for _, l := range t.lots {
		if err := t.r.storeLot(ctx, l); err != nil {
			f := appInsights.fault(err)
			if f.status >= http.StatusInternalServerError {
				t.r.o.Logger.ErrorContext(ctx, "telemetry was not stored", "table", l.table, "items", len(l.items), "error", err)
			}
			for _, i := range l.items {
				t.refuse(i, f.status, f.message)
			}
			continue
		}
		t.answer.Accepted += len(l.items)
		t.answer.AppID = l.component.Properties.AppID
	}
}

func (r *Receiver) storeLot(ctx context.Context, l *lot) error {
	w, err := control.Get[control.Workspace](r.control, l.component.Properties.WorkspaceResourceID)
	if err != nil {
		return err
	}
	ref := table.Ref{Workspace: w.Properties.CustomerID, Table: l.table}
	t, err := r.control.Table(ref)
	if err != nil {
		return err
	}
	rows, nulled, err := decodeLines(l.lines, t.Schema)
	if err != nil {
		return err
	}
	if nulled > 0 {
		return fmt.Errorf("receive: %d values of telemetry do not have the types of %s", nulled, l.table)
	}
	return r.in.Write(ctx, ref, rows, ingest.Facts{ResourceID: l.component.ID})
}

// splitItems takes a body apart: a JSON array, or values that follow each other on lines
// of their own. A line that is no JSON is an item that will be refused.
func splitItems(body []byte) ([][]byte, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	var items [][]byte
	if bytes.HasPrefix(body, []byte("[")) {
		var all []json.RawMessage
		if err := json.Unmarshal(body, &all); err != nil {
			return nil, fmt.Errorf("%w: %w", errJSON, err)
		}
		for _, x := range all {
			items = append(items, x)
		}
	} else if json.Valid(body) {
		items = [][]byte{body}
	} else {
		for line := range bytes.Lines(body) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				items = append(items, line)
			}
		}
	}
	switch {
	case len(items) == 0:
		return nil, fmt.Errorf("%w: there is no item in the body", errJSON)
	case len(items) > maxItems:
		return nil, fmt.Errorf("%w: %d items in a request, the limit is %d", errTooLarge, len(items), maxItems)
	}
	return items, nil
}

// badItemf refuses one item for what it is.
func badItemf(format string, args ...any) error {
	return faultf(http.StatusBadRequest, "InvalidItem", format, args...)
}

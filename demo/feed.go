package demo

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/table"
)

// Target is the server that a Feed sends to: over HTTP, as anyone's data comes.
type Target struct {
	URL           string // http://127.0.0.1:8080
	Tenant        string
	ClientID      string
	ClientSecret  string
	Subscription  string
	ResourceGroup string
	WorkspaceName string
	WorkspaceID   string
}

// Feed sends a scenario to a server: what happened in the last day that the server
// has not yet, then what happens.
type Feed struct {
	scenario *Scenario
	target   Target
	client   *http.Client
	log      *slog.Logger
	tokens   map[string]bearer
	rules    map[string]string // a table's data collection rule
	pending  map[string]*bytes.Buffer
}

type bearer struct {
	text    string
	expires time.Time
}

const (
	history = 24 * time.Hour
	tick    = 5 * time.Second
	// A minute's rows may be of some minutes after it (an answer that took long), or
	// of just before it.
	lateness, earliness = 6 * time.Minute, time.Minute
	// maxPost is how much is sent at once; the API takes 1 MB.
	maxPost = 900_000
)

// NewFeed makes a feed; Run runs it.
func NewFeed(s *Scenario, t Target, log *slog.Logger) *Feed {
	return &Feed{s, t, &http.Client{Timeout: time.Minute}, log, map[string]bearer{}, map[string]string{}, map[string]*bytes.Buffer{}}
}

// Run feeds until ctx ends. A server that is busy or away for a while is tried again.
func (f *Feed) Run(ctx context.Context) error {
	from, err := f.newest(ctx)
	if err != nil {
		return fmt.Errorf("demo: ask what there is already: %w", err)
	}
	began, first := time.Now(), from
	for ctx.Err() == nil {
		to := time.Now().UTC()
		if err := f.send(ctx, from, to); err != nil {
			if ctx.Err() == nil {
				f.log.Warn("demo data not sent; trying again", "err", err)
			}
		} else {
			if from.Equal(first) {
				f.log.Info("demo history is in", "from", first.Format(time.RFC3339), "took", time.Since(began).Round(time.Millisecond))
			}
			from = to
		}
		select {
		case <-ctx.Done():
		case <-time.After(tick):
		}
	}
	return nil
}

// newest returns the time of the newest demo row, or that of a day ago.
func (f *Feed) newest(ctx context.Context) (time.Time, error) {
	oldest := time.Now().UTC().Add(-history).Truncate(time.Minute)
	body, err := json.Marshal(map[string]string{"query": "Heartbeat | where TimeGenerated > ago(1d) | summarize max(TimeGenerated)"})
	if err != nil {
		return oldest, err
	}
	text, err := f.call(ctx, http.MethodPost, "/v1/workspaces/"+f.target.WorkspaceID+"/query", "https://api.loganalytics.io", "", body)
	if err != nil {
		return oldest, err
	}
	var answer struct{ Tables []struct{ Rows [][]*string } }
	if err := json.Unmarshal(text, &answer); err != nil {
		return oldest, err
	}
	if len(answer.Tables) > 0 && len(answer.Tables[0].Rows) > 0 {
		if cell := answer.Tables[0].Rows[0][0]; cell != nil {
			t, err := table.ParseTime(*cell)
			if err != nil {
				return oldest, err
			}
			return t.Go().Truncate(time.Minute).Add(time.Minute), nil
		}
	}
	return oldest, nil
}

// send sends what happened in [from, to).
func (f *Feed) send(ctx context.Context, from, to time.Time) error {
	lo, hi := stamp(from), stamp(to)
	f.pending = map[string]*bytes.Buffer{}
	for t := from.Truncate(time.Minute).Add(-lateness); t.Before(to.Add(earliness)); t = t.Add(time.Minute) {
		for _, rows := range f.scenario.Minute(t) {
			for _, r := range rows.Records {
				at := r["TimeGenerated"].(string)
				if at < lo || at >= hi {
					continue // not yet, or sent before
				}
				if err := f.queue(ctx, rows.Table, r); err != nil {
					return err
				}
			}
		}
	}
	for name, buf := range f.pending {
		if err := f.post(ctx, name, buf); err != nil {
			return err
		}
	}
	return nil
}

func (f *Feed) queue(ctx context.Context, name string, r Record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("demo: %s: %w", name, err)
	}
	buf := f.pending[name]
	if buf != nil && buf.Len()+len(text) > maxPost {
		if err := f.post(ctx, name, buf); err != nil {
			return err
		}
		buf = nil
	}
	if buf == nil {
		buf = bytes.NewBufferString("[")
		f.pending[name] = buf
	} else {
		buf.WriteByte(',')
	}
	buf.Write(text)
	return nil
}

func (f *Feed) post(ctx context.Context, name string, buf *bytes.Buffer) error {
	rule, err := f.rule(ctx, name)
	if err != nil {
		return err
	}
	buf.WriteByte(']')
	_, err = f.call(ctx, http.MethodPost, "/dataCollectionRules/"+rule+"/streams/Custom-"+name+"?api-version=2023-01-01", "https://monitor.azure.com/", "gzip", buf.Bytes())
	delete(f.pending, name)
	return err
}

// rule returns the immutable id of a table's data collection rule, made if need be.
func (f *Feed) rule(ctx context.Context, name string) (string, error) {
	if id := f.rules[name]; id != "" {
		return id, nil
	}
	schema, ok := table.Builtin(name)
	if !ok {
		return "", fmt.Errorf("demo: Azure Monitor has no table %s", name)
	}
	group := "/subscriptions/" + f.target.Subscription + "/resourceGroups/" + f.target.ResourceGroup + "/providers/"
	var columns []map[string]string
	for _, c := range schema.Cols {
		if c.Name == table.ResourceID || !strings.HasPrefix(c.Name, "_") && !table.Virtual(c.Name) {
			columns = append(columns, map[string]string{"name": c.Name, "type": streamType(c.Type)})
		}
	}
	body, err := json.Marshal(map[string]any{"location": "local", "kind": "Direct", "properties": map[string]any{
		"description":        "The demo's rows of " + name,
		"streamDeclarations": map[string]any{"Custom-" + name: map[string]any{"columns": columns}},
		"destinations":       map[string]any{"logAnalytics": []any{map[string]string{"name": "workspace", "workspaceResourceId": group + "Microsoft.OperationalInsights/workspaces/" + f.target.WorkspaceName}}},
		"dataFlows":          []any{map[string]any{"streams": []string{"Custom-" + name}, "destinations": []string{"workspace"}, "transformKql": "source", "outputStream": "Microsoft-" + name}},
	}})
	if err != nil {
		return "", err
	}
	text, err := f.call(ctx, http.MethodPut, group+"Microsoft.Insights/dataCollectionRules/demo-"+strings.ToLower(name)+"?api-version=2023-03-11", "https://management.azure.com", "", body)
	if err != nil {
		return "", fmt.Errorf("demo: make the data collection rule of %s: %w", name, err)
	}
	var made struct{ Properties struct{ ImmutableID string } }
	if err := json.Unmarshal(text, &made); err != nil || made.Properties.ImmutableID == "" {
		return "", fmt.Errorf("demo: the data collection rule of %s has no immutable id: %w", name, err)
	}
	f.rules[name] = made.Properties.ImmutableID
	return made.Properties.ImmutableID, nil
}

// streamType is the name of a type in a stream's declaration.
func streamType(t table.Type) string {
	switch t {
	case table.Bool:
		return "boolean"
	case table.Guid, table.Timespan, table.Decimal:
		return "string"
	}
	return t.String()
}

// call sends one request, as often as the server asks for later.
func (f *Feed) call(ctx context.Context, method, path, audience, encoding string, body []byte) ([]byte, error) {
	if encoding == "gzip" {
		var z bytes.Buffer
		w, err := gzip.NewWriterLevel(&z, gzip.BestSpeed)
		if err == nil {
			_, err = w.Write(body)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			return nil, err
		}
		body = z.Bytes()
	}
	for {
		token, err := f.token(ctx, audience)
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, method, f.target.URL+path, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		if encoding != "" {
			req.Header.Set("Content-Encoding", encoding)
		}
		status, text, err := f.do(req)
		if err != nil || slices.Contains([]int{200, 201, 202, 204}, status) {
			return text, err
		}
		if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
			return nil, fmt.Errorf("%s %s: %d: %.300s", method, path, status, text)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func (f *Feed) do(req *http.Request) (int, []byte, error) {
	res, err := f.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	return res.StatusCode, text, errors.Join(err, res.Body.Close())
}

func (f *Feed) token(ctx context.Context, audience string) (string, error) {
	if t := f.tokens[audience]; time.Until(t.expires) > 5*time.Minute {
		return t.text, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {f.target.ClientID}, "client_secret": {f.target.ClientSecret}, "scope": {audience + "/.default"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.target.URL+"/"+f.target.Tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, text, err := f.do(req)
	if err != nil {
		return "", err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || status != http.StatusOK {
		return "", fmt.Errorf("demo: get a token: %d: %.300s", status, text)
	}
	f.tokens[audience] = bearer{answer.AccessToken, time.Now().Add(time.Duration(answer.ExpiresIn) * time.Second)}
	return answer.AccessToken, nil
}

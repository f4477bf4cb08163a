package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/yagura/yagura/control"
)

// Many queries in one request:
// https://learn.microsoft.com/azure/azure-monitor/logs/api/batch-queries
var batchRoutes = []endpoint{{"POST /v1/$batch", (*Server).batch}}

// maxBatch is how many queries one request may carry, and batchWidth how many of
// them run at once.
const (
	maxBatch   = 100
	batchWidth = 4
)

type batchRequest struct {
	ID        string            `json:"id"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	Method    string            `json:"method"`
	Path      string            `json:"path"`
	Workspace string            `json:"workspace"`
}

type batchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// batch runs the queries of a request side by side. A fault of the request as a whole
// is 400; a fault of one query is the status of its response.
func (s *Server) batch(w http.ResponseWriter, r *http.Request) error {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	var in struct {
		Requests []batchRequest `json:"requests"`
	}
	if err := json.Unmarshal(text, &in); err != nil {
		return badRequest("InvalidJsonBody", "The request's body is not the JSON of a batch: "+err.Error())
	}
	if len(in.Requests) == 0 || len(in.Requests) > maxBatch {
		return badRequest("QueryValidationError", fmt.Sprintf("A batch has 1 to %d requests; this one has %d", maxBatch, len(in.Requests)))
	}
	ids := map[string]bool{}
	for _, q := range in.Requests {
		if q.ID == "" || ids[q.ID] {
			return badRequest("QueryValidationError", fmt.Sprintf("Each request of a batch has an id of its own; %q is empty or there twice", q.ID))
		}
		ids[q.ID] = true
	}
	out := make([]batchResponse, len(in.Requests))
	var wg sync.WaitGroup
	slots := make(chan struct{}, batchWidth)
	for i, q := range in.Requests {
		wg.Add(1)
		go func() {
			defer wg.Done()
			slots <- struct{}{}
			defer func() { <-slots }()
			out[i] = s.batchOne(r, q)
		}()
	}
	wg.Wait()
	writeJSON(w, http.StatusOK, map[string]any{"responses": out})
	return nil
}

func (s *Server) batchOne(r *http.Request, q batchRequest) batchResponse {
	body, err := s.batchAnswer(r.Context(), r, q)
	if err != nil {
		e := describe(err)
		if e.status >= 500 {
			s.o.Logger.Error("query of a batch failed", "err", err)
		}
		text, _ := json.Marshal(map[string]any{"error": e})
		return batchResponse{q.ID, e.status, map[string]string{}, text}
	}
	return batchResponse{q.ID, http.StatusOK, map[string]string{"Content-Type": "application/json; charset=utf-8"}, body}
}

func (s *Server) batchAnswer(ctx context.Context, r *http.Request, q batchRequest) ([]byte, error) {
	if q.Path != "" && q.Path != "/query" || q.Method != "" && q.Method != http.MethodPost {
		return nil, badRequest("QueryValidationError", fmt.Sprintf("A request of a batch is POST /query, not %s %s", q.Method, q.Path))
	}
	body, err := decodeQuery(q.Body)
	if err != nil {
		return nil, err
	}
	var p prefer
	for k, v := range q.Headers {
		if http.CanonicalHeaderKey(k) == "Prefer" {
			p = parsePrefer(v)
		}
	}
	if p.wait == 0 {
		p.wait = defaultWait
	}
	ws, caller, err := s.workspace(r, q.Workspace, control.QueryLogs)
	if err != nil {
		return nil, err
	}
	res, err := s.start(r, ws, caller, body, p)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	a := answer{res: res, prefer: p, workspace: ws}
	err = errors.Join(a.write(ctx, &buf), res.Close())
	return buf.Bytes(), err
}

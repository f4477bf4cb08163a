package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/table"
)

// What a data collection rule's transform makes of rows, before anyone keeps the rule:
// {"stream","columns":[{"name","type"}],"transformKql","rows":[{…}]} is answered like a
// query. Nothing is read and nothing is kept.
var transformRoutes = []endpoint{{"POST /ui/transform", (*Server).transform}}

// maxTried is how many rows one may try a transform on.
const maxTried = 1000

func (s *Server) transform(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.ctl.Authenticate(r, identity.LogAnalytics, identity.Management); err != nil {
		return err
	}
	var in struct {
		Stream       string                 `json:"stream"`
		Columns      []control.StreamColumn `json:"columns"`
		TransformKql string                 `json:"transformKql"`
		Rows         []json.RawMessage      `json:"rows"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return badRequest("InvalidJsonBody", "The request's body is not as it must be: "+err.Error())
	}
	if len(in.Rows) > maxTried {
		return badRequest("TooManyRows", fmt.Sprintf("There are %d rows: a transform is tried on %d at most", len(in.Rows), maxTried))
	}
	flow, err := s.ctl.TryFlow(in.Stream, in.Columns, in.TransformKql)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, row := range in.Rows {
		lines.Write(row)
		lines.WriteByte('\n')
	}
	rows, err := format.Stream{Format: "multijson", Schema: flow.In}.Read(strings.NewReader(lines.String()))
	if err != nil {
		return err
	}
	out, err := s.o.Try(r.Context(), flow, rows)
	if err != nil {
		return badRequest("QueryExecutionError", err.Error())
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	a := answer{res: &engine.Result{Tables: []engine.Table{{Name: "PrimaryResult", Rows: table.NewReader(out.Schema, out)}}}}
	return s.tooLate(a.write(r.Context(), w))
}

package serve

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"

	"github.com/yagura/yagura/kql/command"
	"github.com/yagura/yagura/mgmt"
	"github.com/yagura/yagura/table"
)

// kustoCommand answers a management command, as version 1 answers a query.
func (s *Server) kustoCommand(w http.ResponseWriter, r *http.Request, q *kustoRequest) error {
	if !command.Is(q.CSL) {
		return s.kustoQueryV1(w, r, q)
	}
	e, err := s.request(q)
	if err != nil {
		return err
	}
	if q.Options["servertimeout"] == nil && !q.flag("norequesttimeout") {
		e.Timeout = kustoCommandTimeout
	}
	results, err := s.cmd.Run(r.Context(), mgmt.Request{Workspace: q.workspace, Caller: q.caller, Query: e, ReadOnly: q.flag("request_readonly") || q.flag("request_readonly_hardline")})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	k := &kustoWriter{w: bufio.NewWriterSize(w, 64<<10), v1: true}
	k.raw(`{"Tables":[`)
	for i, t := range results {
		if i > 0 {
			k.raw(",")
		}
		k.raw(fmt.Sprintf(`{"TableName":"Table_%d","Columns":`, i))
		k.columns(t.Rows.Schema)
		k.raw(`,"Rows":[`)
		if _, err = k.rows(r.Context(), table.NewReader(t.Rows.Schema, t.Rows)); err != nil {
			break
		}
		k.raw("]}")
	}
	k.raw(`]}`)
	return s.tooLate(errors.Join(err, k.err, k.w.Flush()))
}

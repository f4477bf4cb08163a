package arm

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/purge"
)

// Purges of a workspace's rows.
// https://learn.microsoft.com/rest/api/loganalytics/workspace-purge
const purgePrefix = "purge-"

// purge notes that rows shall be deleted.
func (a *API) purge(r *request) (answer, error) {
	w, err := control.Get[control.Workspace](a.control, r.path.ID.String())
	if err != nil {
		return answer{}, err
	}
	if a.purger == nil {
		return answer{}, fmt.Errorf("arm: there is nothing that purges")
	}
	var body struct {
		Table   string         `json:"table"`
		Filters []purge.Filter `json:"filters"`
	}
	if err := decodeStrictly(r.body, &body); err != nil {
		return answer{}, err
	}
	bad := func(err error) error {
		return &fault{status: http.StatusBadRequest, code: "InvalidParameter", message: err.Error()}
	}
	ref := tableRef(w, r)
	ref.Table = body.Table
	t, err := a.control.Table(ref)
	if control.IsNotFound(err) {
		return answer{}, bad(fmt.Errorf("the workspace has no table '%.100s'", body.Table))
	}
	if err != nil {
		return answer{}, err
	}
	text, err := purge.Query(body.Table, t.Schema, body.Filters)
	if err != nil {
		return answer{}, bad(err)
	}
	op, err := a.purger.Start(r.Context(), purge.Operation{Workspace: ref.Workspace, Table: body.Table, Query: text, By: r.caller.ObjectID})
	switch {
	case errors.Is(err, purge.ErrMany):
		return answer{}, &fault{status: http.StatusTooManyRequests, code: "TooManyRequests", message: "A workspace takes 50 purge requests in an hour.", retry: 10 * time.Minute}
	case purge.Refused(err):
		return answer{}, bad(err)
	case err != nil:
		return answer{}, err
	}
	id := purgePrefix + op.ID.String()
	at := &url.URL{Path: w.ID + "/operations/" + id, RawQuery: url.Values{"api-version": {r.query.Get("api-version")}}.Encode()}
	return answer{http.StatusAccepted, &noted{id, at.String()}}, nil
}

// noted is an operation that was noted, and where it tells how far it is.
type noted struct {
	ID string `json:"operationId"`
	at string
}

// operations are what tells how far purges are.
var operations = kind{
	get: func(a *API, r *request) (answer, error) {
		w, err := a.workspace(r)
		if err != nil {
			return answer{}, err
		}
		text, ours := strings.CutPrefix(strings.ToLower(r.path.ID.Leaf()), purgePrefix)
		id, err := uuid.Parse(text)
		if !ours || err != nil || a.purger == nil {
			return answer{}, notFound(r.Request)
		}
		op, err := a.purger.Get(w.Properties.CustomerID, id)
		switch {
		case errors.Is(err, purge.ErrNotFound):
			return answer{}, notFound(r.Request)
		case err != nil:
			return answer{}, err
		case op.Completed():
			return ok(map[string]string{"status": "completed"}), nil
		}
		return ok(map[string]string{"status": "pending"}), nil
	},
}

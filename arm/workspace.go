package arm

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/table"
)

// sharedKeys shows the keys that sign requests of the HTTP Data Collector API.
func (a *API) sharedKeys(r *request) (answer, error) {
	w, err := control.Get[control.Workspace](a.control, r.path.ID.String())
	if err != nil {
		return answer{}, err
	}
	keys, err := a.control.ReadKeys(r.Context(), r.caller, w)
	return ok(keys), err
}

// regenerateSharedKey replaces one of the keys, or both if the request names none.
func (a *API) regenerateSharedKey(r *request) (answer, error) {
	w, err := control.Get[control.Workspace](a.control, r.path.ID.String())
	if err != nil {
		return answer{}, err
	}
	var in struct{ KeyType, KeyName string }
	if len(r.body) > 0 {
		if err := json.Unmarshal(r.body, &in); err != nil {
			return answer{}, &fault{status: http.StatusBadRequest, code: "InvalidRequestContent", message: "The request content is not JSON: " + err.Error()}
		}
	}
	if in.KeyType == "" {
		in.KeyType = in.KeyName
	}
	keys, err := a.control.NewKeys(r.Context(), r.caller, w, in.KeyType)
	return ok(keys), err
}

// ofWorkspace is an operation on a workspace that is there.
func ofWorkspace(do operation) operation {
	return func(a *API, r *request) (answer, error) {
		if _, err := control.Get[control.Workspace](a.control, r.path.ID.String()); err != nil {
			return answer{}, err
		}
		return do(a, r)
	}
}

// tiers are the service tiers that a workspace may have.
func (a *API) tiers(*request) (answer, error) {
	return ok([]any{map[string]any{
		"serviceTier": "PerGB2018", "enabled": true, "minimumRetention": 30, "maximumRetention": 730, "defaultRetention": 30, "capacityReservationLevel": 0, "lastSkuUpdate": nil,
	}}), nil
}

// schema lists the columns of a workspace's tables, each name once, as the older API does.
func (a *API) schema(r *request) (answer, error) {
	w, err := control.Get[control.Workspace](a.control, r.path.ID.String())
	if err != nil {
		return answer{}, err
	}
	owners := map[string][]string{}
	types := map[string]string{}
	for _, name := range a.control.Tables(w.Properties.CustomerID) {
		t, err := a.control.Table(table.Ref{Workspace: w.Properties.CustomerID, Table: name})
		if err != nil {
			return answer{}, err
		}
		for _, c := range t.Schema.Cols {
			owners[c.Name] = append(owners[c.Name], name)
			types[c.Name] = c.Type.String()
		}
	}
	out := []any{}
	for _, name := range slices.Sorted(maps.Keys(owners)) {
		out = append(out, map[string]any{"name": name, "displayName": name, "type": types[name], "indexed": true, "stored": true, "facet": false, "ownerType": owners[name]})
	}
	return ok(map[string]any{"metadata": map[string]any{"schema": map[string]any{"name": w.Name, "version": 2}, "resultType": "schema", "total": len(out)}, "value": out}), nil
}

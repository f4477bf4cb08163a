package arm

import (
	"encoding/json"
	"net/http"

	"github.com/yagura/yagura/control"
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

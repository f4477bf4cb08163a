package arm

import (
	"github.com/yagura/yagura/control"
)

// A rule of kind Direct shows where it takes rows: on the host that was asked.
var dataCollectionRules = documents(func(r *request, rule *control.DataCollectionRule) any {
	if rule.Kind != "Direct" {
		return rule
	}
	direct := *rule
	direct.Properties.Endpoints = &control.Endpoints{LogsIngestion: base(r)}
	return &direct
})

var workspaces = func() kind {
	k := documents[control.Workspace](nil).readOnly()
	k.posts = map[string]func(*API, *request) (any, error){
		"sharedKeys": func(a *API, r *request) (any, error) {
			w, err := control.Get[control.Workspace](a.control, r.id)
			if err != nil {
				return nil, err
			}
			return a.control.Keys(w)
		},
	}
	return k
}()

// base is the address that a request was sent to.
func base(r *request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

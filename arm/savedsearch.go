package arm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/yagura/yagura/control"
)

const savedSearchType = "Microsoft.OperationalInsights/workspaces/savedSearches"

// savedSearches are a workspace's saved queries and functions, which Kusto's commands
// keep too.
var savedSearches = kind{
	list: func(a *API, r *request) ([]any, error) {
		w, err := control.Get[control.Workspace](a.control, r.path.ID.String())
		if err != nil {
			return nil, err
		}
		all, err := a.control.SavedSearches(w.Properties.CustomerID)
		var out []any
		for _, f := range all {
			out = append(out, showSavedSearch(w, f))
		}
		return out, err
	},
	get: getSavedSearch,
	put: func(a *API, r *request) (answer, error) {
		w, err := a.workspace(r)
		if err != nil {
			return answer{}, err
		}
		var doc savedSearchDoc
		d := json.NewDecoder(bytes.NewReader(r.body))
		d.DisallowUnknownFields()
		if err := d.Decode(&doc); err != nil {
			return answer{}, &fault{status: http.StatusBadRequest, code: "InvalidRequestContent", message: fmt.Sprintf("The request content was invalid and could not be deserialized: '%s'.", err)}
		}
		p := &doc.Properties
		if p.Category == "" || p.DisplayName == "" {
			return answer{}, &fault{status: http.StatusBadRequest, code: "InvalidParameter", message: "A saved search needs a category and a displayName."}
		}
		old, err := a.control.SavedSearch(w.Properties.CustomerID, r.path.ID.Leaf())
		if err != nil && !control.IsNotFound(err) {
			return answer{}, err
		}
		f := &control.SavedSearch{
			Name: r.path.ID.Leaf(), Category: p.Category, DisplayName: p.DisplayName, Query: p.Query, FunctionAlias: p.FunctionAlias,
			FunctionParameters: p.FunctionParameters, Version: p.Version, Tags: p.Tags,
		}
		if old != nil {
			f.DocString, f.View = old.DocString, old.View // which this API does not know
			if f.FunctionAlias == "" {
				f.View = false
			}
		}
		if _, err := a.control.PutSavedSearch(r.Context(), w.Properties.CustomerID, f); err != nil {
			return answer{}, err
		}
		return getSavedSearch(a, r)
	},
	delete: func(a *API, r *request) (answer, error) {
		w, err := a.workspace(r)
		if err != nil {
			return answer{}, err
		}
		existed, err := a.control.DeleteSavedSearch(r.Context(), w.Properties.CustomerID, r.path.ID.Leaf())
		if err == nil && !existed {
			return answer{}, notFound(r.Request)
		}
		return answer{status: http.StatusOK}, err
	},
}

// savedSearchDoc is a saved search as Resource Manager shows it.
type savedSearchDoc struct {
	ID         string                `json:"id,omitempty"`
	Etag       string                `json:"etag,omitempty"`
	Name       string                `json:"name,omitempty"`
	Type       string                `json:"type,omitempty"`
	Properties savedSearchProperties `json:"properties"`
}

type savedSearchProperties struct {
	Category           string                   `json:"category"`
	DisplayName        string                   `json:"displayName"`
	Query              string                   `json:"query"`
	FunctionAlias      string                   `json:"functionAlias,omitempty"`
	FunctionParameters string                   `json:"functionParameters,omitempty"`
	Version            int                      `json:"version,omitempty"`
	Tags               []control.SavedSearchTag `json:"tags,omitempty"`
}

func showSavedSearch(w *control.Workspace, f *control.SavedSearch) any {
	return &savedSearchDoc{
		ID: w.ID + "/savedSearches/" + f.Name, Etag: f.Etag, Name: f.Name, Type: savedSearchType,
		Properties: savedSearchProperties{f.Category, f.DisplayName, f.Query, f.FunctionAlias, f.FunctionParameters, f.Version, f.Tags},
	}
}

func getSavedSearch(a *API, r *request) (answer, error) {
	w, err := a.workspace(r)
	if err != nil {
		return answer{}, err
	}
	f, err := a.control.SavedSearch(w.Properties.CustomerID, r.path.ID.Leaf())
	if err != nil {
		return answer{}, err
	}
	return ok(showSavedSearch(w, f)), nil
}

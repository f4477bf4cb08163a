package arm

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/yagura/yagura/control"
)

// categories are the kinds of logs and metrics that a resource, a subscription or the
// directory can send somewhere by a diagnostic setting.
var categories = kind{
	list: func(a *API, r *request) ([]any, error) {
		on := r.path.ID.Type
		if strings.EqualFold(r.path.Provider, "microsoft.aadiam") {
			on = "microsoft.aadiam"
		}
		all, known := control.Categories(on)
		if !known {
			return nil, &fault{status: http.StatusNotFound, code: "ResourceTypeNotSupported", message: fmt.Sprintf("The resource type '%s' does not say what logs it has.", on)}
		}
		var out []any
		for _, c := range all {
			out = append(out, category(r.path.ID.Scoped(), c))
		}
		return out, nil
	},
	get: func(a *API, r *request) (answer, error) {
		on, _ := control.ParseID(r.path.ID.Scope())
		all, _ := control.Categories(on.Type)
		for _, c := range all {
			if strings.EqualFold(c.Name, r.path.ID.Name) {
				return ok(category(r.path.ID.Scope(), c)), nil
			}
		}
		return answer{}, notFound(r.Request)
	},
}

func category(scope string, c control.Category) any {
	typ := "Logs"
	groups := c.Groups
	if c.Metric {
		typ, groups = "Metrics", []string{}
	}
	return map[string]any{
		"id": scope + "/providers/microsoft.insights/diagnosticSettingsCategories/" + c.Name, "name": c.Name, "type": "microsoft.insights/diagnosticSettingsCategories",
		"properties": map[string]any{"categoryType": typ, "categoryGroups": groups},
	}
}

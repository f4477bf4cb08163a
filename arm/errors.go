package arm

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
)

// fault is an error that knows how it is answered.
type fault struct {
	status        int
	code, message string
}

func (f *fault) Error() string { return f.code + ": " + f.message }

// writeError answers an error in Resource Manager's shape. It is the one place where
// errors become statuses.
func (a *API) writeError(w http.ResponseWriter, q *http.Request, err error) {
	f := faultOf(q, err)
	switch f.status {
	case http.StatusInternalServerError:
		a.log.ErrorContext(q.Context(), "request failed", "path", q.URL.Path, "error", err)
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	text, jerr := json.Marshal(map[string]any{"error": map[string]string{"code": f.code, "message": f.message}})
	if jerr != nil {
		panic(fmt.Sprintf("arm: an error cannot be JSON: %v", jerr))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("x-ms-failure-cause", "gateway")
	w.WriteHeader(f.status)
	_, _ = w.Write(text)
}

func faultOf(q *http.Request, err error) *fault {
	var f *fault
	var token *identity.TokenError
	var forbidden *control.ForbiddenError
	var invalid *control.InvalidError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &token):
		return &fault{http.StatusUnauthorized, token.Code, token.Message}
	case errors.As(err, &forbidden):
		return &fault{http.StatusForbidden, "AuthorizationFailed", forbidden.Error()}
	case errors.As(err, &invalid):
		return &fault{http.StatusBadRequest, invalid.Code, invalid.Message}
	case control.IsNotFound(err):
		_, resource, _ := strings.Cut(q.URL.Path, "/providers/")
		return &fault{http.StatusNotFound, "ResourceNotFound", fmt.Sprintf("The Resource '%s' under resource group '%s' was not found.", resource, q.PathValue("group"))}
	}
	return &fault{http.StatusInternalServerError, "InternalServerError", "The server encountered an internal error."}
}

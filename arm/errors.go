package arm

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
)

// fault is an error that knows how it is answered.
type fault struct {
	status        int
	code, message string
	retry         time.Duration // for Retry-After
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
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer authorization_uri="%s/%s", error="invalid_token", error_description="%s"`, base(q), a.control.Directory().Tenant(), f.code))
	}
	if f.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.retry/time.Second)))
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
	var conflict *control.ConflictError
	var scope *control.ScopeError
	is := func(status int, code, message string) *fault {
		return &fault{status: status, code: code, message: message}
	}
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &token):
		return is(http.StatusUnauthorized, token.Code, token.Message)
	case errors.As(err, &forbidden):
		return is(http.StatusForbidden, "AuthorizationFailed", forbidden.Error())
	case errors.As(err, &invalid):
		return is(http.StatusBadRequest, invalid.Code, invalid.Message)
	case errors.As(err, &conflict):
		return is(http.StatusConflict, conflict.Code, conflict.Message)
	case errors.Is(err, control.ErrChanged):
		return is(http.StatusPreconditionFailed, "PreconditionFailed", "The condition set in the request's If-Match or If-None-Match header is not met: the resource is at another version.")
	case errors.As(err, &scope):
		return is(http.StatusNotFound, scope.Code, scope.Message)
	case control.IsNotFound(err):
		return notFound(q)
	}
	return is(http.StatusInternalServerError, "InternalServerError", "The server encountered an internal error.")
}

// notFound says that what a path names is not there.
func notFound(q *http.Request) *fault {
	p, _ := control.ParsePath(q.URL.EscapedPath())
	f := &fault{status: http.StatusNotFound, code: "ResourceNotFound"}
	_, resource, deep := strings.Cut(q.URL.Path, "/providers/")
	switch {
	case deep && p.ID.Group != "":
		f.message = fmt.Sprintf("The Resource '%s' under resource group '%s' was not found.", resource, p.ID.Group)
	case deep:
		f.message = fmt.Sprintf("The Resource '%s' was not found.", resource)
	case p.ID.Group != "":
		f.code, f.message = "ResourceGroupNotFound", fmt.Sprintf("Resource group '%s' could not be found.", p.ID.Group)
	case p.ID.Subscription != "":
		f.code, f.message = "SubscriptionNotFound", fmt.Sprintf("The subscription '%s' could not be found.", p.ID.Subscription)
	default:
		f.message = "The requested path does not exist."
	}
	return f
}

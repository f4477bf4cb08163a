package identity

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// signInError is a refusal of the token endpoint: OAuth's error and Entra's number.
type signInError struct {
	status  int
	oauth   string
	code    int
	message string
}

func (e *signInError) Error() string { return fmt.Sprintf("AADSTS%d: %s", e.code, e.message) }
func (e *signInError) Unwrap() error { return ErrUnauthenticated }

func errTenantUnknown(tenant string) *signInError {
	return &signInError{400, "invalid_request", 90002, fmt.Sprintf("Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", tenant)}
}

func errParameterMissing(name string) *signInError {
	return &signInError{400, "invalid_request", 900144, fmt.Sprintf("The request body must contain the following parameter: '%s'.", name)}
}

func errGrantUnknown(grant string) *signInError {
	return &signInError{400, "unsupported_grant_type", 70003, fmt.Sprintf("The app requested an unsupported grant type '%s'.", grant)}
}

func errApplicationUnknown(id, tenant string) *signInError {
	return &signInError{400, "unauthorized_client", 700016, fmt.Sprintf("Application with identifier '%s' was not found in the directory '%s'.", id, tenant)}
}

func errSecretMissing() *signInError {
	return &signInError{401, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}
}

func errSecretWrong(id string) *signInError {
	return &signInError{401, "invalid_client", 7000215, fmt.Sprintf("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", id)}
}

func errSecretExpired(id string) *signInError {
	return &signInError{401, "invalid_client", 7000222, fmt.Sprintf("The provided client secret keys for app '%s' are expired.", id)}
}

func errScope(scope string) *signInError {
	return &signInError{400, "invalid_scope", 1002012, fmt.Sprintf("The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).", scope)}
}

func errResourceUnknown(resource, tenant string) *signInError {
	return &signInError{400, "invalid_resource", 500011, fmt.Sprintf("The resource principal named %s was not found in the tenant named %s.", resource, tenant)}
}

func errBody(why string) *signInError {
	return &signInError{400, "invalid_request", 90015, "The request could not be read: " + why}
}

// writeSignInError answers in the shape that MSAL parses.
func writeSignInError(w http.ResponseWriter, r *http.Request, e *signInError, now time.Time) {
	trace, correlation := uuid.NewString(), r.Header.Get("client-request-id")
	if _, err := uuid.Parse(correlation); err != nil {
		correlation = uuid.NewString()
	}
	writeJSON(w, e.status, map[string]any{
		"error": e.oauth,
		"error_description": fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s",
			e.Error(), trace, correlation, clock(now)),
		"error_codes":    []int{e.code},
		"timestamp":      clock(now),
		"trace_id":       trace,
		"correlation_id": correlation,
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("identity: an answer cannot be JSON: %v", err))
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(body)
}

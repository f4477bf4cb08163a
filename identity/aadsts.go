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

func errApplicationDisabled(id string) *signInError {
	return &signInError{401, "unauthorized_client", 7000112, fmt.Sprintf("Application '%s' is disabled.", id)}
}

func errAssertion(why string) *signInError {
	return &signInError{401, "invalid_client", 50027, "JWT token is invalid or malformed: " + why + "."}
}

func errAssertionType(kind string) *signInError {
	return &signInError{400, "invalid_request", 900023, fmt.Sprintf("The client_assertion_type '%.200s' is not supported: it must be '%s'.", kind, assertionType)}
}

func errAssertionClient(id string) *signInError {
	return &signInError{401, "invalid_client", 700021, fmt.Sprintf("Client assertion application identifier doesn't match 'client_id' parameter '%s'.", id)}
}

func errAssertionAudience(aud []string) *signInError {
	return &signInError{401, "invalid_client", 700023, fmt.Sprintf("Client assertion audience claim %.500q does not match the realm issuer. Its audience must be the token endpoint.", aud)}
}

func errAssertionTime(now, from, to time.Time) *signInError {
	return &signInError{401, "invalid_client", 700024, fmt.Sprintf("Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s.", clock(now), clock(from), clock(to))}
}

func errAssertionUsed() *signInError {
	return &signInError{401, "invalid_client", 50027, "JWT token is invalid or malformed: the assertion was used before."}
}

func errCertificateUnknown(id string) *signInError {
	return &signInError{401, "invalid_client", 700027, fmt.Sprintf("Client assertion contains an invalid signature. [Reason - The key was not found, or did not sign it.] Please visit the registration of the application '%s'.", id)}
}

func errCertificateExpired(id string) *signInError {
	return &signInError{401, "invalid_client", 700027, fmt.Sprintf("Client assertion contains an invalid signature. [Reason - The key used is expired.] Please visit the registration of the application '%s'.", id)}
}

func errPasswordWrong() *signInError {
	return &signInError{400, "invalid_grant", 50126, "Error validating credentials due to invalid username or password."}
}

func errUserDisabled() *signInError {
	return &signInError{400, "invalid_grant", 50057, "The user account is disabled."}
}

func errLocked() *signInError {
	return &signInError{400, "invalid_grant", 50053, "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."}
}

func errRefreshInvalid() *signInError {
	return &signInError{400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid: the refresh token is none of this directory's."}
}

func errRefreshExpired() *signInError {
	return &signInError{400, "invalid_grant", 700082, "The refresh token has expired due to inactivity."}
}

func errRefreshRevoked() *signInError {
	return &signInError{400, "invalid_grant", 50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password."}
}

func errCodeInvalid() *signInError {
	return &signInError{400, "invalid_grant", 70000, "The provided value for the 'code' parameter is not valid."}
}

func errCodeExpired() *signInError {
	return &signInError{400, "invalid_grant", 70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource."}
}

func errCodeUsed() *signInError {
	return &signInError{400, "invalid_grant", 54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."}
}

func errVerifier() *signInError {
	return &signInError{400, "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request."}
}

func errChallengeMissing() *signInError {
	return &signInError{400, "invalid_request", 9002325, "Proof Key for Code Exchange is required for cross-origin authorization code redemption: send code_challenge with code_challenge_method S256."}
}

func errRedirect(uri, id string) *signInError {
	return &signInError{400, "invalid_request", 50011, fmt.Sprintf("The redirect URI '%.500s' specified in the request does not match the redirect URIs configured for the application '%s'.", uri, id)}
}

func errResponseType(kind string) *signInError {
	return &signInError{400, "unsupported_response_type", 700054, fmt.Sprintf("response_type '%.100s' is not enabled for the application.", kind)}
}

func errDevicePending() *signInError {
	return &signInError{400, "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling."}
}

func errDeviceInvalid() *signInError {
	return &signInError{400, "bad_verification_code", 70018, "Invalid verification code: the device_code is none of this directory's."}
}

func errDeviceExpired() *signInError {
	return &signInError{400, "expired_token", 70019, "Verification code expired. Have the user retry the sign-in."}
}

func errClientDiffers() *signInError {
	return &signInError{400, "invalid_grant", 700005, "The provided grant was issued to another application than the one that sends it."}
}

func errUserGone() *signInError {
	return &signInError{400, "invalid_grant", 50034, "The user account does not exist in the directory."}
}

func errBusySignIn() *signInError {
	return &signInError{429, "temporarily_unavailable", 90033, "A transient error has occurred: too many sign-ins are under way. Please try again."}
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
	if e.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "5")
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

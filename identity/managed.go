package identity

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ManagedIdentity serves tokens for a managed identity, or, without a client id, for all
// that are there and that a request names, to the programs of one machine,
// in the two ways in which Azure does: as the instance metadata service of a virtual
// machine (GET /metadata/identity/oauth2/token with the header Metadata: true), and as
// the identity endpoint of an app service (GET /msi/token with the header
// X-IDENTITY-HEADER, which must be key). Who can ask at all, the address decides that
// it is served on, as on a machine in Azure. A key of "" serves the first way only.
func (d *Directory) ManagedIdentity(clientID, key string) http.Handler {
	m := &managed{d, clientID, sha256.Sum256([]byte(key)), key != ""}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metadata/identity/oauth2/token", m.metadata)
	mux.HandleFunc("GET /msi/token", m.appService)
	return mux
}

type managed struct {
	d        *Directory
	clientID string
	key      [32]byte
	keyed    bool
}

// metadata answers as a virtual machine's metadata service does. The header keeps
// requests out that a page has made a browser send; so does refusing those that a proxy
// has passed on.
func (m *managed) metadata(w http.ResponseWriter, r *http.Request) {
	switch {
	case !strings.EqualFold(r.Header.Get("Metadata"), "true") || r.Header.Get("X-Forwarded-For") != "":
		managedError(w, http.StatusBadRequest, "invalid_request", "Required metadata header not specified")
	case r.URL.Query().Get("api-version") == "":
		managedError(w, http.StatusBadRequest, "invalid_request", "Required query variable 'api-version' is missing")
	default:
		m.token(w, r)
	}
}

// appService answers as an app service's identity endpoint does.
func (m *managed) appService(w http.ResponseWriter, r *http.Request) {
	sum := sha256.Sum256([]byte(r.Header.Get("X-IDENTITY-HEADER")))
	if !m.keyed || subtle.ConstantTimeCompare(sum[:], m.key[:]) != 1 {
		managedError(w, http.StatusUnauthorized, "unauthorized_client", "The header X-IDENTITY-HEADER is missing or wrong")
		return
	}
	m.token(w, r)
}

// find finds the identity: the one that is served, or, if any is, the one that the
// request names.
func (m *managed) find(q url.Values) *application {
	for a := range m.d.applications {
		switch {
		case a.Managed == "":
		case m.clientID != "":
			if strings.EqualFold(a.ClientID, m.clientID) {
				return a
			}
		default:
			for name, is := range a.names() {
				if want := q.Get(name); want != "" && strings.EqualFold(want, is) {
					return a
				}
			}
		}
	}
	return nil
}

// names are the parameters by which a request may name a managed identity.
func (a *application) names() map[string]string {
	return map[string]string{
		"client_id": a.ClientID, "object_id": a.ObjectID, "principal_id": a.ObjectID,
		"msi_res_id": a.Managed, "mi_res_id": a.Managed, "msi_resource_id": a.Managed,
	}
}

func (m *managed) token(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a := m.d.attempt(r, url.Values{})
	a.flow, a.clientID, a.by, a.resource = flowManaged, m.clientID, credentialManaged, q.Get("resource")
	out, err := m.grant(a, q)
	a.err = err
	m.d.logSignIn(a)
	var e *signInError
	switch {
	case errors.As(err, &e):
		managedError(w, e.status, e.oauth, e.Error())
	case err != nil:
		managedError(w, http.StatusInternalServerError, "server_error", "There was an error issuing a token.")
	default:
		writeJSON(w, http.StatusOK, out)
	}
}

func (m *managed) grant(a *attempt, q url.Values) (map[string]any, error) {
	if a.resource == "" {
		return nil, errParameterMissing("resource")
	}
	if _, ok := audienceOf(a.resource); !ok {
		return nil, errResourceUnknown(a.resource, m.d.tenant)
	}
	if a.client = m.find(q); a.client == nil || a.client.Disabled {
		return nil, errIdentityUnknown()
	}
	a.clientID = a.client.ClientID
	for name, is := range a.client.names() {
		if want := q.Get(name); want != "" && !strings.EqualFold(want, is) {
			return nil, errIdentityUnknown()
		}
	}
	a.principal = m.d.principal(a.client)
	text, c, err := m.d.issue(base(a.r), a.resource, a.principal, a.by, managedLife)
	if err != nil {
		return nil, err
	}
	a.tokenID = c.ID
	return map[string]any{
		"access_token": text, "token_type": "Bearer", "resource": a.resource, "client_id": a.client.ClientID,
		"expires_in": strconv.FormatInt(c.Expires-c.IssuedAt-1, 10), "ext_expires_in": strconv.FormatInt(c.Expires-c.IssuedAt-1, 10),
		"expires_on": strconv.FormatInt(c.Expires, 10), "not_before": strconv.FormatInt(c.NotBefore, 10),
	}, nil
}

// managedLife is how long a managed identity's token is valid: a day, as in Azure.
const managedLife = 24 * time.Hour

func managedError(w http.ResponseWriter, status int, code, text string) {
	writeJSON(w, status, map[string]string{"error": code, "error_description": text})
}

func errIdentityUnknown() *signInError {
	return &signInError{http.StatusBadRequest, "invalid_request", 70025, "Identity not found"}
}

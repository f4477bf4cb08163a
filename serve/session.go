package serve

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
)

// The page signs in with a cookie that carries a token for the APIs that it calls, so
// that it calls the same ones as any client (see identity.Credential). Users get it by
// an authorization code, applications by their secret, and whoever starts the server by
// the address that it prints.
var sessionRoutes = []endpoint{
	{"GET /ui/session", (*Server).session},
	{"POST /ui/session", (*Server).signIn},
	{"DELETE /ui/session", (*Server).signOut},
	{"GET /ui/signin", (*Server).signInUser},
	{"GET " + identity.PageRedirect, (*Server).signedIn},
}

// role is one that the caller has, and where.
type role struct {
	Name  string `json:"name"`
	Scope string `json:"scope"`
}

// session says who has signed in, and what roles they have.
func (s *Server) session(w http.ResponseWriter, r *http.Request) error {
	caller, err := s.ctl.Authenticate(r, identity.LogAnalytics)
	if err != nil {
		if !errors.Is(err, identity.ErrUnauthenticated) {
			return err
		}
		writeJSON(w, http.StatusOK, map[string]any{"signedIn": false, "version": s.o.Version})
		return nil
	}
	ws, err := s.ctl.Workspace(s.o.Workspace)
	if err != nil {
		return err
	}
	grants, err := s.ctl.Grants(caller)
	if err != nil {
		return err
	}
	roles := []role{}
	for _, g := range grants {
		if one := (role{g.Role.Name, g.Scope}); !slices.Contains(roles, one) {
			roles = append(roles, one)
		}
	}
	id, _ := control.ParseID(ws.ID)
	answer := map[string]any{
		"signedIn": true, "name": caller.Name, "objectId": caller.ObjectID, "type": caller.Type, "version": s.o.Version,
		"roles": roles, "directoryRoles": s.ctl.Directory().RolesOf(caller.ObjectID),
		"workspaceId": ws.Properties.CustomerID, "workspaceName": ws.Name, "workspace": ws.ID, "subscriptionId": id.Subscription, "tenantId": s.ctl.Directory().Tenant(),
	}
	page, err := s.ctl.PageComponent(ws.ID)
	switch {
	case err == nil && !page.Properties.DisableLocalAuth: // the page has no other token than its cookie
		answer["instrumentationKey"] = page.Properties.InstrumentationKey
	case err != nil && !control.IsNotFound(err):
		return err
	}
	writeJSON(w, http.StatusOK, answer)
	return nil
}

// signIn exchanges an application's secret for the cookie.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get(identity.PageHeader) == "" {
		return badRequest("MissingHeader", "The header "+identity.PageHeader+" is missing")
	}
	var in struct{ ClientID, ClientSecret string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return badRequest("InvalidJsonBody", "The request's body is not JSON: "+err.Error())
	}
	p, err := s.ctl.Directory().SignInBySecret(r, in.ClientID, in.ClientSecret)
	if errors.Is(err, identity.ErrUnauthenticated) {
		return &apiError{Code: "AuthenticationFailed", Message: "The id or its secret is wrong: " + err.Error(), status: http.StatusUnauthorized}
	}
	if err != nil {
		return err
	}
	if err := s.setCookie(w, r, p); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get(identity.PageHeader) == "" {
		return badRequest("MissingHeader", "The header "+identity.PageHeader+" is missing")
	}
	http.SetCookie(w, cookie(r, identity.SessionCookie, "", "/", -1))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// signInCookie keeps, while a user is at the form, what the answer is compared with: the
// state, the verifier of the challenge, and where to go on.
const (
	signInCookie = "yagura_signin"
	signInTime   = 15 * 60 // seconds
)

// signInUser sends the browser to the issuer's form.
func (s *Server) signInUser(w http.ResponseWriter, r *http.Request) error {
	state, verifier := randomText(), randomText()
	to := r.URL.Query().Get("to")
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		to = "/"
	}
	http.SetCookie(w, cookie(r, signInCookie, strings.Join([]string{state, verifier, base64.RawURLEncoding.EncodeToString([]byte(to))}, "."), "/ui/", signInTime))
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {identity.PageClient}, "response_type": {"code"}, "redirect_uri": {identity.PageRedirect}, "scope": {"openid profile"},
		"state": {state}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	if l := r.URL.Query().Get("ui_locales"); l != "" {
		q.Set("ui_locales", l)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/"+s.ctl.Directory().Tenant()+"/oauth2/v2.0/authorize?"+q.Encode(), http.StatusSeeOther)
	return nil
}

// signedIn takes the code of a user who has signed in. One that is not the answer to
// this browser's question, or no longer good, leads to the form again.
func (s *Server) signedIn(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	q := r.URL.Query()
	state, verifier, to := "", "", "/"
	if c, err := r.Cookie(signInCookie); err == nil {
		if parts := strings.Split(c.Value, "."); len(parts) == 3 {
			state, verifier = parts[0], parts[1]
			if raw, err := base64.RawURLEncoding.DecodeString(parts[2]); err == nil {
				to = string(raw)
			}
		}
	}
	again := "/ui/signin?to=" + url.QueryEscape(to)
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(q.Get("state"))) != 1 {
		http.Redirect(w, r, again, http.StatusSeeOther)
		return nil
	}
	p, err := s.ctl.Directory().ExchangePageCode(r, q.Get("code"), verifier)
	if errors.Is(err, identity.ErrUnauthenticated) {
		http.Redirect(w, r, again, http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie(r, signInCookie, "", "/ui/", -1))
	if err := s.setCookie(w, r, p); err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, p identity.Principal) error {
	token, life, err := s.ctl.Directory().Session(p, identity.Page)
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie(r, identity.SessionCookie, token, "/", int(life.Seconds())))
	return nil
}

// cookie is one that only this server sees, for so many seconds, or that is taken away.
func cookie(r *http.Request, name, value, path string, age int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: path, MaxAge: age, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode}
}

func randomText() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// signInByKey reports whether a request carries the key of the address that the
// server printed when it started.
func (s *Server) signInByKey(r *http.Request) bool {
	key := r.URL.Query().Get("signin")
	a, b := sha256.Sum256([]byte(key)), sha256.Sum256([]byte(s.o.SignInKey))
	return s.o.SignInKey != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

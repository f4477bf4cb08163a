package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/yagura/yagura/identity"
)

// The page signs in with a cookie that carries an access token, so that it calls the
// same APIs as any client. A request that changes or reads by POST must carry the
// header X-Yagura too, which no other site can make a browser send.
var sessionRoutes = []endpoint{
	{"GET /ui/session", (*Server).session},
	{"POST /ui/session", (*Server).signIn},
	{"DELETE /ui/session", (*Server).signOut},
}

const (
	sessionCookie = "yagura_session"
	csrfHeader    = "X-Yagura"
)

// withSession gives a request that has the page's cookie, and no other credential,
// the cookie's token.
func (s *Server) withSession(r *http.Request) *http.Request {
	if r.Header.Get("Authorization") != "" {
		return r
	}
	c, err := r.Cookie(sessionCookie)
	if err != nil || r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get(csrfHeader) == "" {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+c.Value)
	return r
}

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
	writeJSON(w, http.StatusOK, map[string]any{
		"signedIn": true, "name": caller.Name, "version": s.o.Version,
		"workspaceId": ws.Properties.CustomerID, "workspaceName": ws.Name,
	})
	return nil
}

// signIn exchanges a user's password, or a client's secret, for the cookie.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get(csrfHeader) == "" {
		return badRequest("MissingHeader", "The header "+csrfHeader+" is missing")
	}
	var in struct{ ClientID, ClientSecret, UserName, Password string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return badRequest("InvalidJsonBody", "The request's body is not JSON: "+err.Error())
	}
	var p identity.Principal
	var err error
	if in.UserName != "" {
		p, err = s.ctl.Directory().CheckPassword(r.Context(), in.UserName, in.Password)
	} else {
		p, err = s.ctl.Directory().CheckSecret(in.ClientID, in.ClientSecret)
	}
	if err != nil {
		return &apiError{Code: "AuthenticationFailed", Message: "The name or id, or what goes with it, is wrong: " + err.Error(), status: http.StatusUnauthorized}
	}
	if err := s.setCookie(w, r, p); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get(csrfHeader) == "" {
		return badRequest("MissingHeader", "The header "+csrfHeader+" is missing")
	}
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode})
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, p identity.Principal) error {
	token, life, err := s.ctl.Directory().Session(p, identity.LogAnalytics)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	return nil
}

// signInByKey reports whether a request carries the key of the address that the
// server printed when it started.
func (s *Server) signInByKey(r *http.Request) bool {
	key := r.URL.Query().Get("signin")
	a, b := sha256.Sum256([]byte(key)), sha256.Sum256([]byte(s.o.SignInKey))
	return s.o.SignInKey != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

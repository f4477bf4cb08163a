package identity

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// codes are what was given out and waits: authorization codes to be exchanged, and
// device codes to be approved. They are good for minutes, and not after a restart.
type codes struct {
	mu sync.Mutex
	m  map[string]*code
}

// code is what a code stands for.
type code struct {
	until     time.Time
	used      bool
	user      string // who signed in; "" while nobody has
	client    string
	scope     string
	redirect  string
	challenge string
	nonce     string
	signedIn  time.Time
	device    string // the code by which a device polls
}

// How long codes are good, and how many may wait.
const (
	codeLife   = 10 * time.Minute
	deviceLife = 15 * time.Minute
	maxCodes   = 10_000
)

// put keeps a code, unless too many wait.
func (c *codes) put(text string, one *code, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[string]*code{}
	}
	if len(c.m) >= maxCodes {
		for k, o := range c.m {
			if !o.until.After(now) {
				delete(c.m, k)
			}
		}
		if len(c.m) >= maxCodes {
			return errBusySignIn()
		}
	}
	c.m[text] = one
	return nil
}

// with calls f with a code, nil if there is none, alone.
func (c *codes) with(text string, f func(*code) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return f(c.m[text])
}

func randomText() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// authorizationCode exchanges a code that a user's sign-in has sent to the application,
// which proves with the verifier that it is the one that asked (RFC 7636).
func (d *Directory) authorizationCode(a *attempt) error {
	a.flow = flowUser
	if err := d.authenticate(a, false); err != nil {
		return err
	}
	text := a.form.Get("code")
	if text == "" {
		return errParameterMissing("code")
	}
	var c code
	err := d.codes.with(text, func(one *code) error {
		switch {
		case one == nil || one.device != "":
			return errCodeInvalid()
		case one.used:
			return errCodeUsed()
		}
		one.used = true
		c = *one
		return nil
	})
	sum := sha256.Sum256([]byte(a.form.Get("code_verifier")))
	switch {
	case err != nil:
		return err
	case !c.until.After(a.at):
		return errCodeExpired()
	case c.client != a.clientID:
		return errClientDiffers()
	case c.redirect != a.form.Get("redirect_uri"):
		return errRedirect(a.form.Get("redirect_uri"), a.clientID)
	case subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(c.challenge)) != 1:
		return errVerifier()
	}
	if a.scope == "" {
		a.scope = c.scope
	}
	a.nonce = c.nonce
	return d.signInUser(a, c.user, c.signedIn)
}

//go:embed signin.html
var signInHTML string

// signInPolicy lets in the form's own style, by its hash, and nothing else.
var signInPolicy = func() string {
	_, rest, _ := strings.Cut(signInHTML, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	hash := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; frame-ancestors 'none'"
}()

var signInPage = template.Must(template.New("signin").Parse(signInHTML))

// signInForm is what the page that asks for a name and a password shows.
type signInForm struct {
	Title, Client, Error, Done, User string
	AskCode                          bool
	Code                             string
	Hidden                           url.Values
	Posted                           map[string]string // to Action, by a form that the user sends
	Action                           string
	Lang                             string // of the texts
}

// japanese has the form's texts by the English ones.
var japanese = map[string]string{
	"Sign in": "サインイン", "Sign-in failed": "サインインできませんでした", "Sign in on another device": "別のデバイスでサインイン", "Signed in": "サインインしました", "Go on": "続ける",
	"You may close this page and go back to the device.": "このページを閉じて、デバイスに戻ってください。", "To go on to": "サインイン先:", "Code": "コード", "Name": "ユーザー名", "Password": "パスワード",
}

// T is a text in the form's language.
func (f signInForm) T(text string) string {
	if own := japanese[text]; f.Lang == "ja" && own != "" {
		return own
	}
	return text
}

// page serves the endpoints that people see: a fault is shown, not sent to a program.
func (d *Directory) page(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			e := signInErrorOf(err)
			d.show(w, r, e.status, signInForm{Title: "Sign-in failed", Error: e.Error()})
		}
	}
}

func (d *Directory) show(w http.ResponseWriter, r *http.Request, status int, f signInForm) {
	f.Lang = "en"
	if strings.HasPrefix(cmp.Or(r.URL.Query().Get("ui_locales"), r.Header.Get("Accept-Language")), "ja") {
		f.Lang = "ja"
	}
	var b bytes.Buffer
	if err := signInPage.Execute(&b, f); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", signInPolicy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// authorize is where an application sends its user's browser to sign in. It asks for a
// name and a password every time, and keeps no session.
func (d *Directory) authorize(w http.ResponseWriter, r *http.Request) error {
	if err := d.inTenant(r, true); err != nil {
		return err
	}
	f, err := form(w, r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	client, err := d.checkAuthorize(q)
	if err != nil {
		return err
	}
	if kind := q.Get("response_type"); !strings.EqualFold(kind, "code") {
		return d.redirect(w, r, q, url.Values{"error": {"unsupported_response_type"}, "error_description": {errResponseType(kind).Error()}})
	}
	if q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256" {
		return d.redirect(w, r, q, url.Values{"error": {"invalid_request"}, "error_description": {errChallengeMissing().Error()}})
	}
	shown := signInForm{Title: "Sign in", Client: client.Name, User: q.Get("login_hint")}
	if r.Method != http.MethodPost {
		d.show(w, r, http.StatusOK, shown)
		return nil
	}
	u, err := d.signInByForm(r, f, client)
	var refusal *signInError
	switch {
	case errors.As(err, &refusal):
		shown.Error, shown.User = refusal.Error(), f.Get("username")
		d.show(w, r, http.StatusUnauthorized, shown)
		return nil
	case err != nil:
		return err
	}
	text, now := randomText(), d.o.Now()
	err = d.codes.put(text, &code{
		until: now.Add(codeLife), user: u.ID, client: client.ClientID, scope: q.Get("scope"), redirect: q.Get("redirect_uri"),
		challenge: q.Get("code_challenge"), nonce: q.Get("nonce"), signedIn: now,
	}, now)
	if err != nil {
		return err
	}
	return d.redirect(w, r, q, url.Values{"code": {text}, "session_state": {randomText()[:22]}})
}

// checkAuthorize finds the application, and makes sure that codes may be sent where the
// request says. Until both are known nothing is sent anywhere.
func (d *Directory) checkAuthorize(q url.Values) (*application, error) {
	id := q.Get("client_id")
	if id == "" {
		return nil, errParameterMissing("client_id")
	}
	a, err := d.application(id)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, errApplicationUnknown(id, d.tenant)
	case err != nil:
		return nil, err
	case a.Disabled:
		return nil, errApplicationDisabled(id)
	case !d.mayRedirect(a, q.Get("redirect_uri")):
		return nil, errRedirect(q.Get("redirect_uri"), id)
	}
	return a, nil
}

// mayRedirect reports whether codes may be sent to an address: one that the application
// has registered, exactly, or, for a public client, this machine's. The page's own is a
// path: it is wherever the browser has come to.
func (d *Directory) mayRedirect(a *application, uri string) bool {
	if a.ClientID == PageClient {
		return uri == PageRedirect
	}
	if slices.Contains(a.Redirects, uri) {
		return true
	}
	u, err := url.Parse(uri)
	if err != nil || !a.Public || u.User != nil || u.Fragment != "" {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return u.Scheme == "http" && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// signInByForm checks the name and password of a form, and logs how that ended.
func (d *Directory) signInByForm(r *http.Request, f url.Values, client *application) (u *user, err error) {
	a := d.attempt(r, f)
	a.flow, a.client, a.clientID, a.scope = flowUser, client, client.ClientID, r.URL.Query().Get("scope")
	name := strings.TrimSpace(f.Get("username"))
	u, err = d.checkPassword(r.Context(), name, f.Get("password"))
	a.err, a.user = err, u
	if u == nil {
		if known, e := d.userByName(name); e == nil {
			a.user = known
		} else {
			a.principal = Principal{Name: name, Type: User}
		}
	}
	if err != nil { // the exchange of the code logs a sign-in that succeeds
		d.logSignIn(a)
	}
	return u, err
}

// redirect sends the browser back to the application with what it asked for.
func (d *Directory) redirect(w http.ResponseWriter, r *http.Request, q, add url.Values) error {
	to, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		return errRedirect(q.Get("redirect_uri"), q.Get("client_id"))
	}
	if s := q.Get("state"); s != "" {
		add.Set("state", s)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	switch q.Get("response_mode") {
	case "form_post":
		f := signInForm{Title: "Go on", Action: to.String(), Posted: map[string]string{}}
		for k := range add {
			f.Posted[k] = add.Get(k)
		}
		d.show(w, r, http.StatusOK, f)
		return nil
	case "fragment":
		to.Fragment = ""
		http.Redirect(w, r, to.String()+"#"+add.Encode(), http.StatusFound)
		return nil
	}
	all := to.Query()
	for k := range add {
		all.Set(k, add.Get(k))
	}
	to.RawQuery = all.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
	return nil
}

package identity

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
)

// The letters of the codes that people type: none that look alike.
const userCodeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

func newUserCode() string {
	raw := make([]byte, 9)
	rand.Read(raw)
	for i, b := range raw {
		raw[i] = userCodeLetters[int(b)%len(userCodeLetters)]
	}
	return string(raw)
}

// pollInterval is how many seconds a device waits between its questions.
const pollInterval = 5

// deviceCode begins the sign-in of a device without a browser (RFC 8628): it shows its
// user a code, which they type on another one.
func (d *Directory) deviceCode(w http.ResponseWriter, r *http.Request) error {
	if err := d.inTenant(r, true); err != nil {
		return err
	}
	f, err := form(w, r)
	if err != nil {
		return err
	}
	id := f.Get("client_id")
	if id == "" {
		return errParameterMissing("client_id")
	}
	client, err := d.application(id)
	switch {
	case errors.Is(err, ErrNotFound):
		return errApplicationUnknown(id, d.tenant)
	case err != nil:
		return err
	}
	device, typed, now := randomText(), newUserCode(), d.o.Now()
	one := &code{until: now.Add(deviceLife), client: client.ClientID, scope: f.Get("scope"), device: device}
	if err := d.codes.put(device, one, now); err != nil {
		return err
	}
	if err := d.codes.put(typed, one, now); err != nil {
		return err
	}
	at := base(r) + "/common/oauth2/deviceauth"
	writeJSON(w, http.StatusOK, map[string]any{
		"user_code": typed, "device_code": device, "verification_uri": at, "verification_uri_complete": at + "?code=" + typed,
		"expires_in": int(deviceLife.Seconds()), "interval": pollInterval,
		"message": "To sign in, use a web browser to open the page " + at + " and enter the code " + typed + " to authenticate.",
	})
	return nil
}

// deviceAuth is the page on which a user types a device's code and signs in for it.
func (d *Directory) deviceAuth(w http.ResponseWriter, r *http.Request) error {
	if err := d.inTenant(r, true); err != nil {
		return err
	}
	f, err := form(w, r)
	if err != nil {
		return err
	}
	shown := signInForm{Title: "Sign in on another device", AskCode: true, Code: r.URL.Query().Get("code")}
	if r.Method != http.MethodPost {
		d.show(w, r, http.StatusOK, shown)
		return nil
	}
	typed := strings.ToUpper(strings.TrimSpace(f.Get("code")))
	shown.Code, shown.User = typed, f.Get("username")
	var client string
	err = d.codes.with(typed, func(c *code) error {
		if c == nil || c.device == "" || typed == c.device || c.user != "" || !c.until.After(d.o.Now()) {
			return errDeviceExpired()
		}
		client = c.client
		return nil
	})
	if err == nil {
		err = d.approve(r, typed, client)
	}
	var refusal *signInError
	switch {
	case errors.As(err, &refusal):
		shown.Error = refusal.Error()
		d.show(w, r, http.StatusUnauthorized, shown)
		return nil
	case err != nil:
		return err
	}
	d.show(w, r, http.StatusOK, signInForm{Title: "Signed in", Done: "You may close this page and go back to the device."})
	return nil
}

// approve signs a user in for the device whose code they have typed.
func (d *Directory) approve(r *http.Request, typed, client string) error {
	a, err := d.application(client)
	if err != nil {
		return err
	}
	u, err := d.signInByForm(r, r.PostForm, a)
	if err != nil {
		return err
	}
	return d.codes.with(typed, func(c *code) error {
		if c == nil || c.user != "" {
			return errDeviceExpired()
		}
		c.user, c.signedIn = u.ID, d.o.Now()
		return nil
	})
}

// deviceToken answers a device that asks whether its user has signed in.
func (d *Directory) deviceToken(a *attempt) error {
	a.flow = flowUser
	if err := d.authenticate(a, false); err != nil {
		return err
	}
	text := a.form.Get("device_code")
	if text == "" {
		text = a.form.Get("code") // as version 1 has it
	}
	if text == "" {
		return errParameterMissing("device_code")
	}
	var c code
	err := d.codes.with(text, func(one *code) error {
		switch {
		case one == nil || one.device != text || one.used:
			return errDeviceInvalid()
		case one.client != a.clientID:
			return errClientDiffers()
		case !one.until.After(a.at):
			return errDeviceExpired()
		case one.user == "":
			return errDevicePending()
		}
		one.used = true
		c = *one
		return nil
	})
	if err != nil {
		return err
	}
	if a.scope == "" {
		a.scope = c.scope
	}
	return d.signInUser(a, c.user, c.signedIn)
}

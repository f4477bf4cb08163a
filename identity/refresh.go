package identity

import (
	"errors"
	"time"
)

// refreshLife is how long a refresh token is good if it is not used.
const refreshLife = 90 * 24 * time.Hour

// refresh is what a refresh token stands for.
type refresh struct {
	User     string `json:"u"`
	Client   string `json:"c"`
	Scope    string `json:"s"`
	IssuedAt int64  `json:"i"`
	Resource string `json:"r"`
}

func (d *Directory) newRefreshToken(a *attempt) (string, error) {
	return d.seal.put("refresh token", refresh{a.user.ID, a.clientID, a.scope, a.at.Unix(), a.resource})
}

// refreshToken signs a user in again without asking them, through the same application.
func (d *Directory) refreshToken(a *attempt) error {
	a.flow = flowUserSilent
	if err := d.authenticate(a, false); err != nil {
		return err
	}
	var t refresh
	text := a.form.Get("refresh_token")
	switch {
	case text == "":
		return errParameterMissing("refresh_token")
	case !d.seal.get("refresh token", text, &t):
		return errRefreshInvalid()
	case t.Client != a.clientID:
		return errClientDiffers()
	case a.at.Sub(time.Unix(t.IssuedAt, 0)) > refreshLife:
		return errRefreshExpired()
	}
	if a.scope == "" {
		a.scope = t.Scope
	}
	return d.signInUser(a, t.User, time.Unix(t.IssuedAt, 0))
}

// signInUser makes a user the principal of an attempt, if what they signed in with was
// made after their password was.
func (d *Directory) signInUser(a *attempt, id string, since time.Time) error {
	u, err := d.user(id)
	switch {
	case errors.Is(err, ErrNotFound):
		return errUserGone()
	case err != nil:
		return err
	}
	a.user = u
	a.principal = d.userPrincipal(u, a.clientID)
	switch {
	case u.Disabled:
		return errUserDisabled()
	case since.Before(u.Since):
		return errRefreshRevoked()
	}
	return nil
}

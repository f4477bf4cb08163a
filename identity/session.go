package identity

import (
	"errors"
	"time"
)

// sessionLife is how long the page's sign-in lasts.
const sessionLife = 12 * time.Hour

// CheckSecret signs an application in by its id and secret. Errors say why in Entra
// ID's words and wrap ErrUnauthenticated, except when the catalog is broken.
func (d *Directory) CheckSecret(clientID, text string) (Principal, error) {
	a, err := d.application(clientID)
	if errors.Is(err, ErrNotFound) {
		return Principal{}, errApplicationUnknown(clientID, d.tenant)
	}
	if err != nil {
		return Principal{}, err
	}
	switch _, ok, expired := a.check(text, d.o.Now()); {
	case expired:
		return Principal{}, errSecretExpired(clientID)
	case !ok:
		return Principal{}, errSecretWrong(clientID)
	case a.Disabled:
		return Principal{}, errApplicationDisabled(clientID)
	}
	return d.principal(a), nil
}

// Session signs a token with which the page calls an API on behalf of p, and says how
// long it is valid.
func (d *Directory) Session(p Principal, api Audience) (string, time.Duration, error) {
	text, _, err := d.issue("https://localhost", string(api), p, credentialSession, sessionLife)
	return text, sessionLife, err
}

// Application returns the principal of an application. ErrNotFound: there is none.
func (d *Directory) Application(clientID string) (Principal, error) {
	a, err := d.application(clientID)
	if err != nil {
		return Principal{}, err
	}
	return d.principal(a), nil
}

package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/crypto/argon2"

	"github.com/yagura/yagura/store/catalog"
)

// user is a person who signs in with a password.
type user struct {
	ID       string    `json:"id"`
	UPN      string    `json:"userPrincipalName"`
	Name     string    `json:"displayName"`
	Mail     string    `json:"mail,omitempty"`
	Password password  `json:"password"`
	Disabled bool      `json:"disabled,omitempty"`
	Created  time.Time `json:"created"`
	Since    time.Time `json:"since"` // refresh tokens of before are no longer good
}

// password is what is kept of a password: Argon2id of it, with what it was made.
type password struct {
	Salt    []byte `json:"salt"`
	Hash    []byte `json:"hash"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory"` // KiB
	Threads uint8  `json:"threads"`
}

// The cost of a password's hash: 19 MiB twice over, as OWASP advises at least.
const (
	argonTime   = 2
	argonMemory = 19 << 10
)

// Limits on passwords, in bytes, and on guessing: after so many wrong ones for a user,
// none is tried for a while.
const (
	minPassword = 8
	maxPassword = 256
	maxGuesses  = 10
	lockTime    = time.Minute
)

func newPassword(text string) (password, error) {
	if len(text) < minPassword || len(text) > maxPassword {
		return password{}, fmt.Errorf("identity: a password has from %d to %d bytes", minPassword, maxPassword)
	}
	p := password{Salt: make([]byte, 16), Time: argonTime, Memory: argonMemory, Threads: 1}
	rand.Read(p.Salt)
	p.Hash = p.hash(text)
	return p, nil
}

func (p *password) hash(text string) []byte {
	return argon2.IDKey([]byte(text), p.Salt, p.Time, p.Memory, p.Threads, 32)
}

// guesses bounds how many passwords are tried: at a time, as each takes memory, and for
// one user in a row.
type guesses struct {
	slots chan struct{}
	mu    sync.Mutex
	wrong map[string]*wrong
}

type wrong struct {
	count int
	last  time.Time
}

const maxRemembered = 10_000

func newGuesses() *guesses {
	return &guesses{slots: make(chan struct{}, runtime.GOMAXPROCS(0)), wrong: map[string]*wrong{}}
}

// locked reports whether a user's password may not be tried now.
func (g *guesses) locked(id string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := g.wrong[id]
	return w != nil && w.count >= maxGuesses && now.Sub(w.last) < lockTime
}

// tried remembers how a try ended.
func (g *guesses) tried(id string, right bool, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if right {
		delete(g.wrong, id)
		return
	}
	if len(g.wrong) >= maxRemembered {
		for k, w := range g.wrong {
			if now.Sub(w.last) >= lockTime {
				delete(g.wrong, k)
			}
		}
	}
	w := g.wrong[id]
	if w == nil || now.Sub(w.last) >= lockTime && w.count >= maxGuesses {
		w = &wrong{}
		g.wrong[id] = w
	}
	w.count++
	w.last = now
}

// nobody's password is compared when a user does not exist, so that the time of an
// answer does not tell.
var nobody = sync.OnceValue(func() password {
	p, err := newPassword(uuid.NewString())
	if err != nil {
		panic(err)
	}
	return p
})

// AddUser makes a user. Errors: a password that is too short, ErrExists.
func (d *Directory) AddUser(ctx context.Context, upn, name, text string) (Principal, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.userByName(upn); err == nil {
		return Principal{}, fmt.Errorf("%w: user %s", ErrExists, upn)
	}
	p, err := newPassword(text)
	if err != nil {
		return Principal{}, err
	}
	now := d.o.Now().UTC()
	u := &user{ID: uuid.NewString(), UPN: upn, Name: name, Password: p, Created: now, Since: now.Truncate(time.Second)}
	return d.userPrincipal(u, ""), d.saveUser(ctx, u)
}

func (d *Directory) saveUser(ctx context.Context, u *user) error {
	doc, err := document(kindUser, u.ID, u)
	if err != nil {
		return err
	}
	return d.commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}})
}

// user finds a user by its object id.
func (d *Directory) user(id string) (*user, error) {
	doc, ok := d.cat.View().Doc(kindUser, strings.ToLower(id))
	if !ok {
		return nil, fmt.Errorf("%w: user %q", ErrNotFound, id)
	}
	u := &user{}
	if err := d.decode(doc, u, func(v any) { u = v.(*user) }); err != nil {
		return nil, err
	}
	return u, nil
}

// users yields all users.
func (d *Directory) users(yield func(*user) bool) {
	d.cat.View().Docs(kindUser, func(doc catalog.Doc) bool {
		u := &user{}
		return d.decode(doc, u, func(v any) { u = v.(*user) }) != nil || yield(u)
	})
}

// userByName finds a user by the name that one signs in with.
func (d *Directory) userByName(upn string) (*user, error) {
	for u := range d.users {
		if strings.EqualFold(u.UPN, upn) {
			return u, nil
		}
	}
	return nil, fmt.Errorf("%w: user %q", ErrNotFound, upn)
}

func (d *Directory) userPrincipal(u *user, clientID string) Principal {
	return Principal{Tenant: d.tenant, ObjectID: u.ID, ClientID: clientID, Name: u.UPN, Type: User}
}

// checkPassword finds the user who has a name and a password. Errors say why in Entra
// ID's words and wrap ErrUnauthenticated, except when the catalog is broken or ctx ends.
func (d *Directory) checkPassword(ctx context.Context, upn, text string) (*user, error) {
	if len(text) > maxPassword {
		return nil, errPasswordWrong()
	}
	u, err := d.userByName(upn)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	p, id := nobody(), strings.ToLower(upn)
	if u != nil {
		p, id = u.Password, u.ID
	}
	if d.guesses.locked(id, d.o.Now()) {
		return nil, errLocked()
	}
	select {
	case d.guesses.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	right := subtle.ConstantTimeCompare(p.hash(text), p.Hash) == 1
	<-d.guesses.slots
	d.guesses.tried(id, right && u != nil, d.o.Now())
	switch {
	case !right || u == nil:
		return nil, errPasswordWrong()
	case u.Disabled:
		return nil, errUserDisabled()
	}
	return u, nil
}

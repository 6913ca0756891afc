package pages

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Sessions are how browsers come into pages and stay there: by a cookie, of whose secret only the hash is kept, and with forms of our own pages only.
type Sessions struct {
	cookie string // its name
	tls    bool
	cross  *http.CrossOriginProtection
}

// NewSessions returns those of pages at an address, whose cookie has this name.
func NewSessions(cookie, address string) Sessions {
	s := Sessions{cookie: cookie, tls: strings.HasPrefix(address, "https:"), cross: http.NewCrossOriginProtection()}
	if s.tls {
		s.cookie = "__Host-" + cookie
	}
	_ = s.cross.AddTrustedOrigin(Origin(address)) // a proxy may have changed the host; New has looked at the address
	return s
}

// Set gives the browser the secret for so long; 0: takes it away. The cookie is bound to this host where there is TLS, which only a test and a trial at one's own desk
// have not.
func (s Sessions) Set(w http.ResponseWriter, secret string, life time.Duration) {
	c := &http.Cookie{Name: s.cookie, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.tls, MaxAge: int(life / time.Second)}
	if life == 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// Hash returns that of the secret which the browser brings; false: it brings none.
func (s Sessions) Hash(r *http.Request) ([]byte, bool) {
	c, err := r.Cookie(s.cookie)
	if err != nil || c.Value == "" {
		return nil, false
	}
	return Hash(c.Value), true
}

// errForeign is what a page of another origin gets that sends a form here.
var errForeign = Fault{Status: http.StatusForbidden, Text: "refused.forbidden"}

// Own refuses what changes something and does not come from our own pages.
func (s Sessions) Own(r *http.Request) error {
	if err := s.cross.Check(r); err != nil {
		return errForeign
	}
	return nil
}

// NewSecret returns one of 260 bits.
func NewSecret() string { return rand.Text() + rand.Text() }

// Hash is what is kept of a secret.
func Hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Unreadable is what a form gets that could not be read: it is too large, or none.
func Unreadable(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return err
	}
	return Fault{Status: http.StatusBadRequest, Text: "refused.malformed"}
}

// Origin returns the origin of an address, as browsers send it.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

package console

import (
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/operators"
)

const cookieName = "jawort-console"

// cookie binds the session to this host where there is TLS, which only a test and a trial at one's own desk have not.
func (c *Console) cookie(secret string, life time.Duration) *http.Cookie {
	made := &http.Cookie{Name: c.cookieName(), Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: c.overTLS(), MaxAge: int(life / time.Second)}
	if life == 0 {
		made.MaxAge = -1
	}
	return made
}

func (c *Console) overTLS() bool { return strings.HasPrefix(c.PublicURL, "https:") }

func (c *Console) cookieName() string {
	if c.overTLS() {
		return "__Host-" + cookieName
	}
	return cookieName
}

func (c *Console) session(r *http.Request) (operator.Session, error) {
	kept, err := r.Cookie(c.cookieName())
	if err != nil || kept.Value == "" {
		return operator.Session{}, operator.ErrSignedOut
	}
	return c.Operators.Session(r.Context(), hash(kept.Value))
}

// entry is a browser that is about to be let in, with the secret of its cookie.
func (c *Console) entry(challenge []byte) (e operators.Entry, secret string, err error) {
	secret = rand.Text() + rand.Text() // 260 bits
	e = operators.Entry{SecretHash: hash(secret), Challenge: challenge}
	e.Session, err = id.New(c.Random, id.Sitting)
	return e, secret, err
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// away leads who is not signed in to where they can, and from there back; a form that they sent is lost.
func (c *Console) away(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, c.cookie("", 0))
	if r.Method == http.MethodPost {
		page := c.outside(r)
		page.Name, page.Title, page.Status, page.Body = "signed-out", "signed-out.title", http.StatusUnauthorized, signInURL("/console")
		return c.frame.Write(w, page)
	}
	http.Redirect(w, r, signInURL(r.URL.RequestURI()), http.StatusSeeOther)
	return nil
}

func signInURL(to string) string { return "/console/sign-in?" + url.Values{"to": {local(to)}}.Encode() }

// local returns the address where it is one of the console, and otherwise where the console begins.
func local(to string) string {
	const home = "/console"
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || u.Opaque != "" || u.User != nil || strings.ContainsAny(to, "\\\r\n\t") {
		return home
	}
	if clean := path.Clean(u.Path); clean != u.Path || (clean != home && !strings.HasPrefix(clean, home+"/")) || clean == home+"/sign-in" {
		return home
	}
	return u.RequestURI()
}

// signOut ends the session.
func (c *Console) signOut(w http.ResponseWriter, v *Visit) error {
	if err := c.Operators.SignOut(v.Context(), v.Session); err != nil {
		return err
	}
	http.SetCookie(w, c.cookie("", 0))
	return v.Onward(w, "/console/sign-in")
}

// refuse tells somebody outside what went wrong.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	return c.frame.Refuse(w, r, c.outside(r), nil, err)
}

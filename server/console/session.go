package console

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/operators"
)

func (c *Console) session(r *http.Request) (operator.Session, error) {
	hash, has := c.sessions.Hash(r)
	if !has {
		return operator.Session{}, operator.ErrSignedOut
	}
	return c.Operators.Session(r.Context(), hash)
}

// entry is a browser that is about to be let in, with the secret of its cookie.
func (c *Console) entry(r *http.Request, challenge []byte) (e operators.Entry, secret string, err error) {
	secret = pages.NewSecret()
	e = operators.Entry{SecretHash: pages.Hash(secret), Challenge: challenge}
	e.Replaces, _ = c.sessions.Hash(r)
	e.Session, err = id.New(c.Random, id.Sitting)
	return e, secret, err
}

// away leads who is not signed in to where they can, and from there back; a form that they sent is lost. A browser that brings no cookie keeps what it has: it
// brings none either where another site has led it here, and that is nobody to sign people out.
func (c *Console) away(w http.ResponseWriter, r *http.Request) error {
	if _, has := c.sessions.Hash(r); has {
		c.sessions.Set(w, "", 0)
	}
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
	c.sessions.Set(w, "", 0)
	return v.Onward(w, "/console/sign-in")
}

// refuse tells somebody outside what went wrong.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	return c.frame.Refuse(w, r, c.outside(r), nil, err)
}

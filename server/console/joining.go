package console

import (
	"encoding/hex"
	"log/slog"
	"net/http"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/server/pages"
)

// invitation says who is invited to what, and asks for a new passkey. Looking at it uses up nothing.
func (c *Console) invitation(w http.ResponseWriter, r *http.Request) error {
	return c.askJoin(w, r, nil)
}

func (c *Console) askJoin(w http.ResponseWriter, r *http.Request, wrong error) error {
	code := pages.Hash(r.PathValue("code"))
	o, err := c.Operators.Invitation(r.Context(), code)
	if err != nil {
		return c.refuse(w, r, err)
	}
	challenge, err := c.challenge(aimJoin + hex.EncodeToString(code))
	if err != nil {
		return c.refuse(w, r, err)
	}
	b := asking{Action: r.URL.Path, Name: o.Name, Role: o.Role, Tenant: o.TenantName}
	if b.Options, err = encoded(c.house.CreationOptions(o, challenge, nil)); err != nil {
		return err
	}
	page := c.outside(r)
	page.Name, page.Title, page.Body, page.More = "join", "join.title", b, passkeyScript
	return c.ask(w, r, page, wrong)
}

// joining registers the passkey and lets its browser in, where the code was not used before.
func (c *Console) joining(w http.ResponseWriter, r *http.Request) error {
	if err := c.sessions.Own(r); err != nil {
		return c.refuse(w, r, err)
	}
	o, secret, err := c.join(r)
	if err != nil {
		return c.askJoin(w, r, err)
	}
	edge.Annotate(r.Context(), slog.String("operator", o.ID))
	c.sessions.Set(w, secret, operator.SessionLife)
	http.Redirect(w, r, "/console", http.StatusSeeOther)
	return nil
}

func (c *Console) join(r *http.Request) (o operator.Operator, secret string, err error) {
	if c.house == nil {
		return o, "", errNoHouse
	}
	err = c.limited(r, func() error {
		code := pages.Hash(r.PathValue("code"))
		invited, err := c.Operators.Invitation(r.Context(), code)
		if err != nil {
			return err
		}
		k, challenge, err := c.house.Register([]byte(r.PostFormValue("passkey")), invited.ID, aimJoin+hex.EncodeToString(code), c.Now())
		if err != nil {
			return err
		}
		e, made, err := c.entry(r, challenge)
		if err != nil {
			return err
		}
		if k, err = c.named(r, k); err != nil {
			return err
		}
		secret = made
		o, err = c.Operators.Join(r.Context(), code, k, e)
		return err
	})
	return o, secret, err
}

// named gives a new passkey its id, and the name of the browser in which it was made.
func (c *Console) named(r *http.Request, k operator.Passkey) (_ operator.Passkey, err error) {
	agent := r.UserAgent()
	k.Label = confirming.BrowserLabel(judge.Recognise(agent[:min(len(agent), 512)]))
	k.ID, err = id.New(c.Random, id.Passkey)
	return k, err
}

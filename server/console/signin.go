package console

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/pages"
)

// asking is a form that a passkey confirms.
type asking struct {
	Action  string
	Options string // for the browser, as JSON
	To      string // where it leads then
	Fields  []field
	Name    string
	Role    operator.Role
	Tenant  string
}

// field is one of a form that is sent again.
type field struct{ Name, Value string }

// What a challenge is good for.
const (
	aimSignIn  = "sign in"
	aimJoin    = "join "
	aimConfirm = "confirm "
)

// errNoHouse is told where the server's address is none that passkeys can belong to.
var errNoHouse = pages.Fault{Status: http.StatusServiceUnavailable, Text: "console.no-house"}

// challenge returns one for the aim, where passkeys can be asked for at all.
func (c *Console) challenge(aim string) ([]byte, error) {
	if c.house == nil {
		return nil, errNoHouse
	}
	return c.house.Challenge(aim, c.Now(), c.Random)
}

func encoded(options any) (string, error) {
	b, err := json.Marshal(options)
	return string(b), err
}

// signIn asks for a passkey, of whomever.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) error {
	return c.askIn(w, r, r.URL.Query().Get("to"), nil)
}

func (c *Console) askIn(w http.ResponseWriter, r *http.Request, to string, wrong error) error {
	challenge, err := c.challenge(aimSignIn)
	if err != nil {
		return c.refuse(w, r, err)
	}
	b := asking{Action: "/console/sign-in", To: local(to)}
	if b.Options, err = encoded(c.house.RequestOptions(challenge, nil)); err != nil {
		return err
	}
	page := c.outside(r)
	page.Name, page.Title, page.Body, page.More = "sign-in", "sign-in.title", b, passkeyScript
	return c.ask(w, r, page, wrong)
}

var passkeyScript = []string{"passkey.js"}

// ask shows a page that asks for a passkey, again where something was wrong.
func (c *Console) ask(w http.ResponseWriter, r *http.Request, page pages.Page, wrong error) error {
	if wrong != nil {
		if err := c.frame.Mistaken(&page, r, wrong); err != nil {
			return c.frame.Refuse(w, r, page, nil, err)
		}
	}
	return c.frame.Write(w, page)
}

func (c *Console) signingIn(w http.ResponseWriter, r *http.Request) error {
	if err := c.sessions.Own(r); err != nil {
		return c.refuse(w, r, err)
	}
	to := local(r.PostFormValue("to"))
	o, secret, err := c.letIn(r)
	if err != nil {
		return c.askIn(w, r, to, err)
	}
	edge.Annotate(r.Context(), slog.String("operator", o.ID))
	c.sessions.Set(w, secret, operator.SessionLife)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// letIn signs in whoever owns the passkey that answers.
func (c *Console) letIn(r *http.Request) (o operator.Operator, secret string, err error) {
	if c.house == nil {
		return o, "", errNoHouse
	}
	err = c.limited(r, func() error {
		answer, err := c.house.Read([]byte(r.PostFormValue("passkey")), aimSignIn, c.Now())
		if err != nil {
			return err
		}
		e, made, err := c.entry(r, answer.Challenge)
		if err != nil {
			return err
		}
		secret = made
		o, err = c.Operators.SignIn(r.Context(), answer, e)
		return err
	})
	return o, secret, err
}

const sourcePurpose = "jawort console source"

// limited counts what fails from where the browser is. Where nobody can say, all would share one count, and anybody could shut out all operators: nothing is
// counted then, as an answer of a passkey cannot be guessed.
func (c *Console) limited(r *http.Request, attempt func() error) error {
	addr, known := c.Source(r)
	if !known {
		return attempt()
	}
	addr = addr.Unmap()
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, _ := addr.Prefix(bits) // an address has as many bits
	source, err := c.Keys.MAC(sourcePurpose, []byte(network.String()))
	if err != nil {
		return err
	}
	return c.counted(r, source, attempt)
}

func (c *Console) counted(r *http.Request, source []byte, attempt func() error) error {
	if err := c.Operators.Try(r.Context(), source); err != nil {
		return err
	}
	if err := attempt(); err != nil {
		return err
	}
	if err := c.Operators.Succeeded(r.Context(), source); err != nil && !errors.Is(err, refusal.ErrUnavailable) {
		return err
	}
	return nil
}

package console

import (
	"net/http"

	"github.com/jawort/jawort/operator"
)

const aimAdd = "add "

func (c *Console) mountPasskeys(r *Rooms) {
	r.Page("GET /console/passkeys", Access{Roles: Everyone, Reach: OfOwn}, c.passkeys)
	// whoever got hold of the cookie of somebody who has just signed in must not make it last by a passkey of their own
	own := Access{Roles: Everyone, Reach: OfOwn, Asked: true}
	r.Page("POST /console/passkeys/new", own, c.newPasskey)
	r.Page("POST /console/passkeys", Access{Roles: Everyone, Reach: OfOwn}, c.addPasskey)
	r.Page("POST /console/passkeys/{id}/remove", own, c.removePasskey)
}

type passkeysBody struct {
	Operator operator.Operator
	Passkeys []operator.Passkey
	Room     bool // for a further one
	Only     bool // there is one, which cannot be removed
}

// passkeys shows the operator's own: a second one is what helps who loses the first.
func (c *Console) passkeys(w http.ResponseWriter, v *Visit) error {
	have, err := c.Operators.Passkeys(v.Context(), v.Operator.ID)
	if err != nil {
		return err
	}
	return v.Write(w, "passkeys", passkeysBody{v.Operator, have, len(have) < operator.MaxPasskeys, len(have) == 1})
}

// newPasskey asks for a further one, of somebody whose passkey answers for it: the challenge that it gives is worth that.
func (c *Console) newPasskey(w http.ResponseWriter, v *Visit) error {
	challenge, err := c.challenge(aimAdd + v.Session.ID)
	if err != nil {
		return err
	}
	have, err := c.Operators.Passkeys(v.Context(), v.Operator.ID)
	if err != nil {
		return err
	}
	b := asking{Action: "/console/passkeys"}
	if b.Options, err = encoded(c.house.CreationOptions(v.Operator, challenge, have)); err != nil {
		return err
	}
	v.Page.More = passkeyScript
	return v.Write(w, "passkey-new", b)
}

func (c *Console) addPasskey(w http.ResponseWriter, v *Visit) error {
	if c.house == nil {
		return errNoHouse
	}
	k, challenge, err := c.house.Register([]byte(v.PostFormValue("passkey")), v.Operator.ID, aimAdd+v.Session.ID, c.Now())
	if err != nil {
		return err
	}
	if k, err = c.named(v.Request, k); err != nil {
		return err
	}
	if err := c.Operators.AddPasskey(v.Context(), k, challenge); err != nil {
		return err
	}
	return v.Onward(w, "/console/passkeys?done=passkey-added")
}

func (c *Console) removePasskey(w http.ResponseWriter, v *Visit) error {
	if err := c.Operators.RemovePasskey(v.Context(), v.Session, v.PathValue("id")); err != nil {
		return err
	}
	return v.Onward(w, "/console/passkeys?done=passkey-removed")
}

package console

import (
	"maps"
	"net/http"
	"slices"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/pages"
)

// A step that matters asks for a passkey where none has answered in the last minutes. The page that asks sends the same form again with the answer, so
// nothing waits anywhere, and only what was asked for is done.

// confirmed reports whether a passkey of the operator has answered lately, where that is enough, or answers with this form.
func (c *Console) confirmed(v *Visit, a Access) (bool, error) {
	if !a.Asked && c.Now().Before(v.Session.ConfirmedAt.Add(operator.Fresh)) {
		return true, nil
	}
	given := v.PostFormValue("passkey")
	if given == "" {
		return false, nil
	}
	if c.house == nil {
		return false, errNoHouse
	}
	err := c.counted(v.Request, pages.Hash(v.Session.ID), func() error {
		answer, err := c.house.Read([]byte(given), aimConfirm+v.Session.ID, c.Now())
		if err != nil {
			return err
		}
		return c.Operators.Confirm(v.Context(), v.Session, answer)
	})
	return err == nil, err
}

// stepUp asks for it, with all that the form has said.
func (c *Console) stepUp(w http.ResponseWriter, v *Visit, wrong error) error {
	challenge, err := c.challenge(aimConfirm + v.Session.ID)
	if err != nil {
		return err
	}
	have, err := c.Operators.Passkeys(v.Context(), v.Operator.ID)
	if err != nil {
		return err
	}
	b := asking{Action: v.URL.RequestURI(), Fields: fieldsOf(v)}
	if b.Options, err = encoded(c.house.RequestOptions(challenge, have)); err != nil {
		return err
	}
	page := v.Page
	page.Name, page.Title, page.Body, page.More, page.Status = "step-up", "step-up.title", b, passkeyScript, http.StatusUnauthorized
	return c.ask(w, v.Request, page, wrong)
}

// fieldsOf are those of the form, but for the passkey's answer.
func fieldsOf(v *Visit) []field {
	var all []field
	for _, name := range slices.Sorted(maps.Keys(v.PostForm)) {
		if name == "passkey" {
			continue
		}
		for _, value := range v.PostForm[name] {
			all = append(all, field{name, value})
		}
	}
	return all
}

package portal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/methods"
	"github.com/jawort/jawort/store/factors"
)

// passkeyBody is what a page makes a passkey with.
type passkeyBody struct {
	Options string // for navigator.credentials.create, as JSON
}

// Problems are what the page says when the browser makes none, by the name of its error; the last one for all others.
func (passkeyBody) Problems() []problem {
	return []problem{
		{"NotAllowedError", "passkey.refused"}, {"InvalidStateError", "passkey.there"}, {"NotSupportedError", "passkey.unsupported"}, {"SecurityError", "passkey.elsewhere"},
		{"", "passkey.failed"},
	}
}

type problem struct{ Name, Text string }

// makePasskey has the browser make one. Only a script can ask it to.
func (p Portal) makePasskey(w http.ResponseWriter, v *Visit, begun methods.Started) error {
	options, err := json.Marshal(begun.Options)
	if err != nil {
		return fmt.Errorf("portal: options of a passkey: %w", err)
	}
	v.Page.More = []string{"passkey.js"}
	return p.write(w, v, "passkey", passkeyBody{string(options)})
}

// madePasskey keeps what the browser made, by the name that its person gave it.
func (p Portal) madePasskey(w http.ResponseWriter, v *Visit) error {
	err := p.Methods.KeepPasskey(v.Request, v.ExternalID(), v.PostFormValue("label"), []byte(v.PostFormValue("passkey")))
	if err != nil {
		return err
	}
	return p.onward(w, v, "/portal/methods?done=passkey-added")
}

// removingPasskeyBody says what will happen.
type removingPasskeyBody struct {
	factors.PasskeyState
	Path string
}

func (p Portal) removingPasskey(w http.ResponseWriter, v *Visit) error {
	k, err := p.Methods.PasskeyOf(v.Request, v.ExternalID(), v.PathValue("id"))
	if err != nil {
		return err
	}
	if k.Label == "" {
		k.Label, _ = p.texts.In(v.Page.Lang, "passkey.unnamed")
	}
	return p.write(w, v, "removing-passkey", removingPasskeyBody{k, "/portal/methods/passkey/" + url.PathEscape(k.ID) + "/remove"})
}

func (p Portal) removePasskey(w http.ResponseWriter, v *Visit) error {
	k, err := p.Methods.PasskeyOf(v.Request, v.ExternalID(), v.PathValue("id"))
	if err != nil {
		return err
	}
	return p.plan(w, v, account.PortalStep{Kind: stepRemovePasskey, Subject: k.ID, About: k.Label})
}

func (p Portal) passkeyRemoved(w http.ResponseWriter, v *Visit, step account.PortalStep) error {
	if err := p.Methods.RemovePasskey(v.Request, v.ExternalID(), step.Subject); err != nil {
		return err
	}
	return p.onward(w, v, "/portal/methods?done=passkey-removed")
}

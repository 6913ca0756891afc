package mobileapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/attestation"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/refusal"
)

// complete stores the credential of a claimed enrolment as an unconfirmed device.
type complete struct {
	lasting      enrolmentStore
	live         waker
	party        *approval.RelyingParty
	requirements account.Requirements
	attestation  attestation.Judge
	keys         Keys
	addresses    addresses
	tokens       tokens
	random       io.Reader
}

func (c complete) mount(m *edge.Mux, g guards) {
	m.Handle("POST /v1/enrolments/complete", g.proof, c.complete)
}

type completeRequest struct {
	Enrolment    string               `json:"enrolment"`
	Credential   json.RawMessage      `json:"credential"`
	Installation account.Posture      `json:"installation"`
	Holder       string               `json:"holder"`
	Label        string               `json:"label"`
	Code         string               `json:"code"` // as typed, where the claim said that one comes
	Push         *account.PushAddress `json:"push"` // absent: this phone is not woken, it asks by itself
}

// Validate refuses what could not be stored or shown.
func (c *completeRequest) Validate() error {
	if err := account.ValidateName("holder", c.Holder); err != nil {
		return err
	}
	if err := account.ValidateName("label", c.Label); err != nil {
		return err
	}
	if err := c.Installation.Validate(); err != nil {
		return err
	}
	if c.Push != nil {
		return c.Push.Validate()
	}
	return nil
}

type completeAnswer struct {
	Device  string `json:"device"`
	Token   string `json:"token"`
	Confirm string `json:"confirm"`
}

func (c complete) complete(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.DecodeLenient[completeRequest](r)
	if err != nil {
		return err
	}
	e, err := c.lasting.ClaimedEnrolment(r.Context(), body.Enrolment, keyOf(r))
	if err != nil {
		return err
	}
	annotateEnrolment(r, e)
	completion, err := c.check(e, body)
	if err != nil {
		return err
	}
	device, err := c.lasting.CompleteEnrolment(r.Context(), completion)
	if err != nil {
		return err
	}
	answer, err := c.answer(e, device)
	if err != nil {
		return err
	}
	wake(r.Context(), c.live, e.ID)
	return edge.JSON(w, http.StatusOK, answer)
}

// check turns the request into what is stored, or says what the phone lacks.
func (c complete) check(e account.Enrolment, body completeRequest) (account.Completion, error) {
	if err := lacking(c.requirements, body.Installation, e.Support); err != nil {
		return account.Completion{}, err
	}
	credential, err := register(c.party, c.attestation, e, body.Credential)
	if err != nil {
		return account.Completion{}, unattested(err, body.Installation, e.Support)
	}
	var address []byte
	if body.Push != nil {
		if address, err = c.addresses.seal(*body.Push); err != nil {
			return account.Completion{}, err
		}
	}
	fresh, err := id.New(c.random, id.Installation)
	if err != nil {
		return account.Completion{}, err
	}
	return account.Completion{
		Enrolment: e.ID, Thumbprint: e.Thumbprint, Credential: credential, Installation: fresh,
		Posture: body.Installation, Holder: body.Holder, Label: body.Label, Address: address, Code: body.Code,
	}, nil
}

// lacking returns the first thing to mend as the refusal, with a text in the phone's language, the codes of all in `lacks`, and
// whom to ask where it cannot be mended.
func lacking(required account.Requirements, p account.Posture, support account.Texts) error {
	lacks := required.Check(p)
	if len(lacks) == 0 {
		return nil
	}
	return told(lacks[0].With("lacks", codes(required, p)), p, support)
}

// unattested says in the phone's language that another phone is needed, and whom to ask.
func unattested(err error, p account.Posture, support account.Texts) error {
	if refused, ok := errors.AsType[*refusal.Error](err); ok && (errors.Is(err, attestation.ErrRequired) || errors.Is(err, attestation.ErrHardware)) {
		return told(refused, p, support)
	}
	return err
}

func told(refused *refusal.Error, p account.Posture, support account.Texts) error {
	refused = refused.With("text", locale.Text(p.Language, "phone."+refused.Code))
	if support != (account.Texts{}) {
		refused = refused.With("support", support)
	}
	return refused
}

func codes(required account.Requirements, p account.Posture) []string {
	list := []string{}
	for _, l := range required.Check(p) {
		list = append(list, l.Code)
	}
	return list
}

// answer derives everything from ids, so that a repeated request gets the same one.
func (c complete) answer(e account.Enrolment, d account.Device) (completeAnswer, error) {
	token, err := c.tokens.of(d.Installation)
	if err != nil {
		return completeAnswer{}, err
	}
	mac, err := c.keys.MAC(keys.EnrolmentDigits, []byte(e.ID))
	if err != nil {
		return completeAnswer{}, fmt.Errorf("mobileapi: confirmation digits: %w", err)
	}
	return completeAnswer{Device: d.ID, Token: token, Confirm: account.ConfirmationDigits(mac)}, nil
}

func annotateEnrolment(r *http.Request, e account.Enrolment) {
	edge.Annotate(r.Context(), slog.String("enrolment", e.ID), slog.String("device", e.Device))
}

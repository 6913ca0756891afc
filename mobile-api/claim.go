package mobileapi

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/attestation"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor"
)

// enrolmentStore takes each step of an enrolment once and by one key.
type enrolmentStore interface {
	ClaimEnrolment(ctx context.Context, codeHash []byte, thumbprint string) (account.Enrolment, error)
	ResendProof(ctx context.Context, id, thumbprint string) (account.Enrolment, error)
	ClaimedEnrolment(ctx context.Context, id, thumbprint string) (account.Enrolment, error)
	CompleteEnrolment(ctx context.Context, c account.Completion) (account.Device, error)
}

// claim binds an enrolment's link to the phone's key and tells the phone what to create.
type claim struct {
	lasting      enrolmentStore
	party        *approval.RelyingParty
	requirements account.Requirements
	attestation  attestation.Judge
	webPush      *webPush
}

func (c claim) mount(m *edge.Mux, g guards) {
	m.Handle("POST /v1/enrolments/claim", g.proof, c.claim)
	m.Handle("POST /v1/enrolments/code", g.proof, c.resend)
}

type claimRequest struct {
	Code string `json:"code"`
}

type named struct {
	Name string `json:"name"`
}

type labelled struct {
	Label string `json:"label"`
}

type claimAnswer struct {
	Enrolment    string               `json:"enrolment"`
	Account      labelled             `json:"account"`
	Tenant       named                `json:"tenant"`
	PublicKey    creationOptions      `json:"publicKey"`
	Requirements account.Requirements `json:"requirements"`
	Code         *codeSent            `json:"code,omitempty"` // absent: complete needs none
	WebPush      *webPush             `json:"web_push,omitempty"`
}

// codeSent says how the code comes that complete must carry.
type codeSent struct {
	Method  approval.Method `json:"method"`
	Address string          `json:"address"` // masked
}

func codeOf(p account.Proof) *codeSent {
	switch p.Method {
	case approval.MethodSMS:
		return &codeSent{p.Method, factor.MaskPhone(p.Address)}
	case approval.MethodEmail:
		return &codeSent{p.Method, factor.MaskAddress(p.Address)}
	default:
		return nil
	}
}

// webPush is what a phone subscribes with (RFC 8292).
type webPush struct {
	ApplicationServerKey string `json:"application_server_key"`
}

func webPushOf(key string) *webPush {
	if key == "" {
		return nil
	}
	return &webPush{ApplicationServerKey: key}
}

func (c claim) claim(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.DecodeLenient[claimRequest](r)
	if err != nil {
		return err
	}
	e, err := c.lasting.ClaimEnrolment(r.Context(), account.HashCode(body.Code), keyOf(r))
	if err != nil {
		return err
	}
	annotateEnrolment(r, e)
	return edge.JSON(w, http.StatusOK, claimAnswer{
		Enrolment:    e.ID,
		Account:      labelled{e.AccountLabel},
		Tenant:       named{e.TenantName},
		PublicKey:    optionsOf(e, c.party, c.attestation),
		Requirements: c.requirements,
		Code:         codeOf(e.Proof),
		WebPush:      c.webPush,
	})
}

type resendRequest struct {
	Enrolment string `json:"enrolment"`
}

type resendAnswer struct {
	Code *codeSent `json:"code"`
}

// resend sends another code in the place of the one before.
func (c claim) resend(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.DecodeLenient[resendRequest](r)
	if err != nil {
		return err
	}
	e, err := c.lasting.ResendProof(r.Context(), body.Enrolment, keyOf(r))
	if err != nil {
		return err
	}
	annotateEnrolment(r, e)
	return edge.JSON(w, http.StatusOK, resendAnswer{codeOf(e.Proof)})
}

// creationOptions are WebAuthn's PublicKeyCredentialCreationOptionsJSON (Level 3, 5.1.8).
type creationOptions struct {
	RP                     relyingParty                   `json:"rp"`
	User                   user                           `json:"user"`
	Challenge              string                         `json:"challenge"`
	PubKeyCredParams       []protocol.CredentialParameter `json:"pubKeyCredParams"`
	ExcludeCredentials     []string                       `json:"excludeCredentials"`
	AuthenticatorSelection selection                      `json:"authenticatorSelection"`
	Attestation            protocol.ConveyancePreference  `json:"attestation"`
}

type relyingParty struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type user struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

type selection struct {
	UserVerification string `json:"userVerification"`
	ResidentKey      string `json:"residentKey"`
}

func optionsOf(e account.Enrolment, party *approval.RelyingParty, j attestation.Judge) creationOptions {
	return creationOptions{
		RP:                     relyingParty{ID: party.ID(), Name: party.WebAuthn().Config.RPDisplayName},
		User:                   user{ID: base64.RawURLEncoding.EncodeToString([]byte(e.Device)), Name: e.AccountLabel, DisplayName: e.AccountLabel},
		Challenge:              base64.RawURLEncoding.EncodeToString(e.Challenge),
		PubKeyCredParams:       algorithms(),
		ExcludeCredentials:     []string{},
		AuthenticatorSelection: selection{UserVerification: "required", ResidentKey: "preferred"},
		Attestation:            j.Conveyance(),
	}
}

// algorithms lists what a credential may sign with; see approval.CheckKey.
func algorithms() []protocol.CredentialParameter {
	return []protocol.CredentialParameter{{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgES256}}
}

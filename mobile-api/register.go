package mobileapi

import (
	"encoding/base64"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/attestation"
	"github.com/jawort/jawort/refusal"
)

var errCredential = refusal.Field("credential",
	"must be a new credential for exactly the options of the claim, made with user verification. Claim again and create another one.")

// register checks that the credential was created for this enrolment, by this relying party's app, with user
// verification, and kept as the house demands.
func register(party *approval.RelyingParty, j attestation.Judge, e account.Enrolment, raw []byte) (approval.Credential, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(raw)
	if err != nil {
		return approval.Credential{}, errCredential.Because(err)
	}
	session := webauthn.SessionData{
		Challenge:        base64.RawURLEncoding.EncodeToString(e.Challenge),
		RelyingPartyID:   party.ID(),
		UserID:           []byte(e.Device),
		UserVerification: protocol.VerificationRequired,
		CredParams:       algorithms(),
	}
	made, err := party.WebAuthn().CreateCredential(registrant{e}, session, parsed)
	if err != nil {
		return approval.Credential{}, errCredential.Because(err)
	}
	if err := approval.CheckKey(made.PublicKey); err != nil {
		return approval.Credential{}, errCredential.Because(err)
	}
	if err := j.Check(&parsed.Response.AttestationObject); err != nil {
		return approval.Credential{}, err
	}
	return approval.Credential{
		ID: made.ID, Device: e.Device, PublicKey: made.PublicKey,
		SignCount: made.Authenticator.SignCount, BackupEligible: made.Flags.BackupEligible,
		AAGUID: made.Authenticator.AAGUID, Attestation: made.AttestationFormat,
	}, nil
}

// registrant is the device to be, as go-webauthn wants it.
type registrant struct{ enrolment account.Enrolment }

func (r registrant) WebAuthnID() []byte                         { return []byte(r.enrolment.Device) }
func (r registrant) WebAuthnName() string                       { return r.enrolment.AccountLabel }
func (r registrant) WebAuthnDisplayName() string                { return r.enrolment.AccountLabel }
func (r registrant) WebAuthnCredentials() []webauthn.Credential { return nil }

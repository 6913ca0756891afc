package approval

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Passkey is a credential of a browser, registered with one application for one account, which is its user handle.
type Passkey struct {
	ID         string
	Credential Credential
	RPID       string // under which it can be used, and no other
	Label      string // as its person calls it, or browser and system in which it was made; empty: unknown
	BackedUp   bool   // it exists in more places than one
}

const passkeyLabel = "jawort passkey v1"

// PasskeyChallenge returns the WebAuthn challenge by which a passkey approves: SHA-256 over the label, a zero byte and the
// document. No decision of a phone has the same encoding, because its label is another.
func PasskeyChallenge(document []byte) [sha256.Size]byte {
	h := sha256.New()
	io.WriteString(h, passkeyLabel)
	h.Write([]byte{0})
	h.Write(document)
	return [sha256.Size]byte(h.Sum(nil))
}

// VerifyPasskey checks that signer, a passkey of the account, made the assertion over the document for this relying party,
// from one of its origins, with user verification. Everything wrong is ErrAssertion.
func (rp *RelyingParty) VerifyPasskey(a *Assertion, signer Credential, account string, document []byte) error {
	if len(signer.PublicKey) > maxPasskeyKey || len(a.Signature) > maxPasskeySignature {
		return fmt.Errorf("%w: key or signature is too long", ErrAssertion)
	}
	return rp.verify(a, signer, account, PasskeyChallenge(document))
}

// VerifyOwn checks that signer, which belongs to the user with this handle, made the assertion over a challenge of our own for this relying party, from one
// of its origins, with user verification. Everything wrong is ErrAssertion.
func (rp *RelyingParty) VerifyOwn(a *Assertion, signer Credential, handle string, challenge [sha256.Size]byte) error {
	if len(signer.PublicKey) > maxPasskeyKey || len(a.Signature) > maxPasskeySignature {
		return fmt.Errorf("%w: key or signature is too long", ErrAssertion)
	}
	return rp.verify(a, signer, handle, challenge)
}

// ErrRegistration is what every registration that does not hold is wrapped in.
var ErrRegistration = errors.New("the registration does not hold")

// Registration is what a browser answers when it has made a passkey.
type Registration struct {
	Challenge []byte // that the browser names; whether it was given is for the caller to see

	parsed *protocol.ParsedCredentialCreationData
}

// ParseRegistration reads the JSON form of a PublicKeyCredential (WebAuthn Level 3, 5.1.8). Unknown members are ignored.
func ParseRegistration(credential []byte) (*Registration, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(credential)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRegistration, err)
	}
	challenge, err := base64.RawURLEncoding.DecodeString(parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRegistration, err)
	}
	return &Registration{Challenge: challenge, parsed: parsed}, nil
}

// Register checks that the passkey was made for its challenge and this relying party, from one of its origins, with user
// verification, and by a key that is accepted. Everything wrong is ErrRegistration.
func (rp *RelyingParty) Register(r *Registration, account string) (Passkey, error) {
	session := webauthn.SessionData{
		Challenge:        base64.RawURLEncoding.EncodeToString(r.Challenge),
		RelyingPartyID:   rp.id,
		UserID:           []byte(account),
		UserVerification: protocol.VerificationRequired,
		CredParams:       PasskeyAlgorithms(),
	}
	made, err := rp.webauthn.CreateCredential(owner{handle: account}, session, r.parsed)
	if err != nil {
		return Passkey{}, fmt.Errorf("%w: %w", ErrRegistration, err)
	}
	if err := CheckPasskeyKey(made.PublicKey); err != nil {
		return Passkey{}, fmt.Errorf("%w: %w", ErrRegistration, err)
	}
	return Passkey{
		Credential: Credential{
			ID: bytes.Clone(made.ID), PublicKey: made.PublicKey, SignCount: made.Authenticator.SignCount, BackupEligible: made.Flags.BackupEligible,
			AAGUID: made.Authenticator.AAGUID, Attestation: made.AttestationFormat,
		},
		RPID: rp.id, BackedUp: made.Flags.BackupState,
	}, nil
}

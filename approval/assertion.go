package approval

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// ErrAssertion is what every assertion that does not hold is wrapped in.
var ErrAssertion = errors.New("the assertion does not hold")

// OriginError is an ErrAssertion because of where the assertion was made, for who may have named the origins wrongly.
type OriginError struct{ Origin string }

func (e *OriginError) Error() string {
	return fmt.Sprintf("it was signed for %q, which is not among the origins", e.Origin)
}

// Assertion is what an authenticator signed: the parts that are needed to check it again.
type Assertion struct {
	CredentialID      []byte
	AuthenticatorData []byte
	ClientDataJSON    []byte
	Signature         []byte

	parsed *protocol.ParsedCredentialAssertionData
}

// ParseAssertion reads the JSON form of a PublicKeyCredential (WebAuthn Level 3, 5.1.8). The object is opaque
// to Jawort: unknown members are ignored.
func ParseAssertion(credential []byte) (*Assertion, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(credential)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAssertion, err)
	}
	return newAssertion(parsed), nil
}

func newAssertion(parsed *protocol.ParsedCredentialAssertionData) *Assertion {
	raw := parsed.Raw
	return &Assertion{
		CredentialID:      parsed.RawID,
		AuthenticatorData: raw.AssertionResponse.AuthenticatorData,
		ClientDataJSON:    raw.AssertionResponse.ClientDataJSON,
		Signature:         raw.AssertionResponse.Signature,
		parsed:            parsed,
	}
}

// SignCount returns the authenticator's counter; 0 where it keeps none.
func (a *Assertion) SignCount() uint32 {
	if a.parsed == nil {
		return 0
	}
	return a.parsed.Response.AuthenticatorData.Counter
}

// Challenge returns the challenge that the browser names; whether it was given is for the caller to see.
func (a *Assertion) Challenge() []byte {
	if a.parsed == nil {
		return nil
	}
	challenge, err := base64.RawURLEncoding.DecodeString(a.parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return nil
	}
	return challenge
}

// BackedUp reports whether the key exists in more places than one, as the authenticator says.
func (a *Assertion) BackedUp() bool {
	return a.parsed != nil && a.parsed.Response.AuthenticatorData.Flags.HasBackupState()
}

// restore parses the kept parts again, for an assertion that came from a store or a receipt.
func (a *Assertion) restore() error {
	if a.parsed != nil {
		return nil
	}
	response := protocol.CredentialAssertionResponse{
		PublicKeyCredential: protocol.PublicKeyCredential{
			Credential: protocol.Credential{ID: base64.RawURLEncoding.EncodeToString(a.CredentialID), Type: string(protocol.PublicKeyCredentialType)},
			RawID:      a.CredentialID,
		},
		AssertionResponse: protocol.AuthenticatorAssertionResponse{
			AuthenticatorResponse: protocol.AuthenticatorResponse{ClientDataJSON: a.ClientDataJSON},
			AuthenticatorData:     a.AuthenticatorData,
			Signature:             a.Signature,
		},
	}
	parsed, err := response.Parse()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAssertion, err)
	}
	a.parsed = parsed
	return nil
}

// RelyingParty verifies what authenticators sign: that of the phones, whose RP ID is the exact host of mobile-api for life, or
// that of the passkeys of one application, whose RP ID is the application's. Every use needs user verification.
type RelyingParty struct {
	id       string
	webauthn *webauthn.WebAuthn
}

// NewRelyingParty returns a relying party. Origins are http(s) origins and those of native apps
// (android:apk-key-hash:…, ios:bundle-id:…).
func NewRelyingParty(rpID, name string, origins []string) (*RelyingParty, error) {
	config := &webauthn.Config{RPID: rpID, RPDisplayName: name}
	for _, o := range origins {
		if strings.HasPrefix(o, "https://") || strings.HasPrefix(o, "http://") {
			config.RPOrigins = append(config.RPOrigins, o)
		} else {
			config.RPOpaqueOrigins = append(config.RPOpaqueOrigins, o)
		}
	}
	w, err := webauthn.New(config)
	if err != nil {
		return nil, fmt.Errorf("approval: relying party %q: %w", rpID, err)
	}
	return &RelyingParty{id: rpID, webauthn: w}, nil
}

// ID returns the RP ID.
func (rp *RelyingParty) ID() string { return rp.id }

// WebAuthn returns the underlying relying party, for registration.
func (rp *RelyingParty) WebAuthn() *webauthn.WebAuthn { return rp.webauthn }

// Verify checks that signer made the assertion over the challenge of (decision, number, document) for this
// relying party, from one of its origins, with user verification. Everything wrong is ErrAssertion.
func (rp *RelyingParty) Verify(a *Assertion, signer Credential, decision Decision, number string, document []byte) error {
	if !decision.Valid() || !ValidNumber(number) {
		return fmt.Errorf("%w: malformed decision or number", ErrAssertion)
	}
	if len(signer.PublicKey) > maxPublicKey || len(a.Signature) > maxSignature {
		return fmt.Errorf("%w: key or signature is too long for ES256", ErrAssertion)
	}
	return rp.verify(a, signer, signer.Device, Challenge(decision, number, document))
}

// verify checks that signer, which belongs to the user with this handle, made the assertion over the challenge.
func (rp *RelyingParty) verify(a *Assertion, signer Credential, handle string, challenge [sha256.Size]byte) error {
	if err := a.restore(); err != nil {
		return err
	}
	session := webauthn.SessionData{
		Challenge:            base64.RawURLEncoding.EncodeToString(challenge[:]),
		RelyingPartyID:       rp.id,
		UserID:               []byte(handle),
		AllowedCredentialIDs: [][]byte{signer.ID},
		UserVerification:     protocol.VerificationRequired,
	}
	if _, err := rp.webauthn.ValidateLogin(owner{handle, signer}, session, a.parsed); err != nil {
		return fmt.Errorf("%w: %w", ErrAssertion, rp.explain(a, err))
	}
	// The library latches "user verified" in its credential; this assertion's own flag is what counts.
	if !a.parsed.Response.AuthenticatorData.Flags.UserVerified() {
		return fmt.Errorf("%w: user not verified", ErrAssertion)
	}
	return nil
}

// explain puts in words what the library found where the reader can mend it.
func (rp *RelyingParty) explain(a *Assertion, err error) error {
	response := a.parsed.Response
	config := rp.webauthn.Config
	host := sha256.Sum256([]byte(rp.id))
	origin := response.CollectedClientData.Origin
	switch {
	case !bytes.Equal(response.AuthenticatorData.RPIDHash, host[:]):
		return fmt.Errorf("it was signed for another relying party than %q", rp.id)
	case !protocol.IsOriginInHaystack(origin, config.RPOrigins) && !protocol.IsOpaqueOriginInHaystack(origin, config.RPOpaqueOrigins):
		return &OriginError{Origin: origin}
	}
	return err
}

// owner is the holder of one credential, as go-webauthn wants it.
type owner struct {
	handle     string
	credential Credential
}

func (o owner) WebAuthnID() []byte          { return []byte(o.handle) }
func (o owner) WebAuthnName() string        { return o.handle }
func (o owner) WebAuthnDisplayName() string { return o.handle }
func (o owner) WebAuthnCredentials() []webauthn.Credential {
	return []webauthn.Credential{{
		ID:            o.credential.ID,
		PublicKey:     o.credential.PublicKey,
		Flags:         webauthn.CredentialFlags{UserPresent: true, UserVerified: true, BackupEligible: o.credential.BackupEligible},
		Authenticator: webauthn.Authenticator{AAGUID: o.credential.AAGUID, SignCount: o.credential.SignCount},
	}}
}

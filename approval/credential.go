package approval

import (
	"crypto/ecdh"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// Credential is the WebAuthn credential of a device, or a passkey: what a decision is verified against, and what a receipt
// carries as the signer.
type Credential struct {
	ID             []byte    // as the authenticator chose it
	Device         string    // of a phone, and then the user handle; the id of a passkey
	PublicKey      []byte    // COSE_Key
	SignCount      uint32    // 0 where the authenticator keeps none
	BackupEligible bool      // fixed at registration; a change is refused
	AAGUID         []byte    // of the authenticator's model
	Attestation    string    // format of the attestation statement
	EnrolledAt     time.Time // when it became active
}

// Bounds of an ES256 key as COSE_Key and of its signature in DER, with room to spare.
const (
	maxPublicKey = 128
	maxSignature = 80
)

// ErrKey is what every public key that is not accepted is wrapped in.
var ErrKey = errors.New("approval: not a key that is accepted")

// CheckKey refuses every COSE_Key but a P-256 key for ES256 (RFC 9053, 2.1 and 7.1). It is the only algorithm that all
// platforms offer; and verifying with a key of somebody else's choosing must cost the same whatever the key: an RSA key may be as
// large as a request.
func CheckKey(cose []byte) error {
	if len(cose) > maxPublicKey {
		return fmt.Errorf("%w: %d bytes", ErrKey, len(cose))
	}
	parsed, err := webauthncose.ParsePublicKey(cose)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	key, ok := parsed.(webauthncose.EC2PublicKeyData)
	if !ok || key.Algorithm != int64(webauthncose.AlgES256) || key.Curve != int64(webauthncose.P256) {
		return ErrKey
	}
	if _, err := ecdh.P256().NewPublicKey(slices.Concat([]byte{4}, key.XCoord, key.YCoord)); err != nil {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	return nil
}

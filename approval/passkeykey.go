package approval

import (
	"bytes"
	"fmt"
	"math/bits"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// Bounds of an RSA key. Below, a key is weak (NIST SP 800-131A: 2048 bits); above, verifying would cost what somebody else chooses.
const (
	minModulus = 2048 // bits
	maxModulus = 4096

	maxPasskeyKey       = maxModulus/8 + 64 // as COSE_Key
	maxPasskeySignature = maxModulus / 8
)

// exponent is 65537, which all authenticators use.
var exponent = []byte{1, 0, 1}

// PasskeyAlgorithms are by which passkeys may sign, the preferred first. Beside ES256, which phones are held to, RS256 is needed:
// Windows Hello keeps its keys in TPMs of which many know nothing else.
func PasskeyAlgorithms() []protocol.CredentialParameter {
	return []protocol.CredentialParameter{
		{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgES256},
		{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgRS256},
	}
}

// CheckPasskeyKey refuses every COSE_Key but one for ES256, as CheckKey does, and RSA keys of 2048 to 4096 bits for RS256
// (RFC 8230, 4; RFC 8812, 2).
func CheckPasskeyKey(cose []byte) error {
	if len(cose) > maxPasskeyKey {
		return fmt.Errorf("%w: %d bytes", ErrKey, len(cose))
	}
	parsed, err := webauthncose.ParsePublicKey(cose)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	key, ok := parsed.(webauthncose.RSAPublicKeyData)
	if !ok {
		return CheckKey(cose)
	}
	if key.Algorithm != int64(webauthncose.AlgRS256) || !bytes.Equal(key.Exponent, exponent) {
		return fmt.Errorf("%w: not RS256 with the usual exponent", ErrKey)
	}
	if n := bitLen(key.Modulus); n < minModulus || n > maxModulus {
		return fmt.Errorf("%w: a modulus of %d bits", ErrKey, n)
	}
	return nil
}

// bitLen returns the length of a number in big-endian bytes.
func bitLen(b []byte) int {
	b = bytes.TrimLeft(b, "\x00")
	if len(b) == 0 {
		return 0
	}
	return (len(b)-1)*8 + bits.Len8(b[0])
}

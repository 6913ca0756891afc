package dpop

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"
)

// MAC authenticates what the server hands out and gets back. Package keys provides it.
type MAC interface {
	MAC(purpose string, data []byte) ([]byte, error)
	VerifyMAC(tag []byte, purpose string, data []byte) error
}

const (
	noncePurpose = "jawort dpop nonce"
	nonceLife    = 5 * time.Minute
	// nonceSkew is how far the clock of the server that made the nonce may be ahead of ours.
	nonceSkew  = time.Minute
	stampBytes = 8
)

// Nonces makes and judges nonces. They are a time stamp and a MAC over it, so that every server of the
// installation accepts those of the others and none is stored.
type Nonces struct {
	mac MAC
	now func() time.Time
}

// NewNonces returns the nonces authenticated by mac.
func NewNonces(mac MAC, now func() time.Time) Nonces { return Nonces{mac: mac, now: now} }

// New returns a nonce that is fresh from now on.
func (n Nonces) New() (string, error) {
	stamp := binary.BigEndian.AppendUint64(nil, uint64(n.now().UnixMilli()))
	tag, err := n.mac.MAC(noncePurpose, stamp)
	if err != nil {
		return "", fmt.Errorf("dpop: make nonce: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(stamp, tag...)), nil
}

// Fresh reports whether the nonce was made by this installation within the last five minutes.
func (n Nonces) Fresh(nonce string) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil || len(raw) <= stampBytes {
		return false
	}
	stamp, tag := raw[:stampBytes], raw[stampBytes:]
	if n.mac.VerifyMAC(tag, noncePurpose, stamp) != nil {
		return false
	}
	age := n.now().Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(stamp))))
	return age < nonceLife && age > -nonceSkew
}

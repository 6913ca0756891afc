// Package dpop verifies proofs of possession (RFC 9449): that the sender of a request holds the private half of a
// P-256 key, for this method, this address, this access token, and lately. Lately is judged by nonces of the
// server and never by the phone's clock. The package keeps no state: a proof may be replayed while its nonce is
// fresh, so what it protects must be idempotent.
//
// It does not know what the key belongs to; the caller compares the thumbprint.
package dpop

import "errors"

var (
	// ErrProof is what every proof that does not hold is wrapped in.
	ErrProof = errors.New("dpop: proof does not hold")
	// ErrNonce says that the proof holds but its nonce is missing, too old or not of this server.
	ErrNonce = errors.New("dpop: nonce is not fresh")
)

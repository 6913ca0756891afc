package approval_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/jawort/jawort/approval"
)

// BenchmarkP256Verify is the unit in which the cost of a decision is counted.
func BenchmarkP256Verify(b *testing.B) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("document"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) {
			b.Fatal("does not verify")
		}
	}
}

// BenchmarkDecision parses and verifies one signed decision, without DPoP and stores.
func BenchmarkDecision(b *testing.B) {
	s, rp, document := newSigner(), relyingParty(b), documentBytes(b, question())
	raw := []byte(s.json(approval.Approve, "42", document))
	for b.Loop() {
		a, err := approval.ParseAssertion(raw)
		if err != nil {
			b.Fatal(err)
		}
		if err := rp.Verify(a, s.credential(), approval.Approve, "42", document); err != nil {
			b.Fatal(err)
		}
	}
}

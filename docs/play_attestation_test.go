package docs_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"time"

	"github.com/jawort/jawort/phone"
)

// playAttestation is played where keys must be kept in hardware.
func (h *house) playAttestation() {
	ctx := h.Context()
	_, err := h.client.PutAccount(ctx, "AB1234", "")
	h.must(err)
	for code, a := range map[string]phone.Authenticator{
		"attestation-required":  {},
		"hardware-key-required": {Attest: h.vouch},
	} {
		e, err := h.client.StartEnrolment(ctx, "AB1234")
		h.must(err)
		p := phone.New(phone.Options{HTTPClient: h.http})
		p.Authenticator = a
		_, err = p.Enrol(ctx, e.Link, "Anna", "Anna's phone", nil)
		h.refused(code, err)
	}
}

// vouch attests as a maker does whom nobody knows (WebAuthn Level 3, 8.2).
func (h *house) vouch(data, client []byte) (string, map[string]any) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	h.must(err)
	maker := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true,
		Subject: pkix.Name{Country: []string{"DE"}, Organization: []string{"Muster"}, OrganizationalUnit: []string{"Authenticator Attestation"}, CommonName: "Muster 1"},
	}
	cert, err := x509.CreateCertificate(rand.Reader, maker, maker, &key.PublicKey, key)
	h.must(err)
	signed := sha256.Sum256(slices.Concat(data, client))
	signature, err := ecdsa.SignASN1(rand.Reader, key, signed[:])
	h.must(err)
	return "packed", map[string]any{"alg": -7, "sig": signature, "x5c": [][]byte{cert}}
}

package approval_test

import (
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/approval"
)

const (
	rpID   = "phone.example"
	origin = "https://phone.example"
	device = "dev_aaaaaaaaaaaaaaaaaaaaaaaaaa"
)

// signer is a phone's authenticator by an implementation that is not ours.
type signer struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

func newSigner() *signer {
	return &signer{
		rp:   virtualwebauthn.RelyingParty{ID: rpID, Origin: origin},
		auth: virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(device)}),
		cred: newCredential(),
	}
}

// newCredential avoids the keys that this authenticator misspells: it drops leading zeros of a coordinate, which COSE
// (RFC 9053, 7.1.1) forbids and go-webauthn refuses.
func newCredential() virtualwebauthn.Credential {
	const whole = 77 // bytes of a P-256 COSE_Key with both coordinates in full
	for {
		if c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(c.Key.AttestationData()) == whole {
			return c
		}
	}
}

func (s *signer) credential() approval.Credential {
	return approval.Credential{
		ID: s.cred.ID, Device: device, PublicKey: s.cred.Key.AttestationData(), AAGUID: s.auth.Aaguid[:],
		Attestation: "none", EnrolledAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

func (s *signer) json(d approval.Decision, number string, document []byte) string {
	c := approval.Challenge(d, number, document)
	return virtualwebauthn.CreateAssertionResponse(s.rp, s.auth, s.cred, virtualwebauthn.AssertionOptions{Challenge: c[:]})
}

func (s *signer) sign(t testing.TB, d approval.Decision, number string, document []byte) *approval.Assertion {
	t.Helper()
	a, err := approval.ParseAssertion([]byte(s.json(d, number, document)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func relyingParty(t testing.TB) *approval.RelyingParty {
	t.Helper()
	rp, err := approval.NewRelyingParty(rpID, "Jawort", []string{origin})
	if err != nil {
		t.Fatal(err)
	}
	return rp
}

func question() approval.Document {
	return approval.Document{
		ID: "apr_5aaaaaaaaaaaaaaaaaaaaaaaaaa", Kind: approval.Login,
		Tenant:      approval.Party{ID: "ten_aaaaaaaaaaaaaaaaaaaaaaaaaa", Name: "Muster Makler AG"},
		Application: approval.Party{ID: "app_aaaaaaaaaaaaaaaaaaaaaaaaaa", Name: "Portal"},
		Account:     approval.AccountLabel{Label: "Büro Süd"},
		Browser:     approval.Browser{IP: "203.0.113.9", OS: "Windows", Name: "Firefox"},
		Match:       approval.Match{Kind: approval.MatchEnter, Digits: 2},
		CreatedAt:   time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
		ExpiresAt:   time.Date(2026, 11, 21, 12, 2, 0, 0, time.UTC),
	}
}

func documentBytes(t testing.TB, d approval.Document) []byte {
	t.Helper()
	b, err := d.Bytes(strings.NewReader(strings.Repeat("n", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

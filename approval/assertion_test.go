package approval_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jawort/jawort/approval"
)

func TestASignedDecisionHoldsForExactlyWhatWasSigned(t *testing.T) {
	t.Parallel()
	document := documentBytes(t, question())
	s := newSigner()
	rp := relyingParty(t)
	a := s.sign(t, approval.Approve, "42", document)
	if err := rp.Verify(a, s.credential(), approval.Approve, "42", document); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"another decision": rp.Verify(a, s.credential(), approval.Report, "42", document),
		"another number":   rp.Verify(a, s.credential(), approval.Approve, "43", document),
		"another document": rp.Verify(a, s.credential(), approval.Approve, "42", documentBytes(t, func() approval.Document {
			d := question()
			d.Application.Name = "Bank"
			return d
		}())),
		"one byte more":   rp.Verify(a, s.credential(), approval.Approve, "42", append(document[:len(document):len(document)], ' ')),
		"unknown word":    rp.Verify(s.sign(t, "maybe", "42", document), s.credential(), "maybe", "42", document),
		"number of seven": rp.Verify(s.sign(t, approval.Approve, "1234567", document), s.credential(), approval.Approve, "1234567", document),
	} {
		if !errors.Is(err, approval.ErrAssertion) {
			t.Errorf("%s: %v, want ErrAssertion", name, err)
		}
	}
}

func TestForgedAssertionsAreRefused(t *testing.T) {
	t.Parallel()
	document := documentBytes(t, question())
	honest := newSigner()
	for name, forge := range map[string]func(s *signer){
		"wrong origin":           func(s *signer) { s.rp.Origin = "https://evil.example" },
		"origin by another port": func(s *signer) { s.rp.Origin = "https://phone.example:8443" },
		"plain http origin":      func(s *signer) { s.rp.Origin = "http://phone.example" },
		"wrong relying party":    func(s *signer) { s.rp.ID = "evil.example" },
		"user not verified":      func(s *signer) { s.auth.Options.UserNotVerified = true },
		"user not present":       func(s *signer) { s.auth.Options.UserNotPresent = true },
		"another key":            func(s *signer) { s.cred.Key = newCredential().Key },
		"another credential id":  func(s *signer) { s.cred.ID = []byte("somebody else's") },
		"another user handle":    func(s *signer) { s.auth.Options.UserHandle = []byte("dev_bbbbbbbbbbbbbbbbbbbbbbbbbb") },
		"backup flag changed":    func(s *signer) { s.auth.Options.BackupEligible = true },
	} {
		forger := *honest
		forge(&forger)
		a, err := approval.ParseAssertion([]byte(forger.json(approval.Approve, "42", document)))
		if err == nil {
			err = relyingParty(t).Verify(a, honest.credential(), approval.Approve, "42", document)
		}
		if !errors.Is(err, approval.ErrAssertion) {
			t.Errorf("%s: %v, want ErrAssertion", name, err)
		}
	}
}

func TestBytesThatAreNoAssertionAreRefused(t *testing.T) {
	t.Parallel()
	good := newSigner().json(approval.Approve, "42", documentBytes(t, question()))
	for _, s := range []string{"", "null", "{}", "[]", `"x"`, good[:len(good)/2], strings.Replace(good, "public-key", "password", 1),
		strings.Replace(good, `"signature":"`, `"signature":"!`, 1), strings.Replace(good, "authenticatorData", "x", 1)} {
		if _, err := approval.ParseAssertion([]byte(s)); !errors.Is(err, approval.ErrAssertion) {
			t.Errorf("%.40q: %v, want ErrAssertion", s, err)
		}
	}
}

func TestANativeAppsOriginHolds(t *testing.T) {
	t.Parallel()
	const app = "android:apk-key-hash:eNLKJ0tBVPfL0yMVqYeEMcEhfQEFCTgEUHzvKeDgZnM"
	rp, err := approval.NewRelyingParty(rpID, "Jawort", []string{origin, app})
	if err != nil {
		t.Fatal(err)
	}
	document := documentBytes(t, question())
	s := newSigner()
	s.rp.Origin = app
	if err := rp.Verify(s.sign(t, approval.Deny, "", document), s.credential(), approval.Deny, "", document); err != nil {
		t.Error(err)
	}
}

func FuzzParseAssertion(f *testing.F) {
	f.Add([]byte(newSigner().json(approval.Approve, "42", documentBytes(f, question()))))
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{}}`))
	f.Add([]byte("null"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := approval.ParseAssertion(b); err == nil && len(a.CredentialID) == 0 {
			t.Error("an assertion without a credential id was accepted")
		}
	})
}

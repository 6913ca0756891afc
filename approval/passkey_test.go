package approval_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/approval"
)

const (
	loginRP     = "example.com"
	loginOrigin = "https://login.example.com"
	accountID   = "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa"
)

// newBrowser is a browser's authenticator for the pages of one application.
func newBrowser(kind virtualwebauthn.KeyType) *signer {
	s := newSigner()
	s.rp = virtualwebauthn.RelyingParty{ID: loginRP, Origin: loginOrigin}
	s.auth.Options.UserHandle = []byte(accountID)
	if kind == virtualwebauthn.KeyTypeRSA {
		s.cred = virtualwebauthn.NewCredential(kind)
	}
	return s
}

func loginParty(t testing.TB) *approval.RelyingParty {
	t.Helper()
	rp, err := approval.NewRelyingParty(loginRP, "Portal", []string{loginOrigin})
	if err != nil {
		t.Fatal(err)
	}
	return rp
}

// answer signs a challenge, as the browser sends it.
func (s *signer) answer(challenge []byte) string {
	return virtualwebauthn.CreateAssertionResponse(s.rp, s.auth, s.cred, virtualwebauthn.AssertionOptions{Challenge: challenge})
}

func (s *signer) confirm(t testing.TB, document []byte) *approval.Assertion {
	t.Helper()
	challenge := approval.PasskeyChallenge(document)
	a, err := approval.ParseAssertion([]byte(s.answer(challenge[:])))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// register makes the passkey for a challenge.
func (s *signer) register(challenge []byte) string {
	return virtualwebauthn.CreateAttestationResponse(s.rp, s.auth, s.cred, virtualwebauthn.AttestationOptions{Challenge: challenge})
}

func TestThePasskeysChallengeIsAsTheDesignSays(t *testing.T) {
	t.Parallel()
	want := sha256.Sum256([]byte("jawort passkey v1\x00{}"))
	if approval.PasskeyChallenge([]byte("{}")) != want {
		t.Error("it is another")
	}
}

func TestAPasskeyApprovesExactlyTheDocumentThatItSigned(t *testing.T) {
	t.Parallel()
	document, rp := documentBytes(t, question()), loginParty(t)
	for _, kind := range []virtualwebauthn.KeyType{virtualwebauthn.KeyTypeEC2, virtualwebauthn.KeyTypeRSA} {
		s := newBrowser(kind)
		a := s.confirm(t, document)
		if err := rp.VerifyPasskey(a, s.credential(), accountID, document); err != nil {
			t.Fatal(err)
		}
		if err := rp.VerifyPasskey(a, s.credential(), accountID, documentBytes(t, func() approval.Document {
			d := question()
			d.Application.Name = "Bank"
			return d
		}())); !errors.Is(err, approval.ErrAssertion) {
			t.Errorf("another document: %v, want ErrAssertion", err)
		}
	}
}

func TestForgedPasskeysAreRefused(t *testing.T) {
	t.Parallel()
	document := documentBytes(t, question())
	honest := newBrowser(virtualwebauthn.KeyTypeEC2)
	for name, forge := range map[string]func(s *signer){
		"a page that looks like it":   func(s *signer) { s.rp.Origin = "https://login.examp1e.com" },
		"another page of the domain":  func(s *signer) { s.rp.Origin = "https://shop.example.com" },
		"plain http":                  func(s *signer) { s.rp.Origin = "http://login.example.com" },
		"another relying party":       func(s *signer) { s.rp.ID = "login.example.com" },
		"nobody unlocked it":          func(s *signer) { s.auth.Options.UserNotVerified = true },
		"nobody was there":            func(s *signer) { s.auth.Options.UserNotPresent = true },
		"another key":                 func(s *signer) { s.cred.Key = newCredential().Key },
		"another credential":          func(s *signer) { s.cred.ID = []byte("somebody else's") },
		"another account's":           func(s *signer) { s.auth.Options.UserHandle = []byte("acc_bbbbbbbbbbbbbbbbbbbbbbbbbb") },
		"a key that can travel now":   func(s *signer) { s.auth.Options.BackupEligible = true },
		"a phone's handle":            func(s *signer) { s.auth.Options.UserHandle = []byte(device) },
		"a phone's origin and domain": func(s *signer) { s.rp = virtualwebauthn.RelyingParty{ID: rpID, Origin: origin} },
	} {
		forger := *honest
		forge(&forger)
		if err := loginParty(t).VerifyPasskey(forger.confirm(t, document), honest.credential(), accountID, document); !errors.Is(err, approval.ErrAssertion) {
			t.Errorf("%s: %v, want ErrAssertion", name, err)
		}
	}
}

// A phone and a browser with one key at one relying party are more than an attacker can have; even so neither stands in for the other.
func TestAPhonesKeyConfirmsNothingAsPasskeyNorTheOtherWayRound(t *testing.T) {
	t.Parallel()
	document, rp := documentBytes(t, question()), relyingParty(t)
	s := newSigner()
	for _, number := range []string{"", "42"} {
		if err := rp.VerifyPasskey(s.sign(t, approval.Approve, number, document), s.credential(), device, document); !errors.Is(err, approval.ErrAssertion) {
			t.Errorf("an approve of a phone as passkey: %v, want ErrAssertion", err)
		}
		if err := rp.Verify(s.confirm(t, document), s.credential(), approval.Approve, number, document); !errors.Is(err, approval.ErrAssertion) {
			t.Errorf("a passkey as an approve of a phone: %v, want ErrAssertion", err)
		}
	}
	browser := newBrowser(virtualwebauthn.KeyTypeRSA)
	browser.rp, browser.auth.Options.UserHandle = s.rp, []byte(device)
	if err := rp.Verify(browser.sign(t, approval.Approve, "42", document), browser.credential(), approval.Approve, "42", document); !errors.Is(err, approval.ErrAssertion) {
		t.Errorf("a kind of key that no phone has: %v, want ErrAssertion", err)
	}
}

func TestAPasskeyIsRegisteredForItsChallengePageAndAccount(t *testing.T) {
	t.Parallel()
	challenge := bytes.Repeat([]byte{7}, 32)
	for _, kind := range []virtualwebauthn.KeyType{virtualwebauthn.KeyTypeEC2, virtualwebauthn.KeyTypeRSA} {
		s := newBrowser(kind)
		r, err := approval.ParseRegistration([]byte(s.register(challenge)))
		if err != nil || !bytes.Equal(r.Challenge, challenge) {
			t.Fatalf("challenge %x, %v", r.Challenge, err)
		}
		p, err := loginParty(t).Register(r, accountID)
		if err != nil || !bytes.Equal(p.Credential.ID, s.cred.ID) || p.RPID != loginRP {
			t.Fatalf("%+v, %v", p, err)
		}
		document := documentBytes(t, question())
		if err := loginParty(t).VerifyPasskey(s.confirm(t, document), p.Credential, accountID, document); err != nil {
			t.Error(err)
		}
	}
	for name, forge := range map[string]func(s *signer){
		"another page":          func(s *signer) { s.rp.Origin = "https://evil.example" },
		"another relying party": func(s *signer) { s.rp.ID = "evil.example" },
		"nobody unlocked it":    func(s *signer) { s.auth.Options.UserNotVerified = true },
		"a weak key": func(s *signer) {
			s.cred = virtualwebauthn.NewCredentialWithImportedKey(virtualwebauthn.KeyTypeRSA, weakKey(t))
		},
	} {
		forger := newBrowser(virtualwebauthn.KeyTypeEC2)
		forge(forger)
		r, err := approval.ParseRegistration([]byte(forger.register(challenge)))
		if err == nil {
			_, err = loginParty(t).Register(r, accountID)
		}
		if !errors.Is(err, approval.ErrRegistration) {
			t.Errorf("%s: %v, want ErrRegistration", name, err)
		}
	}
}

// weakKey is an RSA key of 1536 bits.
func weakKey(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1536)
	if err != nil {
		t.Fatal(err)
	}
	b, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBytesThatAreNoRegistrationAreRefused(t *testing.T) {
	t.Parallel()
	good := newBrowser(virtualwebauthn.KeyTypeEC2).register(make([]byte, 32))
	strange := strings.Replace(good, `"clientDataJSON":"`, `"clientDataJSON":"`+base64.RawURLEncoding.EncodeToString([]byte(`{"type":"webauthn.create","challenge":"!","origin":"x"}`))+`","was":"`, 1)
	for _, s := range []string{"", "null", "{}", "[]", good[:len(good)/2], strange, newBrowser(virtualwebauthn.KeyTypeEC2).answer(make([]byte, 32))} {
		if _, err := approval.ParseRegistration([]byte(s)); !errors.Is(err, approval.ErrRegistration) {
			t.Errorf("%.60q: %v, want ErrRegistration", s, err)
		}
	}
}

func TestRSAKeysOfPasskeysAreBounded(t *testing.T) {
	t.Parallel()
	rsa := func(algorithm int, modulus []byte, exponent ...byte) []byte {
		return cose(t, map[int]any{1: 3, 3: algorithm, -1: modulus, -2: exponent})
	}
	for name, c := range map[string]struct {
		key []byte
		ok  bool
	}{
		"ES256":                {newSigner().credential().PublicKey, true},
		"2048 bits":            {rsa(-257, bytes.Repeat([]byte{255}, 256), 1, 0, 1), true},
		"4096 bits":            {rsa(-257, bytes.Repeat([]byte{255}, 512), 1, 0, 1), true},
		"2047 bits":            {rsa(-257, append([]byte{127}, bytes.Repeat([]byte{255}, 255)...), 1, 0, 1), false},
		"zeros ahead":          {rsa(-257, append(make([]byte, 200), bytes.Repeat([]byte{255}, 128)...), 1, 0, 1), false},
		"4104 bits":            {rsa(-257, bytes.Repeat([]byte{255}, 513), 1, 0, 1), false},
		"huge":                 {rsa(-257, bytes.Repeat([]byte{255}, 30000), 1, 0, 1), false},
		"a large exponent":     {rsa(-257, bytes.Repeat([]byte{255}, 256), 127, 255, 255), false},
		"RS1":                  {rsa(-65535, bytes.Repeat([]byte{255}, 256), 1, 0, 1), false},
		"RS512":                {rsa(-259, bytes.Repeat([]byte{255}, 256), 1, 0, 1), false},
		"no modulus":           {rsa(-257, nil, 1, 0, 1), false},
		"nothing":              {nil, false},
		"RSA that says ES256":  {rsa(-7, bytes.Repeat([]byte{255}, 256), 1, 0, 1), false},
		"a point of ES256 off": {cose(t, map[int]any{1: 2, 3: -7, -1: 1, -2: make([]byte, 32), -3: make([]byte, 32)}), false},
	} {
		if err := approval.CheckPasskeyKey(c.key); (err == nil) != c.ok || (err != nil && !errors.Is(err, approval.ErrKey)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVerifyingAPasskeyCostsTheSameWhateverIsClaimedToBeAKey(t *testing.T) {
	t.Parallel()
	document, rp := documentBytes(t, question()), loginParty(t)
	s := newBrowser(virtualwebauthn.KeyTypeRSA)
	huge := s.credential()
	huge.PublicKey = cose(t, map[int]any{1: 3, 3: -257, -1: bytes.Repeat([]byte{255}, 30000), -2: []byte{1, 0, 1}})
	long := s.confirm(t, document)
	long.Signature = bytes.Repeat([]byte{1}, 30000)
	for name, err := range map[string]error{
		"a huge key":       rp.VerifyPasskey(s.confirm(t, document), huge, accountID, document),
		"a long signature": rp.VerifyPasskey(long, s.credential(), accountID, document),
	} {
		if !errors.Is(err, approval.ErrAssertion) || !strings.Contains(err.Error(), "too long") {
			t.Errorf("%s: %v, want that it is too long", name, err)
		}
	}
}

// confirmed is the outcome of a login that a passkey confirmed.
func confirmed(t testing.TB, s *signer) approval.Outcome {
	t.Helper()
	o := outcome(t, s, approval.Approve, "")
	o.Method, o.Account, o.Device, o.Label, o.Holder = approval.MethodPasskey, accountID, "pky_aaaaaaaaaaaaaaaaaaaaaaaaaa", "Firefox, Windows", ""
	o.Assertion = s.confirm(t, o.Document)
	return o
}

func TestAPasskeysReceiptProvesItsOutcomeOfflineAndNoOther(t *testing.T) {
	t.Parallel()
	key, published := receiptKey(t)
	receipt := func(change func(r *approval.Receipt)) string {
		r, err := approval.NewReceipt(confirmed(t, newBrowser(virtualwebauthn.KeyTypeEC2)))
		if err != nil {
			t.Fatal(err)
		}
		change(&r)
		return signed(t, r, key)
	}
	honest := receipt(func(*approval.Receipt) {})
	got, err := approval.VerifyReceipt(honest, published, loginParty(t))
	if err != nil || got.Method != approval.MethodPasskey || got.Label != "Firefox, Windows" {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := approval.VerifyReceipt(honest, published, relyingParty(t)); !errors.Is(err, approval.ErrReceipt) {
		t.Errorf("by the phones' relying party: %v, want ErrReceipt", err)
	}
	for name, lie := range map[string]func(r *approval.Receipt){
		"shown as a phone's": func(r *approval.Receipt) { r.Method = approval.MethodPush },
		"with a number":      func(r *approval.Receipt) { r.Number = "42" },
		"another decision":   func(r *approval.Receipt) { r.Decision = approval.Report },
		"another end":        func(r *approval.Receipt) { r.Status = approval.StatusDenied },
		"another approval":   func(r *approval.Receipt) { r.Approval = "apr_6aaaaaaaaaaaaaaaaaaaaaaaaaa" },
		"document changed": func(r *approval.Receipt) {
			r.Document = bytes.Replace(r.Document, []byte("Portal"), []byte("Bank A"), 1)
		},
		"another's key":        func(r *approval.Receipt) { r.Credential.PublicKey = newSigner().credential().PublicKey },
		"signature cut":        func(r *approval.Receipt) { r.Assertion.Signature = r.Assertion.Signature[:10] },
		"a phone's signature":  func(r *approval.Receipt) { phones(t, r) },
		"nothing but the word": func(r *approval.Receipt) { r.Assertion = approval.ReceiptAssertion{} },
	} {
		if _, err := approval.VerifyReceipt(receipt(lie), published, loginParty(t)); !errors.Is(err, approval.ErrReceipt) {
			t.Errorf("%s: %v, want ErrReceipt", name, err)
		}
	}
}

// phones puts the evidence of an approve in the place of that of a passkey, made by the same key for the same page.
func phones(t *testing.T, r *approval.Receipt) {
	t.Helper()
	s := newBrowser(virtualwebauthn.KeyTypeEC2)
	a := s.sign(t, approval.Approve, "", r.Document)
	r.Credential.ID, r.Credential.PublicKey = s.cred.ID, s.credential().PublicKey
	r.Assertion = approval.ReceiptAssertion{AuthenticatorData: a.AuthenticatorData, ClientDataJSON: a.ClientDataJSON, Signature: a.Signature}
}

func FuzzParseRegistration(f *testing.F) {
	f.Add([]byte(newBrowser(virtualwebauthn.KeyTypeEC2).register(make([]byte, 32))))
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{}}`))
	f.Add([]byte("null"))
	f.Add([]byte(""))
	rp := loginParty(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := approval.ParseRegistration(b)
		if err != nil {
			return
		}
		if rp.VerifyOwn(&approval.Assertion{CredentialID: b}, approval.Credential{ID: b, PublicKey: b}, accountID, [32]byte{}) == nil {
			t.Error("what nobody signed holds")
		}
		if p, err := rp.Register(r, accountID); err == nil && (len(p.Credential.ID) == 0 || approval.CheckPasskeyKey(p.Credential.PublicKey) != nil) {
			t.Error("a passkey without id or key was accepted")
		}
	})
}

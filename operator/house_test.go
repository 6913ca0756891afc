package operator_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/operator"
)

const address = "https://console.example"

func newHouse(t testing.TB) *operator.House {
	t.Helper()
	set, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	h, err := operator.NewHouse(address, set)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func challenge(t testing.TB, h *operator.House, aim string, at time.Time) []byte {
	t.Helper()
	c, err := h.Challenge(aim, at, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signer is an authenticator by an implementation that is not ours.
type signer struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
}

func newSigner() *signer {
	s := &signer{rp: virtualwebauthn.RelyingParty{ID: "console.example", Origin: address}, auth: virtualwebauthn.NewAuthenticator(), key: virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)}
	s.auth.Options.UserHandle = []byte("opr_ada")
	return s
}

func (s *signer) create(challenge []byte) []byte {
	return []byte(virtualwebauthn.CreateAttestationResponse(s.rp, s.auth, s.key, virtualwebauthn.AttestationOptions{Challenge: challenge}))
}

func (s *signer) get(challenge []byte) []byte {
	return []byte(virtualwebauthn.CreateAssertionResponse(s.rp, s.auth, s.key, virtualwebauthn.AssertionOptions{Challenge: challenge}))
}

func (s *signer) passkey() operator.Passkey {
	return operator.Passkey{Operator: "opr_ada", Credential: approval.Credential{ID: s.key.ID, PublicKey: s.key.Key.AttestationData()}}
}

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func TestAChallengeIsGoodForItsAimAndForTenMinutes(t *testing.T) {
	t.Parallel()
	h, s := newHouse(t), newSigner()
	given := challenge(t, h, "sign in", now)
	for _, c := range []struct {
		what      string
		challenge []byte
		aim       string
		at        time.Time
		holds     bool
	}{
		{"at once", given, "sign in", now, true},
		{"just in time", given, "sign in", now.Add(operator.ChallengeLife - time.Second), true},
		{"too late", given, "sign in", now.Add(operator.ChallengeLife), false},
		{"for something else", given, "confirm ops_x", now, false},
		{"of another installation", challenge(t, newHouse(t), "sign in", now), "sign in", now, false},
		{"changed", append(append([]byte{}, given[:31]...), given[31]^1), "sign in", now, false},
		{"shorter", given[:31], "sign in", now, false},
		{"none", nil, "sign in", now, false},
	} {
		_, err := h.Read(s.get(c.challenge), c.aim, c.at)
		if (err == nil) != c.holds || (err != nil && !errors.Is(err, operator.ErrPasskey)) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestOnlyThePasskeyThatSignedHolds(t *testing.T) {
	t.Parallel()
	h, ada, eve := newHouse(t), newSigner(), newSigner()
	c := challenge(t, h, "sign in", now)
	a, err := h.Read(ada.get(c), "sign in", now)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Holds(ada.passkey()); err != nil {
		t.Errorf("her own: %v", err)
	}
	if err := a.Holds(eve.passkey()); !errors.Is(err, operator.ErrPasskey) {
		t.Errorf("another one's: %v", err)
	}
	forged := ada.passkey()
	forged.Credential.PublicKey = eve.key.Key.AttestationData()
	if err := a.Holds(forged); !errors.Is(err, operator.ErrPasskey) {
		t.Errorf("another key: %v", err)
	}
	other := ada.passkey()
	other.Operator = "opr_eve"
	if err := a.Holds(other); !errors.Is(err, operator.ErrPasskey) {
		t.Errorf("another operator: %v", err)
	}
}

func TestARegistrationIsForItsOperatorAndItsLink(t *testing.T) {
	t.Parallel()
	h, s := newHouse(t), newSigner()
	c := challenge(t, h, "join x", now)
	k, used, err := h.Register(s.create(c), "opr_ada", "join x", now)
	if err != nil || string(used) != string(c) || k.Operator != "opr_ada" || string(k.Credential.ID) != string(s.key.ID) {
		t.Fatalf("%+v %v", k, err)
	}
	if _, _, err := h.Register(s.create(c), "opr_ada", "join y", now); !errors.Is(err, operator.ErrPasskey) {
		t.Errorf("by another link: %v", err)
	}
	s.auth.Options.UserNotVerified = true
	if _, _, err := h.Register(s.create(c), "opr_ada", "join x", now); !errors.Is(err, operator.ErrPasskey) {
		t.Errorf("without verifying its user: %v", err)
	}
}

func TestWhoSignsInNamesNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	options := h.RequestOptions(make([]byte, 32), nil)
	if len(options.AllowCredentials) != 0 || options.UserVerification != "required" || options.RPID != "console.example" {
		t.Errorf("%+v", options)
	}
	created := h.CreationOptions(operator.Operator{ID: "opr_ada", Name: "Ada"}, make([]byte, 32), []operator.Passkey{newSigner().passkey()})
	if created.AuthenticatorSelection.ResidentKey != "required" || len(created.ExcludeCredentials) != 1 {
		t.Errorf("%+v", created)
	}
}

func FuzzRead(f *testing.F) {
	h, s := newHouse(f), newSigner()
	c := challenge(f, h, "sign in", now)
	good := s.get(c)
	var changed map[string]any
	if err := json.Unmarshal(good, &changed); err != nil {
		f.Fatal(err)
	}
	changed["response"].(map[string]any)["clientDataJSON"] = base64.RawURLEncoding.EncodeToString([]byte(`{"type":"webauthn.get","challenge":"AA","origin":"` + address + `"}`))
	other, err := json.Marshal(changed)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, other, {}, []byte("null"), []byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{}}`), s.create(c)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := h.Read(b, "sign in", now)
		if err != nil {
			if !errors.Is(err, operator.ErrPasskey) {
				t.Fatalf("%q: %v", b, err)
			}
			return
		}
		if a.Holds(s.passkey()) == nil && string(a.Assertion.Signature) == "" {
			t.Error("an answer without a signature holds")
		}
	})
}

package approval_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/approval"
)

// passkeyVectors is the published file about passkeys of login pages, in the form of the one for phones.
type passkeyVectors struct {
	RPID       string                   `json:"rp_id"`
	Origins    []string                 `json:"origins"`
	Account    string                   `json:"account"` // the user handle
	Challenges []passkeyChallengeVector `json:"challenges"`
	Assertions []passkeyAssertionVector `json:"assertions"`
	Receipts   []receiptVector          `json:"receipts"`
	Keys       jose.JSONWebKeySet       `json:"receipt_keys"`
	Credential vectorPasskey            `json:"credential"`
}

type passkeyChallengeVector struct {
	Name      string         `json:"name"`
	Document  string         `json:"document"`
	Challenge approval.Bytes `json:"challenge"`
}

type passkeyAssertionVector struct {
	Name       string          `json:"name"`
	Document   string          `json:"document"`
	Credential json.RawMessage `json:"credential"`
	Valid      bool            `json:"valid"`
}

type vectorPasskey struct {
	ID        approval.Bytes `json:"id"`
	PublicKey approval.Bytes `json:"public_key"`
}

const passkeyVectorFile = "../docs/vectors/passkeys-v1.json"

func TestThePublishedPasskeyVectorsHold(t *testing.T) {
	if *writeVectors {
		writeJSON(t, passkeyVectorFile, newPasskeyVectors(t))
	}
	v := readPasskeyVectors(t)
	rp, err := approval.NewRelyingParty(v.RPID, "Portal", v.Origins)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Challenges {
		if got := approval.PasskeyChallenge([]byte(c.Document)); string(got[:]) != string(c.Challenge) {
			t.Errorf("challenge %q differs", c.Name)
		}
	}
	for _, a := range v.Assertions {
		parsed, err := approval.ParseAssertion(a.Credential)
		if err == nil {
			err = rp.VerifyPasskey(parsed, approval.Credential{ID: v.Credential.ID, PublicKey: v.Credential.PublicKey}, v.Account, []byte(a.Document))
		}
		if (err == nil) != a.Valid {
			t.Errorf("assertion %q: %v, valid should be %v", a.Name, err, a.Valid)
		}
	}
	for _, r := range v.Receipts {
		if _, err := approval.VerifyReceipt(r.Receipt, v.Keys, rp); (err == nil) != r.Valid {
			t.Errorf("receipt %q: %v, valid should be %v", r.Name, err, r.Valid)
		}
	}
}

func readPasskeyVectors(t *testing.T) passkeyVectors {
	t.Helper()
	b, err := os.ReadFile(passkeyVectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var v passkeyVectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Challenges) < 2 || len(v.Assertions) < 3 || len(v.Receipts) < 3 {
		t.Fatalf("only %d challenges, %d assertions and %d receipts in %s", len(v.Challenges), len(v.Assertions), len(v.Receipts), passkeyVectorFile)
	}
	return v
}

func newPasskeyVectors(t *testing.T) passkeyVectors {
	t.Helper()
	s := newBrowser(virtualwebauthn.KeyTypeEC2)
	document, payment := string(documentBytes(t, question())), transaction(t)
	key, published := receiptKey(t)
	v := passkeyVectors{
		RPID: loginRP, Origins: []string{loginOrigin}, Account: accountID, Keys: published,
		Credential: vectorPasskey{ID: s.credential().ID, PublicKey: s.credential().PublicKey},
		Assertions: passkeyAssertionVectors(s, document, payment), Receipts: passkeyReceiptVectors(t, s, key),
	}
	for _, c := range []struct{ name, document string }{{"a login", document}, {"a transaction", payment}, {"empty document", ""}} {
		challenge := approval.PasskeyChallenge([]byte(c.document))
		v.Challenges = append(v.Challenges, passkeyChallengeVector{c.name, c.document, challenge[:]})
	}
	return v
}

func passkeyAssertionVectors(s *signer, document, other string) []passkeyAssertionVector {
	var all []passkeyAssertionVector
	add := func(name string, valid bool, signed string, forge func(*signer)) {
		forged := *s
		forge(&forged)
		challenge := approval.PasskeyChallenge([]byte(signed))
		all = append(all, passkeyAssertionVector{name, document, json.RawMessage(forged.answer(challenge[:])), valid})
	}
	add("confirmed", true, document, func(*signer) {})
	add("another document was signed", false, other, func(*signer) {})
	add("on a page that looks like it", false, document, func(s *signer) { s.rp.Origin = "https://login.examp1e.com" })
	add("for another relying party", false, document, func(s *signer) { s.rp.ID = "evil.example" })
	add("without user verification", false, document, func(s *signer) { s.auth.Options.UserNotVerified = true })
	add("of another account", false, document, func(s *signer) { s.auth.Options.UserHandle = []byte("acc_bbbbbbbbbbbbbbbbbbbbbbbbbb") })
	add("by another key", false, document, func(s *signer) { s.cred.Key = newCredential().Key })
	phones := approval.Challenge(approval.Approve, "", []byte(document))
	all = append(all, passkeyAssertionVector{"the challenge of a phone's approve", document, json.RawMessage(s.answer(phones[:])), false})
	return all
}

func passkeyReceiptVectors(t *testing.T, s *signer, key jose.JSONWebKey) []receiptVector {
	t.Helper()
	receipt := func(lie func(*approval.Receipt)) string {
		r, err := approval.NewReceipt(confirmed(t, s))
		if err != nil {
			t.Fatal(err)
		}
		lie(&r)
		return signed(t, r, key)
	}
	honest := receipt(func(*approval.Receipt) {})
	return []receiptVector{
		{"confirmed", honest, true},
		{"stated as a phone's", receipt(func(r *approval.Receipt) { r.Method = approval.MethodPush }), false},
		{"stated with a number", receipt(func(r *approval.Receipt) { r.Number = "42" }), false},
		{"stated of another approval", receipt(func(r *approval.Receipt) { r.Approval = "apr_6aaaaaaaaaaaaaaaaaaaaaaaaaa" }), false},
		{"under another's key", receipt(func(r *approval.Receipt) { r.Credential.PublicKey = newCredential().Key.AttestationData() }), false},
		{"signature cut", honest[:len(honest)-4], false},
	}
}

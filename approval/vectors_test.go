package approval_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/approval"
)

var writeVectors = flag.Bool("write-vectors", false, "make docs/vectors anew (new keys, new signatures)")

// vectors is the published file. Byte strings are base64url without padding; documents are shown as text.
type vectors struct {
	RPID       string             `json:"rp_id"`
	Origins    []string           `json:"origins"`
	Challenges []challengeVector  `json:"challenges"`
	Documents  []documentVector   `json:"documents"`
	Assertions []assertionVector  `json:"assertions"`
	Receipts   []receiptVector    `json:"receipts"`
	Keys       jose.JSONWebKeySet `json:"receipt_keys"`
	Credential vectorCredential   `json:"credential"`
}

type challengeVector struct {
	Name      string            `json:"name"`
	Decision  approval.Decision `json:"decision"`
	Number    string            `json:"number"`
	Document  string            `json:"document"`
	Challenge approval.Bytes    `json:"challenge"`
}

type documentVector struct {
	Name     string         `json:"name"`
	Document approval.Bytes `json:"document"`
	Valid    bool           `json:"valid"`
}

type vectorCredential struct {
	ID        approval.Bytes `json:"id"`
	PublicKey approval.Bytes `json:"public_key"`
	Device    string         `json:"device"`
}

type assertionVector struct {
	Name       string            `json:"name"`
	Decision   approval.Decision `json:"decision"`
	Number     string            `json:"number"`
	Document   string            `json:"document"`
	Credential json.RawMessage   `json:"credential"`
	Valid      bool              `json:"valid"`
}

type receiptVector struct {
	Name    string `json:"name"`
	Receipt string `json:"receipt"`
	Valid   bool   `json:"valid"`
}

const vectorFile = "../docs/vectors/v1.json"

func TestThePublishedVectorsHold(t *testing.T) {
	if *writeVectors {
		writeVectorFile(t)
	}
	v := readVectors(t)
	rp, err := approval.NewRelyingParty(v.RPID, "Jawort", v.Origins)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Challenges {
		if got := approval.Challenge(c.Decision, c.Number, []byte(c.Document)); string(got[:]) != string(c.Challenge) {
			t.Errorf("challenge %q differs", c.Name)
		}
	}
	for _, d := range v.Documents {
		if _, err := approval.ParseDocument(d.Document); (err == nil) != d.Valid {
			t.Errorf("document %q: %v, valid should be %v", d.Name, err, d.Valid)
		}
	}
	for _, a := range v.Assertions {
		if err := checkAssertion(rp, v.Credential, a); (err == nil) != a.Valid {
			t.Errorf("assertion %q: %v, valid should be %v", a.Name, err, a.Valid)
		}
	}
	for _, r := range v.Receipts {
		if _, err := approval.VerifyReceipt(r.Receipt, v.Keys, rp); (err == nil) != r.Valid {
			t.Errorf("receipt %q: %v, valid should be %v", r.Name, err, r.Valid)
		}
	}
}

func checkAssertion(rp *approval.RelyingParty, c vectorCredential, v assertionVector) error {
	a, err := approval.ParseAssertion(v.Credential)
	if err != nil {
		return err
	}
	return rp.Verify(a, approval.Credential{ID: c.ID, Device: c.Device, PublicKey: c.PublicKey}, v.Decision, v.Number, []byte(v.Document))
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	b, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]int{"challenges": len(v.Challenges), "documents": len(v.Documents), "assertions": len(v.Assertions), "receipts": len(v.Receipts)} {
		if n < 3 {
			t.Fatalf("only %d %s in %s", n, name, vectorFile)
		}
	}
	return v
}

func writeVectorFile(t *testing.T) {
	t.Helper()
	s := newSigner()
	document := string(documentBytes(t, question()))
	key, published := receiptKey(t)
	c := s.credential()
	v := vectors{
		RPID: rpID, Origins: []string{origin}, Keys: published,
		Credential: vectorCredential{ID: c.ID, PublicKey: c.PublicKey, Device: c.Device},
		Challenges: challengeVectors(document, transaction(t)),
		Documents:  documentVectors(document, transaction(t)),
		Assertions: assertionVectors(s, document),
		Receipts:   receiptVectors(t, s, key),
	}
	writeJSON(t, vectorFile, v)
}

func writeJSON(t *testing.T, file string, v any) {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// transaction is a document of the other kind, which matches no number.
func transaction(t *testing.T) string {
	t.Helper()
	d := question()
	d.Kind, d.Match = approval.Transaction, approval.Match{Kind: approval.MatchNone}
	d.Details = []approval.Detail{{Label: "Betrag", Value: "1.000,00 €", Role: approval.RoleAmount}, {Label: "An", Value: "株式会社 <Beispiel> & Co", Role: approval.RolePayee}}
	return string(documentBytes(t, d))
}

func challengeVectors(document, transaction string) []challengeVector {
	var all []challengeVector
	add := func(name string, d approval.Decision, number, document string) {
		c := approval.Challenge(d, number, []byte(document))
		all = append(all, challengeVector{name, d, number, document, c[:]})
	}
	add("approve with number", approval.Approve, "42", document)
	add("leading zero is kept", approval.Approve, "07", document)
	add("approve without number", approval.Approve, "", document)
	add("deny", approval.Deny, "", document)
	add("report", approval.Report, "", document)
	add("transaction that matches no number", approval.Approve, "", transaction)
	add("empty document", approval.Approve, "123456", "")
	return all
}

func documentVectors(document, transaction string) []documentVector {
	return []documentVector{
		{"as written by the server", []byte(document), true},
		{"a member that the app does not know is ignored", []byte(strings.Replace(document, `"v":1`, `"v":1,"new":true`, 1)), true},
		{"a transaction with its details", []byte(transaction), true},
		{"an unknown way of matching is refused", []byte(strings.Replace(document, `"kind":"enter"`, `"kind":"gesture"`, 1)), false},
		{"an unknown version is refused", []byte(strings.Replace(document, `"v":1`, `"v":2`, 1)), false},
		{"no version", []byte(strings.Replace(document, `"v":1,`, ``, 1)), false},
		{"not JSON", []byte(document[1:]), false},
		{"not UTF-8", []byte(strings.Replace(document, "Portal", "\xff", 1)), false},
	}
}

func assertionVectors(s *signer, document string) []assertionVector {
	var all []assertionVector
	add := func(name string, valid bool, forge func(*signer), signed, claimed approval.Decision, number string) {
		forged := *s
		if forge != nil {
			forge(&forged)
		}
		all = append(all, assertionVector{name, claimed, "42", document,
			json.RawMessage(forged.json(signed, number, []byte(document))), valid})
	}
	add("approve", true, nil, approval.Approve, approval.Approve, "42")
	add("deny presented as approve", false, nil, approval.Deny, approval.Approve, "42")
	add("another number was signed", false, nil, approval.Approve, approval.Approve, "43")
	add("from another origin", false, func(s *signer) { s.rp.Origin = "https://evil.example" }, approval.Approve, approval.Approve, "42")
	add("for another relying party", false, func(s *signer) { s.rp.ID = "evil.example" }, approval.Approve, approval.Approve, "42")
	add("without user verification", false, func(s *signer) { s.auth.Options.UserNotVerified = true }, approval.Approve, approval.Approve, "42")
	add("by another key", false, func(s *signer) { s.cred.Key = newSigner().cred.Key }, approval.Approve, approval.Approve, "42")
	return all
}

func receiptVectors(t *testing.T, s *signer, key jose.JSONWebKey) []receiptVector {
	t.Helper()
	approved, err := approval.NewReceipt(outcome(t, s, approval.Approve, "42"))
	if err != nil {
		t.Fatal(err)
	}
	denied, err := approval.NewReceipt(outcome(t, s, approval.Deny, ""))
	if err != nil {
		t.Fatal(err)
	}
	reported, err := approval.NewReceipt(outcome(t, s, approval.Report, ""))
	if err != nil {
		t.Fatal(err)
	}
	lie := denied
	lie.Status, lie.Method = approval.StatusApproved, approval.MethodPush
	foreign, _ := receiptKey(t)
	good := signed(t, approved, key)
	return []receiptVector{
		{"approved", good, true},
		{"denied", signed(t, denied, key), true},
		{"reported", signed(t, reported, key), true},
		{"denied, stated as approved", signed(t, lie, key), false},
		{"under a key that is not published", signed(t, approved, foreign), false},
		{"signature cut", good[:len(good)-4], false},
	}
}

package approval_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/keys"
)

func outcome(t testing.TB, s *signer, d approval.Decision, number string) approval.Outcome {
	t.Helper()
	document := documentBytes(t, question())
	c := s.credential()
	return approval.Outcome{
		Approval: question().ID, Tenant: question().Tenant.ID, Application: question().Application.ID, Account: "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa",
		Kind: approval.Login, Status: d.Status(), Method: d.Method(), Decision: d, Number: number,
		Device: device, Label: "Pixel 9", Holder: "Anna Muster", Document: document,
		Signer: &c, Assertion: s.sign(t, d, number, document), DecidedAt: time.Date(2026, 11, 21, 12, 0, 9, 0, time.UTC),
	}
}

func signed(t testing.TB, r approval.Receipt, key jose.JSONWebKey) string {
	t.Helper()
	s, err := r.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func receiptKey(t testing.TB) (jose.JSONWebKey, jose.JSONWebKeySet) {
	t.Helper()
	set, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	key := set.Receipt()
	return key, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}}
}

func TestAReceiptProvesItsOutcomeOffline(t *testing.T) {
	t.Parallel()
	key, published := receiptKey(t)
	for _, d := range []approval.Decision{approval.Approve, approval.Deny, approval.Report} {
		number := map[approval.Decision]string{approval.Approve: "42"}[d]
		r, err := approval.NewReceipt(outcome(t, newSigner(), d, number))
		if err != nil {
			t.Fatal(err)
		}
		got, err := approval.VerifyReceipt(signed(t, r, key), published, relyingParty(t))
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		if got.Status != d.Status() || got.Holder != "Anna Muster" || got.Number != number {
			t.Errorf("%s: verified as %+v", d, got)
		}
	}
}

func TestAReceiptThatLiesIsRefusedEvenUnderTheRightKey(t *testing.T) {
	t.Parallel()
	key, published := receiptKey(t)
	stranger := newSigner()
	for name, lie := range map[string]func(r *approval.Receipt){
		"denied shown as approved": func(r *approval.Receipt) { r.Status, r.Method = approval.StatusApproved, approval.MethodPush },
		"decision exchanged": func(r *approval.Receipt) {
			r.Decision, r.Status, r.Method = approval.Approve, approval.StatusApproved, approval.MethodPush
		},
		"denied shown as reported": func(r *approval.Receipt) { r.Status = approval.StatusReported },
		"another approval":         func(r *approval.Receipt) { r.Approval = "apr_6aaaaaaaaaaaaaaaaaaaaaaaaaa" },
		"document changed": func(r *approval.Receipt) {
			r.Document = []byte(strings.Replace(string(r.Document), "Portal", "Bank A", 1))
		},
		"number changed":  func(r *approval.Receipt) { r.Number = "7" },
		"another's key":   func(r *approval.Receipt) { r.Credential.PublicKey = stranger.credential().PublicKey },
		"signature cut":   func(r *approval.Receipt) { r.Assertion.Signature = r.Assertion.Signature[:10] },
		"unknown version": func(r *approval.Receipt) { r.V = 2 },
		"no assertion":    func(r *approval.Receipt) { r.Assertion = approval.ReceiptAssertion{} },
		"client data changed": func(r *approval.Receipt) {
			r.Assertion.ClientDataJSON = []byte(strings.Replace(string(r.Assertion.ClientDataJSON), "phone.example", "evil.example", 1))
		},
	} {
		r, err := approval.NewReceipt(outcome(t, newSigner(), approval.Deny, ""))
		if err != nil {
			t.Fatal(err)
		}
		lie(&r)
		if _, err := approval.VerifyReceipt(signed(t, r, key), published, relyingParty(t)); !errors.Is(err, approval.ErrReceipt) {
			t.Errorf("%s: %v, want ErrReceipt", name, err)
		}
	}
}

func TestAReceiptOfAnApproveHoldsTheNumberThatItsDocumentAsksFor(t *testing.T) {
	t.Parallel()
	key, published := receiptKey(t)
	for name, c := range map[string]struct {
		number string
		match  approval.Match
	}{
		"no number":       {"", approval.Match{Kind: approval.MatchEnter, Digits: 2}},
		"too short":       {"4", approval.Match{Kind: approval.MatchEnter, Digits: 2}},
		"too long":        {"423", approval.Match{Kind: approval.MatchEnter, Digits: 2}},
		"an unknown kind": {"42", approval.Match{Kind: "show", Digits: 2}},
	} {
		s, o := newSigner(), approval.Outcome{}
		o = outcome(t, s, approval.Approve, c.number)
		d := question()
		d.Match = c.match
		o.Document = documentBytes(t, d)
		o.Assertion = s.sign(t, approval.Approve, c.number, o.Document)
		r, err := approval.NewReceipt(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := approval.VerifyReceipt(signed(t, r, key), published, relyingParty(t)); !errors.Is(err, approval.ErrReceipt) {
			t.Errorf("%s: %v, want ErrReceipt", name, err)
		}
	}
}

func TestAReceiptUnderAForeignKeyOrOfAnotherTypeIsRefused(t *testing.T) {
	t.Parallel()
	key, published := receiptKey(t)
	foreign, _ := receiptKey(t)
	r, err := approval.NewReceipt(outcome(t, newSigner(), approval.Approve, "42"))
	if err != nil {
		t.Fatal(err)
	}
	renamed := foreign
	renamed.KeyID = key.KeyID
	good := signed(t, r, key)
	parts := strings.Split(good, ".")
	for name, compact := range map[string]string{
		"unpublished key":      signed(t, r, foreign),
		"borrowed key id":      signed(t, r, renamed),
		"payload exchanged":    parts[0] + "." + strings.Split(signed(t, r, foreign), ".")[1][:20] + parts[1][20:] + "x." + parts[2],
		"no signature":         parts[0] + "." + parts[1] + ".",
		"alg none":             "eyJhbGciOiJub25lIn0." + parts[1] + ".",
		"plain JWT of the key": plainJWS(t, r, key),
		"nothing":              "",
	} {
		if _, err := approval.VerifyReceipt(compact, published, relyingParty(t)); !errors.Is(err, approval.ErrReceipt) {
			t.Errorf("%s: %v, want ErrReceipt", name, err)
		}
	}
}

// plainJWS signs the receipt without its type, as a key that is used for two purposes would.
func plainJWS(t *testing.T, r approval.Receipt, key jose.JSONWebKey) string {
	t.Helper()
	payload, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := s.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

func TestWhereNobodySignedThereIsNoReceipt(t *testing.T) {
	t.Parallel()
	byWrongNumbers := outcome(t, newSigner(), approval.Approve, "13")
	byWrongNumbers.Status, byWrongNumbers.Method = approval.StatusDenied, ""
	for name, o := range map[string]approval.Outcome{"expired": {Status: approval.StatusExpired}, "denied by wrong numbers": byWrongNumbers} {
		if _, err := approval.NewReceipt(o); !errors.Is(err, approval.ErrNoReceipt) {
			t.Errorf("%s: NewReceipt = %v, want ErrNoReceipt", name, err)
		}
	}
}

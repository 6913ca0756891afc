package lasting_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// world is a tenant with one application and one account, to which phones are enrolled.
type world struct {
	t       testing.TB
	s       *lasting.Store
	tenant  account.Tenant
	app     account.Application
	account account.Account
}

func newID(t testing.TB, prefix string) string {
	t.Helper()
	s, err := id.New(rand.Reader, prefix)
	must(t, err)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t testing.TB, s *lasting.Store) *world {
	t.Helper()
	w := &world{t: t, s: s}
	w.tenant = account.Tenant{ID: newID(t, id.Tenant), Name: "Musterbank"}
	must(t, s.CreateTenant(t.Context(), w.tenant))
	w.app = account.Application{ID: newID(t, id.Application), Tenant: w.tenant.ID, Name: "Portal", Origins: []string{"https://login.example"}, Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)}}
	must(t, s.CreateApplication(t.Context(), w.app))
	w.account = w.newAccount("4711")
	must(t, s.SQL(t.Context(), `DELETE FROM outbox`)) // what is told begins with the test
	return w
}

func (w *world) newAccount(externalID string) account.Account {
	w.t.Helper()
	a, created, err := w.s.PutAccount(w.t.Context(), account.Account{
		ID: newID(w.t, id.Account), Tenant: w.tenant.ID, ExternalID: externalID, Label: "Depot " + externalID,
	})
	must(w.t, err)
	if !created {
		w.t.Fatalf("account %s was there before", externalID)
	}
	return a
}

// enrolment opens an enrolment and returns it with the hash of its code.
func (w *world) enrolment(a account.Account) (account.Enrolment, []byte) {
	w.t.Helper()
	now, err := w.s.Now(w.t.Context())
	must(w.t, err)
	e := account.Enrolment{
		ID: newID(w.t, id.Enrolment), Authority: account.ByOperator, Tenant: w.tenant.ID, Application: w.app.ID, Account: a.ID,
		Device: newID(w.t, id.Device), Challenge: []byte("challenge"), ExpiresAt: now.Add(account.EnrolmentLife),
	}
	hash := account.HashCode(e.ID)
	must(w.t, w.s.CreateEnrolment(w.t.Context(), e, hash, "", outbox.Actor{}))
	return e, hash
}

func completion(t testing.TB, e account.Enrolment, thumbprint string) account.Completion {
	return account.Completion{
		Enrolment: e.ID, Thumbprint: thumbprint, Installation: newID(t, id.Installation),
		Credential: approval.Credential{
			ID: []byte("credential of " + e.Device), Device: e.Device, PublicKey: []byte("cose"), SignCount: 7,
			BackupEligible: true, AAGUID: []byte("0123456789abcdef"), Attestation: "packed",
		},
		Posture: account.Posture{Platform: "android", OSVersion: "15", Model: "Fairphone 5", Language: "de", ScreenLock: true, Notifications: true},
		Holder:  "Erika Mustermann", Label: "Erikas Telefon", Address: []byte("sealed"),
	}
}

// completed brings an enrolment to where the six digits are awaited.
func (w *world) completed(a account.Account, thumbprint string) (account.Enrolment, account.Device) {
	w.t.Helper()
	e, hash := w.enrolment(a)
	_, err := w.s.ClaimEnrolment(w.t.Context(), hash, thumbprint)
	must(w.t, err)
	d, err := w.s.CompleteEnrolment(w.t.Context(), completion(w.t, e, thumbprint))
	must(w.t, err)
	return e, d
}

// phone enrols an active device of the world's account on an installation of its own.
func (w *world) phone() approval.Signer { return w.phoneOf(w.account) }

func (w *world) phoneOf(a account.Account) approval.Signer {
	w.t.Helper()
	return w.phoneWithKey(a, rand.Text())
}

func (w *world) phoneWithKey(a account.Account, thumbprint string) approval.Signer {
	w.t.Helper()
	e, d := w.completed(a, thumbprint)
	_, _, err := w.s.ConfirmEnrolment(w.t.Context(), w.tenant.ID, e.ID, true, outbox.Actor{})
	must(w.t, err)
	signer, err := w.s.Signer(w.t.Context(), d.Installation, []byte("credential of "+d.ID))
	must(w.t, err)
	return signer
}

func (w *world) phones(n int) []approval.Signer {
	w.t.Helper()
	signers := make([]approval.Signer, n)
	for i := range signers {
		signers[i] = w.phone()
	}
	return signers
}

// pending returns a new approval of the world's account that lives two minutes.
func (w *world) pending() approval.Pending {
	w.t.Helper()
	now, err := w.s.Now(w.t.Context())
	must(w.t, err)
	apr, err := approval.NewID(rand.Reader, w.account.ID)
	must(w.t, err)
	return approval.Pending{
		ID: apr, Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID, Kind: approval.Login,
		Document: []byte(`{"v":1,"id":"` + apr + `"}`), Number: "42",
		CreatedAt: now, ExpiresAt: now.Add(approval.DefaultLife), ClosesAt: now.Add(approval.DefaultLife),
	}
}

// signed is a decision of a phone whose signature was verified.
func signed(p approval.Pending, by approval.Signer, decision approval.Decision, number string) approval.Decided {
	return approval.Decided{
		Approval: p, Signer: by, Decision: decision, Number: number,
		Assertion: &approval.Assertion{
			CredentialID: by.Credential.ID, AuthenticatorData: []byte("authenticator"),
			ClientDataJSON: []byte("client"), Signature: []byte("signature of " + by.Device),
		},
	}
}

func (w *world) decide(p approval.Pending, by approval.Signer, decision approval.Decision) (approval.Verdict, error) {
	number := ""
	if decision == approval.Approve {
		number = p.Number
	}
	return w.s.Decide(w.t.Context(), signed(p, by, decision, number))
}

// after moves the database's clock on.
func (w *world) after(d time.Duration) {
	w.t.Helper()
	must(w.t, w.s.SetClockOffset(w.t.Context(), d))
}

// outcome returns the status of an approval; pending where it has not ended.
func (w *world) outcome(p approval.Pending) approval.Status {
	w.t.Helper()
	o, err := w.s.Outcome(w.t.Context(), p.ID)
	if is(err, approval.ErrUnknown) {
		return approval.StatusPending
	}
	must(w.t, err)
	return o.Status
}

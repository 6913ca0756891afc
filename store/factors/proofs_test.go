package factors_test

import (
	"crypto/rand"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
)

// binding is a phone that is being bound to the account, proved by a code.
type binding struct {
	*world
	s *lasting.Store
	e account.Enrolment
}

// binding begins an enrolment whose code goes to of, by the method.
func (w *world) binding(of account.Account, m approval.Method) binding {
	w.Helper()
	b := binding{world: w, s: &lasting.Store{DB: w.d, Prover: factors.Proofs{Store: w.s, Host: "phone.example"}}}
	b.e = account.Enrolment{
		ID: w.id(id.Enrolment), Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID, Device: w.id(id.Device), Challenge: []byte("c"),
		Authority: account.ByOperator, Proof: account.Proof{Account: of.ID, Method: m},
	}
	must(w.T, b.s.CreateEnrolment(w.Context(), b.e, account.HashCode(b.e.ID), "", byKey))
	return b
}

func (b binding) claim() error {
	b.Helper()
	_, err := b.s.ClaimEnrolment(b.Context(), account.HashCode(b.e.ID), "key")
	return err
}

// claimed claims and returns the code that was sent.
func (b binding) claimed() string {
	b.Helper()
	must(b.T, b.claim())
	return b.sent()
}

var codeInText = regexp.MustCompile(`\b[0-9]{6}\b`)

// sent returns the code of the message that was queued last.
func (b binding) sent() string {
	b.Helper()
	texts, err := db.All(b.Context(), b.d.Reads(), db.ScanString, `SELECT text FROM test_queue`)
	must(b.T, err)
	return codeInText.FindString(texts[len(texts)-1])
}

func (b binding) complete(code string) error {
	b.Helper()
	_, err := b.s.CompleteEnrolment(b.Context(), account.Completion{
		Enrolment: b.e.ID, Thumbprint: "key", Installation: b.id(id.Installation), Holder: "Anna", Label: "Annas Telefon", Code: code,
		Credential: approval.Credential{ID: []byte("credential of " + b.e.ID), Device: b.e.Device, PublicKey: []byte("cose"), AAGUID: make([]byte, 16), Attestation: "none"},
		Posture:    account.Posture{Platform: "android", OSVersion: "16", Model: "Phone", Language: "de", ScreenLock: true, Notifications: true},
	})
	return err
}

func (b binding) status() account.EnrolmentStatus {
	b.Helper()
	e, _, err := b.s.Enrolment(b.Context(), b.tenant.ID, b.e.ID)
	must(b.T, err)
	return e.Status
}

func (w *world) addAccount(externalID string) account.Account {
	w.Helper()
	a, _, err := (&lasting.Store{DB: w.d}).PutAccount(w.Context(), account.Account{ID: w.id(id.Account), Tenant: w.tenant.ID, ExternalID: externalID})
	must(w.T, err)
	return a
}

func left(t *testing.T, err error) int {
	t.Helper()
	var r *refusal.Error
	if !errors.As(err, &r) {
		t.Fatalf("no refusal: %v", err)
	}
	n, _ := r.Extra["attempts_left"].(int)
	return n
}

func TestAPhoneIsBoundByTheCodeThatWentToTheAccountsOwnNumberOrAddress(t *testing.T) {
	onEach(t, func(w *world) {
		for m, to := range map[approval.Method]string{approval.MethodSMS: number, approval.MethodEmail: address} {
			b := w.binding(w.account, m)
			code := b.claimed()
			sent := w.count(`test_queue WHERE address = $1`, to)
			must(w.T, b.claim()) // repeated, it sends nothing
			if n := w.count(`test_queue WHERE address = $1`, to); n != sent || n == 0 {
				w.Errorf("%d messages by %s, then %d", sent, m, n)
			}
			err := b.complete(another(code))
			w.wantError(err, factor.ErrWrongCode)
			if n := left(w.T, err); n != 2 {
				w.Errorf("%d tries left", n)
			}
			must(w.T, b.complete(code))
			must(w.T, b.complete("")) // repeated, it is the same
			if n := w.count(`methods WHERE failures > 0`); n != 0 {
				w.Errorf("a right code leaves %d failures", n)
			}
		}
	})
}

func TestTheThirdWrongCodeEndsAnEnrolmentAndNoPhoneComesOfIt(t *testing.T) {
	onEach(t, func(w *world) {
		b := w.binding(w.account, approval.MethodSMS)
		code := b.claimed()
		for _, nonsense := range []string{"", "12345", "abcdef"} { // cannot be a code, and is no try
			if err := b.complete(nonsense); left(w.T, err) != 0 || !strings.Contains(err.Error(), "code") {
				w.Errorf("%q: %v", nonsense, err)
			}
		}
		tried := inParallel(12, func(int) bool { return errors.Is(b.complete(another(code)), factor.ErrWrongCode) })
		if tried != account.MaxProofs {
			w.Errorf("%d tries", tried)
		}
		w.wantError(b.complete(code), account.ErrUnknownEnrolment)
		if s, n := b.status(), w.count(`credentials`); s != account.EnrolmentFailed || n != 0 {
			w.Errorf("the enrolment is %s, with %d credentials", s, n)
		}
	})
}

func TestWrongCodesCountOverEnrolmentsAndPauseThem(t *testing.T) {
	onEach(t, func(w *world) {
		guessed := 0
		for range 3 {
			b := w.binding(w.account, approval.MethodSMS)
			code := b.claimed()
			for range account.MaxProofs {
				err := b.complete(another(code))
				if errors.Is(err, factor.ErrPaused) {
					continue
				}
				w.wantError(err, factor.ErrWrongCode)
				guessed++
			}
			if guessed >= 5 {
				w.wantError(b.complete(code), factor.ErrPaused) // not even looked at
			}
		}
		if guessed != 5 {
			w.Errorf("%d guesses before the pause", guessed)
		}
		w.sql(`UPDATE methods SET active_since = 1 WHERE method = $1`, approval.MethodSMS)
		_, err := w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, factor.ErrPaused)
	})
}

func TestACodeOfAnotherEnrolmentProvesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		first, second := w.binding(w.account, approval.MethodSMS), w.binding(w.account, approval.MethodSMS)
		code := first.claimed()
		if own := second.claimed(); own == code {
			return // one in a million
		}
		w.wantError(second.complete(code), factor.ErrWrongCode)
		w.sql(`UPDATE enrolments SET proof_mac = (SELECT f.proof_mac FROM enrolments f WHERE f.id = $1) WHERE id = $2`, first.e.ID, second.e.ID)
		w.wantError(second.complete(code), factor.ErrWrongCode) // whoever can write to the database cannot move it
		must(w.T, first.complete(code))
	})
}

func TestANumberThatWasChangedYesterdayBindsNoPhone(t *testing.T) {
	onEach(t, func(w *world) {
		changed := func() { w.sql(`UPDATE accounts SET phone = '+4915198765432', phone_changed_at = jawort_now()`) }
		claimed := w.binding(w.account, approval.MethodSMS)
		code := claimed.claimed()
		changed()
		w.wantError(claimed.complete(code), factor.ErrNumberChanged)
		late := w.binding(w.account, approval.MethodSMS)
		w.wantError(late.claim(), factor.ErrNumberChanged)
		if s := late.status(); s != account.EnrolmentOpen {
			w.Errorf("a link by which nothing was sent is %s", s)
		}
		w.after(factor.ContactHold + time.Minute)
		must(w.T, w.binding(w.account, approval.MethodSMS).claim())

		// A number that was put on record while the account had nothing else counts at once, but not for what went to the one before.
		moved := w.binding(w.account, approval.MethodSMS)
		code = moved.claimed()
		w.sql(`UPDATE accounts SET phone = $1, phone_changed_at = 0`, number)
		w.wantError(moved.complete(code), factor.ErrWrongCode)
	})
}

func TestTheCodeForSomebodyWithoutPhoneGoesToTheHelpersOwnNumber(t *testing.T) {
	onEach(t, func(w *world) {
		helper := w.addAccount("helper")
		b := w.binding(helper, approval.MethodSMS)
		w.wantError(b.claim(), factor.ErrNoNumber) // the customer's own does not do
		const theirs = "+4915198765432"
		w.sql(`UPDATE accounts SET phone = $2 WHERE id = $1`, helper.ID, theirs)
		code := b.claimed()
		if n := w.count(`test_queue WHERE address = $1`, theirs); n != 1 || w.count(`test_queue WHERE address = $1`, number) != 0 {
			w.Errorf("%d codes went to the helper", n)
		}
		must(w.T, b.complete(code))
	})
}

func TestAnotherCodeIsSentThreeTimesAtMostAndOnlyTheNewestCounts(t *testing.T) {
	onEach(t, func(w *world) {
		b := w.binding(w.account, approval.MethodSMS)
		old := b.claimed()
		resend := func(key string) error {
			_, err := b.s.ResendProof(w.Context(), b.e.ID, key)
			return err
		}
		w.wantError(resend("key"), factor.ErrCodeTooSoon)
		w.after(factor.CodeInterval + time.Second)
		w.wantError(resend(rand.Text()), account.ErrUnknownEnrolment)
		sent := inParallel(6, func(int) bool {
			err := resend("key")
			if err != nil && !errors.Is(err, factor.ErrCodeTooSoon) {
				w.Error(err)
			}
			return err == nil
		})
		if sent != 1 {
			w.Errorf("%d codes at once", sent)
		}
		newest := b.sent()
		w.after(2 * (factor.CodeInterval + time.Second))
		must(w.T, resend("key"))
		w.after(3 * (factor.CodeInterval + time.Second))
		w.wantError(resend("key"), factor.ErrTooManyCodes)
		if last := b.sent(); last != old && last != newest {
			w.wantError(b.complete(old), factor.ErrWrongCode)
			w.wantError(b.complete(newest), factor.ErrWrongCode)
			must(w.T, b.complete(last))
		}
	})
}

func TestTheCodeToAHelperIsKeptAsOneToTheHelpersNumber(t *testing.T) {
	onEach(t, func(w *world) {
		helper := w.addAccount("helper")
		w.sql(`UPDATE accounts SET phone = '+4915198765432' WHERE id = $1`, helper.ID)
		for of, recipient := range map[account.Account]string{helper: helper.ID, w.account: ""} {
			w.binding(of, approval.MethodSMS).claimed()
			if r := w.ledger.last; r.Recipient != recipient || r.Account != w.account.ID {
				w.Errorf("the ledger keeps %q for %q", r.Recipient, recipient)
			}
			if n := w.count(`test_queue WHERE account = $1 AND recipient = $2`, w.account.ID, recipient); n != 1 {
				w.Errorf("%d messages for %q", n, recipient)
			}
		}
	})
}

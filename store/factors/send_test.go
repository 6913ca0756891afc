package factors_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
)

func TestACodeGoesToTheAccountsOwnNumberInItsLanguage(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		w.activate(approval.MethodEmail)
		for m, where := range map[approval.Method][2]string{approval.MethodSMS: {number, "+49 ••• ••17"}, approval.MethodEmail: {address, "a•••@example.com"}} {
			p := w.login()
			sent, err := w.trySend(p, m)
			must(t, err)
			if sent.Address != where[1] || sent.Left != 2 || sent.ExpiresAt.Sub(p.CreatedAt).Round(time.Minute) != 15*time.Minute {
				t.Errorf("sent: %+v", sent)
			}
			if n := w.count(`test_queue WHERE approval = $1 AND channel = $2 AND address = $3 AND text LIKE 'de code %'`, p.ID, string(m), where[0]); n != 1 {
				t.Errorf("%d messages", n)
			}
		}
		if r := w.ledger.last; r.Number != number || r.Payer != "acc_payer" || r.OnlyMethod || r.Account != w.account.ID || r.Application != w.app.ID {
			t.Errorf("reserved: %#v", r)
		}
	})
}

func TestTheLedgerLearnsWhoHasNothingButSMS(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		w.activate(approval.MethodRecovery)
		w.send(w.login(), approval.MethodSMS)
		if !w.ledger.last.OnlyMethod {
			t.Error("it did not")
		}
	})
}

func TestCodesAreSentThreeTimesAndTwentySecondsApart(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		w.send(p, approval.MethodSMS)
		_, err := w.trySend(p, approval.MethodSMS)
		w.wantError(err, factor.ErrCodeTooSoon)
		var refused *refusal.Error
		if errors.As(err, &refused); refused.RetryAfter <= 0 || refused.RetryAfter > factor.CodeInterval {
			t.Errorf("try again after %v", refused.RetryAfter)
		}
		w.after(20 * time.Second)
		w.send(p, approval.MethodSMS)
		w.after(40 * time.Second)
		code := w.send(p, approval.MethodSMS)
		w.after(60 * time.Second)
		_, err = w.trySend(p, approval.MethodSMS)
		w.wantError(err, factor.ErrTooManyCodes)
		if n := w.count(`test_queue WHERE approval = $1`, p.ID); n != 1 {
			t.Errorf("%d messages wait, want the newest alone", n)
		}
		o, err := w.confirm(p, approval.MethodSMS, code)
		w.wantApproved(o, err, p, approval.MethodSMS)
	})
}

func TestOfManyAtOnceOneCodeIsSent(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		sent := inParallel(16, func(int) bool {
			_, err := w.trySend(p, approval.MethodSMS)
			if err != nil && !errors.Is(err, factor.ErrCodeTooSoon) {
				t.Error(err)
			}
			return err == nil
		})
		if sent != 1 {
			t.Errorf("%d codes were sent", sent)
		}
	})
}

func TestACodeOutlivesNoApproval(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		w.after(20 * time.Minute)
		sent, err := w.trySend(p, approval.MethodSMS)
		must(t, err)
		if !sent.ExpiresAt.Equal(p.CreatedAt.Add(approval.MaxOpen)) {
			t.Errorf("the code expires %v after the approval's creation", sent.ExpiresAt.Sub(p.CreatedAt))
		}
	})
}

func TestWhereTheLedgerRefusesNothingIsSentAndTheOldCodeHolds(t *testing.T) {
	onEach(t, func(w *world) {
		for i, m := range []approval.Method{approval.MethodSMS, approval.MethodEmail} {
			w.ledger.refuse = nil
			w.activate(m)
			p := w.login()
			code := w.send(p, m)
			w.after(time.Duration(i+1) * factor.CodeInterval)
			w.ledger.refuse = refusal.New(refusal.TooMany, "budget-exhausted", "")
			_, err := w.trySend(p, m)
			w.wantError(err, w.ledger.refuse)
			if w.newest() != code {
				t.Errorf("%s: the message was taken back", m)
			}
			o, err := w.confirm(p, m, code)
			w.wantApproved(o, err, p, m)
		}
	})
}

func TestNoCodeIsSentWhereItWouldConfirmNothing(t *testing.T) {
	onEach(t, func(w *world) {
		_, err := w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, factor.ErrNotActive)
		w.activate(approval.MethodSMS)
		w.activate(approval.MethodEmail)
		_, err = w.trySend(w.login(), approval.MethodTOTP)
		w.wantError(err, factor.ErrNotActive)
		w.sql(`UPDATE accounts SET phone = '', email = ''`)
		_, err = w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, factor.ErrNoNumber)
		_, err = w.trySend(w.login(), approval.MethodEmail)
		w.wantError(err, factor.ErrNoAddress)
		w.sql(`UPDATE accounts SET phone = '+4930901820'`)
		_, err = w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, factor.ErrCannotReceiveSMS)
		w.sql(`UPDATE accounts SET phone = $1`, number)
		p := w.login()
		_, err = w.ends.End(w.Context(), p, approval.StatusCancelled)
		must(t, err)
		_, err = w.trySend(p, approval.MethodSMS)
		w.wantError(err, approval.ErrNotPending)
		w.sql(`UPDATE methods SET failures = 5, paused_until = $1`, time.Now().Add(time.Hour).UnixMicro())
		_, err = w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, factor.ErrPaused)
		if n := w.count(`test_queue`); n != 0 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestWhatIsKeptOfACodeDoesNotShowIt(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		code := w.send(p, approval.MethodSMS)
		other := w.login()
		w.sql(`INSERT INTO codes (approval, method, account, mac, sent, sent_at, expires_at)
			SELECT $1, method, account, mac, sent, sent_at, expires_at FROM codes WHERE approval = $2`, other.ID, p.ID)
		_, err := w.confirm(other, approval.MethodSMS, code) // a row that was copied is good for nothing
		w.wantError(err, factor.ErrWrongCode)
	})
}

func TestWhoHasNothingButSMSIsLockedOutByARateOnlyWhereTheTenantIsTold(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		w.ledger.refuse = ledger.ErrTooMany.With("limit", "number").After(time.Hour)
		w.ledger.mute = refusal.ErrUnavailable
		_, err := w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, refusal.ErrUnavailable)
		w.ledger.mute = nil
		_, err = w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, ledger.ErrTooMany)
		want := w.account.Tenant + " " + w.app.ID + " " + w.account.ID + " sms-too-many 1h0m0s"
		if len(w.ledger.locked) != 1 || w.ledger.locked[0] != want {
			t.Errorf("told %q, want %q", w.ledger.locked, want)
		}
		w.activate(approval.MethodTOTP)
		_, err = w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, ledger.ErrTooMany)
		if len(w.ledger.locked) != 1 {
			t.Error("who has another method is called locked out")
		}
	})
}

func TestTheLedgerLearnsWhichCodeByTextMessageWasUsed(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		w.activate(approval.MethodEmail)
		p := w.login()
		code := w.send(p, approval.MethodSMS)
		if w.ledger.last.Approval != p.ID {
			t.Errorf("reserved for %q", w.ledger.last.Approval)
		}
		_, err := w.confirm(p, approval.MethodSMS, another(code))
		w.wantError(err, factor.ErrWrongCode)
		if len(w.ledger.used) != 0 {
			t.Error("a wrong code is called used")
		}
		_, err = w.confirm(p, approval.MethodSMS, code)
		must(t, err)
		mailed := w.login()
		_, err = w.confirm(mailed, approval.MethodEmail, w.send(mailed, approval.MethodEmail))
		must(t, err)
		if len(w.ledger.used) != 1 || w.ledger.used[0] != p.ID {
			t.Errorf("used %v, want %s", w.ledger.used, p.ID)
		}
	})
}

package factors_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
)

func TestACodeConfirmsTheApprovalThatItWasSentFor(t *testing.T) {
	onEach(t, func(w *world) {
		for _, m := range []approval.Method{approval.MethodSMS, approval.MethodEmail} {
			w.activate(m)
			p := w.login()
			code := w.send(p, m)
			o, err := w.confirm(p, m, code[:3]+" "+code[3:])
			w.wantApproved(o, err, p, m)
			o, err = w.confirm(p, m, code)
			w.wantApproved(o, err, p, m)
		}
	})
}

func TestACodeOfOneApprovalConfirmsNoOther(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		w.activate(approval.MethodEmail)
		p, other := w.login(), w.login()
		code := w.send(p, approval.MethodSMS)
		w.send(other, approval.MethodEmail)
		_, err := w.confirm(other, approval.MethodSMS, code)
		w.wantError(err, factor.ErrWrongCode)
		_, err = w.confirm(p, approval.MethodEmail, code)
		w.wantError(err, factor.ErrWrongCode)
		o, err := w.confirm(p, approval.MethodSMS, code)
		w.wantApproved(o, err, p, approval.MethodSMS)
	})
}

func TestOnlyTheNewestCodeCounts(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		old := w.send(p, approval.MethodSMS)
		w.after(factor.CodeInterval)
		code := w.send(p, approval.MethodSMS)
		if old != code {
			_, err := w.confirm(p, approval.MethodSMS, old)
			w.wantError(err, factor.ErrWrongCode)
		}
		o, err := w.confirm(p, approval.MethodSMS, code)
		w.wantApproved(o, err, p, approval.MethodSMS)
	})
}

func TestACodeIsValidForAsLongAsItWasSaidAndNoLonger(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodEmail)
		for _, c := range []struct {
			after time.Duration
			holds bool
		}{{14*time.Minute + 50*time.Second, true}, {15 * time.Minute, false}} {
			w.after(0)
			p := w.login()
			code := w.send(p, approval.MethodEmail)
			w.after(c.after)
			o, err := w.confirm(p, approval.MethodEmail, code)
			if c.holds {
				w.wantApproved(o, err, p, approval.MethodEmail)
			} else {
				w.wantError(err, factor.ErrWrongCode)
			}
		}
	})
}

func TestTheSameCodeRacedFromTwoBrowsersHasOneOutcomeAndIsUsedOnce(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		code := w.send(p, approval.MethodSMS)
		same := inParallel(24, func(int) bool {
			o, err := w.confirm(p, approval.MethodSMS, code)
			return err == nil && o.Approval == p.ID && o.Method == approval.MethodSMS
		})
		if same != 24 {
			t.Errorf("%d of 24 were told of the outcome", same)
		}
		if n := w.count(`outcomes`); n != 1 {
			t.Errorf("%d outcomes", n)
		}
		if n := w.count(`outbox WHERE kind = 'approval.ended'`); n != 1 {
			t.Errorf("%d events", n)
		}
		if n := w.count(`methods WHERE failures = 0`); n != 1 {
			t.Error("a right code counted as a failure")
		}
	})
}

func TestParallelGuessesNeverExceedTheLimit(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		code := w.send(p, approval.MethodSMS)
		guesses := inParallel(40, func(int) bool {
			_, err := w.confirm(p, approval.MethodSMS, another(code))
			if err == nil || !(errors.Is(err, factor.ErrWrongCode) || errors.Is(err, factor.ErrPaused)) {
				t.Errorf("a wrong code is answered with %v", err)
			}
			return errors.Is(err, factor.ErrWrongCode)
		})
		if guesses != 5 {
			t.Errorf("%d guesses were looked at, want 5", guesses)
		}
		_, err := w.confirm(p, approval.MethodSMS, code)
		w.wantError(err, factor.ErrPaused)
	})
}

// A guess that was answered as wrong stays counted, so that killing the database gives nobody more of them.
func TestAKilledPostgresForgetsNoWrongCode(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := newWorld(t, dbtest.Open(t, server.New(t)))
	w.activate(approval.MethodSMS)
	p := w.login()
	code := w.send(p, approval.MethodSMS)
	var answered atomic.Int64
	two := make(chan struct{})
	ended := make(chan int, 1)
	go func() {
		ended <- inParallel(3, func(int) bool {
			for {
				_, err := w.confirm(p, approval.MethodSMS, another(code))
				switch {
				case errors.Is(err, factor.ErrWrongCode):
					if answered.Add(1) == 2 {
						close(two)
					}
				case errors.Is(err, factor.ErrPaused):
				default:
					return errors.Is(err, refusal.ErrUnavailable)
				}
			}
		})
	}()
	<-two
	server.Kill(t)
	if n := <-ended; n != 3 {
		t.Fatalf("%d of 3 who guess met the kill", n)
	}
	server.Restart(t)
	counted, err := db.One(t.Context(), w.d.Reads(), db.ScanInt, `SELECT failures FROM methods`)
	must(t, err)
	if int64(counted) < answered.Load() || counted > 5 {
		t.Fatalf("%d wrong codes are counted, %d were answered", counted, answered.Load())
	}
	looked := inParallel(20, func(int) bool {
		_, err := w.confirm(p, approval.MethodSMS, another(code))
		if !errors.Is(err, factor.ErrWrongCode) && !errors.Is(err, factor.ErrPaused) {
			t.Errorf("a wrong code is answered with %v", err)
		}
		return errors.Is(err, factor.ErrWrongCode)
	})
	if counted+looked != 5 {
		t.Errorf("%d guesses were looked at before the kill and %d after it, want 5", counted, looked)
	}
	_, err = w.confirm(p, approval.MethodSMS, code)
	w.wantError(err, factor.ErrPaused)
}

func TestAPauseRefusesWithoutLookingSaysHowLongAndGrows(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		w.sql(`UPDATE methods SET failures = 4`)
		var passed time.Duration
		for _, pause := range []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour} {
			p := w.login()
			code := w.send(p, approval.MethodSMS)
			_, err := w.confirm(p, approval.MethodSMS, another(code))
			w.wantError(err, factor.ErrWrongCode)
			_, err = w.confirm(p, approval.MethodSMS, code)
			w.wantError(err, factor.ErrPaused)
			var refused *refusal.Error
			if errors.As(err, &refused); refused.RetryAfter > pause || refused.RetryAfter < pause-20*time.Second {
				t.Errorf("try again after %v, want %v", refused.RetryAfter, pause)
			}
			passed += pause
			w.after(passed)
		}
		p := w.login()
		code := w.send(p, approval.MethodSMS)
		o, err := w.confirm(p, approval.MethodSMS, code)
		w.wantApproved(o, err, p, approval.MethodSMS)
		_, err = w.confirm(w.login(), approval.MethodSMS, code)
		w.wantError(err, factor.ErrWrongCode)
		if n := w.count(`methods WHERE failures = 1`); n != 1 {
			t.Error("success did not end the series of failures")
		}
	})
}

func TestWrongCodesCountAcrossApprovalsAndOnlyThatMethodsSuccessResets(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		w.activate(approval.MethodEmail)
		for i := range 4 {
			_, err := w.confirm(w.login(), approval.MethodSMS, "000000")
			w.wantError(err, factor.ErrWrongCode)
			var refused *refusal.Error
			if errors.As(err, &refused); refused.Extra["attempts_left"] != 4-i {
				t.Errorf("%v attempts are left after %d", refused.Extra["attempts_left"], i+1)
			}
		}
		p := w.login()
		o, err := w.confirm(p, approval.MethodEmail, w.send(p, approval.MethodEmail))
		w.wantApproved(o, err, p, approval.MethodEmail)
		_, err = w.confirm(w.login(), approval.MethodSMS, "000000")
		w.wantError(err, factor.ErrWrongCode)
		_, err = w.confirm(w.login(), approval.MethodSMS, "000000")
		w.wantError(err, factor.ErrPaused)
	})
}

func TestAHundredConsecutiveWrongCodesDisableTheMethod(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodEmail)
		p := w.login()
		code := w.send(p, approval.MethodEmail)
		w.sql(`UPDATE methods SET failures = 99`)
		for _, typed := range []string{another(code), code} {
			_, err := w.confirm(p, approval.MethodEmail, typed)
			w.wantError(err, factor.ErrDisabled)
		}
		_, err := w.trySend(w.login(), approval.MethodEmail)
		w.wantError(err, factor.ErrDisabled)
		if n := w.count(`outbox WHERE kind = 'method.disabled' AND account = $1 AND tenant = $2`, w.account.ID, w.tenant.ID); n != 1 {
			t.Errorf("%d events", n)
		}
	})
}

func TestWhatCannotBeACodeIsRefusedAndNotCounted(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		for _, typed := range []string{"", "12345", "abcdef", "1234567", "12345\x00"} {
			var refused *refusal.Error
			_, err := w.confirm(w.login(), approval.MethodSMS, typed)
			if !errors.As(err, &refused) || refused.Code != "invalid-request" {
				t.Errorf("%q is answered with %v", typed, err)
			}
		}
		_, err := w.confirm(w.login(), approval.MethodPush, "123456")
		w.wantError(err, factor.ErrNotActive)
		_, err = w.confirm(w.login(), approval.MethodTOTP, "123456")
		w.wantError(err, factor.ErrNotActive)
		if n := w.count(`methods WHERE failures > 0`); n != 0 {
			t.Error("it was counted")
		}
	})
}

func TestNothingIsUsedUpOrToldWhereTheApprovalHasEnded(t *testing.T) {
	onEach(t, func(w *world) {
		w.settleStep(0)
		key := w.totp()
		p := w.login()
		_, err := w.ends.End(w.Context(), p, approval.StatusCancelled)
		must(t, err)
		code := w.code(key, 0)
		for _, typed := range []string{another(code), code} {
			o, err := w.confirm(p, approval.MethodTOTP, typed)
			if err != nil || o.Status != approval.StatusCancelled {
				t.Errorf("an ended approval is answered with %+v, %v", o, err)
			}
		}
		if n := w.count(`methods WHERE failures > 0 OR last_step > 0`); n != 0 {
			t.Error("something was counted or used up")
		}
		other := w.login()
		o, err := w.confirm(other, approval.MethodTOTP, code)
		w.wantApproved(o, err, other, approval.MethodTOTP)
	})
}

// The other end comes between the look at the approval and the insert, as only Postgres lets it.
func TestNothingIsUsedUpWhereAnotherEndWasFasterByAHair(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	w.settleStep(0)
	key := w.totp()
	p := w.login()
	code := w.code(key, 0)
	w.ends.before = func() {
		_, err := w.ends.End(w.Context(), p, approval.StatusCancelled)
		must(t, err)
	}
	o, err := w.confirm(p, approval.MethodTOTP, code)
	if err != nil || o.Status != approval.StatusCancelled {
		t.Errorf("the loser is told %+v, %v", o, err)
	}
	if n := w.count(`methods WHERE failures > 0 OR last_step > 0`); n != 0 {
		t.Error("something was counted or used up")
	}
	w.ends.before = nil
	other := w.login()
	o, err = w.confirm(other, approval.MethodTOTP, code)
	w.wantApproved(o, err, other, approval.MethodTOTP)
}

func TestAnApprovalWhoseTimeIsOverIsNotConfirmed(t *testing.T) {
	onEach(t, func(w *world) {
		w.settleStep(0)
		key := w.totp()
		p := w.login()
		p.ClosesAt = p.CreatedAt
		for _, typed := range []string{another(w.code(key, 0)), w.code(key, 0)} {
			_, err := w.confirm(p, approval.MethodTOTP, typed)
			w.wantError(err, approval.ErrExpired)
		}
		if n := w.count(`methods WHERE failures > 0`); n != 0 {
			t.Error("it was counted")
		}
	})
}

func TestAfterACommitThatWasNotAcknowledgedTheOutcomeIsReadAgain(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		code := w.send(p, approval.MethodSMS)
		w.ends.lost = true
		o, err := w.confirm(p, approval.MethodSMS, code)
		w.wantApproved(o, err, p, approval.MethodSMS)
	})
}

func TestTransactionsAreConfirmedByNothingButAnSMS(t *testing.T) {
	onEach(t, func(w *world) {
		p := w.pending(approval.Transaction)
		for _, m := range []approval.Method{approval.MethodTOTP, approval.MethodEmail, approval.MethodRecovery, approval.MethodBypass, approval.MethodPasskey} {
			w.activate(m)
			_, err := w.confirm(p, m, "123456")
			w.wantError(err, factor.ErrNotForTransactions)
		}
		_, err := w.trySend(p, approval.MethodEmail)
		w.wantError(err, factor.ErrNotForTransactions)
		w.activate(approval.MethodSMS)
		code := w.send(p, approval.MethodSMS)
		o, err := w.confirm(p, approval.MethodSMS, code)
		w.wantApproved(o, err, p, approval.MethodSMS)
	})
}

func TestADeletedAccountConfirmsNothing(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		code := w.send(p, approval.MethodSMS)
		must(t, w.ends.DeleteAccount(w.Context(), w.tenant.ID, w.account.ExternalID, lasting.By{}))
		_, err := w.confirm(p, approval.MethodSMS, code)
		w.wantError(err, factor.ErrNotActive)
		_, err = w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, factor.ErrNotActive)
	})
}

func TestAChangedAddressConfirmsNothingForADayAndTheNumberGoesOn(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodEmail)
		w.activate(approval.MethodSMS)
		p := w.login()
		code := w.send(p, approval.MethodEmail)
		w.sql(`UPDATE accounts SET email = 'thief@example.com', email_changed_at = jawort_now()`)
		_, err := w.confirm(p, approval.MethodEmail, code)
		w.wantError(err, factor.ErrAddressChanged)
		_, err = w.trySend(w.login(), approval.MethodEmail)
		w.wantError(err, factor.ErrAddressChanged)
		o, err := w.confirm(p, approval.MethodSMS, w.send(p, approval.MethodSMS))
		w.wantApproved(o, err, p, approval.MethodSMS)
		w.after(24 * time.Hour)
		p = w.login()
		o, err = w.confirm(p, approval.MethodEmail, w.send(p, approval.MethodEmail))
		w.wantApproved(o, err, p, approval.MethodEmail)
	})
}

func TestAChangedNumberConfirmsNothingForADay(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		p := w.login()
		code := w.send(p, approval.MethodSMS)
		now, err := w.d.Now(w.Context())
		must(t, err)
		w.sql(`UPDATE accounts SET phone = $1, phone_changed_at = $2`, "+4915123456718", db.Micros(now))
		_, err = w.confirm(p, approval.MethodSMS, code)
		w.wantError(err, factor.ErrNumberChanged)
		w.after(23 * time.Hour)
		_, err = w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, factor.ErrNumberChanged)
		w.after(24 * time.Hour)
		p = w.login()
		o, err := w.confirm(p, approval.MethodSMS, w.send(p, approval.MethodSMS))
		w.wantApproved(o, err, p, approval.MethodSMS)
	})
}

package factors_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/factors"
)

func TestAStepOfAnAuthenticatorAppIsUsedOnceHoweverManyLoginsTry(t *testing.T) {
	onEach(t, func(w *world) {
		w.settleStep(0)
		key := w.totp()
		code := w.code(key, 0)
		won := inParallel(8, func(int) bool {
			_, err := w.confirm(w.login(), approval.MethodTOTP, code)
			return err == nil
		})
		if won != 1 {
			t.Errorf("one code confirmed %d logins", won)
		}
	})
}

func TestAnOlderStepIsNotTakenAfterANewerOne(t *testing.T) {
	onEach(t, func(w *world) {
		w.settleStep(0)
		key := w.totp()
		p := w.login()
		o, err := w.confirm(p, approval.MethodTOTP, w.code(key, 0))
		w.wantApproved(o, err, p, approval.MethodTOTP)
		_, err = w.confirm(w.login(), approval.MethodTOTP, w.code(key, -1))
		w.wantError(err, factor.ErrWrongCode)
		p = w.login()
		o, err = w.confirm(p, approval.MethodTOTP, w.code(key, 1))
		w.wantApproved(o, err, p, approval.MethodTOTP)
	})
}

func TestAPhonesClockMayBeOffByTheSkewOnly(t *testing.T) {
	onEach(t, func(w *world) {
		key := w.totp()
		ahead := time.Duration(0)
		for skew := range 3 {
			for _, off := range []int{-skew - 1, -skew, skew, skew + 1} {
				ahead += 10 * time.Minute // so that steps before are not used
				w.settleStep(ahead)
				w.sql(`UPDATE methods SET failures = 0, paused_until = 0, last_step = 0`)
				_, err := w.s.Confirm(w.Context(), factors.Attempt{Approval: w.login(), Method: approval.MethodTOTP, Code: w.code(key, off), Skew: skew})
				if within := off >= -skew && off <= skew; within != (err == nil) {
					t.Errorf("skew %d, clock off by %d steps: %v", skew, off, err)
				}
			}
		}
	})
}

func (w *world) recoveryCodes() []string {
	w.Helper()
	codes, err := w.s.NewRecoveryCodes(w.Context(), w.account.ID, everyWay, byKey)
	must(w.T, err)
	return codes
}

func TestARecoveryCodeWorksOnceHoweverManyLoginsTry(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodTOTP)
		codes := w.recoveryCodes()
		won := inParallel(4, func(int) bool {
			_, err := w.confirm(w.login(), approval.MethodRecovery, codes[3])
			if err != nil && !errors.Is(err, factor.ErrWrongCode) {
				t.Error(err)
			}
			return err == nil
		})
		if won != 1 {
			t.Errorf("one code confirmed %d logins", won)
		}
		w.wantLeft(approval.MethodRecovery, 9)
	})
}

func (w *world) wantLeft(m approval.Method, want int) {
	w.Helper()
	states, err := w.s.Methods(w.Context(), w.account.ID)
	must(w.T, err)
	got := 0
	for _, s := range states {
		if s.Method == m {
			got = s.Left
		}
	}
	if got != want {
		w.Errorf("%d are left of %s, want %d: %+v", got, m, want, states)
	}
}

func TestAllTenRecoveryCodesWorkAndThenTheMethodIsOver(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodTOTP)
		codes := w.recoveryCodes()
		for i, code := range codes {
			w.wantLeft(approval.MethodRecovery, len(codes)-i)
			p := w.login()
			o, err := w.confirm(p, approval.MethodRecovery, code)
			w.wantApproved(o, err, p, approval.MethodRecovery)
		}
		_, err := w.confirm(w.login(), approval.MethodRecovery, codes[0])
		w.wantError(err, factor.ErrNotActive)
	})
}

func TestNewRecoveryCodesEndTheOldOnesAndNeedAnotherMethod(t *testing.T) {
	onEach(t, func(w *world) {
		_, err := w.s.NewRecoveryCodes(w.Context(), w.account.ID, everyWay, byKey)
		w.wantError(err, factor.ErrNoOtherMethod)
		w.activate(approval.MethodTOTP)
		old := w.recoveryCodes()
		fresh := w.recoveryCodes()
		_, err = w.confirm(w.login(), approval.MethodRecovery, old[0])
		w.wantError(err, factor.ErrWrongCode)
		w.recoveryCodes()
		if n := w.count(`methods WHERE method = 'recovery' AND failures = 1`); n != 1 {
			t.Error("a new list took the count of failures back")
		}
		_, err = w.confirm(w.login(), approval.MethodRecovery, fresh[0])
		w.wantError(err, factor.ErrWrongCode)
		if n := w.count(`outbox WHERE kind = 'recovery.renewed' AND actor = 'key_1'`); n != 3 {
			t.Errorf("%d events", n)
		}
	})
}

// TestAnOldListRacedAgainstItsRenewalLeavesAWholeNewOne has every old code typed at the moment of the renewal, and again after it.
func TestAnOldListRacedAgainstItsRenewalLeavesAWholeNewOne(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodTOTP)
		for range 4 {
			w.sql(`UPDATE methods SET failures = 0, paused_until = 0`)
			old := w.recoveryCodes()
			var fresh []string
			inParallel(4, func(i int) bool {
				if i == 0 {
					var err error
					if fresh, err = w.s.NewRecoveryCodes(w.Context(), w.account.ID, everyWay, byKey); err != nil {
						t.Error(err)
					}
					return true
				}
				_, err := w.confirm(w.login(), approval.MethodRecovery, old[i])
				if err != nil && !errors.Is(err, factor.ErrWrongCode) {
					t.Error(err)
				}
				return err == nil
			})
			w.wantLeft(approval.MethodRecovery, 10)
			for _, code := range old[4:7] {
				_, err := w.confirm(w.login(), approval.MethodRecovery, code)
				if !errors.Is(err, factor.ErrWrongCode) && !errors.Is(err, factor.ErrPaused) {
					t.Errorf("a code of the old list after the renewal: %v", err)
				}
			}
			w.sql(`UPDATE methods SET failures = 0, paused_until = 0`)
			p := w.login()
			o, err := w.confirm(p, approval.MethodRecovery, fresh[9])
			w.wantApproved(o, err, p, approval.MethodRecovery)
		}
	})
}

func (w *world) bypass(uses int, life time.Duration) (factors.Bypass, error) {
	return w.s.AddBypass(w.Context(), w.account.ID, factor.Bypass{Reason: "phone stolen", Life: life, Uses: uses}, byKey)
}

func TestABypassIsUsedAsOftenAsItMayBeHoweverManyLoginsTry(t *testing.T) {
	onEach(t, func(w *world) {
		b, err := w.bypass(3, time.Hour)
		must(t, err)
		won := inParallel(7, func(int) bool {
			_, err := w.confirm(w.login(), approval.MethodBypass, b.Code)
			return err == nil
		})
		if won != 3 {
			t.Errorf("%d logins by a bypass of three", won)
		}
		if n := w.count(`outbox WHERE kind = 'bypass.used' AND subject = $1`, b.ID); n != 3 {
			t.Errorf("%d events", n)
		}
		w.wantLeft(approval.MethodBypass, 0)
	})
}

func TestABypassEndsWithItsTimeAndBelongsToItsAccount(t *testing.T) {
	onEach(t, func(w *world) {
		b, err := w.bypass(1, time.Hour)
		must(t, err)
		w.wantLeft(approval.MethodBypass, 1)
		w.after(time.Hour)
		_, err = w.confirm(w.login(), approval.MethodBypass, b.Code)
		w.wantError(err, factor.ErrWrongCode)
		w.wantLeft(approval.MethodBypass, 0)

		w.after(0)
		other, err := w.bypass(1, time.Hour)
		must(t, err)
		moved := stranger(w)
		w.sql(`INSERT INTO methods (account, method, active_since) VALUES ($1, 'bypass', 1)`, moved)
		w.sql(`UPDATE bypass_codes SET account = $1 WHERE id = $2`, moved, other.ID) // a row that was moved is good for nothing
		w.account.ID = moved
		_, err = w.confirm(w.login(), approval.MethodBypass, other.Code)
		w.wantError(err, factor.ErrWrongCode)
	})
}

func TestAnAccountHasFiveBypassesAtATime(t *testing.T) {
	onEach(t, func(w *world) {
		made := inParallel(9, func(int) bool {
			_, err := w.bypass(1, time.Hour)
			if err != nil && !errors.Is(err, factor.ErrTooManyBypasses) {
				t.Error(err)
			}
			return err == nil
		})
		if made != factor.MaxBypassCodes {
			t.Errorf("%d bypasses", made)
		}
		w.after(2 * time.Hour)
		if _, err := w.bypass(1, time.Hour); err != nil {
			t.Errorf("those whose time is over stand in the way: %v", err)
		}
		if n := w.count(`outbox WHERE kind = 'bypass.created' AND data LIKE '%stolen%'`); n != 0 {
			t.Error("the reason is among the plain facts")
		}
	})
}

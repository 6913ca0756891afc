package factors_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/factors"
)

func (w *world) activation(m approval.Method, approvalID string) factors.Activation {
	return factors.Activation{Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID, Approval: approvalID, Method: m}
}

func (w *world) start(m approval.Method, approvalID string) factors.Start {
	return factors.Start{Activation: w.activation(m, approvalID), Letter: letter()}
}

func (w *world) finish(m approval.Method, p *approval.Pending, code string) factors.Finish {
	f := factors.Finish{Activation: w.activation(m, ""), Pending: p, Code: code, Skew: 1, Actor: byKey}
	if p != nil {
		f.Approval = p.ID
	}
	return f
}

// stranger returns the id of another account of the tenant.
func stranger(w *world) string {
	w.Helper()
	a, _, err := w.ends.PutAccount(w.Context(), account.Account{ID: w.id(id.Account), Tenant: w.tenant.ID, ExternalID: "4712"})
	must(w.T, err)
	return a.ID
}

// phone gives the account a phone whose credential has the status.
func (w *world) phone(status account.Status) {
	w.Helper()
	ins, dev := w.id(id.Installation), w.id(id.Device)
	w.sql(`INSERT INTO installations (id, thumbprint, platform, os_version, model, language, screen_lock, notifications, created_at)
		VALUES ($1, $1, 'ios', '17', '', 'de', TRUE, TRUE, 1)`, ins)
	w.sql(`INSERT INTO devices (id, account, installation, holder, label, created_at) VALUES ($1, $2, $3, 'Anna', 'Phone', 1)`, dev, w.account.ID, ins)
	w.sql(`INSERT INTO credentials (id, device, account, public_key, sign_count, backup_eligible, attestation, status) VALUES ($1, $2, $3, $1, 0, FALSE, 'none', $4)`,
		[]byte(dev), dev, w.account.ID, status)
}

func TestAMethodDoesNotCountUntilACodeProvedThatItWorks(t *testing.T) {
	onEach(t, func(w *world) {
		w.settleStep(0)
		started, err := w.s.StartActivation(w.Context(), w.start(approval.MethodTOTP, ""))
		must(t, err)
		code := w.code(started.Key, 0)
		_, err = w.confirm(w.login(), approval.MethodTOTP, code)
		w.wantError(err, factor.ErrNotActive)
		if w.count(`methods WHERE active_since > 0`) != 0 {
			t.Error("it counts already")
		}
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodTOTP, nil, another(code)))
		w.wantError(err, factor.ErrWrongCode)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodTOTP, nil, code))
		must(t, err)
		_, err = w.confirm(w.login(), approval.MethodTOTP, code) // its step is used
		w.wantError(err, factor.ErrWrongCode)
		p := w.login()
		o, err := w.confirm(p, approval.MethodTOTP, w.code(started.Key, 1))
		w.wantApproved(o, err, p, approval.MethodTOTP)
		if w.count(`methods WHERE active_since > 0`) != 1 {
			t.Error("it does not count")
		}
		if n := w.count(`outbox WHERE kind = 'method.activated' AND actor = 'key_1' AND application = $1`, w.app.ID); n != 1 {
			t.Errorf("%d events", n)
		}
	})
}

func TestStartingAgainBeginsAnewWhileTheActiveKeyHolds(t *testing.T) {
	onEach(t, func(w *world) {
		w.settleStep(0)
		active := w.totp()
		first, err := w.s.StartActivation(w.Context(), w.start(approval.MethodTOTP, ""))
		must(t, err)
		second, err := w.s.StartActivation(w.Context(), w.start(approval.MethodTOTP, ""))
		must(t, err)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodTOTP, nil, w.code(first.Key, 0)))
		w.wantError(err, factor.ErrWrongCode)
		p := w.login()
		o, err := w.confirm(p, approval.MethodTOTP, w.code(active, 0))
		w.wantApproved(o, err, p, approval.MethodTOTP)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodTOTP, nil, w.code(second.Key, 0)))
		must(t, err)
		_, err = w.confirm(w.login(), approval.MethodTOTP, w.code(active, 1))
		w.wantError(err, factor.ErrWrongCode)
	})
}

func TestTheFirstMethodConfirmsTheLoginWhosePageActivatedIt(t *testing.T) {
	onEach(t, func(w *world) {
		p := w.login()
		started, err := w.s.StartActivation(w.Context(), w.start(approval.MethodSMS, p.ID))
		must(t, err)
		if started.Address != "+49 ••• ••17" || !w.ledger.last.OnlyMethod {
			t.Errorf("started: %+v", started)
		}
		o, err := w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, w.newest()))
		w.wantApproved(o, err, p, approval.MethodSMS)

		// The same page goes on to a second one, as is recommended; the login is approved already.
		w.settleStep(0)
		second, err := w.s.StartActivation(w.Context(), w.start(approval.MethodTOTP, p.ID))
		must(t, err)
		f := w.finish(approval.MethodTOTP, &p, w.code(second.Key, 0))
		f.Pending = nil
		o, err = w.s.FinishActivation(w.Context(), f)
		w.wantApproved(o, err, p, approval.MethodSMS)
		if n := w.count(`methods WHERE active_since > 0 AND activated_by = $1`, p.ID); n != 2 {
			t.Errorf("%d methods are active", n)
		}
		if n := w.count(`outbox WHERE kind = 'method.activated' AND actor_kind = 'browser' AND actor = $1`, p.ID); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}

func TestOfTwoPagesThatActivateAtOnceOneWins(t *testing.T) {
	onEach(t, func(w *world) {
		for range 5 {
			w.sql(`DELETE FROM methods`)
			w.sql(`DELETE FROM activations`)
			logins := []approval.Pending{w.login(), w.login()}
			methods := []approval.Method{approval.MethodEmail, approval.MethodSMS}
			var codes [2]string
			for i := range logins {
				_, err := w.s.StartActivation(w.Context(), w.start(methods[i], logins[i].ID))
				must(t, err)
				codes[i] = w.newest()
			}
			won := inParallel(2, func(i int) bool {
				_, err := w.s.FinishActivation(w.Context(), w.finish(methods[i], &logins[i], codes[i]))
				if err != nil && !errors.Is(err, factor.ErrHasMethod) {
					t.Error(err)
				}
				return err == nil
			})
			if n := w.count(`outcomes WHERE approval IN ($1, $2)`, logins[0].ID, logins[1].ID); won != 1 || n != 1 {
				t.Fatalf("%d pages won, %d logins are approved", won, n)
			}
		}
	})
}

func TestAPageActivatesNothingBesideWhatTheAccountHas(t *testing.T) {
	had := map[string]func(w *world){
		"a method":                         func(w *world) { w.activate(approval.MethodEmail) },
		"a method that guessing disabled":  func(w *world) { w.activate(approval.MethodTOTP); w.sql(`UPDATE methods SET disabled_at = 1`) },
		"recovery codes":                   func(w *world) { w.activate(approval.MethodRecovery) },
		"a phone":                          func(w *world) { w.phone(account.Active) },
		"a phone that guessing disabled":   func(w *world) { w.phone(account.Disabled) },
		"a method of another login's page": func(w *world) { w.activate(approval.MethodEmail); w.sql(`UPDATE methods SET activated_by = 'apr_x'`) },
	}
	onEach(t, func(w *world) {
		for name, give := range had {
			for _, table := range []string{"methods", "activations", "credentials"} {
				w.sql(`DELETE FROM ` + table)
			}
			p := w.login()
			_, err := w.s.StartActivation(w.Context(), w.start(approval.MethodSMS, p.ID))
			must(t, err)
			code := w.newest()
			give(w)
			_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, code))
			w.wantError(err, factor.ErrHasMethod)
			_, err = w.s.StartActivation(w.Context(), w.start(approval.MethodTOTP, p.ID))
			w.wantError(err, factor.ErrHasMethod)
			if n := w.count(`outcomes`); n != 0 {
				t.Errorf("beside %s the login was confirmed", name)
			}
		}
	})
}

func TestARevokedPhoneDoesNotStandInTheWayOfTheFirstMethod(t *testing.T) {
	onEach(t, func(w *world) {
		w.phone(account.Revoked)
		w.phone(account.Unconfirmed)
		_, err := w.bypass(1, time.Hour)
		must(t, err)
		_, err = w.s.StartActivation(w.Context(), w.start(approval.MethodSMS, w.login().ID))
		must(t, err)
	})
}

func TestALoginThatEndedOtherwiseActivatesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		p := w.login()
		_, err := w.s.StartActivation(w.Context(), w.start(approval.MethodSMS, p.ID))
		must(t, err)
		code := w.newest()
		_, err = w.ends.End(w.Context(), p, approval.StatusCancelled)
		must(t, err)
		for _, pending := range []*approval.Pending{&p, nil} {
			f := w.finish(approval.MethodSMS, &p, code)
			f.Pending = pending
			_, err = w.s.FinishActivation(w.Context(), f)
			w.wantError(err, approval.ErrNotPending)
		}
		over := w.login()
		over.ClosesAt = over.CreatedAt
		w.sql(`DELETE FROM activations`)
		_, err = w.s.StartActivation(w.Context(), w.start(approval.MethodSMS, over.ID))
		must(t, err)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &over, w.newest()))
		w.wantError(err, approval.ErrExpired)
		if n := w.count(`methods WHERE active_since > 0`); n != 0 {
			t.Error("a method is active")
		}
	})
}

func TestAnActivationOfOnePageIsNotFinishedByAnother(t *testing.T) {
	onEach(t, func(w *world) {
		p, other := w.login(), w.login()
		_, err := w.s.StartActivation(w.Context(), w.start(approval.MethodSMS, p.ID))
		must(t, err)
		code := w.newest()
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &other, code))
		w.wantError(err, factor.ErrNoActivation)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, nil, code))
		w.wantError(err, factor.ErrNoActivation)
		w.sql(`INSERT INTO activations (account, method, approval, mac, sent, sent_at, expires_at)
			SELECT account, method, $1, mac, sent, sent_at, expires_at FROM activations`, other.ID)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &other, code)) // a row that was copied is good for nothing
		w.wantError(err, factor.ErrWrongCode)
		w.after(15 * time.Minute)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, code))
		w.wantError(err, factor.ErrNoActivation)
	})
}

func TestGuessesAtAnActivationPauseIt(t *testing.T) {
	onEach(t, func(w *world) {
		p := w.login()
		_, err := w.s.StartActivation(w.Context(), w.start(approval.MethodSMS, p.ID))
		must(t, err)
		code := w.newest()
		looked := inParallel(20, func(int) bool {
			_, err := w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, another(code)))
			return errors.Is(err, factor.ErrWrongCode)
		})
		if looked != 5 {
			t.Errorf("%d guesses were looked at, want 5", looked)
		}
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, code))
		w.wantError(err, factor.ErrPaused)
		_, err = w.s.StartActivation(w.Context(), w.start(approval.MethodSMS, w.login().ID))
		w.wantError(err, factor.ErrPaused)

		w.sql(`UPDATE methods SET failures = 99, paused_until = 0`)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, another(code)))
		w.wantError(err, factor.ErrWrongCode) // nothing is disabled that never worked
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, code))
		w.wantError(err, factor.ErrPaused)
	})
}

func TestANumberThatThePersonGaveIsOnRecordOnceItIsProved(t *testing.T) {
	onEach(t, func(w *world) {
		w.sql(`UPDATE accounts SET phone = ''`)
		const typed = "+436641234567"
		p := w.login()
		start := w.start(approval.MethodSMS, p.ID)
		_, err := w.s.StartActivation(w.Context(), start)
		w.wantError(err, factor.ErrNoNumber)
		start.Typed = typed
		_, err = w.s.StartActivation(w.Context(), start)
		must(t, err)
		kept, err := db.One(w.Context(), w.d.Reads(), db.ScanBytes, `SELECT address FROM activations`)
		must(t, err)
		if len(kept) == 0 || bytes.Contains(kept, []byte(typed)) {
			t.Error("the number is kept in the clear")
		}
		if n := w.count(`accounts WHERE phone = $1`, typed); n != 0 {
			t.Error("it was on record before it was proved")
		}
		o, err := w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, w.newest()))
		w.wantApproved(o, err, p, approval.MethodSMS)
		if n := w.count(`accounts WHERE phone = $1 AND phone_changed_at = 0`, typed); n != 1 {
			t.Error("it is not on record, or waits")
		}
		w.send(w.login(), approval.MethodSMS)
	})
}

func TestANumberThatChangesBesideAnotherMethodWaitsADay(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodTOTP)
		start := w.start(approval.MethodSMS, "")
		start.Typed = "+436641234567"
		_, err := w.s.StartActivation(w.Context(), start)
		must(t, err)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, nil, w.newest()))
		must(t, err)
		_, err = w.trySend(w.login(), approval.MethodSMS)
		w.wantError(err, factor.ErrNumberChanged)
		if n := w.count(`outbox WHERE kind = 'account.phone_changed' AND personal LIKE '%' || $1 || '%' AND data NOT LIKE '%49151%'`, number); n != 1 {
			t.Errorf("%d events with the old number as personal data", n)
		}
		w.after(24 * time.Hour)
		w.send(w.login(), approval.MethodSMS)
	})
}

func TestAnAddressThatChangesBesideAnotherMethodWaitsADay(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodTOTP)
		start := w.start(approval.MethodEmail, "")
		start.Typed = "another@example.com"
		_, err := w.s.StartActivation(w.Context(), start)
		must(t, err)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodEmail, nil, w.newest()))
		must(t, err)
		_, err = w.trySend(w.login(), approval.MethodEmail)
		w.wantError(err, factor.ErrAddressChanged)
		if w.count(`accounts WHERE phone_changed_at > 0`) != 0 {
			t.Error("the number waits, too")
		}
	})
}

// The page of a first login takes any number, and what it is given confirms that login. It is on record then in place of another, or
// where something once was: who lost that must be able to object.
func TestANumberThatIsGivenInPlaceOfWhatWasConfirmsNothingButThatLoginForADay(t *testing.T) {
	for name, before := range map[string]string{
		"another number":              `had_means = FALSE`,
		"a phone that was lost":       `phone = '', had_means = TRUE`,
		"a number that was taken off": `phone = '', phone_changed_at = 1`,
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.sql(`UPDATE accounts SET ` + before)
				p := w.login()
				start := w.start(approval.MethodSMS, p.ID)
				start.Typed = "+436641234567"
				_, err := w.s.StartActivation(w.Context(), start)
				must(t, err)
				o, err := w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, w.newest()))
				w.wantApproved(o, err, p, approval.MethodSMS)
				_, err = w.trySend(w.login(), approval.MethodSMS)
				w.wantError(err, factor.ErrNumberChanged)
				w.after(24 * time.Hour)
				w.send(w.login(), approval.MethodSMS)
			})
		})
	}
}

func TestASecondMethodOfAFirstLoginMayBringANumberThatConfirmsAtOnce(t *testing.T) {
	onEach(t, func(w *world) {
		w.sql(`UPDATE accounts SET phone = ''`)
		p := w.login()
		_, err := w.s.StartActivation(w.Context(), w.start(approval.MethodEmail, p.ID))
		must(t, err)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodEmail, &p, w.newest()))
		must(t, err)
		start := w.start(approval.MethodSMS, p.ID)
		start.Typed = "+436641234567"
		_, err = w.s.StartActivation(w.Context(), start)
		must(t, err)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, w.newest()))
		must(t, err)
		w.send(w.login(), approval.MethodSMS)
	})
}

func TestWhatWasChangedActivatesNothingForADayAndNorDoesACodeThatIsOnItsWay(t *testing.T) {
	for m, c := range map[approval.Method]struct {
		change, own, other string
		refused            error
	}{
		approval.MethodSMS:   {`UPDATE accounts SET phone = $1, phone_changed_at = jawort_now()`, number, "+4915198765432", factor.ErrNumberChanged},
		approval.MethodEmail: {`UPDATE accounts SET email = $1, email_changed_at = jawort_now()`, address, "another@example.com", factor.ErrAddressChanged},
	} {
		for how, typed := range map[string]string{"on record": "", "given": c.own} {
			t.Run(string(m)+" "+how, func(t *testing.T) {
				onEach(t, func(w *world) {
					p := w.login()
					start := w.start(m, p.ID)
					start.Typed = typed
					_, err := w.s.StartActivation(w.Context(), start)
					must(t, err)
					code := w.newest()
					w.sql(c.change, c.own) // it was changed, and changed back
					_, err = w.s.FinishActivation(w.Context(), w.finish(m, &p, code))
					w.wantError(err, c.refused)
					if w.count(`methods WHERE active_since > 0`) != 0 {
						t.Error("it counts")
					}
					w.after(factor.CodeInterval)
					_, err = w.s.StartActivation(w.Context(), start)
					w.wantError(err, c.refused)
				})
			})
		}
	}
}

func TestCodesOfAnActivationAreSentThreeTimesAndTwentySecondsApart(t *testing.T) {
	onEach(t, func(w *world) {
		start := w.start(approval.MethodEmail, w.login().ID)
		for n := range 3 {
			w.after(time.Duration(n) * factor.CodeInterval)
			_, err := w.s.StartActivation(w.Context(), start)
			must(t, err)
			_, err = w.s.StartActivation(w.Context(), start)
			if n < 2 {
				w.wantError(err, factor.ErrCodeTooSoon)
			}
		}
		w.after(time.Minute)
		_, err := w.s.StartActivation(w.Context(), start)
		w.wantError(err, factor.ErrTooManyCodes)
		w.after(30 * time.Minute)
		_, err = w.s.StartActivation(w.Context(), start)
		must(t, err)
	})
}

func TestAfterAnActivationThatWasNotAcknowledgedItIsReadAgain(t *testing.T) {
	onEach(t, func(w *world) {
		p := w.login()
		_, err := w.s.StartActivation(w.Context(), w.start(approval.MethodSMS, p.ID))
		must(t, err)
		w.ends.lost = true
		o, err := w.s.FinishActivation(w.Context(), w.finish(approval.MethodSMS, &p, w.newest()))
		w.wantApproved(o, err, p, approval.MethodSMS)
	})
}

func TestTheKeyOfOneAccountIsNoUseToAnother(t *testing.T) {
	onEach(t, func(w *world) {
		w.settleStep(0)
		key := w.totp()
		kept, err := db.One(w.Context(), w.d.Reads(), db.ScanBytes, `SELECT secret FROM methods WHERE method = 'totp'`)
		must(t, err)
		if bytes.Contains(kept, key.Bytes()) {
			t.Error("the key is kept in the clear")
		}
		victim := stranger(w)
		w.sql(`INSERT INTO methods (account, method, active_since, secret) SELECT $1, method, 1, secret FROM methods WHERE account = $2`, victim, w.account.ID)
		w.account.ID = victim
		if _, err := w.confirm(w.login(), approval.MethodTOTP, w.code(key, 0)); err == nil {
			t.Error("a copied key confirmed a login")
		}
	})
}

func TestTheLastMethodIsNotRemovedButReset(t *testing.T) {
	onEach(t, func(w *world) {
		remove := func(m approval.Method) error { return w.s.Remove(w.Context(), w.account.ID, m, everyWay, byKey) }
		w.wantError(remove(approval.MethodTOTP), factor.ErrNotActive)
		w.settleStep(0)
		key := w.totp()
		w.activate(approval.MethodSMS)
		codes := w.recoveryCodes()
		must(t, remove(approval.MethodSMS))
		w.wantError(remove(approval.MethodTOTP), factor.ErrLastMethod)
		_, err := w.bypass(1, time.Hour)
		must(t, err)
		w.wantError(remove(approval.MethodTOTP), factor.ErrLastMethod)
		w.phone(account.Active)
		noPush := []approval.Method{approval.MethodTOTP, approval.MethodSMS, approval.MethodRecovery, approval.MethodBypass}
		w.wantError(w.s.Remove(w.Context(), w.account.ID, approval.MethodTOTP, factors.Ways{Allowed: noPush}, byKey), factor.ErrLastMethod)
		must(t, remove(approval.MethodTOTP))
		_, err = w.confirm(w.login(), approval.MethodTOTP, w.code(key, 0))
		w.wantError(err, factor.ErrNotActive)
		must(t, w.d.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error { return w.s.Reset(ctx, tx, w.account.ID) }))
		_, err = w.confirm(w.login(), approval.MethodRecovery, codes[0])
		w.wantError(err, factor.ErrNotActive)
		for _, table := range []string{"methods", "activations", "codes", "recovery_codes", "bypass_codes"} {
			if n := w.count(table); n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
	})
}

func TestRemovingTwoMethodsAtOnceLeavesOne(t *testing.T) {
	onEach(t, func(w *world) {
		methods := []approval.Method{approval.MethodSMS, approval.MethodEmail, approval.MethodTOTP}
		for _, m := range methods {
			w.activate(m)
		}
		removed := inParallel(len(methods), func(i int) bool {
			return w.s.Remove(w.Context(), w.account.ID, methods[i], everyWay, byKey) == nil
		})
		if n := w.count(`methods`); removed != 2 || n != 1 {
			t.Errorf("%d were removed, %d are left", removed, n)
		}
	})
}

func TestWhatIsLongOverIsTidiedAway(t *testing.T) {
	onEach(t, func(w *world) {
		w.activate(approval.MethodSMS)
		w.send(w.login(), approval.MethodSMS)
		_, err := w.s.StartActivation(w.Context(), w.start(approval.MethodEmail, ""))
		must(t, err)
		for _, c := range []struct {
			after time.Duration
			gone  int64
		}{{74 * time.Minute, 0}, {76 * time.Minute, 2}} {
			w.after(c.after)
			gone, err := w.s.Tidy(w.Context(), 100)
			must(t, err)
			if gone != c.gone {
				t.Errorf("after %v %d rows went, want %d", c.after, gone, c.gone)
			}
		}
	})
}

package lasting_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func (w *world) announce() account.Recovery {
	w.t.Helper()
	r, err := w.tryAnnounce()
	must(w.t, err)
	return r
}

func (w *world) tryAnnounce() (account.Recovery, error) {
	return w.s.AnnounceRecovery(w.t.Context(), account.Recovery{
		ID: newID(w.t, id.Recovery), Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID,
	}, "the phone fell into the sea", byKey)
}

func of(r account.Recovery) func(e *account.Enrolment) {
	return func(e *account.Enrolment) { e.Recovery = r.ID }
}

func (w *world) wantRecovery(r account.Recovery, status account.RecoveryStatus) {
	w.t.Helper()
	found, err := w.s.Recovery(w.t.Context(), w.tenant.ID, r.ID)
	must(w.t, err)
	wantEqual(w.t, "recovery", found.Status, status)
}

func TestARecoveryAuthorisesOneEnrolmentOnceItsTimeHasCome(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.phone()
		r := w.announce()
		wantEqual(t, "wait", r.OpensAt.Sub(r.CreatedAt).Round(time.Second), account.RecoveryWait)
		_, err := w.begun(account.ByRecovery, of(r))
		wantError(t, err, account.ErrRecoveryWaiting)
		_, err = w.tryAnnounce()
		wantError(t, err, account.ErrRecoveryRunning)

		w.after(account.RecoveryWait - time.Second)
		w.wantRecovery(r, account.RecoveryAnnounced)
		w.after(account.RecoveryWait + time.Second)
		w.wantRecovery(r, account.RecoveryReady)
		stranger := newWorld(t, s)
		_, err = stranger.begun(account.ByRecovery, of(r))
		wantError(t, err, account.ErrUnknownRecovery)
		w.account, stranger.account = w.newAccount("4712"), w.account
		_, err = w.begun(account.ByRecovery, of(r))
		wantError(t, err, account.ErrUnknownRecovery)
		w.account = stranger.account
		won := inParallel(6, func(int) bool {
			_, err := w.begun(account.ByRecovery, of(r))
			if err != nil && !is(err, account.ErrRecoveryEnded) {
				t.Error(err)
			}
			return err == nil
		})
		wantEqual(t, "enrolments", won, 1)
		w.wantRecovery(r, account.RecoveryUsed)
	})
}

func TestARecoveryThatIsNotUsedExpires(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		r := w.announce()
		w.after(account.RecoveryWait + account.RecoveryOpen + time.Second)
		w.wantRecovery(r, account.RecoveryExpired)
		_, err := w.begun(account.ByRecovery, of(r))
		wantError(t, err, account.ErrRecoveryEnded)
		_, err = s.StopRecovery(t.Context(), w.tenant.ID, r.ID, byKey)
		wantError(t, err, account.ErrRecoveryEnded)
		w.announce()
	})
}

func TestARecoveryIsStoppedByTheAccountsPhonesAndNobodyElses(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, stranger, ctx := newWorld(t, s), newWorld(t, s), t.Context()
		own, gone, foreign := w.phone(), w.phone(), stranger.phone()
		must(t, s.RevokeDevice(ctx, w.tenant.ID, w.account.ExternalID, gone.Device, byKey))
		r := w.announce()
		for _, phone := range []string{foreign.Installation, gone.Installation, "ins_none"} {
			seen, err := s.RecoveriesOfInstallation(ctx, phone)
			must(t, err)
			wantEqual(t, "recoveries of a phone of nobody here", len(seen), 0)
			wantError(t, s.StopRecoveryOfInstallation(ctx, phone, r.ID), account.ErrUnknownRecovery)
		}
		_, err := s.StopRecovery(ctx, stranger.tenant.ID, r.ID, byKey)
		wantError(t, err, account.ErrUnknownRecovery)
		seen, err := s.RecoveriesOfInstallation(ctx, own.Installation)
		must(t, err)
		if len(seen) != 1 || seen[0].ID != r.ID || seen[0].AccountLabel != w.account.Label {
			t.Fatalf("seen %+v", seen)
		}
		for range 2 {
			must(t, s.StopRecoveryOfInstallation(ctx, own.Installation, r.ID))
		}
		n, err := s.Count(ctx, `outbox WHERE kind = $1 AND actor_kind = $2`, lasting.RecoveryStopped, outbox.ByDevice)
		must(t, err)
		wantEqual(t, "events", n, 1)
		w.after(account.RecoveryWait + time.Hour)
		_, err = w.begun(account.ByRecovery, of(r))
		wantError(t, err, account.ErrRecoveryEnded)
	})
}

// Whatever comes first: in the end there is a phone, or it was stopped, and never both.
func TestARecoveryThatIsStoppedAtTheLastMomentEndsWithoutAPhone(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		for round := range 12 {
			w.account = w.newAccount(string(rune('a' + round)))
			w.after(0)
			r := w.announce()
			w.after(account.RecoveryWait + time.Minute)
			var e account.Enrolment
			begin := func() error {
				var err error
				e, err = w.begun(account.ByRecovery, of(r))
				return err
			}
			last := begin // the link
			if round%2 == 1 {
				must(t, begin())
				w.bind(e)
				last = func() error { return w.confirm(e) } // the six digits
			}
			var acted, stopped error
			inParallel(2, func(i int) bool {
				if i == 0 {
					acted = last()
				} else {
					_, stopped = s.StopRecovery(t.Context(), w.tenant.ID, r.ID, byKey)
				}
				return true
			})
			n, err := s.Count(t.Context(), `enrolments WHERE account = $1 AND status <> 'failed'`, w.account.ID)
			must(t, err)
			switch {
			case stopped == nil && n != 0:
				t.Fatalf("round %d: stopped, and the enrolment goes on (%v)", round, acted)
			case stopped != nil && (acted != nil || !is(stopped, account.ErrRecoveryEnded)):
				t.Fatalf("round %d: neither: %v, %v", round, acted, stopped)
			}
			devices, err := s.Count(t.Context(), `credentials WHERE account = $1 AND status <> 'revoked'`, w.account.ID)
			must(t, err)
			if stopped == nil && devices != 0 {
				t.Fatalf("round %d: stopped, and a phone is left", round)
			}
		}
	})
}

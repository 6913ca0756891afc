package lasting_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestAnEnrolmentGoesFromLinkToActiveDevice(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		e, hash := w.enrolment(w.account)
		stored, d, err := s.Enrolment(ctx, w.tenant.ID, e.ID)
		must(t, err)
		if d != nil || stored.Status != account.EnrolmentOpen || stored.AccountLabel != w.account.Label || !stored.ExpiresAt.Equal(e.ExpiresAt) {
			t.Fatalf("open: %+v, device %v", stored, d)
		}
		claimed, err := s.ClaimEnrolment(ctx, hash, "key")
		must(t, err)
		if claimed.Status != account.EnrolmentClaimed || claimed.Device != e.Device || !bytes.Equal(claimed.Challenge, e.Challenge) || claimed.TenantName != "Musterbank" {
			t.Fatalf("claimed: %+v", claimed)
		}
		c := completion(t, e, "key")
		made, err := s.CompleteEnrolment(ctx, c)
		must(t, err)
		if made.ID != e.Device || made.Status != account.Unconfirmed || !made.Pushable || made.Holder != c.Holder || made.Posture != c.Posture {
			t.Fatalf("completed: %+v", made)
		}
		_, err = s.Signer(ctx, made.Installation, c.Credential.ID)
		wantInactive(t, err)
		confirmed, d, err := s.ConfirmEnrolment(ctx, w.tenant.ID, e.ID, true, outbox.Actor{})
		must(t, err)
		if confirmed.Status != account.EnrolmentConfirmed || d == nil || d.Status != account.Active {
			t.Fatalf("confirmed: %+v, device %+v", confirmed, d)
		}
		signer, err := s.Signer(ctx, made.Installation, c.Credential.ID)
		must(t, err)
		got, want := signer.Credential, c.Credential
		if got.Device != made.ID || got.SignCount != 7 || !got.BackupEligible || got.Attestation != "packed" || got.EnrolledAt.IsZero() ||
			!bytes.Equal(got.PublicKey, want.PublicKey) || !bytes.Equal(got.AAGUID, want.AAGUID) {
			t.Fatalf("credential is %+v", got)
		}
		if signer.Account != w.account.ID || signer.Label != c.Label || signer.Holder != c.Holder || signer.Installation != made.Installation {
			t.Fatalf("signer is %+v", signer)
		}
	})
}

func TestEachStepOfAnEnrolmentCanBeRepeatedByItsKeyAndByNoOther(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		e, hash := w.enrolment(w.account)
		for range 2 {
			_, err := s.ClaimEnrolment(ctx, hash, "key")
			must(t, err)
		}
		_, err := s.ClaimEnrolment(ctx, hash, "other")
		wantError(t, err, account.ErrUnknownEnrolment)
		_, err = s.ClaimEnrolment(ctx, []byte("unknown"), "key")
		wantError(t, err, account.ErrUnknownEnrolment)
		_, err = s.ClaimedEnrolment(ctx, e.ID, "other")
		wantError(t, err, account.ErrUnknownEnrolment)
		_, err = s.CompleteEnrolment(ctx, completion(t, e, "other"))
		wantError(t, err, account.ErrUnknownEnrolment)

		c := completion(t, e, "key")
		first, err := s.CompleteEnrolment(ctx, c)
		must(t, err)
		c.Label, c.Installation = "changed", "ins_other"
		again, err := s.CompleteEnrolment(ctx, c)
		must(t, err)
		if again != first {
			t.Fatalf("the repeat made %+v of %+v", again, first)
		}
		c.Credential.ID = []byte("another credential")
		_, err = s.CompleteEnrolment(ctx, c)
		wantError(t, err, account.ErrUnknownEnrolment)

		for range 2 {
			confirmed, d, err := s.ConfirmEnrolment(ctx, w.tenant.ID, e.ID, true, outbox.Actor{})
			must(t, err)
			if confirmed.Status != account.EnrolmentConfirmed || d.Status != account.Active {
				t.Fatalf("confirmed %+v, device %+v", confirmed, d)
			}
		}
		_, _, err = s.ConfirmEnrolment(ctx, w.tenant.ID, e.ID, false, outbox.Actor{})
		wantError(t, err, account.ErrEnrolmentEnded)
		_, err = s.ClaimEnrolment(ctx, hash, "key")
		wantError(t, err, account.ErrUnknownEnrolment)
	})
}

func TestOfTwoPhonesOnOneLinkOneWins(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		for range 20 {
			_, hash := w.enrolment(w.account)
			won := inParallel(8, func(int) bool {
				_, err := s.ClaimEnrolment(t.Context(), hash, rand.Text())
				if err != nil && !is(err, account.ErrUnknownEnrolment) {
					t.Error(err)
				}
				return err == nil
			})
			wantEqual(t, "number of phones that claimed", won, 1)
		}
	})
}

func TestAnEnrolmentIsCompletedOnceUnderParallelRepeats(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		e, hash := w.enrolment(w.account)
		_, err := s.ClaimEnrolment(t.Context(), hash, "key")
		must(t, err)
		won := inParallel(8, func(i int) bool {
			c := completion(t, e, "key")
			c.Credential.ID = []byte{byte(i / 2)} // two tries of each credential
			_, err := s.CompleteEnrolment(t.Context(), c)
			if err != nil && !is(err, account.ErrUnknownEnrolment) {
				t.Error(err)
			}
			return err == nil
		})
		wantEqual(t, "number of answers with a device", won, 2)
		n, err := s.Count(t.Context(), "credentials")
		must(t, err)
		wantEqual(t, "number of credentials", n, 1)
	})
}

func TestTheThirdWrongDigitsEndTheEnrolment(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		e, _ := w.completed(w.account, "key")
		for left := 2; left >= 0; left-- {
			_, _, err := s.ConfirmEnrolment(t.Context(), w.tenant.ID, e.ID, false, outbox.Actor{})
			wantError(t, err, account.ErrWrongDigits)
			wantExtra(t, err, "attempts_left", left)
		}
		_, _, err := s.ConfirmEnrolment(t.Context(), w.tenant.ID, e.ID, true, outbox.Actor{})
		wantError(t, err, account.ErrEnrolmentEnded)
		stored, d, err := s.Enrolment(t.Context(), w.tenant.ID, e.ID)
		must(t, err)
		if stored.Status != account.EnrolmentFailed || d.Status != account.Revoked {
			t.Fatalf("enrolment %+v, device %+v", stored, d)
		}
	})
}

func TestWrongDigitsInParallelGetNoMoreThanThreeTries(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		e, _ := w.completed(w.account, "key")
		tries := inParallel(20, func(int) bool {
			_, _, err := s.ConfirmEnrolment(t.Context(), w.tenant.ID, e.ID, false, outbox.Actor{})
			return is(err, account.ErrWrongDigits)
		})
		wantEqual(t, "number of tries", tries, account.MaxConfirmations)
	})
}

func TestDigitsBeforeThePhoneIsDoneCountNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		e, hash := w.enrolment(w.account)
		for _, ok := range []bool{true, false} {
			_, _, err := s.ConfirmEnrolment(t.Context(), w.tenant.ID, e.ID, ok, outbox.Actor{})
			wantError(t, err, account.ErrNotAwaitingDigits)
		}
		_, err := s.ClaimEnrolment(t.Context(), hash, "key")
		must(t, err)
		stored, _, err := s.Enrolment(t.Context(), w.tenant.ID, e.ID)
		must(t, err)
		wantEqual(t, "wrong tries", stored.Confirmations, 0)
	})
}

func TestAnEnrolmentExpiresByTheDatabasesClock(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		open, hash := w.enrolment(w.account)
		claimed, claimedHash := w.enrolment(w.account)
		_, err := s.ClaimEnrolment(ctx, claimedHash, "key")
		must(t, err)
		waiting, device := w.completed(w.account, "key")
		w.after(account.EnrolmentLife + time.Second)

		_, err = s.ClaimEnrolment(ctx, hash, "key")
		wantError(t, err, account.ErrUnknownEnrolment)
		_, err = s.CompleteEnrolment(ctx, completion(t, claimed, "key"))
		wantError(t, err, account.ErrUnknownEnrolment)
		_, _, err = s.ConfirmEnrolment(ctx, w.tenant.ID, waiting.ID, true, outbox.Actor{})
		wantError(t, err, account.ErrEnrolmentEnded)
		for _, e := range []account.Enrolment{open, claimed, waiting} {
			stored, _, err := s.Enrolment(ctx, w.tenant.ID, e.ID)
			must(t, err)
			wantEqual(t, "status", stored.Status, account.EnrolmentExpired)
		}
		devices, err := s.DevicesOfInstallation(ctx, device.Installation)
		must(t, err)
		if len(devices) != 1 || devices[0].Status != account.Revoked {
			t.Fatalf("the phone is told %+v", devices)
		}
	})
}

func TestAnEnrolmentNeverLivesLongerThanItMay(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		now, err := s.Now(t.Context())
		must(t, err)
		for name, until := range map[string]time.Time{"not said": {}, "too long": now.Add(time.Hour)} {
			e := account.Enrolment{ID: "enr_" + name, Authority: account.ByOperator, Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID,
				Device: "dev_" + name, Challenge: []byte("c"), ExpiresAt: until}
			must(t, s.CreateEnrolment(t.Context(), e, []byte(name), "", outbox.Actor{}))
			stored, _, err := s.Enrolment(t.Context(), w.tenant.ID, e.ID)
			must(t, err)
			wantEqual(t, "life", stored.ExpiresAt.Sub(stored.CreatedAt).Round(time.Second), account.EnrolmentLife)
		}
	})
}

func TestACredentialIsRegisteredOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		e, hash := w.enrolment(w.account)
		_, err := s.ClaimEnrolment(t.Context(), hash, "key")
		must(t, err)
		_, err = db.Exec(t.Context(), s.Writes(), `INSERT INTO operators (id, name, role, invited_until, created_at) VALUES ('opr_1', 'Ada', 'support', 1, 1)`)
		must(t, err)
		operators := []byte("an operator's")
		_, err = db.Exec(t.Context(), s.Writes(), `
			INSERT INTO operator_passkeys (id, operator, credential, label, public_key, sign_count, backup_eligible, backed_up, attestation, created_at)
			VALUES ('pky_1', 'opr_1', $1, '', $1, 0, FALSE, FALSE, 'none', 1)`, operators)
		must(t, err)
		for _, taken := range [][]byte{phone.Credential.ID, operators} {
			c := completion(t, e, "key")
			c.Credential.ID = taken
			if _, err := s.CompleteEnrolment(t.Context(), c); err == nil || is(err, account.ErrUnknownEnrolment) {
				t.Fatalf("error is %v", err)
			}
		}
		stored, d, err := s.Enrolment(t.Context(), w.tenant.ID, e.ID)
		must(t, err)
		if stored.Status != account.EnrolmentClaimed || d != nil {
			t.Fatalf("enrolment %+v, device %v", stored, d)
		}
	})
}

func TestAPhoneWaitsForWhomeverRegistersItsCredentialForSomethingElse(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.New(t)) // on SQLite there is no meanwhile
	w := newWorld(t, s)
	e, hash := w.enrolment(w.account)
	_, err := s.ClaimEnrolment(t.Context(), hash, "key")
	must(t, err)
	_, err = db.Exec(t.Context(), s.Writes(), `INSERT INTO operators (id, name, role, invited_until, created_at) VALUES ('opr_1', 'Ada', 'support', 1, 1)`)
	must(t, err)
	c, completed := completion(t, e, "key"), make(chan error, 1)
	must(t, s.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		must(t, db.InTurn(ctx, tx, c.Credential.ID))
		_, err := db.Exec(ctx, tx, `
			INSERT INTO operator_passkeys (id, operator, credential, label, public_key, sign_count, backup_eligible, backed_up, attestation, created_at)
			VALUES ('pky_1', 'opr_1', $1, '', $1, 0, FALSE, FALSE, 'none', 1)`, c.Credential.ID)
		go func() {
			_, err := s.CompleteEnrolment(t.Context(), c)
			completed <- err
		}()
		untilAllWait(t, s, 1)
		return err
	}))
	if err := <-completed; err == nil || is(err, account.ErrUnknownEnrolment) {
		t.Errorf("error is %v", err)
	}
}

// inParallel runs f n times at once and returns how often it returned true.
func inParallel(n int, f func(i int) bool) int {
	var wg sync.WaitGroup
	results := make([]bool, n)
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			results[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	count := 0
	for _, r := range results {
		if r {
			count++
		}
	}
	return count
}

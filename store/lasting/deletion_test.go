package lasting_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// deletion is DeleteAccount, stopped before its commit.
type deletion struct {
	t      testing.TB
	commit func() error
}

func (w *world) deletion() deletion {
	w.t.Helper()
	tx, err := w.s.Begin(w.t.Context())
	must(w.t, err)
	w.t.Cleanup(func() { _ = tx.Rollback() })
	for _, statement := range []string{
		`UPDATE accounts SET deleted_at = jawort_now() WHERE id = $1 AND deleted_at = 0`,
		`UPDATE enrolments SET status = 'failed' WHERE account = $1 AND status IN ('open', 'claimed', 'completed')`,
		`UPDATE credentials SET status = 'revoked', ended_at = jawort_now() WHERE account = $1`,
	} {
		_, err := tx.ExecContext(w.t.Context(), statement, w.account.ID)
		must(w.t, err)
	}
	return deletion{t: w.t, commit: tx.Commit}
}

// during runs act while the deletion is under way, and returns what came of it after the deletion's commit.
func (d deletion) during(s *lasting.Store, act func() error) error {
	d.t.Helper()
	done := make(chan error, 1)
	go func() { done <- act() }()
	untilItWaits(d.t, s, done)
	must(d.t, d.commit())
	return <-done
}

func TestNoEnrolmentOutlivesTheDeletionOfItsAccount(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(w *world) (act func() error, want error){
		"one that is opened": func(w *world) (func() error, error) {
			e := account.Enrolment{
				ID: "enr_late", Authority: account.ByOperator, Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID, Device: "dev_late", Challenge: []byte("c"),
			}
			return func() error { return w.s.CreateEnrolment(w.t.Context(), e, []byte("code"), "", outbox.Actor{}) }, account.ErrUnknownAccount
		},
		"one that is claimed": func(w *world) (func() error, error) {
			_, hash := w.enrolment(w.account)
			return func() error { _, err := w.s.ClaimEnrolment(w.t.Context(), hash, "key"); return err }, account.ErrUnknownEnrolment
		},
		"one that is completed": func(w *world) (func() error, error) {
			e, hash := w.enrolment(w.account)
			_, err := w.s.ClaimEnrolment(w.t.Context(), hash, "key")
			must(w.t, err)
			c := completion(w.t, e, "key")
			return func() error { _, err := w.s.CompleteEnrolment(w.t.Context(), c); return err }, account.ErrUnknownEnrolment
		},
		"one that is confirmed": func(w *world) (func() error, error) {
			e, _ := w.completed(w.account, "key")
			return func() error {
				_, _, err := w.s.ConfirmEnrolment(w.t.Context(), w.tenant.ID, e.ID, true, outbox.Actor{})
				return err
			}, account.ErrEnrolmentEnded
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, open(t, pgtest.New(t)))
			during, want := act(w)
			wantError(t, w.deletion().during(w.s, during), want)
			w.wantNothingLeft()
		})
	}
}

func TestADeletionWaitsForAnEnrolmentThatIsUnderWay(t *testing.T) {
	t.Parallel()
	for name, under := range map[string][]string{
		"opening": {
			`UPDATE accounts SET deleted_at = 0 WHERE deleted_at = 0`,
			`INSERT INTO enrolments (id, tenant, application, account, device, challenge, code_hash, status, created_at, expires_at)
			SELECT 'enr_early', a.tenant, p.id, a.id, 'dev_early', '', '', 'open', jawort_now(), jawort_now() + 60000000
			FROM accounts a JOIN applications p ON p.tenant = a.tenant`,
		},
		"confirming": {
			`UPDATE enrolments SET status = 'confirmed' WHERE status = 'completed'`,
			`UPDATE credentials SET status = 'active' WHERE status = 'unconfirmed'`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, pgtest.New(t))
			w := newWorld(t, s)
			w.completed(w.account, "key")
			tx, err := s.Begin(t.Context())
			must(t, err)
			defer tx.Rollback()
			for _, statement := range under {
				_, err := tx.ExecContext(t.Context(), statement)
				must(t, err)
			}
			deleted := make(chan error, 1)
			go func() { deleted <- s.DeleteAccount(t.Context(), w.tenant.ID, w.account.ExternalID, lasting.By{}) }()
			untilItWaits(t, s, deleted)
			must(t, tx.Commit())
			must(t, <-deleted)
			w.wantNothingLeft()
		})
	}
}

// wantNothingLeft checks that nothing of the deleted account can become or be active.
func (w *world) wantNothingLeft() {
	w.t.Helper()
	n, err := w.s.Count(w.t.Context(), `enrolments WHERE status NOT IN ('failed', 'confirmed')`)
	must(w.t, err)
	wantEqual(w.t, "number of enrolments that go on", n, 0)
	n, err = w.s.Count(w.t.Context(), `credentials WHERE status <> 'revoked'`)
	must(w.t, err)
	wantEqual(w.t, "number of credentials that are not revoked", n, 0)
}

package lasting

import (
	"context"
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

const outcomeColumns = `approval, tenant, application, account, kind, status, method, decision, number, device, label, holder, document,
	credential, public_key, sign_count, backup_eligible, aaguid, attestation, enrolled_at, auth_data, client_data, signature,
	created_at, expires_at, decided_at, closes_at, context, browser, actor`

// Ended is an outcome in short.
type Ended struct {
	Approval string
	Status   approval.Status
	Method   approval.Method
}

// manyOutcomes bounds how many ids go into one query.
const manyOutcomes = 512

// Outcome returns the end of an approval, or approval.ErrUnknown.
func (s *Store) Outcome(ctx context.Context, id string) (approval.Outcome, error) {
	return readOutcome(ctx, s.Reads(), id)
}

func readOutcome(ctx context.Context, q db.Querier, id string) (approval.Outcome, error) {
	o, err := db.One(ctx, q, scanOutcome, `SELECT `+outcomeColumns+` FROM outcomes WHERE approval = $1`, id)
	return o, db.Replace(err, approval.ErrUnknown)
}

// Ends returns the ends of those of the approvals that have ended, in no order.
func (s *Store) Ends(ctx context.Context, approvals []string) ([]Ended, error) {
	var found []Ended
	for some := range slices.Chunk(approvals, manyOutcomes) {
		in, args := db.In(1, some)
		ends, err := db.All(ctx, s.Reads(), scanEnded, `SELECT approval, status, method FROM outcomes WHERE approval IN (`+in+`)`, args...)
		if err != nil {
			return nil, err
		}
		found = append(found, ends...)
	}
	return found, nil
}

func scanEnded(r db.Row) (e Ended, err error) { return e, r.Scan(&e.Approval, &e.Status, &e.Method) }

// OutcomesSince returns what ended at or after a moment of the database's clock, oldest first. An outcome may become
// visible up to db.MaxTransaction after its own time.
func (s *Store) OutcomesSince(ctx context.Context, since time.Time) ([]Ended, error) {
	return db.All(ctx, s.Reads(), scanEnded, `SELECT approval, status, method FROM outcomes WHERE decided_at >= $1 ORDER BY decided_at`, db.Micros(since))
}

// Aftermath returns what a login service is told of an end beside the end itself: the login's own name, and the reports that came
// after it, oldest first. It is one question, since each login asks it.
func (s *Store) Aftermath(ctx context.Context, o approval.Outcome) (externalID string, reports []approval.LateReport, err error) {
	all, err := db.All(ctx, s.Reads(), func(r db.Row) (l approval.LateReport, err error) {
		return l, r.Scan(&externalID, &l.Device, &l.Holder, db.Into(&l.ReportedAt))
	}, `
		SELECT a.external_id, COALESCE(l.device, ''), COALESCE(l.holder, ''), COALESCE(l.reported_at, 0)
		FROM accounts a LEFT JOIN late_reports l ON l.approval = $1
		WHERE a.id = $2 ORDER BY l.reported_at, l.device`, o.Approval, o.Account)
	if err == nil && len(all) == 0 {
		err = db.ErrNotFound
	}
	return externalID, slices.DeleteFunc(all, func(l approval.LateReport) bool { return l.ReportedAt.IsZero() }), err
}

func scanOutcome(r db.Row) (approval.Outcome, error) { return scanOutcomeAnd(r) }

func scanOutcomeAnd(r db.Row, more ...any) (approval.Outcome, error) {
	var o approval.Outcome
	var c approval.Credential
	var a approval.Assertion
	err := r.Scan(append([]any{&o.Approval, &o.Tenant, &o.Application, &o.Account, &o.Kind, &o.Status, &o.Method, &o.Decision, &o.Number,
		&o.Device, &o.Label, &o.Holder, &o.Document,
		&c.ID, &c.PublicKey, &c.SignCount, &c.BackupEligible, &c.AAGUID, &c.Attestation, db.Into(&c.EnrolledAt),
		&a.AuthenticatorData, &a.ClientDataJSON, &a.Signature,
		db.Into(&o.CreatedAt), db.Into(&o.ExpiresAt), db.Into(&o.DecidedAt), db.Into(&o.ClosesAt), &o.Context, &o.Browser, &o.Actor}, more...)...)
	if o.Device != "" && a.Signature != nil { // it may have been erased
		c.Device, a.CredentialID = o.Device, c.ID
		o.Signer, o.Assertion = &c, &a
	}
	return o, err
}

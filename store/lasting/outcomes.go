package lasting

import (
	"context"
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
const manyOutcomes = 500

// Outcome returns the end of an approval, or approval.ErrUnknown.
func (s *Store) Outcome(ctx context.Context, id string) (approval.Outcome, error) {
	return readOutcome(ctx, s.Reads(), id)
}

func readOutcome(ctx context.Context, q db.Querier, id string) (approval.Outcome, error) {
	o, err := db.One(ctx, q, scanOutcome, `SELECT `+outcomeColumns+` FROM outcomes WHERE approval = $1`, id)
	return o, db.Replace(err, approval.ErrUnknown)
}

// Outcomes returns those of the approvals that have ended, in no order.
func (s *Store) Outcomes(ctx context.Context, ids []string) ([]approval.Outcome, error) {
	var found []approval.Outcome
	for len(ids) > 0 {
		n := min(len(ids), manyOutcomes)
		args := make([]any, n)
		for i, id := range ids[:n] {
			args[i] = id
		}
		some, err := db.All(ctx, s.Reads(), scanOutcome,
			`SELECT `+outcomeColumns+` FROM outcomes WHERE approval IN (`+db.Placeholders(1, n)+`)`, args...)
		if err != nil {
			return nil, err
		}
		found, ids = append(found, some...), ids[n:]
	}
	return found, nil
}

// OutcomesSince returns what ended at or after a moment of the database's clock, oldest first. An outcome may become
// visible up to db.MaxTransaction after its own time.
func (s *Store) OutcomesSince(ctx context.Context, since time.Time) ([]Ended, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (e Ended, err error) {
		return e, r.Scan(&e.Approval, &e.Status, &e.Method)
	}, `SELECT approval, status, method FROM outcomes WHERE decided_at >= $1 ORDER BY decided_at`, db.Micros(since))
}

// LateReports returns the reports that came after the end, oldest first.
func (s *Store) LateReports(ctx context.Context, approvalID string) ([]approval.LateReport, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (l approval.LateReport, err error) {
		return l, r.Scan(&l.Device, &l.Holder, db.Into(&l.ReportedAt))
	}, `SELECT device, holder, reported_at FROM late_reports WHERE approval = $1 ORDER BY reported_at, device`, approvalID)
}

func scanOutcome(r db.Row) (approval.Outcome, error) {
	var o approval.Outcome
	var c approval.Credential
	var a approval.Assertion
	err := r.Scan(&o.Approval, &o.Tenant, &o.Application, &o.Account, &o.Kind, &o.Status, &o.Method, &o.Decision, &o.Number,
		&o.Device, &o.Label, &o.Holder, &o.Document,
		&c.ID, &c.PublicKey, &c.SignCount, &c.BackupEligible, &c.AAGUID, &c.Attestation, db.Into(&c.EnrolledAt),
		&a.AuthenticatorData, &a.ClientDataJSON, &a.Signature,
		db.Into(&o.CreatedAt), db.Into(&o.ExpiresAt), db.Into(&o.DecidedAt), db.Into(&o.ClosesAt), &o.Context, &o.Browser, &o.Actor)
	if o.Device != "" && a.Signature != nil { // it may have been erased
		c.Device, a.CredentialID = o.Device, c.ID
		o.Signer, o.Assertion = &c, &a
	}
	return o, err
}

package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// LateReportEvent is the kind of the event of a report that came after the end.
const LateReportEvent = "approval.late_report"

// report ends the approval at once. After the end it is kept beside the outcome. Either way nobody of the same session or
// network wakes the phones any more, and what the approval let in is trusted no longer.
func report(ctx context.Context, tx *sql.Tx, d approval.Decided) (approval.Verdict, error) {
	v, ok, err := win(ctx, tx, d, approval.StatusReported, beforeClose)
	if err == nil && !ok {
		v, err = expire(ctx, tx, d)
	}
	if err != nil {
		return v, err
	}
	if err := pauseReported(ctx, tx, d.Approval); err != nil || v.Own {
		return v, err
	}
	v.Own, v.Late = true, true
	return v, reportLate(ctx, tx, d)
}

func reportLate(ctx context.Context, tx *sql.Tx, d approval.Decided) error {
	p := d.Approval
	return reportedLate(ctx, tx, late{
		login:  approval.Outcome{Approval: p.ID, Tenant: p.Tenant, Application: p.Application, Account: p.Account},
		device: d.Signer.Device, holder: d.Signer.Holder, installation: d.Signer.Installation, by: outbox.Actor{Kind: outbox.ByDevice, ID: d.Signer.Device},
	})
}

// late is a report after the end, by a phone or by the account's person in the portal, who has none.
type late struct {
	login                        approval.Outcome
	device, holder, installation string
	by                           outbox.Actor
}

func reportedLate(ctx context.Context, tx *sql.Tx, l late) error {
	fresh, err := db.Exec(ctx, tx, `
		INSERT INTO late_reports (approval, device, holder, reported_at) VALUES ($1, $2, $3, jawort_now())
		ON CONFLICT (approval, device) DO NOTHING`, l.login.Approval, l.device, l.holder)
	if err != nil || fresh == 0 {
		return err
	}
	_, err = db.Exec(ctx, tx, `
		UPDATE trusted_browsers SET ended_at = jawort_now(), ended_by = $2 WHERE approval = $1 AND ended_at = 0`, l.login.Approval, LateReportEvent)
	if err != nil {
		return err
	}
	return outbox.Put(ctx, tx, outbox.Event{
		Kind: LateReportEvent, Tenant: l.login.Tenant, Application: l.login.Application, Account: l.login.Account,
		Subject: l.login.Approval, Installation: l.installation, Actor: l.by, Personal: map[string]string{"holder": l.holder},
	})
}

// liftByHolder has phones woken again after reports: a holder has confirmed by something else than a push, and so is there and
// not the one whom the reports are about. An operator's code shows nothing of the kind.
func liftByHolder(ctx context.Context, tx *sql.Tx, p approval.Pending, method approval.Method) error {
	if method == approval.MethodPush || method == approval.MethodBypass {
		return nil
	}
	lifted, err := db.Exec(ctx, tx, `
		UPDATE report_pauses SET lifted_at = jawort_now(), lifted_by = $2 WHERE account = $1 AND lifted_at = 0`, p.Account, string(method))
	if err != nil || lifted == 0 {
		return err
	}
	return outbox.Put(ctx, tx, outbox.Event{
		Kind: ReportsLiftedEvent, Tenant: p.Tenant, Application: p.Application, Account: p.Account, Subject: p.Account, Actor: bySystem.Actor,
		Data: map[string]any{"reports": lifted, "approval": p.ID},
	})
}

// pauseReported keeps where the reported login came from.
func pauseReported(ctx context.Context, tx *sql.Tx, p approval.Pending) error {
	c, err := approval.ParseContext(p.Context)
	if err != nil || (c.Session == "" && c.Network == "") {
		return err
	}
	_, err = db.Exec(ctx, tx, `
		INSERT INTO report_pauses (approval, account, session, network, paused_at) VALUES ($1, $2, $3, $4, jawort_now())
		ON CONFLICT (approval) DO NOTHING`, p.ID, p.Account, c.Session, c.Network)
	return err
}

// ReportLogin keeps that the account's own person says a login that ended was not theirs, as a phone's late report does: what it let in is trusted no
// longer, and nobody of the same session or network wakes the phones. Repeating it changes nothing. approval.ErrUnknown: the account has no such login.
func (s *Store) ReportLogin(ctx context.Context, tenant, externalID, approvalID string, by outbox.Actor) error {
	return s.withAccount(ctx, tenant, externalID, func(ctx context.Context, tx *sql.Tx, a account.Account) error {
		o, err := readOutcome(ctx, tx, approvalID)
		if err == nil && (o.Account != a.ID || o.Kind != approval.Login) {
			err = approval.ErrUnknown
		}
		if err != nil {
			return err
		}
		if err := pauseReported(ctx, tx, approval.Pending{ID: o.Approval, Account: o.Account, Context: o.Context}); err != nil {
			return err
		}
		return reportedLate(ctx, tx, late{login: o, by: by})
	})
}

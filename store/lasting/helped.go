package lasting

import (
	"context"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// What support sees of an account, and finds it by; and that it asked.

// AccountByID returns an account of the tenant, or account.ErrUnknownAccount.
func (s *Store) AccountByID(ctx context.Context, tenant, id string) (account.Account, error) {
	a, err := db.One(ctx, s.Reads(), scanAccount, `SELECT `+accountColumns+accountOf+` AND a.id = $2`, tenant, id)
	return a, db.Replace(err, account.ErrUnknownAccount)
}

// Reached says how an account is reached: by a number or by an address, as it is kept.
type Reached struct {
	Phone, Email string // one of them
}

// ReachedBy returns up to limit accounts of the tenant that are reached so, in the order of their external ids.
func (s *Store) ReachedBy(ctx context.Context, tenant string, r Reached, limit int) ([]account.Account, error) {
	column, value := `phone`, r.Phone
	if value == "" {
		column, value = `email`, r.Email
	}
	if value == "" {
		return nil, nil
	}
	return db.All(ctx, s.Reads(), scanAccount, `
		SELECT `+accountColumns+accountOf+` AND a.`+column+` = $2 AND a.`+column+` <> '' ORDER BY a.external_id LIMIT $3`, tenant, value, limit)
}

// RunningRecovery returns the recovery of an account that is under way, and whether there is one.
func (s *Store) RunningRecovery(ctx context.Context, tenant, accountID string) (account.Recovery, bool, error) {
	r, err := db.One(ctx, s.Reads(), scanRecovery, recoveryQuery+` WHERE r.account = $1 AND r.tenant = $2 AND `+running+` LIMIT 1`, accountID, tenant)
	if errors.Is(err, db.ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

// ReportPauses returns from where logins of an account were reported and nobody has lifted that, the newest first, up to limit of them.
func (s *Store) ReportPauses(ctx context.Context, accountID string, limit int) ([]ReportPause, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (p ReportPause, err error) {
		return p, r.Scan(&p.Approval, &p.Network, db.Into(&p.PausedAt))
	}, `SELECT approval, network, paused_at FROM report_pauses WHERE account = $1 AND lifted_at = 0
		ORDER BY paused_at DESC, approval LIMIT $2`, accountID, limit)
}

// SupportAsked is the kind of the event that support asked an account's phones whether their person is on the phone with it.
const SupportAsked = "support.asked" // subject: the approval

// AskedBySupport keeps that support asked, and by whom.
func (s *Store) AskedBySupport(ctx context.Context, asked approval.Pending, by outbox.Actor) error {
	return outbox.Put(ctx, s.Writes(), outbox.Event{
		Kind: SupportAsked, Tenant: asked.Tenant, Application: asked.Application, Account: asked.Account, Subject: asked.ID, Actor: by,
	})
}

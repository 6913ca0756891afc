package lasting

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Kinds of events about recoveries.
const (
	RecoveryAnnounced = "recovery.announced" // data: opens_at; personal: reason
	RecoveryStopped   = "recovery.stopped"
)

const recoveryQuery = `
	SELECT r.id, r.tenant, t.name, r.application, r.account, a.label, a.external_id,
		CASE WHEN r.stopped_at > 0 THEN 'stopped' WHEN r.used_at > 0 THEN 'used' WHEN r.expires_at <= jawort_now() THEN 'expired'
			WHEN r.opens_at <= jawort_now() THEN 'ready' ELSE 'announced' END,
		r.created_at, r.opens_at, r.expires_at
	FROM recoveries r JOIN accounts a ON a.id = r.account JOIN tenants t ON t.id = r.tenant`

// running is a recovery that can still be used.
const running = `r.stopped_at = 0 AND r.used_at = 0 AND r.expires_at > jawort_now()`

func scanRecovery(r db.Row) (v account.Recovery, err error) {
	return v, r.Scan(&v.ID, &v.Tenant, &v.TenantName, &v.Application, &v.Account, &v.AccountLabel, &v.ExternalID, &v.Status,
		db.Into(&v.CreatedAt), db.Into(&v.OpensAt), db.Into(&v.ExpiresAt))
}

// AnnounceRecovery begins a recovery of an account of the tenant: r names all but status and times. account.ErrRecoveryRunning: one is
// under way.
func (s *Store) AnnounceRecovery(ctx context.Context, r account.Recovery, reason string, by outbox.Actor) (account.Recovery, error) {
	var made account.Recovery
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := db.MustTouch(ctx, tx, account.ErrUnknownAccount,
			`UPDATE accounts SET deleted_at = 0 WHERE id = $1 AND tenant = $2 AND deleted_at = 0`, r.Account, r.Tenant)
		if err != nil {
			return err
		}
		err = db.MustTouch(ctx, tx, account.ErrRecoveryRunning, `
			INSERT INTO recoveries (id, tenant, application, account, created_at, opens_at, expires_at)
			SELECT $1, $2, $3, $4, jawort_now(), jawort_now() + $5, jawort_now() + $5 + $6
			WHERE NOT EXISTS (SELECT 1 FROM recoveries r WHERE r.account = $4 AND `+running+`)`,
			r.ID, r.Tenant, r.Application, r.Account, account.RecoveryWait.Microseconds(), account.RecoveryOpen.Microseconds())
		if err != nil {
			return err
		}
		if made, err = findRecovery(ctx, tx, r.Tenant, r.ID); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: RecoveryAnnounced, Tenant: r.Tenant, Application: r.Application, Account: r.Account, Subject: r.ID, Actor: by,
			Data: map[string]time.Time{"opens_at": made.OpensAt}, Personal: map[string]string{"reason": reason},
		})
	})
	return made, err
}

// Recovery returns a recovery of the tenant, or account.ErrUnknownRecovery.
func (s *Store) Recovery(ctx context.Context, tenant, id string) (account.Recovery, error) {
	return findRecovery(ctx, s.Reads(), tenant, id)
}

func findRecovery(ctx context.Context, q db.Querier, tenant, id string) (account.Recovery, error) {
	r, err := db.One(ctx, q, scanRecovery, recoveryQuery+` WHERE r.id = $1 AND r.tenant = $2`, id, tenant)
	return r, db.Replace(err, account.ErrUnknownRecovery)
}

const ofInstallation = `EXISTS (SELECT 1 FROM devices d JOIN credentials c ON c.device = d.id
	WHERE d.account = r.account AND d.installation = $1 AND c.status = '` + active + `')`

// RecoveriesOfInstallation returns the running recoveries of the accounts that a phone answers for, oldest first.
func (s *Store) RecoveriesOfInstallation(ctx context.Context, installation string) ([]account.Recovery, error) {
	return db.All(ctx, s.Reads(), scanRecovery, recoveryQuery+` WHERE `+running+` AND `+ofInstallation+` ORDER BY r.created_at, r.id`, installation)
}

// StopRecoveryOfInstallation is StopRecovery on the wish of a phone of the account; account.ErrUnknownRecovery: it is none.
func (s *Store) StopRecoveryOfInstallation(ctx context.Context, installation, id string) error {
	r, err := db.One(ctx, s.Reads(), scanRecovery, recoveryQuery+` WHERE r.id = $2 AND `+ofInstallation, installation, id)
	if err != nil {
		return db.Replace(err, account.ErrUnknownRecovery)
	}
	_, err = s.StopRecovery(ctx, r.Tenant, id, outbox.Actor{Kind: outbox.ByDevice, ID: installation})
	return err
}

// StopRecovery ends a recovery, and the enrolment that it authorised where that has not come to its end. Repeating it changes
// nothing. account.ErrRecoveryEnded: a phone was registered by it, or it was not used in time.
func (s *Store) StopRecovery(ctx context.Context, tenant, id string, by outbox.Actor) (account.Recovery, error) {
	var r account.Recovery
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		_, err = db.Exec(ctx, tx, `
			UPDATE accounts SET label = label WHERE id = (SELECT r.account FROM recoveries r WHERE r.id = $1 AND r.tenant = $2)`, id, tenant)
		if err != nil {
			return db.Replace(err, account.ErrUnknownRecovery)
		}
		if r, err = findRecovery(ctx, tx, tenant, id); err != nil || r.Status == account.RecoveryStopped {
			return err
		}
		if err := stoppable(ctx, tx, r); err != nil {
			return err
		}
		if err := stop(ctx, tx, r); err != nil {
			return err
		}
		r.Status = account.RecoveryStopped
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: RecoveryStopped, Tenant: r.Tenant, Application: r.Application, Account: r.Account, Subject: r.ID, Actor: by,
		})
	})
	return r, err
}

// stoppable holds until a phone is confirmed by the recovery.
func stoppable(ctx context.Context, tx *sql.Tx, r account.Recovery) error {
	over, err := db.One(ctx, tx, db.ScanBool, `SELECT EXISTS (SELECT 1 FROM enrolments WHERE account = $1 AND recovery = $2 AND status = $3)`,
		r.Account, r.ID, confirmed)
	if err == nil && (over || r.Status == account.RecoveryExpired) {
		err = account.ErrRecoveryEnded
	}
	return err
}

func stop(ctx context.Context, tx *sql.Tx, r account.Recovery) error {
	err := db.MustTouch(ctx, tx, account.ErrRecoveryEnded, `UPDATE recoveries SET stopped_at = jawort_now() WHERE id = $1 AND stopped_at = 0`, r.ID)
	if err != nil {
		return err
	}
	device, err := db.One(ctx, tx, db.ScanString, `
		UPDATE enrolments SET status = $3 WHERE account = $1 AND recovery = $2 AND status IN ($4, $5, $6) RETURNING device`,
		r.Account, r.ID, abandoned, opened, claimed, completed)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, revoke+` AND device = $2`, revoked, device)
	return err
}

// useRecovery uses a recovery up for one enrolment.
func useRecovery(ctx context.Context, tx *sql.Tx, e account.Enrolment) error {
	n, err := db.Exec(ctx, tx, `
		UPDATE recoveries SET used_at = jawort_now()
		WHERE id = $1 AND tenant = $2 AND account = $3 AND stopped_at = 0 AND used_at = 0
			AND opens_at <= jawort_now() AND expires_at > jawort_now()`, e.Recovery, e.Tenant, e.Account)
	if err != nil || n == 1 {
		return err
	}
	r, err := findRecovery(ctx, tx, e.Tenant, e.Recovery)
	switch {
	case err != nil:
		return err
	case r.Account != e.Account:
		return account.ErrUnknownRecovery
	case r.Status == account.RecoveryAnnounced:
		return account.ErrRecoveryWaiting.With("opens_at", r.OpensAt)
	default:
		return account.ErrRecoveryEnded
	}
}

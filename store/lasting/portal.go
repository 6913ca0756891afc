package lasting

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// The kinds of what is told of the portal.
const (
	PortalOffered = "portal.offered" // its login service got an address
	PortalOpened  = "portal.opened"  // somebody opened it
)

// PortalRequest makes the offer of a portal session repeatable: the same key with the same request gets the same session.
type PortalRequest struct {
	Key  []byte // hash of the key with whose it is; nil: not repeatable
	Hash []byte // of what is asked for
}

const portalColumns = `p.id, p.tenant, t.name, p.application, p.account, a.external_id, a.label, p.return_url, p.locale, p.page,
	EXISTS (SELECT 1 FROM accounts m WHERE m.manager = a.id AND m.deleted_at = 0),
	p.created_at, p.opens_until, p.opened_at, p.expires_at`

const portalTables = ` FROM portal_sessions p JOIN accounts a ON a.id = p.account JOIN tenants t ON t.id = p.tenant JOIN applications x ON x.id = p.application `

// Whose account, application or tenant has ended has no portal any more.
const portalStands = `a.deleted_at = 0 AND t.revoked_at = 0 AND x.revoked_at = 0`

func scanPortal(r db.Row) (p account.PortalSession, err error) { return scanPortalAnd(r) }

func scanPortalAnd(r db.Row, more ...any) (p account.PortalSession, err error) {
	return p, r.Scan(append([]any{&p.ID, &p.Tenant, &p.TenantName, &p.Application, &p.Account, &p.ExternalID, &p.AccountLabel, &p.ReturnURL, &p.Locale, &p.Page, &p.Manages,
		db.Into(&p.CreatedAt), db.Into(&p.OpensUntil), db.Into(&p.OpenedAt), db.Into(&p.ExpiresAt)}, more...)...)
}

// OfferPortal keeps a session that may be opened by the code for account.PortalOpens, and returns it as it is kept. A request that is repeated gets
// what it made the first time. account.ErrUnknownAccount: there is no such account of the tenant; account.ErrManagersPage; approval.ErrKeyReused.
func (s *Store) OfferPortal(ctx context.Context, p account.PortalSession, codeHash []byte, r PortalRequest, by By) (kept account.PortalSession, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := hold(ctx, tx, p.Tenant, p.ExternalID) // so that one that is repeated at once waits for the first
		if err != nil {
			return err
		}
		kept, err = repeatedPortal(ctx, tx, r)
		if !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if p.Locale == "" {
			p.Locale = a.Language
		}
		_, err = db.Exec(ctx, tx, `
			INSERT INTO portal_sessions (id, tenant, application, account, code_hash, request_key, request_hash, return_url, locale, page, created_at, opens_until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, jawort_now(), jawort_now() + $11)`,
			p.ID, p.Tenant, p.Application, a.ID, codeHash, r.Key, r.Hash, p.ReturnURL, p.Locale, p.Page, account.PortalOpens.Microseconds())
		if err != nil {
			return err
		}
		if kept, err = portalWhere(ctx, tx, `p.id = $1`, p.ID); err != nil {
			return err
		}
		if !slices.Contains(kept.Pages(), kept.Page) {
			return account.ErrManagersPage
		}
		e := by.event(PortalOffered, p.Tenant, a.ID, nil, nil)
		e.Subject = p.ID
		return outbox.Put(ctx, tx, e)
	})
	return kept, err
}

// repeatedPortal returns the session that the request made before, or db.ErrNotFound.
func repeatedPortal(ctx context.Context, tx *sql.Tx, r PortalRequest) (account.PortalSession, error) {
	if r.Key == nil {
		return account.PortalSession{}, db.ErrNotFound
	}
	hash, err := db.One(ctx, tx, db.ScanBytes, `SELECT request_hash FROM portal_sessions WHERE request_key = $1`, r.Key)
	if err != nil {
		return account.PortalSession{}, err
	}
	if !bytes.Equal(hash, r.Hash) {
		return account.PortalSession{}, approval.ErrKeyReused
	}
	return portalWhere(ctx, tx, `p.request_key = $1`, r.Key)
}

func portalWhere(ctx context.Context, q db.Querier, which string, args ...any) (account.PortalSession, error) {
	return db.One(ctx, q, scanPortal, `SELECT `+portalColumns+portalTables+`WHERE `+which, args...)
}

// EnterPortal makes the session that the code opens one of the browser that keeps the secret, for account.PortalLife. The one whose secret it kept until now ends: nobody
// could leave that any more. It does so once; account.ErrUnknownPortal: the code opens nothing, or nothing any more.
func (s *Store) EnterPortal(ctx context.Context, codeHash, secretHash, replacedHash []byte) (p account.PortalSession, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := db.MustTouch(ctx, tx, account.ErrUnknownPortal, `
			UPDATE portal_sessions SET secret_hash = $2, opened_at = jawort_now(), expires_at = jawort_now() + $3
			WHERE code_hash = $1 AND opened_at = 0 AND ended_at = 0 AND opens_until > jawort_now()`, codeHash, secretHash, account.PortalLife.Microseconds())
		if err != nil {
			return err
		}
		p, err = portalWhere(ctx, tx, `p.code_hash = $1 AND `+portalStands, codeHash)
		if err != nil {
			return db.Replace(err, account.ErrUnknownPortal)
		}
		if _, err := db.Exec(ctx, tx, `UPDATE portal_sessions SET ended_at = jawort_now() WHERE secret_hash = $1 AND ended_at = 0`, replacedHash); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: PortalOpened, Tenant: p.Tenant, Application: p.Application, Account: p.Account, Subject: p.ID,
			Actor: outbox.Actor{Kind: outbox.ByPerson, ID: p.ID},
		})
	})
	return p, err
}

// PortalOffer returns the session of a code as long as it is kept, and whether the code opens it now. account.ErrUnknownPortal: none.
func (s *Store) PortalOffer(ctx context.Context, codeHash []byte) (p account.PortalSession, open bool, err error) {
	return s.portalIf(ctx, `p.opened_at = 0 AND p.ended_at = 0 AND p.opens_until > (SELECT jawort_now())`, `p.code_hash = $1`, codeHash)
}

// Portal returns the session of the browser that keeps the secret. account.ErrUnknownPortal: there is none, or it is over; then it is returned
// all the same where it is still kept, so that its person finds the way back.
func (s *Store) Portal(ctx context.Context, secretHash []byte) (account.PortalSession, error) {
	p, lasts, err := s.portalIf(ctx, `p.ended_at = 0 AND p.expires_at > (SELECT jawort_now())`, `p.secret_hash = $1`, secretHash)
	if err == nil && !lasts {
		err = account.ErrUnknownPortal
	}
	return p, err
}

// portalIf returns the session, and whether the condition holds for it while its account, application and tenant stand.
func (s *Store) portalIf(ctx context.Context, condition, which string, args ...any) (p account.PortalSession, holds bool, err error) {
	p, err = db.One(ctx, s.Reads(), func(r db.Row) (account.PortalSession, error) { return scanPortalAnd(r, &holds) },
		`SELECT `+portalColumns+`, `+condition+` AND `+portalStands+portalTables+`WHERE `+which, args...)
	return p, holds, db.Replace(err, account.ErrUnknownPortal)
}

// LeavePortal ends a session. Repeating it changes nothing.
func (s *Store) LeavePortal(ctx context.Context, session string) error {
	_, err := db.Exec(ctx, s.Writes(), `UPDATE portal_sessions SET ended_at = jawort_now() WHERE id = $1 AND ended_at = 0`, session)
	return err
}

// endPortals ends all sessions of a tenant, those that nobody has opened yet too.
func endPortals(ctx context.Context, tx *sql.Tx, tenant string) (int64, error) {
	return db.Exec(ctx, tx, `UPDATE portal_sessions SET ended_at = jawort_now() WHERE tenant = $1 AND ended_at = 0
		AND (opened_at = 0 AND opens_until > jawort_now() OR expires_at > jawort_now())`, tenant)
}

// PlanStep keeps what a session wants to do once its approval is confirmed.
func (s *Store) PlanStep(ctx context.Context, session string, step account.PortalStep) error {
	_, err := db.Exec(ctx, s.Writes(), `INSERT INTO portal_steps (approval, session, kind, subject, about) VALUES ($1, $2, $3, $4, $5)`,
		step.Approval, session, step.Kind, step.Subject, step.About)
	return err
}

// Step returns what the session wants to do, while it waits for its confirmation. account.ErrUnconfirmed: nothing that was not done already.
func (s *Store) Step(ctx context.Context, session, approvalID string) (account.PortalStep, error) {
	step, err := db.One(ctx, s.Reads(), scanStep, `SELECT approval, kind, subject, about FROM portal_steps
		WHERE approval = $1 AND session = $2 AND done_at = 0`, approvalID, session)
	return step, db.Replace(err, account.ErrUnconfirmed)
}

// TakeStep returns what the session may do now, once: its own account confirmed it, at most account.StepFresh ago. account.ErrUnconfirmed: nothing.
func (s *Store) TakeStep(ctx context.Context, session, approvalID string) (account.PortalStep, error) {
	step, err := db.One(ctx, s.Writes(), scanStep, `
		UPDATE portal_steps SET done_at = jawort_now() WHERE approval = $1 AND session = $2 AND done_at = 0
			AND EXISTS (SELECT 1 FROM outcomes o JOIN portal_sessions p ON p.id = $2
				WHERE o.approval = $1 AND o.account = p.account AND o.application = p.application AND o.status = $3 AND o.decided_at + $4 > jawort_now())
		RETURNING approval, kind, subject, about`, approvalID, session, approval.StatusApproved, account.StepFresh.Microseconds())
	return step, db.Replace(err, account.ErrUnconfirmed)
}

func scanStep(r db.Row) (p account.PortalStep, err error) {
	return p, r.Scan(&p.Approval, &p.Kind, &p.Subject, &p.About)
}

// ForgetPortals removes sessions that began long ago, at most limit of them, and returns how many.
func (s *Store) ForgetPortals(ctx context.Context, limit int) (n int64, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		const old = `SELECT id FROM portal_sessions WHERE created_at < (SELECT jawort_now()) - $1 ORDER BY created_at, id LIMIT $2`
		if _, err := db.Exec(ctx, tx, `DELETE FROM portal_steps WHERE session IN (`+old+`)`, account.PortalKept.Microseconds(), limit); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM portal_work WHERE session IN (`+old+`)`, account.PortalKept.Microseconds(), limit); err != nil {
			return err
		}
		n, err = db.Exec(ctx, tx, `DELETE FROM portal_sessions WHERE id IN (`+old+`)`, account.PortalKept.Microseconds(), limit)
		return err
	})
	return n, err
}

func (s *Store) addPortals(ctx context.Context, d *Dossier) (err error) {
	d.Portals, err = db.All(ctx, s.Reads(), scanPortal, `SELECT `+portalColumns+portalTables+`WHERE p.account = $1 ORDER BY p.created_at, p.id`, d.Entry.ID)
	return err
}

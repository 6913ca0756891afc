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

// The kinds of what is told of invitations.
const (
	AccountInvited  = "account.invited"
	AccountReminded = "account.reminded"
)

// InvitationPause is how long an account is left alone after an invitation or a reminder.
const InvitationPause = 24 * time.Hour

// Invitation is when somebody was asked to enrol.
type Invitation struct {
	InvitedAt  time.Time
	RemindedAt time.Time // zero: never
	Reminders  int
}

const invitationColumns = `invited_at, reminded_at, reminders`

func scanInvitation(r db.Row) (i Invitation, err error) {
	return i, r.Scan(db.Into(&i.InvitedAt), db.Into(&i.RemindedAt), &i.Reminders)
}

// Skip is why somebody is not asked.
type Skip string

// Why somebody is not asked.
const (
	SkipUnknown    Skip = "unknown-account"
	SkipNoEmail    Skip = "no-email"
	SkipEnrolled   Skip = "enrolled"
	SkipRecently   Skip = "recently"    // within InvitationPause
	SkipNotInvited Skip = "not-invited" // so that there is nothing to remind of
)

// Invite asks an account to enrol, or reminds it, where post puts the letter into the queue of the same transaction. Empty:
// it was done; else why not.
func (s *Store) Invite(ctx context.Context, tenant, externalID string, remind bool, by By, post Post) (Skip, error) {
	return s.invite(ctx, remind, by, post, func(ctx context.Context, tx *sql.Tx) (account.Account, error) {
		return hold(ctx, tx, tenant, externalID)
	})
}

// InviteManaged does the same for an account, by its id, where the manager manages it at that moment; any other is unknown.
func (s *Store) InviteManaged(ctx context.Context, manager, id string, remind bool, by By, post Post) (Skip, error) {
	return s.invite(ctx, remind, by, post, func(ctx context.Context, tx *sql.Tx) (account.Account, error) {
		return holdManaged(ctx, tx, manager, id)
	})
}

// Post puts the letter to an account into the queue.
type Post = func(ctx context.Context, tx *sql.Tx, a account.Account) error

func (s *Store) invite(ctx context.Context, remind bool, by By, post Post, take func(context.Context, *sql.Tx) (account.Account, error)) (skip Skip, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		skip = ""
		a, err := take(ctx, tx)
		if errors.Is(err, account.ErrUnknownAccount) {
			skip = SkipUnknown
			return nil
		}
		if err != nil {
			return err
		}
		if skip, err = skipped(ctx, tx, a); err != nil || skip != "" {
			return err
		}
		if skip, err = note(ctx, tx, a.ID, remind); err != nil || skip != "" {
			return err
		}
		if err := post(ctx, tx, a); err != nil {
			return err
		}
		kind := AccountInvited
		if remind {
			kind = AccountReminded
		}
		return outbox.Put(ctx, tx, by.event(kind, a.Tenant, a.ID, nil, nil))
	})
	return skip, err
}

func skipped(ctx context.Context, tx *sql.Tx, a account.Account) (Skip, error) {
	if a.Email == "" {
		return SkipNoEmail, nil
	}
	enrolled, err := db.One(ctx, tx, db.ScanBool, `SELECT enrolled FROM account_facets WHERE account = $1`, a.ID)
	if enrolled {
		return SkipEnrolled, err
	}
	return "", err
}

// note writes down that the account is asked now, unless it was a short while ago.
func note(ctx context.Context, tx *sql.Tx, id string, remind bool) (Skip, error) {
	const first = `INSERT INTO invitations (account, invited_at) VALUES ($1, jawort_now())
		ON CONFLICT (account) DO UPDATE SET reminded_at = jawort_now(), reminders = invitations.reminders + 1
		WHERE invitations.invited_at <= jawort_now() - $2 AND invitations.reminded_at <= jawort_now() - $2`
	const again = `UPDATE invitations SET reminded_at = jawort_now(), reminders = reminders + 1
		WHERE account = $1 AND invited_at <= jawort_now() - $2 AND reminded_at <= jawort_now() - $2`
	statement := first
	if remind {
		statement = again
	}
	n, err := db.Exec(ctx, tx, statement, id, InvitationPause.Microseconds())
	if err != nil || n == 1 {
		return "", err
	}
	known, err := db.One(ctx, tx, db.ScanInt, `SELECT COUNT(*) FROM invitations WHERE account = $1`, id)
	if known == 0 {
		return SkipNotInvited, err
	}
	return SkipRecently, err
}

// Progress is how far the invited have got.
type Progress struct {
	Invited, Enrolled int
	Left              []Left // those that have not enrolled, by external id
}

// Left is somebody who was invited and has not enrolled.
type Left struct {
	ExternalID string
	Invitation
}

// Progress returns how far the invited of a group have got; an empty name: of all groups. Left are those after an external
// id, up to limit.
func (s *Store) Progress(ctx context.Context, tenant, group, after string, limit int) (Progress, error) {
	var p Progress
	which, args := `a.tenant = $1 AND a.deleted_at = 0`, []any{tenant}
	if group != "" {
		g, err := groupByName(ctx, s.Reads(), tenant, group)
		if err != nil {
			return p, err
		}
		which, args = which+` AND a.group_id = $2`, append(args, g.ID)
	}
	const from = ` FROM invitations i JOIN accounts a ON a.id = i.account JOIN account_facets f ON f.account = a.id WHERE `
	_, err := db.One(ctx, s.Reads(), func(r db.Row) (int, error) { return 0, r.Scan(&p.Invited, &p.Enrolled) },
		`SELECT COUNT(*), COUNT(CASE WHEN f.enrolled THEN 1 END)`+from+which, args...)
	if err != nil {
		return p, err
	}
	c := conditions{args: args}
	c.add(`NOT f.enrolled AND a.external_id > %s`, after)
	c.add(`TRUE ORDER BY a.external_id LIMIT %s`, limit)
	p.Left, err = db.All(ctx, s.Reads(), func(r db.Row) (l Left, err error) {
		return l, r.Scan(&l.ExternalID, db.Into(&l.InvitedAt), db.Into(&l.RemindedAt), &l.Reminders)
	}, `SELECT a.external_id, i.invited_at, i.reminded_at, i.reminders`+from+which+` AND `+c.where[0]+` AND `+c.where[1], c.args...)
	return p, err
}

package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/store/db"
)

// Rollout is how far those have got whom somebody manages.
type Rollout struct {
	Accounts   int // that are managed
	Enrolled   int // that can confirm by something of their own
	Phones     int // of these, that have a phone
	Numbers    int // accounts with a number on record
	Invited    int // that were asked to enrol
	Invitable  int // that can be asked now: not enrolled, never asked, with an address
	Remindable int // that can be reminded now: not enrolled, asked at least a day ago, with an address
}

// What can be asked and reminded, as conditions on facets f; $2 is InvitationPause.
const (
	invitable  = `NOT f.enrolled AND f.email AND f.asked_at = 0`
	remindable = `NOT f.enrolled AND f.email AND f.asked_at > 0 AND f.asked_at <= (SELECT jawort_now()) - $2`
)

// Rollout returns how far those have got whom the manager, by id, manages.
func (s *Store) Rollout(ctx context.Context, manager string) (Rollout, error) {
	count := func(condition string) string { return `, COUNT(CASE WHEN ` + condition + ` THEN 1 END)` }
	return db.One(ctx, s.Reads(), func(r db.Row) (o Rollout, err error) {
		return o, r.Scan(&o.Accounts, &o.Enrolled, &o.Phones, &o.Numbers, &o.Invited, &o.Invitable, &o.Remindable)
	}, `SELECT COUNT(*)`+count(`f.enrolled`)+count(`f.devices > 0`)+count(`f.phone`)+count(`f.asked_at > 0`)+count(invitable)+count(remindable)+
		` FROM account_facets f WHERE f.manager = $1`, manager, InvitationPause.Microseconds())
}

// Awaited is somebody who has not enrolled yet.
type Awaited struct {
	ID, ExternalID, Label string
	HasEmail              bool
	Invitation            // zero: not asked yet
}

// Awaited returns those who have not enrolled, by external id, after one of them.
func (s *Store) Awaited(ctx context.Context, manager, after string, limit int) ([]Awaited, error) {
	return s.awaited(ctx, `NOT f.enrolled AND CAST($2 AS BIGINT) > 0`, manager, after, limit)
}

// ToAsk returns those of them who can be asked now, or reminded.
func (s *Store) ToAsk(ctx context.Context, manager string, remind bool, after string, limit int) ([]Awaited, error) {
	if remind {
		return s.awaited(ctx, remindable, manager, after, limit)
	}
	return s.awaited(ctx, invitable+` AND CAST($2 AS BIGINT) > 0`, manager, after, limit)
}

func (s *Store) awaited(ctx context.Context, which, manager, after string, limit int) ([]Awaited, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (a Awaited, err error) {
		return a, r.Scan(&a.ID, &a.ExternalID, &a.Label, &a.HasEmail, db.Into(&a.InvitedAt), db.Into(&a.RemindedAt), &a.Reminders)
	}, `WITH page AS (
			SELECT f.account FROM account_facets f WHERE f.manager = $1 AND `+which+` AND f.external_id > $3 ORDER BY f.external_id`+db.Limit(limit)+`)
		SELECT a.id, a.external_id, a.label, a.email <> '', COALESCE(i.invited_at, 0), COALESCE(i.reminded_at, 0), COALESCE(i.reminders, 0)
		FROM page JOIN accounts a ON a.id = page.account LEFT JOIN invitations i ON i.account = a.id ORDER BY a.external_id`,
		manager, InvitationPause.Microseconds(), after)
}

// InvitationOf returns when an account, by id, was asked; zero: not yet.
func (s *Store) InvitationOf(ctx context.Context, id string) (Invitation, error) {
	i, err := db.One(ctx, s.Reads(), scanInvitation, `SELECT `+invitationColumns+` FROM invitations WHERE account = $1`, id)
	return i, db.Replace(err, nil)
}

// Recent reports whether somebody was asked so lately that they are not asked again.
func (i Invitation) Recent(now time.Time) bool {
	return now.Before(i.InvitedAt.Add(InvitationPause)) || now.Before(i.RemindedAt.Add(InvitationPause))
}

package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// PartialDeny is a phone's no that did not end the approval by itself.
type PartialDeny struct {
	Approval  string
	Device    string
	Reason    string // deny: the person said so; blocked: too many wrong numbers
	DecidedAt time.Time
}

// WrongNumber is a number that a phone typed and the browser did not show.
type WrongNumber struct{ Approval, Device, Number string }

// Reported is a report that came after the end of its approval.
type Reported struct {
	Approval string
	approval.LateReport
}

// aboutAccount picks the rows of an account's approvals.
const aboutAccount = `x JOIN outcomes o ON o.approval = x.approval WHERE o.account = $1`

func (s *Store) addDenies(ctx context.Context, d *Dossier) (err error) {
	d.Denies, err = db.All(ctx, s.Reads(), func(r db.Row) (p PartialDeny, err error) {
		return p, r.Scan(&p.Approval, &p.Device, &p.Reason, db.Into(&p.DecidedAt))
	}, `SELECT x.approval, x.device, x.reason, x.decided_at FROM partial_denies `+aboutAccount+` ORDER BY x.decided_at, x.approval, x.device`, d.Entry.ID)
	return err
}

func (s *Store) addWrongNumbers(ctx context.Context, d *Dossier) (err error) {
	d.WrongNumbers, err = db.All(ctx, s.Reads(), func(r db.Row) (n WrongNumber, err error) {
		return n, r.Scan(&n.Approval, &n.Device, &n.Number)
	}, `SELECT x.approval, x.device, x.number FROM wrong_numbers `+aboutAccount+` ORDER BY x.approval, x.device, x.number`, d.Entry.ID)
	return err
}

func (s *Store) addReports(ctx context.Context, d *Dossier) (err error) {
	d.Reports, err = db.All(ctx, s.Reads(), func(r db.Row) (l Reported, err error) {
		return l, r.Scan(&l.Approval, &l.Device, &l.Holder, db.Into(&l.ReportedAt))
	}, `SELECT x.approval, x.device, x.holder, x.reported_at FROM late_reports `+aboutAccount+` ORDER BY x.reported_at, x.device`, d.Entry.ID)
	return err
}

package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// Dossier is all that is kept about one account, without secrets.
type Dossier struct {
	Entry      Entry
	Devices    []account.Device // revoked ones too
	Enrolments []Enrolled
	Outcomes   []approval.Outcome // with their documents; without keys and signatures
	Reports    []approval.LateReport
	Invitation *Invitation // nil: was never invited
}

// Enrolled is an enrolment in short.
type Enrolled struct {
	ID        string
	Status    account.EnrolmentStatus
	Device    string
	CreatedAt time.Time
}

// Dossier returns all that is kept about an account of the tenant, or account.ErrUnknownAccount.
func (s *Store) Dossier(ctx context.Context, tenant, externalID string) (Dossier, error) {
	e, err := s.Entry(ctx, tenant, externalID)
	if err != nil {
		return Dossier{}, err
	}
	d := Dossier{Entry: e}
	for _, read := range []func(context.Context, *Dossier) error{s.addDevices, s.addEnrolments, s.addOutcomes, s.addReports, s.addInvitation} {
		if err := read(ctx, &d); err != nil {
			return Dossier{}, err
		}
	}
	return d, nil
}

func (s *Store) addDevices(ctx context.Context, d *Dossier) (err error) {
	d.Devices, err = db.All(ctx, s.Reads(), scanDevice,
		`SELECT `+deviceColumns+deviceTables+`WHERE d.account = $1 ORDER BY d.created_at, d.id`, d.Entry.ID)
	return err
}

func (s *Store) addEnrolments(ctx context.Context, d *Dossier) (err error) {
	d.Enrolments, err = db.All(ctx, s.Reads(), func(r db.Row) (e Enrolled, err error) {
		return e, r.Scan(&e.ID, &e.Status, &e.Device, db.Into(&e.CreatedAt))
	}, `SELECT id, status, device, created_at FROM enrolments WHERE account = $1 ORDER BY created_at, id`, d.Entry.ID)
	return err
}

func (s *Store) addOutcomes(ctx context.Context, d *Dossier) (err error) {
	d.Outcomes, err = db.All(ctx, s.Reads(), scanOutcome,
		`SELECT `+outcomeColumns+` FROM outcomes WHERE account = $1 ORDER BY decided_at, approval`, d.Entry.ID)
	return err
}

func (s *Store) addReports(ctx context.Context, d *Dossier) (err error) {
	d.Reports, err = db.All(ctx, s.Reads(), func(r db.Row) (l approval.LateReport, err error) {
		return l, r.Scan(&l.Device, &l.Holder, db.Into(&l.ReportedAt))
	}, `SELECT l.device, l.holder, l.reported_at FROM late_reports l JOIN outcomes o ON o.approval = l.approval
		WHERE o.account = $1 ORDER BY l.reported_at, l.device`, d.Entry.ID)
	return err
}

func (s *Store) addInvitation(ctx context.Context, d *Dossier) error {
	found, err := db.All(ctx, s.Reads(), scanInvitation, `SELECT `+invitationColumns+` FROM invitations WHERE account = $1`, d.Entry.ID)
	if len(found) > 0 {
		d.Invitation = &found[0]
	}
	return err
}

package lasting

import (
	"context"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// Dossier is all that this store keeps about one account, without secrets.
type Dossier struct {
	Entry        Entry
	Devices      []account.Device // revoked ones too
	Enrolments   []Enrolled
	Outcomes     []approval.Outcome // with their documents
	Denies       []PartialDeny
	WrongNumbers []WrongNumber
	Reports      []Reported
	Browsers     []KeptBrowser // ended ones too
	Pauses       []ReportPause // lifted ones too
	Recoveries   []account.Recovery
	Notices      []KeptNotice // read ones too
	Portals      []account.PortalSession
	Invitation   *Invitation // nil: was never invited
}

// Enrolled is an enrolment in short.
type Enrolled struct {
	ID        string
	Status    account.EnrolmentStatus
	Device    string
	Authority account.Authority
	Proof     approval.Method // by which a code was asked for; empty: none was
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Dossier returns all that is kept about an account of the tenant, or account.ErrUnknownAccount.
func (s *Store) Dossier(ctx context.Context, tenant, externalID string) (Dossier, error) {
	e, err := s.Entry(ctx, tenant, externalID)
	if err != nil {
		return Dossier{}, err
	}
	d := Dossier{Entry: e}
	for _, read := range []func(context.Context, *Dossier) error{
		s.addDevices, s.addEnrolments, s.addOutcomes, s.addDenies, s.addWrongNumbers, s.addReports, s.addBrowsers, s.addPauses, s.addRecoveries, s.addNotices,
		s.addPortals, s.addInvitation,
	} {
		if err := read(ctx, &d); err != nil {
			return Dossier{}, err
		}
	}
	return d, nil
}

// Of returns what of the dossier is about who holds one of its devices: that, and what it has answered. account.ErrUnknownDevice: it
// has none of this id.
func (d Dossier) Of(device string) (Dossier, error) {
	of := Dossier{
		Devices:      kept(d.Devices, func(x account.Device) bool { return x.ID == device }),
		Enrolments:   kept(d.Enrolments, func(x Enrolled) bool { return x.Device == device }),
		Outcomes:     kept(d.Outcomes, func(x approval.Outcome) bool { return x.Device == device }),
		Denies:       kept(d.Denies, func(x PartialDeny) bool { return x.Device == device }),
		WrongNumbers: kept(d.WrongNumbers, func(x WrongNumber) bool { return x.Device == device }),
		Reports:      kept(d.Reports, func(x Reported) bool { return x.Device == device }),
		Browsers:     kept(d.Browsers, func(x KeptBrowser) bool { return x.Device == device }),
		Notices:      kept(d.Notices, func(x KeptNotice) bool { return x.Device == device }),
	}
	if len(of.Devices) == 0 {
		return Dossier{}, account.ErrUnknownDevice
	}
	return of, nil
}

func kept[T any](all []T, about func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return !about(x) })
}

func (s *Store) addDevices(ctx context.Context, d *Dossier) (err error) {
	d.Devices, err = db.All(ctx, s.Reads(), scanDevice,
		`SELECT `+deviceColumns+deviceTables+`WHERE d.account = $1 ORDER BY d.created_at, d.id`, d.Entry.ID)
	return err
}

func (s *Store) addEnrolments(ctx context.Context, d *Dossier) (err error) {
	d.Enrolments, err = db.All(ctx, s.Reads(), func(r db.Row) (e Enrolled, err error) {
		return e, r.Scan(&e.ID, &e.Status, &e.Device, &e.Authority, &e.Proof, db.Into(&e.CreatedAt), db.Into(&e.ExpiresAt))
	}, `SELECT id, status, device, authority, proof_method, created_at, expires_at FROM enrolments WHERE account = $1 ORDER BY created_at, id`, d.Entry.ID)
	return err
}

func (s *Store) addOutcomes(ctx context.Context, d *Dossier) (err error) {
	d.Outcomes, err = db.All(ctx, s.Reads(), scanOutcome,
		`SELECT `+outcomeColumns+` FROM outcomes WHERE account = $1 ORDER BY decided_at, approval`, d.Entry.ID)
	return err
}

func (s *Store) addInvitation(ctx context.Context, d *Dossier) error {
	found, err := db.All(ctx, s.Reads(), scanInvitation, `SELECT `+invitationColumns+` FROM invitations WHERE account = $1`, d.Entry.ID)
	if len(found) > 0 {
		d.Invitation = &found[0]
	}
	return err
}

package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// KeptBrowser is a browser that confirmed, whether it is trusted still or not.
type KeptBrowser struct {
	account.TrustedBrowser
	EndedAt time.Time // zero: was not ended by itself
	EndedBy string
}

// ReportPause keeps who asked from where a login was reported from waking the phones.
type ReportPause struct {
	Approval string // that was reported
	Network  string // /24 or /48; empty: unknown
	PausedAt time.Time
	LiftedAt time.Time // zero: it lasts
	LiftedBy string
}

func (s *Store) addBrowsers(ctx context.Context, d *Dossier) (err error) {
	d.Browsers, err = db.All(ctx, s.Reads(), func(r db.Row) (b KeptBrowser, err error) {
		return b, r.Scan(&b.ID, &b.Approval, &b.Application, &b.Device, &b.Method, &b.ACR, &b.Set, &b.Family, &b.System, &b.Country, &b.Lineage, &b.Remembered,
			db.Into(&b.ConfirmedAt), db.Into(&b.ExpiresAt), db.Into(&b.EndedAt), &b.EndedBy)
	}, `SELECT id, approval, application, device, method, acr, trusted_for, family, system, country, lineage, remembered,
			confirmed_at, expires_at, ended_at, ended_by
		FROM trusted_browsers WHERE account = $1 ORDER BY confirmed_at, id`, d.Entry.ID)
	return err
}

func (s *Store) addPauses(ctx context.Context, d *Dossier) (err error) {
	d.Pauses, err = db.All(ctx, s.Reads(), func(r db.Row) (p ReportPause, err error) {
		return p, r.Scan(&p.Approval, &p.Network, db.Into(&p.PausedAt), db.Into(&p.LiftedAt), &p.LiftedBy)
	}, `SELECT approval, network, paused_at, lifted_at, lifted_by FROM report_pauses WHERE account = $1 ORDER BY paused_at, approval`, d.Entry.ID)
	return err
}

func (s *Store) addRecoveries(ctx context.Context, d *Dossier) (err error) {
	d.Recoveries, err = db.All(ctx, s.Reads(), scanRecovery, recoveryQuery+` WHERE r.account = $1 ORDER BY r.created_at, r.id`, d.Entry.ID)
	return err
}

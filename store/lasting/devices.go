package lasting

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

const (
	active      = string(account.Active)
	revoked     = string(account.Revoked)
	unconfirmed = string(account.Unconfirmed)
	disabled    = string(account.Disabled)
)

// Who enrolled but was not confirmed in time is as good as revoked.
const deviceColumns = `d.id, d.account, a.label, t.name, d.installation, d.holder, d.label,
	CASE WHEN c.status = '` + unconfirmed + `' AND e.expires_at <= (SELECT jawort_now()) THEN '` + revoked + `' ELSE c.status END,
	i.platform, i.os_version, i.model, i.language, i.screen_lock, i.notifications, i.address IS NOT NULL, d.created_at, c.used_at`

const deviceTables = ` FROM devices d
	JOIN credentials c ON c.device = d.id
	JOIN enrolments e ON e.device = d.id
	JOIN accounts a ON a.id = d.account
	JOIN tenants t ON t.id = a.tenant
	JOIN installations i ON i.id = d.installation `

// revoke needs a further condition that names the device or credential. Repeating it changes nothing.
const revoke = `UPDATE credentials SET status = $1, ended_at = CASE WHEN status = $1 THEN ended_at ELSE jawort_now() END WHERE TRUE`

// goneFor is how long a phone can still learn that a device of its is gone.
const goneFor = 30 * 24 * time.Hour

// Devices returns the devices of an account, without those that were revoked, oldest first.
func (s *Store) Devices(ctx context.Context, tenant, externalID string) ([]account.Device, error) {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return nil, err
	}
	return db.All(ctx, s.Reads(), scanDevice, `
		SELECT `+deviceColumns+deviceTables+`
		WHERE d.account = $1 AND c.status <> $2 AND NOT (c.status = $3 AND e.expires_at <= (SELECT jawort_now()))
		ORDER BY d.created_at, d.id`, a.ID, revoked, unconfirmed)
}

// DevicesOfInstallation returns what a phone carries, and what it carried within the last 30 days, oldest first.
func (s *Store) DevicesOfInstallation(ctx context.Context, installation string) ([]account.Device, error) {
	return db.All(ctx, s.Reads(), scanDevice, `
		SELECT `+deviceColumns+deviceTables+`
		WHERE d.installation = $1 AND (c.status = $2
			OR (CASE WHEN c.status = $3 THEN e.expires_at ELSE c.ended_at END) > (SELECT jawort_now()) - $4)
		ORDER BY d.created_at, d.id`, installation, active, unconfirmed, goneFor.Microseconds())
}

func deviceByID(ctx context.Context, q db.Querier, id string) (account.Device, error) {
	return db.One(ctx, q, scanDevice, `SELECT `+deviceColumns+deviceTables+`WHERE d.id = $1`, id)
}

func scanDevice(r db.Row) (d account.Device, err error) {
	p := &d.Posture
	return d, r.Scan(&d.ID, &d.Account, &d.AccountLabel, &d.TenantName, &d.Installation, &d.Holder, &d.Label, &d.Status,
		&p.Platform, &p.OSVersion, &p.Model, &p.Language, &p.ScreenLock, &p.Notifications, &d.Pushable,
		db.Into(&d.CreatedAt), db.Into(&d.LastUsedAt))
}

// RenameDevice changes label and holder of a device that is not revoked, for its own phone; an empty one stays as it is.
func (s *Store) RenameDevice(ctx context.Context, installation, device, label, holder string) error {
	return s.rename(ctx, renaming{device: device, label: label, holder: holder, installation: installation, by: outbox.Actor{Kind: outbox.ByDevice, ID: device}},
		`installation = $5`, installation)
}

// RenameDeviceOf does the same for the account whose device it is.
func (s *Store) RenameDeviceOf(ctx context.Context, tenant, externalID, device, label, holder string, by outbox.Actor) error {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return err
	}
	return s.rename(ctx, renaming{device: device, label: label, holder: holder, by: by}, `account = $5`, a.ID)
}

type renaming struct {
	device, label, holder string
	installation          string // of the phone that need not be told; empty: none
	by                    outbox.Actor
}

func (s *Store) rename(ctx context.Context, n renaming, whose string, owner string) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		e := outbox.Event{Kind: DeviceRenamed, Subject: n.device, Installation: n.installation, Actor: n.by}
		var l, h string
		_, err := db.One(ctx, tx, func(r db.Row) (struct{}, error) { return struct{}{}, r.Scan(&e.Account, &e.Tenant, &l, &h) }, `
			UPDATE devices SET label = CASE WHEN $2 = '' THEN label ELSE $2 END, holder = CASE WHEN $3 = '' THEN holder ELSE $3 END
			WHERE id = $1 AND `+whose+`
			AND EXISTS (SELECT 1 FROM credentials c WHERE c.device = devices.id AND c.status <> $4)
			RETURNING account, (SELECT a.tenant FROM accounts a WHERE a.id = devices.account), label, holder`,
			n.device, n.label, n.holder, revoked, owner)
		if err != nil {
			return db.Replace(err, account.ErrUnknownDevice)
		}
		e.Personal = map[string]string{"holder": h, "label": l}
		return outbox.Put(ctx, tx, e)
	})
}

// Signer returns the active credential with this id of a device of this installation, or approval.ErrInactive.
func (s *Store) Signer(ctx context.Context, installation string, credentialID []byte) (approval.Signer, error) {
	signer, err := db.One(ctx, s.Reads(), func(r db.Row) (g approval.Signer, err error) {
		c := &g.Credential
		err = r.Scan(&c.ID, &c.Device, &c.PublicKey, &c.SignCount, &c.BackupEligible, &c.AAGUID, &c.Attestation, db.Into(&c.EnrolledAt),
			&g.Device, &g.Label, &g.Holder, &g.Account, &g.Installation)
		return g, err
	}, `
		SELECT c.id, c.device, c.public_key, c.sign_count, c.backup_eligible, c.aaguid, c.attestation, c.enrolled_at,
			d.id, d.label, d.holder, d.account, d.installation
		FROM credentials c JOIN devices d ON d.id = c.device
		WHERE c.id = $1 AND c.status = $2 AND d.installation = $3`, credentialID, active, installation)
	return signer, db.Replace(err, approval.ErrInactive)
}

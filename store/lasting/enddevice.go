package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/means"
	"github.com/jawort/jawort/store/outbox"
)

// Kinds of events about devices. Personal data are holder and label.
const (
	DeviceEnrolled = "device.enrolled" // data: platform, authority, enrolment, replaces, proof (sms or email, of the account's own)
	DeviceRenamed  = "device.renamed"  // holder or label, by its own phone
	DeviceRevoked  = "device.revoked"  // data: reason (revoked or replaced); personal: reason, as support says it
	DeviceLeft     = "device.left"     // its own phone wanted it
	DeviceDisabled = "device.disabled" // data: reason (wrong-numbers)
)

// ended is the end of a device.
type ended struct {
	device, account string
	installation    string // of the phone that need not be told; empty: none
	kind, reason    string
	why             string // as somebody said it: personal; empty: nothing
	by              outbox.Actor
}

// RevokeDevice ends a device of an account. When it returns, the device decides nothing any more. Repeating it
// changes nothing.
func (s *Store) RevokeDevice(ctx context.Context, tenant, externalID, device string, by outbox.Actor) error {
	return s.RevokeDeviceBecause(ctx, tenant, externalID, device, "", by)
}

// RevokeDeviceBecause is RevokeDevice with what somebody says about it.
func (s *Store) RevokeDeviceBecause(ctx context.Context, tenant, externalID, device, why string, by outbox.Actor) error {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return err
	}
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return endDevice(ctx, tx, ended{device: device, account: a.ID, kind: DeviceRevoked, reason: "revoked", why: why, by: by})
	})
}

// LeaveDevice ends a device on the wish of its own phone. Repeating it changes nothing.
func (s *Store) LeaveDevice(ctx context.Context, installation, device string) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		owner, err := db.One(ctx, tx, db.ScanString, `SELECT account FROM devices WHERE id = $1 AND installation = $2`, device, installation)
		if err != nil {
			return db.Replace(err, account.ErrUnknownDevice)
		}
		return endDevice(ctx, tx, ended{
			device: device, account: owner, installation: installation, kind: DeviceLeft, by: outbox.Actor{Kind: outbox.ByDevice, ID: device},
		})
	})
}

// endDevice revokes a device of the account where it has not ended so before, and says so once. account.ErrUnknownDevice: the account
// has no such device.
func endDevice(ctx context.Context, tx *sql.Tx, e ended) error {
	if _, err := db.Exec(ctx, tx, means.Remember, e.account); err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, revoke+` AND device = $2 AND account = $3 AND status <> $1`, revoked, e.device, e.account)
	if err != nil {
		return db.Replace(err, account.ErrUnknownDevice)
	}
	if n == 0 {
		_, err := db.One(ctx, tx, db.ScanInt, `SELECT 1 FROM credentials WHERE device = $1 AND account = $2`, e.device, e.account)
		return db.Replace(err, account.ErrUnknownDevice)
	}
	return putEnded(ctx, tx, e)
}

func putEnded(ctx context.Context, tx *sql.Tx, e ended) error {
	var holder, label string
	tenant, err := db.One(ctx, tx, func(r db.Row) (tenant string, err error) { return tenant, r.Scan(&tenant, &holder, &label) }, `
		SELECT a.tenant, d.holder, d.label FROM devices d JOIN accounts a ON a.id = d.account WHERE d.id = $1`, e.device)
	if errors.Is(err, db.ErrNotFound) {
		return account.ErrUnknownDevice
	}
	if err != nil {
		return err
	}
	event := outbox.Event{
		Kind: e.kind, Tenant: tenant, Account: e.account, Subject: e.device, Installation: e.installation, Actor: e.by,
		Personal: map[string]string{"holder": holder, "label": label},
	}
	if e.reason != "" {
		event.Data = map[string]string{"reason": e.reason}
	}
	if e.why != "" {
		event.Personal = map[string]string{"holder": holder, "label": label, "reason": e.why}
	}
	return outbox.Put(ctx, tx, event)
}

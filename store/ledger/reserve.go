package ledger

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// Reserve sets aside the money of one SMS, in the transaction that queues it. A message that is reserved again is reserved
// once. It is refused with ledger.ErrNoPrice, ledger.ErrTooMany (with the time to wait), ledger.ErrBudgetSpent, or
// account.ErrUnknownAccount where account or payer is not of the tenant.
func (s *Store) Reserve(ctx context.Context, tx *sql.Tx, r ledger.Reservation) error {
	_, err := s.reserve(ctx, tx, r)
	return err
}

// ReserveNotice is Reserve for a message that tells people what happened to their accounts: no budget but one of zero refuses it,
// and the rates of codes do not count. Where its own rate is reached it is put off; it may be sent from the time that is returned,
// which is zero where the message had been reserved.
func (s *Store) ReserveNotice(ctx context.Context, tx *sql.Tx, r ledger.Reservation) (from time.Time, err error) {
	r.Notice = true
	return s.reserve(ctx, tx, r)
}

func (s *Store) reserve(ctx context.Context, tx *sql.Tx, r ledger.Reservation) (from time.Time, err error) {
	if err := r.Validate(); err != nil {
		return from, err
	}
	k, err := known(ctx, tx, r.Tenant, r.Message)
	if err != nil || k.reserved {
		return from, err
	}
	entry, err := newEntry(r, k.settings, k.now)
	if err != nil {
		return from, err
	}
	mac, err := s.numberMAC(r.Tenant, r.Number)
	if err != nil {
		return from, err
	}
	pots, err := lockPots(ctx, tx, r.Tenant, entry.Currency, potsOf(entry))
	if err != nil {
		return from, err
	}
	windows, err := lockWindows(ctx, tx, r.Tenant, boundsOf(r, k.settings.Limits, hex.EncodeToString(mac), entry.Destination.Prefix))
	if err != nil {
		return from, err
	}
	fresh, err := insert(ctx, tx, entry, r.Approval, mac)
	if err != nil || !fresh {
		return from, err
	}
	if from, err = windows.count(ctx, tx, r, k.now); err != nil {
		return from, err
	}
	return from, pots.pay(ctx, tx, k, ledger.Payment{Price: entry.Price, OnlyMethod: r.OnlyMethod, Notice: r.Notice})
}

func boundsOf(r ledger.Reservation, limits ledger.Limits, number, prefix string) []ledger.Bound {
	if r.Notice {
		return ledger.NoticeBounds(number)
	}
	return limits.Bounds(r.Account, r.Application, number, prefix)
}

// situation is what a reservation finds.
type situation struct {
	now      time.Time
	settings ledger.Settings
	zone     *time.Location
	reserved bool // the message is in the ledger already
}

func known(ctx context.Context, q db.Querier, tenant, message string) (situation, error) {
	var k situation
	text, err := db.One(ctx, q, func(row db.Row) (text string, err error) {
		return text, row.Scan(db.Into(&k.now), &k.reserved, &text)
	}, `SELECT jawort_now(), EXISTS (SELECT 1 FROM ledger_entries WHERE message = $2),
		COALESCE((SELECT settings FROM sms_settings WHERE tenant = $1), '')`, tenant, message)
	if err != nil {
		return situation{}, err
	}
	k.settings, k.zone, err = decodeSettings(ctx, q, tenant, text)
	return k, err
}

func newEntry(r ledger.Reservation, settings ledger.Settings, now time.Time) (ledger.Entry, error) {
	destination, err := ledger.DestinationOf(r.Number)
	if err != nil {
		return ledger.Entry{}, err
	}
	price, err := settings.Prices.Price(r.Number)
	if err != nil {
		return ledger.Entry{}, err
	}
	zone, err := settings.Zone()
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("ledger: time zone: %v", err)
	}
	return ledger.Entry{
		Message: r.Message, Tenant: r.Tenant, Application: r.Application, Account: r.Account, Recipient: r.Recipient, Group: r.Group, Payer: r.Payer,
		Destination: destination, Price: price, Currency: settings.Currency, State: ledger.Reserved,
		Month: ledger.Monthly.Period(now, zone), Quarter: ledger.Quarterly.Period(now, zone), ReservedAt: now,
	}, nil
}

func potsOf(e ledger.Entry) []ledger.Pot {
	return ledger.PotsOf(e.Application, e.Group, e.Destination.Country, e.Month, e.Quarter)
}

// insert writes the entry; it says false where the message has one.
func insert(ctx context.Context, tx *sql.Tx, e ledger.Entry, approval string, mac []byte) (fresh bool, err error) {
	n, err := db.Exec(ctx, tx, `
		INSERT INTO ledger_entries (message, tenant, application, account, group_id, payer, country, prefix, number_mac, price, currency, state, month, quarter, reserved_at, approval, recipient)
		SELECT $1, a.tenant, $3, a.id, $5, p.id, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
		FROM accounts a JOIN accounts p ON p.tenant = a.tenant WHERE a.tenant = $2 AND a.id = $4 AND p.id = $6
		ON CONFLICT (message) DO NOTHING`,
		e.Message, e.Tenant, e.Application, e.Account, e.Group, e.Payer, e.Destination.Country, e.Destination.Prefix, mac,
		int64(e.Price), string(e.Currency), string(e.State), e.Month, e.Quarter, db.Micros(e.ReservedAt), approval, e.Recipient)
	if err != nil || n == 1 {
		return n == 1, err
	}
	_, err = db.One(ctx, tx, db.ScanInt, `SELECT 1 FROM ledger_entries WHERE message = $1`, e.Message)
	return false, db.Replace(err, account.ErrUnknownAccount)
}

package lasting

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/db"
)

// News is what the phones of an account are told.
type News struct {
	Tenant   string
	Account  string
	Occasion courier.Occasion
	Fact     string    // see courier.Values
	About    time.Time // that the text speaks of
	At       time.Time // when it happened

	// Who caused it has nothing to learn.
	ButDevice       string // empty: no device is left out
	ButInstallation string // empty: no installation is left out
}

// PutNews gives the news to the active devices of an account. Name returns the id of the notice to one installation; putting it again under
// the same ids changes nothing, whether it was read meanwhile or not. account.ErrUnknownAccount: the account has been deleted.
func (s *Store) PutNews(ctx context.Context, n News, name func(installation string) (string, error)) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := db.MustTouch(ctx, tx, account.ErrUnknownAccount,
			`UPDATE accounts SET label = label WHERE id = $1 AND tenant = $2 AND deleted_at = 0`, n.Account, n.Tenant)
		if err != nil {
			return err
		}
		to, err := db.All(ctx, tx, scanCarrier, `
			SELECT d.id, d.installation FROM devices d JOIN credentials c ON c.device = d.id
			WHERE d.account = $1 AND c.status = $2 AND d.id <> $3 AND d.installation <> $4 ORDER BY d.id`,
			n.Account, active, n.ButDevice, n.ButInstallation)
		for _, c := range to {
			if err == nil {
				err = putNotice(ctx, tx, n, c, name)
			}
		}
		return err
	})
}

// carrier is a device and where it is.
type carrier struct{ device, installation string }

func scanCarrier(r db.Row) (c carrier, err error) { return c, r.Scan(&c.device, &c.installation) }

func putNotice(ctx context.Context, tx *sql.Tx, n News, to carrier, name func(installation string) (string, error)) error {
	id, err := name(to.installation)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `
		INSERT INTO notices (id, device, account, occasion, fact, about, at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, jawort_now()) ON CONFLICT (id, device) DO NOTHING`,
		id, to.device, n.Account, string(n.Occasion), n.Fact, db.Micros(n.About), db.Micros(n.At))
	return err
}

// Notice is a piece of news on one device.
type Notice struct {
	ID           string
	Device       string
	AccountLabel string
	TenantName   string
	TenantPolicy account.TenantPolicy
	Occasion     courier.Occasion
	Fact         string
	About        time.Time
	At           time.Time
}

// ofCarriers joins notices with the active devices that carry them: what a device was told is gone with it.
const ofCarriers = ` FROM notices n JOIN devices d ON d.id = n.device
	JOIN credentials c ON c.device = d.id AND c.status = '` + active + `'`

// Notices returns what a phone has not read yet, newest first, at most account.MaxNotices.
func (s *Store) Notices(ctx context.Context, installation string) ([]Notice, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (n Notice, err error) {
		return n, r.Scan(&n.ID, &n.Device, &n.AccountLabel, &n.TenantName, intoPolicy(&n.TenantPolicy), &n.Occasion, &n.Fact,
			db.Into(&n.About), db.Into(&n.At))
	}, `SELECT n.id, n.device, a.label, t.name, t.policy, n.occasion, n.fact, n.about, n.at`+ofCarriers+`
		JOIN accounts a ON a.id = n.account JOIN tenants t ON t.id = a.tenant
		WHERE d.installation = $1 AND n.read_at = 0 AND n.at > (SELECT jawort_now()) - $2
		ORDER BY n.at DESC, n.id, n.device LIMIT $3`, installation, account.NoticeKept.Microseconds(), account.MaxNotices)
}

// ReadNotice notes that a notice was read on a phone, for all of its devices. Repeating it changes nothing. account.ErrUnknownNotice: the
// phone has none of that id.
func (s *Store) ReadNotice(ctx context.Context, installation, id string) error {
	n, err := db.Exec(ctx, s.Writes(), `
		UPDATE notices SET due_at = 0, read_at = CASE WHEN read_at = 0 THEN jawort_now() ELSE read_at END
		WHERE id = $1 AND device IN (SELECT d.id FROM devices d JOIN credentials c ON c.device = d.id WHERE d.installation = $2 AND c.status = $3)`,
		id, installation, active)
	if err == nil && n == 0 {
		err = account.ErrUnknownNotice
	}
	return db.Replace(err, account.ErrUnknownNotice)
}

// NoticeUnread reports whether a notice is still worth a push.
func (s *Store) NoticeUnread(ctx context.Context, id string) (bool, error) {
	return db.One(ctx, s.Reads(), db.ScanBool, `SELECT EXISTS (SELECT 1`+ofCarriers+`
		WHERE n.id = $1 AND n.read_at = 0 AND n.at > (SELECT jawort_now()) - $2)`, id, account.NoticePushed.Microseconds())
}

// NoticePushed notes that a notice need not be pushed again.
func (s *Store) NoticePushed(ctx context.Context, id string) error {
	_, err := db.Exec(ctx, s.Writes(), `UPDATE notices SET due_at = 0 WHERE id = $1`, id)
	return err
}

// Alarm is a phone that is to be woken for a notice.
type Alarm struct {
	Notice    string
	Account   string
	Recipient approval.Recipient
	At        time.Time // when it happened
}

// DueNotices hands out notices whose phones are to be woken, each to one caller. One that is not noted as pushed is handed out
// again, after at least the given time and each time later, as long as account.NoticePushed lasts. What no phone can be
// woken for now is counted, but not in the answer.
func (s *Store) DueNotices(ctx context.Context, limit int, again time.Duration) (alarms []Alarm, due int, err error) {
	ids, err := db.All(ctx, s.Writes(), db.ScanString, `
		WITH due AS (SELECT DISTINCT id FROM (
			SELECT id FROM notices WHERE due_at > 0 AND due_at <= (SELECT jawort_now()) ORDER BY due_at LIMIT $1) oldest)
		UPDATE notices SET due_at = CASE
			WHEN 2 * (jawort_now() - at) > $2 THEN 0
			WHEN jawort_now() - at > $3 THEN jawort_now() + (jawort_now() - at)
			ELSE jawort_now() + $3 END
		FROM due WHERE notices.id = due.id AND due_at > 0 AND due_at <= (SELECT jawort_now())
		RETURNING notices.id`, limit, account.NoticePushed.Microseconds(), again.Microseconds())
	if err != nil || len(ids) == 0 {
		return nil, 0, err
	}
	alarms, err = s.alarms(ctx, ids)
	return alarms, len(ids), err
}

// alarms returns where the notices are unread and young and the phone can be woken, each once.
func (s *Store) alarms(ctx context.Context, ids []string) ([]Alarm, error) {
	args := []any{account.NoticePushed.Microseconds()}
	for _, id := range ids {
		args = append(args, id)
	}
	all, err := db.All(ctx, s.Reads(), func(r db.Row) (a Alarm, err error) {
		to := &a.Recipient
		return a, r.Scan(&a.Notice, &a.Account, db.Into(&a.At), &to.Installation, &to.Language, &to.Address, &to.AddressVersion)
	}, `
		SELECT n.id, n.account, n.at, i.id, i.language, i.address, i.address_version`+ofCarriers+`
		JOIN installations i ON i.id = d.installation
		WHERE n.id IN (`+db.Placeholders(2, len(ids))+`) AND n.read_at = 0 AND n.at > (SELECT jawort_now()) - $1 AND i.address IS NOT NULL
		ORDER BY n.id`, args...)
	return slices.CompactFunc(all, func(a, b Alarm) bool { return a.Notice == b.Notice }), err
}

// ForgetNotices drops up to limit of what no phone can read any more, and returns how many: what is old, and what was told to devices
// that were revoked since.
func (s *Store) ForgetNotices(ctx context.Context, limit int) (int64, error) {
	return db.Exec(ctx, s.Writes(), `
		DELETE FROM notices WHERE (id, device) IN (
			SELECT n.id, n.device FROM notices n JOIN credentials c ON c.device = n.device
			WHERE n.at <= (SELECT jawort_now()) - $1 OR c.status = $2 LIMIT $3)`,
		account.NoticeKept.Microseconds(), revoked, limit)
}

// eraseNotices drops up to limit of a tenant's notices from before a moment, and returns how many.
func eraseNotices(ctx context.Context, tx *sql.Tx, tenant string, before time.Time, limit int) (int, error) {
	n, err := db.Exec(ctx, tx, `
		DELETE FROM notices WHERE (id, device) IN (
			SELECT n.id, n.device FROM notices n JOIN accounts a ON a.id = n.account WHERE a.tenant = $1 AND n.at < $2 LIMIT $3)`,
		tenant, db.Micros(before), limit)
	return int(n), err
}

package lasting

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// Approach is who wants to get in, as far as it decides who is asked.
type Approach struct {
	Application string // at which; empty: none, where no browser is trusted
	TrustHash   []byte // of the trusted browser's token; nil: none was presented
	Session     string // hash of the browser's session; empty: none
	Network     string // of the browser; empty: unknown
}

// The methods of an account in one column: name:paused_until:disabled_at, separated by commas. A bypass that ran out keeps nobody from a
// first login.
const methodsColumn = `COALESCE((SELECT string_agg(m.method || ':' || m.paused_until || ':' || m.disabled_at, ',')
	FROM methods m WHERE m.account = a.id AND m.active_since > 0 AND (m.method <> 'bypass' OR EXISTS (
		SELECT 1 FROM bypass_codes y WHERE y.account = a.id AND y.uses > 0 AND y.expires_at > (SELECT jawort_now())))), '')`

// Whether wrong numbers disabled a phone of the account.
const lockedColumn = `EXISTS (SELECT 1 FROM credentials l WHERE l.account = a.id AND l.status = '` + disabled + `')`

// The RP IDs under which an account has passkeys, separated by commas.
const passkeysColumn = `COALESCE((SELECT string_agg(k.rp_id, ',') FROM passkeys k WHERE k.account = a.id), '')`

// Whether somebody reported a login of the same session or network, and nobody has lifted that since.
const reportedColumn = `EXISTS (SELECT 1 FROM report_pauses r WHERE r.account = a.id AND r.lifted_at = 0
	AND ((r.session <> '' AND r.session = $5) OR (r.network <> '' AND r.network = $6)))`

// asked is one row of an audience: a device and where its installation is woken.
type asked struct {
	audience  account.Audience
	methods   string
	passkeys  string
	trust     keptTrust
	device    *string // nil: the account has no active device
	id        *string
	language  *string
	address   []byte
	versionOf *int64
}

// Audience returns in one query an account, everybody who is to be asked, and all that decides whether they are;
// account.ErrUnknownAccount where there is none.
func (s *Store) Audience(ctx context.Context, tenant, externalID string, by Approach) (account.Audience, error) {
	rows, err := db.All(ctx, s.Reads(), scanAsked, `
		SELECT `+accountColumns+`, COALESCE(g.id, ''), COALESCE(g.name, ''), COALESCE(g.policy, ''), `+methodsColumn+`, `+passkeysColumn+`, `+lockedColumn+`, `+reportedColumn+`,
			`+trustColumns+`, (SELECT jawort_now()), d.id, i.id, i.language, i.address, i.address_version
		FROM accounts a JOIN tenants t ON t.id = a.tenant
		LEFT JOIN groups g ON g.id = a.group_id
		LEFT JOIN (trusted_browsers b JOIN accounts ba ON ba.id = b.account) ON b.hash = $4 AND ba.tenant = a.tenant
		LEFT JOIN credentials c ON c.account = a.id AND c.status = $3
		LEFT JOIN devices d ON d.id = c.device
		LEFT JOIN installations i ON i.id = d.installation
		WHERE a.tenant = $1 AND a.external_id = $2 AND a.deleted_at = 0
		ORDER BY d.created_at, d.id`, tenant, externalID, active, by.TrustHash, by.Session, by.Network, by.Application)
	if err != nil {
		return account.Audience{}, db.Replace(err, account.ErrUnknownAccount)
	}
	if len(rows) == 0 {
		return account.Audience{}, account.ErrUnknownAccount
	}
	return audienceOf(rows)
}

func audienceOf(rows []asked) (account.Audience, error) {
	audience := rows[0].audience
	audience.Browser = rows[0].trust.presented()
	if err := readMethods(rows[0].methods, &audience); err != nil {
		return account.Audience{}, err
	}
	if rows[0].passkeys != "" {
		audience.Passkeys = strings.Split(rows[0].passkeys, ",")
	}
	seen := make(map[string]bool, len(rows))
	for _, r := range rows {
		if r.device == nil {
			continue
		}
		audience.Devices++
		if r.address == nil || seen[*r.id] {
			continue
		}
		seen[*r.id] = true
		audience.Recipients = append(audience.Recipients, approval.Recipient{
			Installation: *r.id, Language: *r.language, Address: r.address, AddressVersion: *r.versionOf,
		})
	}
	return audience, nil
}

func scanAsked(r db.Row) (k asked, err error) {
	a := &k.audience
	dest := append(accountDest(&a.Account), &a.Group.ID, &a.Group.Name, intoPolicy(&a.Group.Policy), &k.methods, &k.passkeys, &a.Locked, &a.Reported)
	dest = append(dest, k.trust.dest()...)
	dest = append(dest, db.Into(&a.At))
	return k, r.Scan(append(dest, &k.device, &k.id, &k.language, &k.address, &k.versionOf)...)
}

// readMethods reads methodsColumn.
func readMethods(column string, into *account.Audience) error {
	if column == "" {
		return nil
	}
	for entry := range strings.SplitSeq(column, ",") {
		parts := strings.Split(entry, ":")
		if len(parts) != 3 {
			return fmt.Errorf("lasting: methods column has an entry of %d parts", len(parts))
		}
		paused, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			return fmt.Errorf("lasting: methods column: %w", err)
		}
		method := approval.Method(parts[0])
		into.Methods = append(into.Methods, method)
		switch {
		case parts[2] != "0":
			into.Pauses = append(into.Pauses, account.Pause{Method: method})
		case paused > 0:
			into.Pauses = append(into.Pauses, account.Pause{Method: method, Until: db.At(paused)})
		}
	}
	return nil
}

// keptTrust is the presented browser, as far as it is known.
type keptTrust struct {
	id, account, set, method, acr, family, country, lineage sql.NullString
	remembered, active                                      sql.NullBool
	confirmedAt, expiresAt                                  sql.NullInt64
}

var trustColumns = `b.id, b.account, b.trusted_for, b.method, b.acr, b.family, b.country, b.lineage, b.remembered,
	b.confirmed_at, b.expires_at, (` + notEnded("ba", "$7") + `)`

// confirmerThere holds while the phone or passkey that confirmed the browser is registered. Nothing is written when it is revoked: the browser
// ends with it.
const confirmerThere = `(b.device = '' OR EXISTS (SELECT 1 FROM credentials cb WHERE cb.device = b.device AND cb.status = '` + active + `')
	OR EXISTS (SELECT 1 FROM passkeys kb WHERE kb.id = b.device))`

func (k *keptTrust) dest() []any {
	return []any{&k.id, &k.account, &k.set, &k.method, &k.acr, &k.family, &k.country, &k.lineage, &k.remembered,
		&k.confirmedAt, &k.expiresAt, &k.active}
}

func (k *keptTrust) presented() *account.PresentedBrowser {
	if !k.id.Valid {
		return nil
	}
	return &account.PresentedBrowser{
		ID: k.id.String, Lineage: k.lineage.String, Active: k.active.Bool,
		Trust: account.Trust{
			Account: k.account.String, Set: k.set.String, Method: approval.Method(k.method.String), ACR: account.ACR(k.acr.String),
			Browser: account.Browser{Family: k.family.String, Country: k.country.String}, Remember: k.remembered.Bool,
			ConfirmedAt: time.UnixMicro(k.confirmedAt.Int64).UTC(), ExpiresAt: time.UnixMicro(k.expiresAt.Int64).UTC(),
		},
	}
}

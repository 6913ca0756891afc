package managers_test

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/server/pages/pagestest"
	"github.com/jawort/jawort/store/db/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const wholesaler = "100200" // manages half of all

// furnish fills the tenant with 100,000 accounts: the broker manages 2,000 of them and the wholesaler 50,000. Most accounts have a phone, a third of them besides other
// things; there are two SMS of each, of which a manager pays one, and three logins. Everything is inserted at once, as no API could.
func (h *house) furnish() {
	h.Helper()
	h.group("customers", account.GroupPolicy{Interval: account.Interval{Max: 7}, SMS: account.SMS{Payer: account.PayerManager}})
	h.group("brokers", account.GroupPolicy{Interval: account.Interval{Max: 1}})
	h.account(broker, "Office South", account.Edit{Group: account.Set("brokers"), Phone: account.Set("+491713920010"), Email: account.Set("south@post.example")})
	h.account(wholesaler, "Office North", account.Edit{Group: account.Set("brokers")})
	h.prices(755)
	h.enrol(wholesaler, "Otto")
	h.phone = h.enrol(broker, "Olga")
	login := h.login()
	for _, statement := range []string{
		`INSERT INTO accounts (id, tenant, external_id, label, sought_id, sought_label, group_id, manager, phone, email, interval_days, sms_on, created_at)
			SELECT 'acc_' || n, $tenant, 'N' || lpad(n::text, 7, '0'), 'Person ' || md5(n::text), 'n' || lpad(n::text, 7, '0'), 'person ' || md5(n::text),
				(SELECT id FROM groups WHERE name = 'customers'), CASE WHEN n <= 2000 THEN $broker WHEN n <= 52000 THEN $wholesaler END,
				CASE WHEN n % 10 = 3 THEN '' ELSE '+49171392' || lpad((n % 10000)::text, 4, '0') END, CASE WHEN n % 10 = 4 THEN '' ELSE 'a@example.com' END,
				CASE WHEN n % 5 = 0 THEN 1 END, n % 3 = 0, 1
			FROM generate_series(1, 100000) n`,
		`INSERT INTO installations (id, thumbprint, platform, os_version, model, language, screen_lock, notifications, address, created_at)
			SELECT 'ins_' || n, 'thumb_' || n, 'android', '14', 'm', 'de', TRUE, TRUE, 'x'::bytea, 1 FROM generate_series(1, 100000) n WHERE n % 4 <> 0`,
		`INSERT INTO devices (id, account, installation, holder, label, created_at)
			SELECT 'dev_' || n, 'acc_' || n, 'ins_' || n, 'h', 'l', 1 FROM generate_series(1, 100000) n WHERE n % 4 <> 0`,
		`INSERT INTO credentials (id, device, account, public_key, sign_count, backup_eligible, attestation, status)
			SELECT ('c' || n)::bytea, 'dev_' || n, 'acc_' || n, 'k', 0, FALSE, 'none', 'active' FROM generate_series(1, 100000) n WHERE n % 4 <> 0`,
		`INSERT INTO methods (account, method, active_since) SELECT 'acc_' || n, m, 1 FROM generate_series(1, 100000) n, unnest(ARRAY['totp', 'sms', 'recovery']) m
			WHERE n % 3 = 0 AND n % 4 <> 0`,
		`INSERT INTO invitations (account, invited_at, reminded_at, reminders) SELECT 'acc_' || n, 1000000::bigint * n, 0, 0 FROM generate_series(1, 100000) n WHERE n % 8 = 0`,
		`INSERT INTO account_uses (account, application, used_at) SELECT 'acc_' || n, $app, 1000000::bigint * n FROM generate_series(1, 100000) n WHERE n % 4 <> 0`,
		`INSERT INTO account_facets (account, tenant, external_id, manager, phone, email, asked_at)
			SELECT id, tenant, external_id, manager, phone <> '', email <> '', COALESCE((SELECT invited_at FROM invitations WHERE account = id), 0) FROM accounts WHERE external_id LIKE 'N%'`,
		`SELECT COUNT(refresh_account_facets(account)) FROM account_facets`,
		`INSERT INTO ledger_entries (message, tenant, application, account, group_id, payer, country, prefix, price, currency, state, month, quarter, reserved_at, settled_at)
			SELECT 'msg_' || n || '_' || i, $tenant, $app, 'acc_' || n, '', COALESCE((SELECT manager FROM accounts WHERE id = 'acc_' || n AND i = 1), 'acc_' || n), 'DE', '+49171', 755, 'EUR', 'settled',
				to_char(now(), 'YYYY-MM'), to_char(now(), 'YYYY-"Q"Q'), 1, 1
			FROM generate_series(1, 100000) n, generate_series(1, 2) i`,
		`INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount, manager)
			SELECT e.tenant, e.quarter, e.payer, e.account, a.external_id, e.currency, COUNT(*), SUM(e.price), CASE WHEN e.payer = e.account THEN a.manager END
			FROM ledger_entries e JOIN accounts a ON a.id = e.account GROUP BY 1, 2, 3, 4, 5, 6, a.manager`,
		h.copied(login, `'acc_' || n, n || '_' || i, o.decided_at - (3 * n + i) * 8000000::bigint`, `generate_series(1, 100000) n, generate_series(1, 3) i`),
		`INSERT INTO methods (account, method, active_since) SELECT id, 'totp', 1 FROM accounts WHERE id IN ($broker, $wholesaler)`,
		`INSERT INTO passkeys (id, credential, account, application, rp_id, label, public_key, sign_count, backup_eligible, backed_up, attestation, created_at)
			SELECT 'psk_' || external_id, id::bytea, id, $app, 'login.example', '', '', 0, FALSE, FALSE, 'none', 1 FROM accounts WHERE id IN ($broker, $wholesaler)`,
		h.copied(login, `who, 'own_' || called || '_' || n, o.decided_at - n * 3600000000`,
			`(SELECT id AS who, external_id AS called FROM accounts WHERE id IN ($broker, $wholesaler)) a, generate_series(1, 60) n`),
	} {
		for name, value := range map[string]string{"$tenant": h.tenant.ID, "$broker": h.id(broker), "$wholesaler": h.id(wholesaler), "$app": h.app.ID} {
			statement = strings.ReplaceAll(statement, name, "'"+value+"'")
		}
		h.slow(`SET statement_timeout = 0; SET session_replication_role = replica; ` + statement + `; RESET session_replication_role`)
	}
	for range 2 { // as the database's own vacuum may have looked at rows the first time, which kept them from being known to all
		for _, table := range []string{"accounts", "account_facets", "account_uses", "ledger_entries", "ledger_usage", "outcomes", "invitations", "credentials", "devices", "methods"} {
			h.slow(`VACUUM ANALYZE ` + table)
		}
	}
}

// slow runs what takes longer than a request may.
func (h *house) slow(statement string) {
	h.Helper()
	_, err := h.process.Lasting().Writes().ExecContext(h.Context(), statement)
	h.must(err)
}

// login is one of the broker's, by its id, confirmed by phone.
func (h *house) login() string {
	h.Helper()
	a, err := h.client.CreateApproval(h.Context(), client.Request{Account: broker, Browser: client.Browser{
		IP: "203.0.113.9", Session: "one", UserAgent: "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
	}})
	h.must(err)
	h.answer(phone.Approve, a.Number)
	return a.ID
}

// copied inserts what ended like a login, for account, id and time of each row of from.
func (h *house) copied(login, own, from string) string {
	h.Helper()
	columns := h.one(`SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = 'outcomes' AND column_name NOT IN ('account', 'approval', 'decided_at')`)
	return `INSERT INTO outcomes (account, approval, decided_at, ` + columns + `) SELECT ` + own + `, ` + columns + ` FROM outcomes o, ` + from + ` WHERE o.approval = '` + login + `'`
}

// measured are the pages that are read, by their patterns. Those that list the many whom one manages are read by each filter.
var measured = map[string][]pagestest.Measured{
	"GET /portal/open/{code}":         {{}},
	"POST /portal/open/{code}":        {{Want: http.StatusSeeOther}},
	"GET /portal":                     {{Want: http.StatusSeeOther}},
	"GET /portal/{rest...}":           {{Want: http.StatusNotFound}},
	"GET /portal/confirm/{approval}":  {{}},
	"GET /portal/devices":             {{}},
	"GET /portal/devices/{id}":        {{}},
	"GET /portal/devices/{id}/remove": {{}},
	"POST /portal/devices/{id}":       {{Form: url.Values{"label": {"Phone"}, "holder": {"Olga"}}, Want: http.StatusSeeOther}},
	"GET /portal/add":                 {{}},
	"GET /portal/add/{id}":            {{}},

	"GET /portal/interval":                    {{}},
	"GET /portal/logins":                      {{}, {Name: "logins of long ago", At: "/portal/logins?after={before}"}},
	"GET /portal/logins/{approval}":           {{}},
	"GET /portal/browsers":                    {{}},
	"POST /portal/browsers":                   {{Want: http.StatusSeeOther}},
	"GET /portal/methods":                     {{}},
	"GET /portal/methods/{method}/remove":     {{}},
	"GET /portal/methods/passkey/{id}/remove": {{}},
	"GET /portal/data":                        {{}},
	"GET /portal/customers/{id}":              {{}},
	"GET /portal/customers/{id}/phone":        {{}},
	"GET /portal/customers/{id}/sms":          {{}},
	"GET /portal/customers/many":              {{}},
	"POST /portal/customers/many":             {{Form: url.Values{"who": {"all"}}}},
	"POST /portal/customers/many/preview":     {{Form: url.Values{"who": {"all"}, "days": {"3"}}}},
	"GET /portal/customers/many/work":         {{}},
	"GET /portal/rollout":                     {{}, {Name: "rollout, the last", At: "/portal/rollout?after={last}"}},
	"GET /portal/rollout/{what}":              {{Name: "rollout, inviting", At: "/portal/rollout/invite"}, {Name: "rollout, reminding", At: "/portal/rollout/remind"}},
	"GET /portal/costs":                       {{}, {Name: "costs of others", At: "/portal/costs?who=others"}, {Name: "costs of others, amid", At: "/portal/costs?who=others&after=EUR.{customer}.{customer}.{last}"}},
	"GET /portal/customers": {
		{}, {Name: "customers, the last", At: "/portal/customers?after={last}"},
		{Name: "customers by a part of the name", At: "/portal/customers?q=c4ca"}, {Name: "customers, nobody fits", At: "/portal/customers?q=zzz"},
		{Name: "customers without a number", At: "/portal/customers?number=without"}, {Name: "customers with nothing", At: "/portal/customers?enrolled=nothing"},
		{Name: "customers with TOTP", At: "/portal/customers?way=totp"}, {Name: "customers of an application", At: "/portal/customers?application=Web+Portal"},
		{Name: "customers not for a year", At: "/portal/customers?idle=365"}, {Name: "customers never", At: "/portal/customers?idle=never&application=Web+Portal"},
		{Name: "customers with SMS", At: "/portal/customers?sms=on&group=customers"},
	},
}

const (
	leadsOn = "changes something, and leads on to a page that is measured"
	asks    = "asks for a confirmation, and leads on to the page that waits for it, which is measured"
	further = "does a part of long work, whose page shows how far it is"
)

// notMeasured are the others, with the reasons.
var notMeasured = map[string]string{
	"POST /portal/leave": leadsOn, "POST /portal/confirm/{approval}": leadsOn, "POST /portal/confirm/{approval}/cancel": leadsOn,
	"POST /portal/devices/{id}/remove": asks, "POST /portal/add": asks, "POST /portal/add/{id}": leadsOn, "POST /portal/interval": asks, "POST /portal/logins/{approval}": leadsOn,
	"POST /portal/browsers/{id}": leadsOn, "POST /portal/methods/{method}": asks, "POST /portal/methods/{method}/code": leadsOn, "POST /portal/methods/{method}/remove": asks,
	"POST /portal/methods/passkey/made": leadsOn, "POST /portal/methods/passkey/{id}/remove": asks, "POST /portal/data": asks,
	"GET /portal/add/{id}/moved":           "waits for a phone, for up to 25 seconds",
	"POST /portal/customers/{id}/interval": asks, "POST /portal/customers/{id}/sms": asks, "POST /portal/customers/{id}/phone": asks, "POST /portal/customers/{id}/{what}": leadsOn,
	"POST /portal/customers/many/set": asks, "POST /portal/customers/many/work": further, "POST /portal/rollout/{what}": further,
	"GET /portal/costs/usage.csv": "is a file of a line for each account, which is streamed",
}

func TestEachPageOfThePortalIsMeasured(t *testing.T) {
	pagestest.AllMeasured(t, "/portal", server.Pages(), measured, notMeasured)
}

// BenchmarkPages reads every page of the portal on Postgres with 100,000 accounts, for a broker who manages 2,000 of them and a wholesaler who manages 50,000.
func BenchmarkPages(b *testing.B) {
	h := newHouseOn(b, pgtest.New(b))
	h.furnish()
	for _, who := range []struct{ login, customer, last string }{{broker, "acc_1000", "N0001950"}, {wholesaler, "acc_30000", "N0051950"}} {
		in := h.in(who.login)
		h.sql(`INSERT INTO portal_work (session, group_name, total, done) VALUES ($1, '', 1000, 500)`, h.session())
		device := h.one(`SELECT id FROM devices WHERE account = $1`, h.id(who.login))
		planned := in.Post("/portal/methods/totp/remove", nil).Want(http.StatusSeeOther).To()
		added := in.Post("/portal/add", url.Values{"by": {"device"}}).Want(http.StatusSeeOther).To()
		fill := func(path string, form url.Values) (string, url.Values) {
			if strings.Contains(path, "/open/{code}") {
				_, answer := h.offer(who.login, "devices", "en")
				return answer["url"].(string), form
			}
			return strings.NewReplacer(
				"/portal/confirm/{approval}", planned, "/portal/add/{id}", added, "devices/{id}", "devices/"+device, "logins/{approval}", "logins/own_"+who.login+"_30", "{before}", "1.x",
				"passkey/{id}", "passkey/psk_"+who.login, "{method}", "totp", "customers/{id}", "customers/"+who.customer, "{customer}", who.customer, "{last}", who.last, "{rest...}", "nothing",
			).Replace(path), form
		}
		for _, pattern := range slices.Sorted(maps.Keys(measured)) {
			for _, m := range measured[pattern] {
				b.Run(who.login+"/"+cmp.Or(m.Name, pattern), func(b *testing.B) { m.Measure(b, pattern, in.Browser, fill) })
			}
		}
	}
}

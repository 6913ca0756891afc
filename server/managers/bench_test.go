package managers_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/db/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	warmRequests = 200
	wholesaler   = "100200" // manages half of all
)

// furnish fills the tenant with 100,000 accounts: the broker manages 2,000 of them and the wholesaler 50,000. Each account has a phone, a third of them besides other
// things; there are two SMS and three logins of each. Everything is inserted at once, as no API could.
func (h *house) furnish() {
	h.Helper()
	h.group("customers", account.GroupPolicy{Interval: account.Interval{Max: 7}, SMS: account.SMS{Payer: account.PayerManager}})
	h.group("brokers", account.GroupPolicy{Interval: account.Interval{Max: 1}})
	h.account(broker, "Office South", account.Edit{Group: account.Set("brokers"), Phone: account.Set("+491713920010"), Email: account.Set("south@post.example")})
	h.account(wholesaler, "Office North", account.Edit{Group: account.Set("brokers")})
	h.prices(755)
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
		`INSERT INTO account_facets (account, tenant, external_id) SELECT id, tenant, external_id FROM accounts WHERE external_id LIKE 'N%'`,
		`SELECT COUNT(refresh_account_facets(account)) FROM account_facets`,
		`INSERT INTO ledger_entries (message, tenant, application, account, group_id, payer, country, prefix, price, currency, state, month, quarter, reserved_at, settled_at)
			SELECT 'msg_' || n || '_' || i, $tenant, $app, 'acc_' || n, '', COALESCE((SELECT manager FROM accounts WHERE id = 'acc_' || n), 'acc_' || n), 'DE', '+49171', 755, 'EUR', 'settled',
				to_char(now(), 'YYYY-MM'), to_char(now(), 'YYYY-"Q"Q'), 1, 1
			FROM generate_series(1, 100000) n, generate_series(1, 2) i`,
		`INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount)
			SELECT e.tenant, e.quarter, e.payer, e.account, a.external_id, e.currency, COUNT(*), SUM(e.price) FROM ledger_entries e JOIN accounts a ON a.id = e.account GROUP BY 1, 2, 3, 4, 5, 6`,
		h.copied(login, `'acc_' || n, n || '_' || i, o.decided_at - (3 * n + i) * 8000000::bigint`, `generate_series(1, 100000) n, generate_series(1, 3) i`),
		h.copied(login, `o.account, 'own_' || n, o.decided_at - n * 3600000000`, `generate_series(1, 60) n`),
	} {
		for name, value := range map[string]string{"$tenant": h.tenant.ID, "$broker": h.id(broker), "$wholesaler": h.id(wholesaler), "$app": h.app.ID} {
			statement = strings.ReplaceAll(statement, name, "'"+value+"'")
		}
		h.slow(`SET statement_timeout = 0; SET session_replication_role = replica; ` + statement + `; RESET session_replication_role`)
	}
	for _, table := range []string{"accounts", "account_facets", "account_uses", "ledger_entries", "ledger_usage", "outcomes", "invitations", "credentials", "devices", "methods"} {
		h.slow(`VACUUM ANALYZE ` + table)
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

// pagesOf are the addresses of all pages that change nothing, by their names.
func (h *house) pagesOf(customer, name string) map[string]string {
	of := "/portal/customers/" + customer
	return map[string]string{
		"devices": "/portal/devices", "interval": "/portal/interval", "logins": "/portal/logins", "browsers": "/portal/browsers", "methods": "/portal/methods", "data": "/portal/data", "add": "/portal/add",
		"customers": "/portal/customers", "customers, the last": "/portal/customers?after=" + name, "customers by a part of the name": "/portal/customers?q=c4ca", "customers, nobody fits": "/portal/customers?q=zzz",
		"customers without a number": "/portal/customers?number=without", "customers with nothing": "/portal/customers?enrolled=nothing", "customers with TOTP": "/portal/customers?way=totp",
		"customers of an application": "/portal/customers?application=Web+Portal", "customers not for a year": "/portal/customers?idle=365", "customers never": "/portal/customers?idle=never&application=Web+Portal",
		"customers with SMS": "/portal/customers?sms=on&group=customers", "customer": of, "customer, number": of + "/phone", "customer, SMS": of + "/sms", "many": "/portal/customers/many",
		"rollout": "/portal/rollout", "rollout, the last": "/portal/rollout?after=" + name, "invite": "/portal/rollout/invite", "costs": "/portal/costs", "costs of others": "/portal/costs?who=others",
	}
}

// BenchmarkPages reads every page of the portal on Postgres with 100,000 accounts, for a broker who manages 2,000 of them and a wholesaler who manages 50,000.
func BenchmarkPages(b *testing.B) {
	h := newHouseOn(b, pgtest.New(b))
	h.furnish()
	for _, who := range []struct{ login, customer, last string }{{broker, "acc_1000", "N0001950"}, {wholesaler, "acc_30000", "N0051950"}} {
		all := h.pagesOf(who.customer, who.last)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			b.Run(who.login+"/"+name, func(b *testing.B) { h.read(b, who.login, all[name]) })
		}
	}
}

// read asks for one page again and again.
func (h *house) read(b *testing.B, login, address string) {
	in := h.in(login)
	in.Get(address).Want(http.StatusOK)
	took := make([]time.Duration, 0, warmRequests)
	for b.Loop() {
		took = took[:0]
		for range warmRequests {
			started := time.Now()
			in.Get(address).Want(http.StatusOK)
			took = append(took, time.Since(started))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[warmRequests/20].Microseconds())/1000, "p05-ms") // what a page costs where nothing else runs beside
	b.ReportMetric(float64(took[warmRequests/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[warmRequests*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(0, "ns/op")
}

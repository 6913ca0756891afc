package consoletest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/store/db/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const warmRequests = 200

// furnish fills the tenant with 100,000 accounts with a phone each, as many logins, 200,000 entries of the audit log, and 50,000 SMS of this quarter.
func furnish(h *consoletest.House) {
	h.Helper()
	quarter := fmt.Sprintf("%d-Q%d", h.Now().Year(), (int(h.Now().Month())+2)/3)
	for _, statement := range []string{
		`INSERT INTO accounts (id, tenant, external_id, label, sought_id, sought_label, phone, email, created_at)
			SELECT 'acc_' || n, $tenant, 'N' || lpad(n::text, 7, '0'), 'Person ' || md5(n::text), 'n' || lpad(n::text, 7, '0'), 'person ' || md5(n::text),
				'+49151' || lpad(n::text, 8, '0'), 'a' || n || '@example.com', 1 FROM generate_series(1, 100000) n`,
		`INSERT INTO groups (id, tenant, name, created_at) SELECT 'grp_' || n, $tenant, 'Group ' || n, 1 FROM generate_series(1, 300) n`,
		`UPDATE accounts SET group_id = 'grp_' || (1 + sequence % 2) FROM (SELECT id AS picked, row_number() OVER () AS sequence FROM accounts) s WHERE id = picked`,
		`INSERT INTO applications (id, tenant, name, origins, policy, created_at) SELECT 'app_' || n, tenant, 'Application ' || n, origins, policy, 1 FROM applications, generate_series(1, 300) n WHERE id = $app`,
		`INSERT INTO api_keys (id, application, scopes, hash, created_at) SELECT 'key_' || n, $app, 'login', ('h' || n)::bytea, 1 FROM generate_series(1, 300) n`,
		`INSERT INTO tenants (id, name, created_at) SELECT 'ten_' || n, 'Tenant ' || n, 1 FROM generate_series(1, 1000) n`,
		`INSERT INTO operators (id, name, role, invited_until, created_at, joined_at) SELECT 'opr_' || n, 'Operator ' || n, 'support', 1, 1, 1 FROM generate_series(1, 300) n`,
		`INSERT INTO webhook_endpoints (id, tenant, url, description, events, created_at) SELECT 'whk_' || n, $tenant, 'https://hooks.example/' || n, '', '', 1 FROM generate_series(1, 20) n`,
		`INSERT INTO webhook_deliveries (id, endpoint, event, type, payload, state, attempts, next_at, created_at)
			SELECT 'whd_' || n, 'whk_1', 'evt_' || n, 'approval.approved', '{}', CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'delivered' END, 1, 1, n FROM generate_series(1, 100000) n`,
		`INSERT INTO webhook_attempts (delivery, number, at, took, status, reason) SELECT 'whd_' || n, 1, n, 1000, 200, '' FROM generate_series(1, 100000) n`,
		`INSERT INTO installations (id, thumbprint, platform, os_version, model, language, screen_lock, notifications, address, created_at)
			SELECT 'ins_' || n, 'thumb_' || n, 'android', '14', 'm', 'de', TRUE, TRUE, 'x'::bytea, 1 FROM generate_series(1, 100000) n`,
		`INSERT INTO enrolments (id, tenant, application, account, device, challenge, code_hash, status, expires_at, created_at, authority)
			SELECT 'enr_' || n, $tenant, $app, 'acc_' || n, 'dev_' || n, 'c', ('h' || n)::bytea, 'confirmed', 1, 1, 'operator' FROM generate_series(1, 100000) n`,
		`INSERT INTO devices (id, account, installation, holder, label, created_at)
			SELECT 'dev_' || n, 'acc_' || n, 'ins_' || n, 'h', 'l', 1 FROM generate_series(1, 100000) n`,
		`INSERT INTO credentials (id, device, account, public_key, sign_count, backup_eligible, attestation, status)
			SELECT ('c' || n)::bytea, 'dev_' || n, 'acc_' || n, 'k', 0, FALSE, 'none', 'active' FROM generate_series(1, 100000) n`,
		`INSERT INTO account_uses (account, application, used_at) SELECT 'acc_' || n, $app, n FROM generate_series(1, 100000) n`,
		`INSERT INTO account_facets (account, tenant, external_id) SELECT id, tenant, external_id FROM accounts WHERE external_id LIKE 'N%'`,
		`SELECT COUNT(refresh_account_facets(account)) FROM account_facets`,
		`INSERT INTO audit_entries (tenant, sequence, id, application, account, kind, subject, actor, data, at, commitments, previous, hash)
			SELECT $tenant, 1000000 + n, 'aud_' || n, $app, 'acc_' || (n % 100000), CASE n % 3 WHEN 0 THEN 'approval.approved' WHEN 1 THEN 'device.enrolled' ELSE 'account.changed' END,
				'apr_' || n, CASE WHEN n % 1000 = 0 THEN 'operator:opr_x' ELSE 'key:key_x' END, '{"a":1}', 1000000::bigint * n, '{}', decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
			FROM generate_series(1, 200000) n`,
		`INSERT INTO ledger_entries (message, tenant, application, account, group_id, payer, country, prefix, price, currency, state, month, quarter, reserved_at)
			SELECT 'msg_' || n, $tenant, $app, 'acc_' || n, '', 'acc_' || n, 'DE', '+49151', 755, 'EUR', 'settled', '', $quarter, 1 FROM generate_series(1, 100000) n`,
		`INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount)
			SELECT e.tenant, e.quarter, e.payer, e.account, a.external_id, e.currency, COUNT(*), SUM(e.price) FROM ledger_entries e JOIN accounts a ON a.id = e.account GROUP BY 1, 2, 3, 4, 5, 6`,
	} {
		statement = strings.NewReplacer("$tenant", "'"+h.Tenant.ID+"'", "$app", "'"+h.App.ID+"'", "$quarter", "'"+quarter+"'").Replace(statement)
		_, err := h.Process.Lasting().Writes().ExecContext(h.Context(), `SET statement_timeout = 0; SET session_replication_role = replica; `+statement+`; RESET session_replication_role`)
		h.Must(err)
	}
	_, err := h.Process.Lasting().Writes().ExecContext(h.Context(), `ANALYZE`)
	h.Must(err)
}

// BenchmarkPages reads every page of the console on Postgres with 100,000 accounts.
func BenchmarkPages(b *testing.B) {
	server := pgtest.New(b)
	h := consoletest.New(b, func(o *process.Options) { o.Config.Database = server })
	furnish(h)
	tenant := "/console/tenants/" + h.Tenant.ID
	application := tenant + "/applications/" + h.App.ID
	p := h.In(operator.Administrator, "")
	for name, path := range map[string]string{
		"live": "/console/live", "live figures": "/console/live/figures", "look up": tenant + "/people?q=n005", "look up a name": tenant + "/people?q=Person+c4c", "account": tenant + "/people/acc_77777",
		"revoke": tenant + "/people/acc_77777/devices/dev_77777", "reset": tenant + "/people/acc_77777/reset", "bypass": tenant + "/people/acc_77777/bypass", "call": tenant + "/people/acc_77777/call",
		"audit": tenant + "/audit", "audit of a kind": tenant + "/audit?kind=device.enrolled", "audit of an account": tenant + "/audit?account=N0077777", "audit of an operator": tenant + "/audit?actor=operator:opr_x",
		"audit of nobody": tenant + "/audit?actor=operator:opr_y", "audit of a day": tenant + "/audit?from=1970-01-02&to=1970-01-02", "costs": tenant + "/costs", "costs, settings": tenant + "/costs/settings",
		"tenants": "/console/tenants", "tenant": tenant, "new tenant": "/console/new-tenant", "tenant, revoke": tenant + "/revoke", "settings": tenant + "/settings", "applications": tenant + "/applications",
		"application": application, "new application": tenant + "/applications/new", "application, revoke": application + "/revoke", "key, revoke": application + "/keys/key_1/revoke",
		"groups": tenant + "/groups", "group": tenant + "/groups/grp_1", "new group": tenant + "/groups/new", "import": tenant + "/import",
		"webhooks": tenant + "/webhooks", "webhook": tenant + "/webhooks/whk_1", "webhook, what failed": tenant + "/webhooks/whk_1?state=failed", "new webhook": tenant + "/webhooks/new",
		"operators": "/console/operators", "operator": "/console/operators/" + p.Operator.ID, "invite": "/console/operators/invite", "passkeys": "/console/passkeys",
	} {
		b.Run(name, func(b *testing.B) {
			took := make([]time.Duration, 0, warmRequests)
			for b.Loop() {
				took = took[:0]
				for range warmRequests {
					started := time.Now()
					p.Get(path).Want(http.StatusOK)
					took = append(took, time.Since(started))
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[warmRequests/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[warmRequests*95/100].Microseconds())/1000, "p95-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

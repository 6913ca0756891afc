package consoletest_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/server/pages/pagestest"
	"github.com/jawort/jawort/store/db/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

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
		`INSERT INTO account_facets (account, tenant, external_id, phone, email) SELECT id, tenant, external_id, TRUE, TRUE FROM accounts WHERE external_id LIKE 'N%'`,
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
	_, err := h.Process.Lasting().Writes().ExecContext(h.Context(), `SET statement_timeout = 0`)
	h.Must(err)
	_, err = h.Process.Lasting().Writes().ExecContext(h.Context(), `VACUUM ANALYZE`)
	h.Must(err)
}

const ofTenant = "/console/tenants/{tenant}"

// measured are the pages that are read, by their patterns.
var measured = map[string][]pagestest.Measured{
	"GET /console/sign-in":                                     {{}},
	"POST /console/sign-in":                                    {{Want: http.StatusSeeOther}},
	"GET /console/join/{code}":                                 {{}},
	"POST /console/join/{code}":                                {{Want: http.StatusSeeOther}},
	"GET /console":                                             {{Want: http.StatusSeeOther}},
	"GET /console/{rest...}":                                   {{Want: http.StatusNotFound}},
	"GET /console/live":                                        {{}},
	"GET /console/live/figures":                                {{}},
	"GET /console/audit":                                       {{}},
	"GET /console/audit/check":                                 {{}},
	"GET /console/operators":                                   {{}},
	"GET /console/operators/{id}":                              {{}},
	"GET /console/operators/invite":                            {{}},
	"POST /console/operators/invite":                           {{Form: url.Values{"name": {"Bo"}, "role": {"support"}}}},
	"GET /console/passkeys":                                    {{}},
	"POST /console/passkeys/new":                               {{}},
	"GET /console/tenants":                                     {{}},
	"GET /console/new-tenant":                                  {{}},
	"GET " + ofTenant:                                          {{}},
	"GET " + ofTenant + "/revoke":                              {{}},
	"GET " + ofTenant + "/settings":                            {{}},
	"GET " + ofTenant + "/import":                              {{}},
	"GET " + ofTenant + "/applications":                        {{}},
	"GET " + ofTenant + "/applications/new":                    {{}},
	"GET " + ofTenant + "/applications/{id}":                   {{}},
	"GET " + ofTenant + "/applications/{id}/revoke":            {{}},
	"POST " + ofTenant + "/applications/{id}/keys":             {{Form: url.Values{"scopes": {"login"}}}},
	"GET " + ofTenant + "/applications/{id}/keys/{key}/revoke": {{}},
	"GET " + ofTenant + "/groups":                              {{}},
	"GET " + ofTenant + "/groups/new":                          {{}},
	"GET " + ofTenant + "/groups/{id}":                         {{}},
	"GET " + ofTenant + "/groups/{id}/delete":                  {{}},
	"GET " + ofTenant + "/people": {
		{}, {Name: "look-up of a number", At: ofTenant + "/people?q=n005"}, {Name: "look-up of what all begin with", At: ofTenant + "/people?q=n"},
		{Name: "look-up of a number, amid", At: ofTenant + "/people?q=n005&after=N0055555"}, {Name: "look-up of a name", At: ofTenant + "/people?q=Person+c4c"},
		{Name: "look-up of a name, amid", At: ofTenant + "/people?q=Person&after=N0055555"}, {Name: "look-up of nobody", At: ofTenant + "/people?q=zzz"},
	},
	"POST " + ofTenant + "/people":                           {{Form: url.Values{"contact": {"a77777@example.com"}}, Want: http.StatusSeeOther}},
	"GET " + ofTenant + "/people/{account}":                  {{}},
	"GET " + ofTenant + "/people/{account}/devices/{device}": {{}},
	"GET " + ofTenant + "/people/{account}/reset":            {{}},
	"GET " + ofTenant + "/people/{account}/bypass":           {{}},
	"POST " + ofTenant + "/people/{account}/bypass":          {{Form: url.Values{"reason": {"Lost the phone on a train."}, "hours": {"4"}, "uses": {"1"}}}},
	"GET " + ofTenant + "/people/{account}/call":             {{}},
	"GET " + ofTenant + "/people/{account}/call/{approval}":  {{}},
	"GET " + ofTenant + "/webhooks":                          {{}},
	"GET " + ofTenant + "/webhooks/new":                      {{}},
	"GET " + ofTenant + "/webhooks/{id}":                     {{}, {Name: "webhook, what failed", At: ofTenant + "/webhooks/{id}?state=failed"}},
	"GET " + ofTenant + "/audit": {
		{}, {Name: "audit of a kind", At: ofTenant + "/audit?kind=device.enrolled"}, {Name: "audit of an account", At: ofTenant + "/audit?account=N0077777"},
		{Name: "audit of an operator", At: ofTenant + "/audit?actor=operator:opr_x"}, {Name: "audit of nobody", At: ofTenant + "/audit?actor=operator:opr_y"},
		{Name: "audit of a day", At: ofTenant + "/audit?from=1970-01-02&to=1970-01-02"},
	},
	"GET " + ofTenant + "/audit/check":    {{}},
	"GET " + ofTenant + "/costs":          {{}},
	"GET " + ofTenant + "/costs/settings": {{}},
}

const (
	leadsOn = "changes something, and leads on to a page that is measured"
	file    = "is a file of any length, which is streamed"
	waits   = "waits for a phone, for up to 25 seconds"
	judges  = "judges up to 100,000 logins, in about one and a half seconds"
	secret  = "says a secret, as the page does that says a new key's and is measured"
	reads   = "reads a list of any length; importing has figures of its own"
)

// notMeasured are the others, with the reasons. Nor is a check of the audit log that runs: it reads the whole log, and shows how far it is.
var notMeasured = map[string]string{
	"POST /console/sign-out": leadsOn, "POST /console/passkeys": leadsOn, "POST /console/passkeys/{id}/remove": leadsOn, "POST /console/new-tenant": leadsOn,
	"POST /console/operators/{id}/role": leadsOn, "POST /console/operators/{id}/end": leadsOn, "GET /console/audit/export": file,
	"POST " + ofTenant + "/revoke": leadsOn, "POST " + ofTenant + "/settings": leadsOn, "POST " + ofTenant + "/import": reads, "POST " + ofTenant + "/import/apply": reads,
	"POST " + ofTenant + "/applications/new": leadsOn, "POST " + ofTenant + "/applications/{id}": leadsOn, "POST " + ofTenant + "/applications/{id}/try": judges,
	"POST " + ofTenant + "/applications/{id}/revoke": leadsOn, "POST " + ofTenant + "/applications/{id}/keys/{key}/revoke": leadsOn,
	"POST " + ofTenant + "/groups/new": leadsOn, "POST " + ofTenant + "/groups/{id}": leadsOn, "POST " + ofTenant + "/groups/{id}/try": judges, "POST " + ofTenant + "/groups/{id}/delete": leadsOn,
	"POST " + ofTenant + "/people/{account}/devices/{device}": leadsOn, "POST " + ofTenant + "/people/{account}/browsers": leadsOn, "POST " + ofTenant + "/people/{account}/reports": leadsOn,
	"POST " + ofTenant + "/people/{account}/recoveries/{recovery}": leadsOn, "POST " + ofTenant + "/people/{account}/reset": leadsOn, "POST " + ofTenant + "/people/{account}/call": leadsOn,
	"POST " + ofTenant + "/people/{account}/call/{approval}": leadsOn, "GET " + ofTenant + "/people/{account}/call/{approval}/moved": waits,
	"POST " + ofTenant + "/webhooks/new": secret, "POST " + ofTenant + "/webhooks/{id}/rotate": secret,
	"POST " + ofTenant + "/webhooks/{id}":      leadsOn,
	"POST " + ofTenant + "/webhooks/{id}/test": leadsOn, "POST " + ofTenant + "/webhooks/{id}/delete": leadsOn, "POST " + ofTenant + "/webhooks/{id}/retry/{delivery}": leadsOn,
	"GET " + ofTenant + "/audit/export": file, "GET " + ofTenant + "/costs/usage.csv": file,
	"POST " + ofTenant + "/costs/settings/changes": "shows what was typed, of settings whose page is measured", "POST " + ofTenant + "/costs/settings": leadsOn,
}

func TestEachPageOfTheConsoleIsMeasured(t *testing.T) {
	pagestest.AllMeasured(t, "/console", server.Pages(), measured, notMeasured)
}

// BenchmarkPages reads every page of the console on Postgres with 100,000 accounts.
func BenchmarkPages(b *testing.B) {
	database := pgtest.New(b)
	h := consoletest.New(b, func(o *process.Options) { o.Config.Database = database })
	h.Phone("Ada")
	furnish(h)
	p, outside := h.In(operator.Administrator, ""), h.In(operator.Support, "")
	base := "/console/tenants/" + h.Tenant.ID
	called := p.Post(base+"/people/"+h.AccountID()+"/call", nil).Want(http.StatusSeeOther).To()
	_, link := h.Invite("Bo", operator.Support, "")
	places := strings.NewReplacer(
		ofTenant+"/people/{account}/call/{approval}", called, "{tenant}", h.Tenant.ID, "applications/{id}", "applications/"+h.App.ID, "{key}", "key_1", "groups/{id}", "groups/grp_1",
		"webhooks/{id}", "webhooks/whk_1", "operators/{id}", "operators/"+p.Operator.ID, "{account}", "acc_77777", "{device}", "dev_77777", "/console/join/{code}", link, "{rest...}", "nothing",
	)
	for _, pattern := range slices.Sorted(maps.Keys(measured)) {
		who, fill := p, func(path string, form url.Values) (string, url.Values) { return places.Replace(path), form }
		switch pattern {
		case "POST /console/sign-in":
			who, fill = outside, func(path string, _ url.Values) (string, url.Values) {
				return path, url.Values{"passkey": {outside.Answer(outside.Get(path).Want(http.StatusOK))}}
			}
		case "POST /console/join/{code}":
			who, fill = outside, func(string, url.Values) (string, url.Values) {
				_, link := h.Invite("Bo", operator.Support, "")
				bo := h.Stranger()
				return link, url.Values{"passkey": {bo.Create(bo.Get(link).Want(http.StatusOK))}}
			}
		case "POST " + ofTenant + "/people/{account}/bypass":
			fill = func(path string, form url.Values) (string, url.Values) {
				h.SQL(`DELETE FROM bypass_codes`)
				return places.Replace(path), form
			}
		case "POST /console/passkeys/new":
			fill = func(path string, _ url.Values) (string, url.Values) {
				return path, url.Values{"passkey": {p.Answer(p.Post(path, nil).Want(http.StatusUnauthorized))}}
			}
		}
		for _, m := range measured[pattern] {
			h.SQL(`UPDATE operator_sessions SET confirmed_at = jawort_now()`) // as a passkey does that has just answered
			b.Run(cmp.Or(m.Name, pattern), func(b *testing.B) { m.Measure(b, pattern, who.Browser, fill) })
		}
	}
}

package lasting_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
)

const (
	manyAccounts = 100_000
	warmRequests = 200
)

// furnish fills the world's tenant with many accounts, of which one in a thousand stands out in every respect: it is what the
// rarest page is made of. Everything is inserted at once, as no API could.
func (w *world) furnish() {
	w.t.Helper()
	broker, err := w.s.PutGroup(w.t.Context(), w.s.Writes(), account.Group{
		ID: newID(w.t, id.Group), Tenant: w.tenant.ID, Name: "broker", Policy: account.GroupPolicy{Interval: account.Interval{Max: 1}},
	})
	must(w.t, err)
	for _, statement := range []string{
		`INSERT INTO accounts (id, tenant, external_id, label, sought_id, sought_label, group_id, manager, phone, email, interval_days, sms_on, created_at)
			SELECT 'acc_' || n, $1, 'N' || lpad(n::text, 7, '0'), 'Person ' || md5(n::text), 'n' || lpad(n::text, 7, '0'), 'person ' || md5(n::text),
				CASE WHEN n % 1000 = 1 THEN NULL ELSE $2 END, CASE WHEN n % 1000 = 2 THEN $3 END,
				CASE WHEN n % 1000 = 3 THEN '' ELSE '+4915123456789' END, CASE WHEN n % 1000 = 4 THEN '' ELSE 'a@example.com' END,
				CASE WHEN n % 1000 = 5 THEN 1 END, n % 1000 = 6, 1
			FROM generate_series(1, 100000) n`,
		`INSERT INTO installations (id, thumbprint, platform, os_version, model, language, screen_lock, notifications, address, created_at)
			SELECT 'ins_' || n, 'thumb_' || n, 'android', '14', 'm', 'de', TRUE, TRUE, CASE WHEN n % 1000 = 8 THEN NULL ELSE 'x'::bytea END, 1
			FROM generate_series(1, 100000) n`,
		`INSERT INTO devices (id, account, installation, holder, label, created_at)
			SELECT 'dev_' || n, 'acc_' || n, 'ins_' || n, 'h', 'l', 1 FROM generate_series(1, 100000) n`,
		`INSERT INTO credentials (id, device, account, public_key, sign_count, backup_eligible, attestation, status)
			SELECT ('c' || n)::bytea, 'dev_' || n, 'acc_' || n, 'k', 0, FALSE, 'none', CASE WHEN n % 1000 IN (7, 77) THEN 'revoked' ELSE 'active' END
			FROM generate_series(1, 100000) n`,
		`INSERT INTO methods (account, method, active_since)
			SELECT 'acc_' || n, m, 1 FROM generate_series(1, 100000) n, unnest(ARRAY['totp', 'sms', 'email', 'recovery']) m
			WHERE n % 1000 = CASE m WHEN 'totp' THEN 9 WHEN 'sms' THEN 10 WHEN 'email' THEN 11 ELSE 7 END`,
		`INSERT INTO account_uses (account, application, used_at)
			SELECT 'acc_' || n, $4, 1000000::bigint * n FROM generate_series(1, 100000) n WHERE n % 1000 <> 12`,
		`INSERT INTO account_facets (account, tenant, external_id)
			SELECT id, tenant, external_id FROM accounts WHERE external_id LIKE 'N%'`,
		`SELECT COUNT(refresh_account_facets(account)) FROM account_facets`,
	} {
		// No request, so it may take longer than one; and what the triggers would do row by row is done at the end.
		_, err := w.s.Writes().ExecContext(w.t.Context(), `SET statement_timeout = 0; SET session_replication_role = replica; `+
			bound(statement, w.tenant.ID, broker.ID, w.account.ID, w.app.ID)+`; RESET session_replication_role`)
		must(w.t, err)
	}
	for _, table := range []string{"accounts", "account_facets", "account_uses"} {
		_, err := w.s.Writes().ExecContext(w.t.Context(), `VACUUM ANALYZE `+table)
		must(w.t, err)
	}
}

// bound puts texts of ours into a statement: several statements at once take no arguments.
func bound(statement string, values ...string) string {
	for i, v := range values {
		statement = strings.ReplaceAll(statement, "$"+string(rune('1'+i)), "'"+v+"'")
	}
	return statement
}

// filters are all that accounts are filtered by, each by what most have and by what few have.
func filters() map[string]lasting.AccountFilter {
	on, off, one, chosen := true, false, 1, lasting.DefaultInterval
	early, late := time.UnixMicro(100*1_000_000), time.UnixMicro((manyAccounts-100)*1_000_000)
	all := map[string]lasting.AccountFilter{
		"none":                      {},
		"the last page":             {After: "N0099900"},
		"prefix":                    {Prefix: "N00500"},
		"rare prefix":               {Prefix: "N0050077"},
		"q for many":                {Query: "PERSON"},
		"q for few":                 {Query: "Person c4c"},
		"q for none":                {Query: "nobody"},
		"group":                     {Group: "broker"},
		"manager":                   {Manager: "4711"},
		"sms on":                    {SMS: &on},
		"sms off":                   {SMS: &off},
		"interval":                  {Interval: &one},
		"default interval":          {Interval: &chosen},
		"used lately by many":       {Application: "Portal", Used: &lasting.Used{Since: early}},
		"used lately by few":        {Application: "Portal", Used: &lasting.Used{Since: late}},
		"used before by many":       {Application: "Portal", Used: &lasting.Used{Before: late}},
		"used before by few":        {Application: "Portal", Used: &lasting.Used{Before: early}},
		"never used":                {Application: "Portal", Used: &lasting.Used{}},
		"device but no phone":       {Has: []lasting.Facet{"device"}, Lacks: []lasting.Facet{"phone"}},
		"neither device nor phone":  {Lacks: []lasting.Facet{"device", "phone"}},
		"broker without any method": {Group: "broker", Lacks: []lasting.Facet{"any"}},
	}
	for _, f := range lasting.Facets() {
		all["has "+string(f)] = lasting.AccountFilter{Has: []lasting.Facet{f}}
		all["lacks "+string(f)] = lasting.AccountFilter{Lacks: []lasting.Facet{f}}
	}
	return all
}

// BenchmarkDirectory lists 100,000 accounts on Postgres by every filter, a page of 100 at a time.
func BenchmarkDirectory(b *testing.B) {
	w := newWorld(b, open(b, pgtest.New(b)))
	w.furnish()
	for name, f := range filters() {
		b.Run(name, func(b *testing.B) {
			took := make([]time.Duration, 0, warmRequests)
			for b.Loop() {
				took = took[:0]
				for range warmRequests {
					started := time.Now()
					_, err := w.s.Accounts(b.Context(), w.tenant.ID, f)
					must(b, err)
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

package process_test

import (
	"strings"
	"testing"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/sealed"
)

// notSealed are the columns of bytes that are no sealed ones: public, hashed, or what somebody signed.
var notSealed = []string{
	"*.hash", "*.mac", "*.aaguid", "*.public_key", "api_keys.hash", "audit_chains.key", "audit_entries.previous", "audit_personal.key", "credentials.id",
	"enrolments.challenge", "enrolments.code_hash", "enrolments.proof_mac", "ledger_entries.number_mac", "outcomes.auth_data", "outcomes.client_data",
	"portal_sessions.code_hash", "portal_sessions.secret_hash", "portal_sessions.request_key", "portal_sessions.request_hash",
	"outcomes.credential", "outcomes.document", "outcomes.document_hash", "outcomes.signature", "passkeys.credential", "receipt_keys.jwk",
	"operators.code_hash", "operator_passkeys.credential", "operator_sessions.secret_hash", "operator_challenges.challenge", "operator_attempts.source",
	"webhook_endpoints.request", "webhook_endpoints.request_key", "turns.thing",
}

func TestEveryColumnOfBytesIsResealedOrIsNotSealed(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	known := map[string]bool{}
	for _, c := range process.Sealed() {
		known[c.Table+"."+c.Name] = true
	}
	for _, name := range notSealed {
		known[name] = true
	}
	tables, err := db.All(t.Context(), p.Lasting().Reads(), db.ScanString, `SELECT name FROM sqlite_master WHERE type = 'table'`)
	p.must(err)
	for _, table := range tables {
		for _, c := range p.columns(table) {
			if strings.HasPrefix(c.kind, "BYTEA") && !known[table+"."+c.name] && !known["*."+c.name] {
				t.Errorf("%s.%s holds bytes: is it sealed?", table, c.name)
			}
		}
	}
}

func TestWhatIsSealedAboutAPersonOutlivesItsKey(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	seal := func(table, name, purpose string) {
		p.sql(`UPDATE `+table+` SET `+name+` = $1`, p.sealed("secret of "+table, purpose))
	}
	seal("installations", "address", keys.PushAddress)
	seal("methods", "secret", "jawort totp key of "+p.account)
	p.sql(`UPDATE methods SET method = 'totp' WHERE method = 'sms'`)
	seal("activations", "secret", "jawort totp key of "+p.account)
	added, fresh, err := p.keys.Add(keys.Sealing)
	p.must(err)
	after, err := added.Promote(fresh, fresh.WroteUntil)
	p.must(err)
	s := &sealed.Store{DB: p.Lasting().DB, Keys: after, Columns: process.Sealed()}
	if n, err := s.Reseal(t.Context(), func(string, int) {}); err != nil || n != 5 {
		t.Fatalf("%d sealed anew, %v; want address, keys of TOTP, number and message", n, err)
	}
	old, err := after.Find(p.keys.Keys()[0].ID)
	p.must(err)
	without, err := after.Drop(old)
	p.must(err)
	address, err := db.One(t.Context(), p.Lasting().Reads(), db.ScanBytes, `SELECT address FROM installations`)
	p.must(err)
	if plain, err := without.Open(address, keys.PushAddress); err != nil || string(plain) != "secret of installations" {
		t.Errorf("the push address is %q, %v", plain, err)
	}
}

package process_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/db"
)

// person is somebody about whom there is a row in every table, and what stands in its columns.
type person struct {
	*house
	keys     *keys.Set
	tenant   account.Tenant
	app      account.Application
	account  string
	values   map[string]any    // what columns hold that cannot hold just anything, by name, or by table and name
	texts    map[string]string // by table and name
	bytes    map[string][]byte // by table and name
	number   string            // given for a method that is being activated
	letter   string            // to the person
	code     string            // in another letter to the person
	external string
}

func newPerson(t *testing.T, change ...func(*process.Options)) *person {
	t.Helper()
	o := options(t, "")
	o.Parts = process.Parts{Server: true}
	for _, c := range change {
		c(&o)
	}
	p := &person{house: open(t, o), keys: o.Keys, texts: map[string]string{}, bytes: map[string][]byte{}, number: "+4915123456717", letter: "Dear Ada", code: "739201"}
	p.tenant = account.Tenant{ID: p.newID(id.Tenant), Name: "Muster Makler AG"}
	p.must(p.Lasting().CreateTenant(t.Context(), p.tenant))
	p.app = p.application(p.tenant)
	p.account, p.external = p.newID(id.Account), "external_id of accounts"
	p.values = p.known()
	for _, table := range about {
		p.fill(table)
	}
	for _, method := range []string{"recovery", "bypass", "passkey"} {
		p.sql(`INSERT INTO methods (account, method) VALUES ($1, $2)`, p.account, method)
	}
	return p
}

func (p *person) application(t account.Tenant) account.Application {
	p.Helper()
	a := account.Application{ID: p.newID(id.Application), Tenant: t.ID, Name: "Portal", Origins: []string{"https://login.example"}}
	p.must(p.Lasting().CreateApplication(p.Context(), a))
	return a
}

// known are ids, words of ours, JSON, and what is sealed.
func (p *person) known() map[string]any {
	p.Helper()
	approval, device, installation, message := p.newID(id.Approval), p.newID(id.Device), p.newID(id.Installation), p.newID(id.Message)
	return map[string]any{
		"tenant": p.tenant.ID, "application": p.app.ID, "account": p.account, "payer": p.account, "approval": approval, "device": device,
		"installation": installation, "message": message, "group_id": nil, "manager": nil, "recovery": p.newID(id.Recovery),
		"asked": p.account, "proof_account": p.account, "recipient": "", "replaces": device, "subject": approval, "kind": "login", "method": "sms", "decision": "approve",
		"status": "approved", "state": "queued", "channel": "email", "purpose": "notice", "currency": "EUR", "quarter": "2026-Q4", "trusted_for": p.app.ID,
		"actor_kind": "key", "outbox.actor": "key_1", "authority": "first", "proof_method": "sms", "price": 1000, "ledger_entries.group_id": "", "leased_until": 0, "ended_at": 0,
		"accounts.id": p.account, "installations.id": installation, "devices.id": device, "credentials.status": "active",
		"enrolments.id": p.newID(id.Enrolment), "enrolments.status": "open", "bypass_codes.id": p.newID(id.Bypass), "messages.id": message,
		"audit_entries.id": p.newID(id.AuditEntry), "audit_entries.kind": "account.changed", "audit_personal.name": "reason", "trusted_browsers.id": p.newID(id.Browser),
		"recoveries.id": p.newID(id.Recovery), "ledger_entries.state": "reserved", "message_references.state": "",
		"outcomes.context": `{"network":"context of outcomes"}`, "outcomes.document": []byte("document of outcomes"),
		"audit_entries.data": `{"fact":"data of audit_entries"}`, "audit_entries.commitments": `{}`,
		"messages.sealed":     p.sealed(`{"address":"ada@example.org","subject":"News","text":"`+p.letter+`"}`, keys.Message),
		"activations.address": p.sealed(p.number, "jawort activation address of "+p.account),
	}
}

func (p *person) sealed(plain, purpose string) []byte {
	p.Helper()
	sealed, err := p.keys.Seal([]byte(plain), purpose)
	p.must(err)
	return sealed
}

type column struct {
	name, kind string
	given      bool // may be left out
}

func (p *person) columns(table string) []column {
	p.Helper()
	found, err := db.All(p.Context(), p.Lasting().Reads(), func(r db.Row) (c column, err error) {
		return c, r.Scan(&c.name, &c.kind, &c.given)
	}, `SELECT name, type, dflt_value IS NOT NULL OR (pk AND type = 'INTEGER') FROM pragma_table_info($1)`, table)
	p.must(err)
	return found
}

// fill puts a row into a table.
func (p *person) fill(table string) {
	p.Helper()
	var names []string
	var values []any
	for _, c := range p.columns(table) {
		if v, put := p.value(table, c); put {
			names, values = append(names, c.name), append(values, v)
		}
	}
	_, err := db.Exec(p.Context(), p.Lasting().Writes(),
		`INSERT INTO `+table+` (`+strings.Join(names, ", ")+`) VALUES (`+db.Placeholders(1, len(values))+`)`, values...)
	if err != nil {
		p.Fatalf("%s: %v", table, err)
	}
}

// value is what the column holds, which tells it from all others where it can.
func (p *person) value(table string, c column) (v any, put bool) {
	key := table + "." + c.name
	v, known := p.values[key]
	if !known {
		v, known = p.values[c.name]
	}
	switch soon := time.Now().Add(time.Hour).UnixMicro(); {
	case known:
	case c.kind == "TEXT":
		v = c.name + " of " + table
	case c.kind == "BYTEA":
		sum := sha256.Sum256([]byte(key))
		v = sum[:]
	case c.given:
		return nil, false
	case c.kind == "BOOLEAN":
		return false, true
	case strings.HasSuffix(c.name, "_at"):
		return soon, true
	default:
		return 1, true
	}
	switch {
	case c.kind == "BYTEA":
		p.bytes[key] = v.([]byte)
	case v != nil && strings.Contains(fmt.Sprint(v), c.name+" of "+table), !known:
		p.texts[key] = c.name + " of " + table
	}
	return v, true
}

// call asks about the person with a key of an application.
func (p *person) call(a account.Application, method, path string) (int, string) {
	p.Helper()
	return p.ask(a, method, "/v1/accounts/"+url.PathEscape(p.external)+path, "")
}

// asked returns the id of a question to the person that is open.
func (p *person) asked() string {
	p.Helper()
	status, body := p.ask(p.app, "POST", "/v1/approvals", `{"account":"`+p.external+`","kind":"login","browser":{"ip":"203.0.113.8"}}`)
	var answer struct{ ID, Status string }
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != http.StatusCreated || answer.Status != "pending" {
		p.Fatalf("asking: %d %s", status, body)
	}
	return answer.ID
}

func (p *person) ask(a account.Application, method, path, content string) (int, string) {
	p.Helper()
	secret, err := account.NewSecret(strings.NewReader(p.newID(id.Key) + p.newID(id.Key)))
	p.must(err)
	p.must(p.Lasting().CreateKey(p.Context(), account.Key{
		ID: p.newID(id.Key), Application: a.ID, Scopes: account.Scopes, Hash: account.HashSecret(secret),
	}))
	r, err := http.NewRequestWithContext(p.Context(), method, "http://"+p.Addrs().Server+path, strings.NewReader(content))
	p.must(err)
	r.Header.Set("Authorization", "Bearer "+secret)
	if content != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(r)
	p.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	p.must(err)
	return resp.StatusCode, string(body)
}

func (p *person) exported() string {
	p.Helper()
	status, body := p.call(p.app, "GET", "/export")
	if status != http.StatusOK {
		p.Fatalf("export: %d %s", status, body)
	}
	return body
}

func (p *person) sql(statement string, args ...any) {
	p.Helper()
	_, err := db.Exec(p.Context(), p.Lasting().Writes(), statement, args...)
	p.must(err)
}

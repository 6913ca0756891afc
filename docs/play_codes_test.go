package docs_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
	ledgers "github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
)

// sql runs a statement behind the back of the house.
func (h *house) sql(statement string, args ...any) {
	h.Helper()
	_, err := db.Exec(h.Context(), h.process.Lasting().Writes(), statement, args...)
	h.must(err)
}

// coded is an account that confirms by codes. Where messages would go is changed with each part of the play, because one
// number gets few of them.
type coded struct {
	*house
	name, at string
	key      option
}

func (h *house) coded(name string) coded {
	h.Helper()
	_, err := h.client.PutAccount(h.Context(), name, "")
	h.must(err)
	c := coded{h, name, h.url + "/v1/accounts/" + name, bearer(h.key)}
	c.set(`phone = '+4915123450000', email = 'anna@example.com', sms_on = TRUE`)
	return c
}

// set changes what the account has on record.
func (c coded) set(what string) {
	c.Helper()
	c.sql(`UPDATE accounts SET `+what+` WHERE external_id = $1`, c.name)
}

// method changes the row of a method for one call.
func (c coded) method(what, back string, call func()) {
	c.Helper()
	c.sql(`UPDATE methods SET ` + what)
	call()
	c.sql(`UPDATE methods SET ` + back)
}

// record changes what is on record for one call.
func (c coded) record(what string, call func()) {
	c.Helper()
	c.set(what)
	call()
	c.set(`phone = '+4915123450000', email = 'anna@example.com', phone_changed_at = 0, email_changed_at = 0`)
}

// group puts the account into a group with the policy for one call.
func (c coded) group(p account.GroupPolicy, call func()) {
	c.Helper()
	store := c.process.Lasting()
	tenant, err := db.One(c.Context(), store.Reads(), db.ScanString, `SELECT tenant FROM accounts WHERE external_id = $1 AND deleted_at = 0`, c.name)
	c.must(err)
	p.SMS.Switch = account.SwitchOn
	g, err := store.PutGroup(c.Context(), store.Writes(), account.Group{ID: c.newID(id.Group), Tenant: tenant, Name: c.newID(""), Policy: p})
	c.must(err)
	c.set(`group_id = '` + g.ID + `'`)
	call()
	c.set(`group_id = NULL`)
}

// login asks for a login and returns the address of the approval and its page's ticket.
func (c coded) login() (at string, ticket option) {
	c.Helper()
	a, err := c.client.CreateApproval(c.Context(), client.Request{Account: c.name, Browser: client.Browser{IP: "203.0.113.9", Session: c.newID("")}})
	c.must(err)
	return c.url + "/v1/approvals/" + a.ID, bearer(a.Socket.Ticket)
}

// app is what an authenticator app shows that was given the key of the answer.
func (h *house) app(answer string) func(steps int) string {
	h.Helper()
	var started struct{ URL string }
	h.must(json.Unmarshal([]byte(answer), &started))
	u, err := url.Parse(started.URL)
	h.must(err)
	return func(steps int) string {
		h.Helper()
		code, err := totp.GenerateCode(u.Query().Get("secret"), h.now().Add(time.Duration(steps)*30*time.Second))
		h.must(err)
		return code
	}
}

func typed(method, code string) string {
	return fmt.Sprintf(`{"method":%q,"code":%q}`, method, code)
}

const sms, email = `{"method":"sms"}`, `{"method":"email"}`

// playCodes has everything said about codes and methods.
func (h *house) playCodes() {
	c := h.coded("KL1000")
	c.say("422 sms-no-price", "POST", c.at+"/methods/sms", `{}`, c.key)
	c.price()
	code := c.playMethods()
	c.playSending()
	c.playConfirming(code)
	c.playHandingOut()
	c.playLateness()
	c.playSpent()
	h.coded("KL2000").playFirstLogin()
	c.playPumping()
	c.playFlood()
}

// price lets SMS go to Germany.
func (c coded) price() { c.settle(ledger.Settings{Prices: ledger.PriceBook{"+49": 1000}}) }

// spent has the budget for SMS be used up for one call, also for who has nothing else.
func (c coded) spent(call func()) {
	c.Helper()
	none := ledger.Budget{Scope: "country", Subject: "DE", Cycle: "month"}
	c.settle(ledger.Settings{Prices: ledger.PriceBook{"+49": 1000}, Budgets: []ledger.Budget{none}})
	c.sql(`INSERT INTO ledger_pots (tenant, pot, currency, spent, alarmed_at) VALUES ($1, $2, 'EUR', 0, 1)
		ON CONFLICT (tenant, pot, currency) DO UPDATE SET alarmed_at = 1, budget_limit = 0`, c.tenant.ID, none.Pot(c.now(), time.UTC).String())
	call()
	c.price()
}

func (c coded) settle(s ledger.Settings) {
	c.Helper()
	money := &ledgers.Store{DB: c.process.Lasting().DB, Keys: c.keys}
	_, err := money.PutSettings(c.Context(), c.tenant.ID, s, outbox.Actor{Kind: outbox.ByCommand})
	c.must(err)
}

// playMethods activates methods for somebody who is signed in, and returns what the app shows.
func (c coded) playMethods() (app func(int) string) {
	c.say("409 no-activation", "POST", c.at+"/methods/totp/confirm", `{"code":"123456"}`, c.key)
	app = c.app(c.say("201", "POST", c.at+"/methods/totp", `{}`, c.key))
	c.say("422 wrong-code", "POST", c.at+"/methods/totp/confirm", `{"code":"`+otherThan(app(0))+`"}`, c.key)
	c.method(`paused_until = 9000000000000000`, `paused_until = 0`, func() {
		c.say("429 method-paused", "POST", c.at+"/methods/totp", `{}`, c.key)
		c.say("429 method-paused", "POST", c.at+"/methods/totp/confirm", `{"code":"123456"}`, c.key)
	})
	c.say("200", "POST", c.at+"/methods/totp/confirm", `{"code":"`+app(0)+`"}`, c.key)
	c.say("201", "POST", c.at+"/methods/email", `{}`, c.key)
	c.say("429 code-too-soon", "POST", c.at+"/methods/email", `{}`, c.key)
	for range 2 {
		c.pass(20 * time.Second)
		c.say("201", "POST", c.at+"/methods/email", `{}`, c.key)
	}
	c.pass(20 * time.Second)
	c.say("429 too-many-codes", "POST", c.at+"/methods/email", `{}`, c.key)
	c.say("422 cannot-receive-sms", "POST", c.at+"/methods/sms", `{"phone":"+49 30 901820"}`, c.key)
	c.record(`phone = ''`, func() { c.say("409 no-number", "POST", c.at+"/methods/sms", `{}`, c.key) })
	c.record(`email = ''`, func() { c.say("409 no-address", "POST", c.at+"/methods/email", `{}`, c.key) })
	c.group(account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord}, func() {
		c.say("403 on-record-only", "POST", c.at+"/methods/sms", `{"phone":"+49 151 23456789"}`, c.key)
	})
	c.group(account.GroupPolicy{Methods: account.Methods[:1]}, func() {
		c.say("409 method-not-offered", "POST", c.at+"/methods/sms", `{}`, c.key)
		c.say("409 method-not-offered", "POST", c.at+"/recovery-codes", "", c.key)
		c.say("409 method-not-offered", "POST", c.at+"/bypass-codes", `{"reason":"lost phone","expires_in":60}`, c.key)
	})
	c.record(`email_changed_at = 9000000000000000`, func() {
		c.say("409 address-changed", "POST", c.at+"/methods/email/confirm", `{"code":"123456"}`, c.key)
	})
	c.say("201", "POST", c.at+"/methods/sms", `{}`, c.key)
	c.record(`phone_changed_at = 9000000000000000`, func() {
		c.say("409 number-changed", "POST", c.at+"/methods/sms/confirm", `{"code":"123456"}`, c.key)
	})
	c.sql(`UPDATE methods SET active_since = 1`)
	c.say("200", "GET", c.at+"/methods", "", c.key)
	return app
}

// playSending sends codes for an approval.
func (c coded) playSending() {
	c.pass(20 * time.Minute) // so that the e-mails before count no more
	at, ticket := c.login()
	c.say("200", "POST", at+"/codes", sms, ticket)
	c.say("429 code-too-soon", "POST", at+"/codes", sms, ticket)
	for range 2 {
		c.pass(20 * time.Second)
		c.say("200", "POST", at+"/codes", email, ticket)
	}
	c.pass(20 * time.Second)
	c.say("200", "POST", at+"/codes", email, ticket)
	c.pass(20 * time.Second)
	c.say("429 too-many-codes", "POST", at+"/codes", email, ticket)
	c.record(`phone = ''`, func() { c.say("409 no-number", "POST", at+"/codes", sms, ticket) })
	c.record(`email = ''`, func() { c.say("409 no-address", "POST", at+"/codes", email, ticket) })
	c.record(`phone = '+4930901820'`, func() { c.say("422 cannot-receive-sms", "POST", at+"/codes", sms, ticket) })
	c.record(`phone = '+436641234567'`, func() { c.say("422 sms-no-price", "POST", at+"/codes", sms, ticket) })
	c.record(`phone_changed_at = 9000000000000000`, func() {
		c.say("409 number-changed", "POST", at+"/codes", sms, ticket)
		c.say("409 number-changed", "POST", at+"/code", typed("sms", "123456"), ticket)
	})
	c.record(`email_changed_at = 9000000000000000`, func() {
		c.say("409 address-changed", "POST", at+"/codes", email, ticket)
		c.say("409 address-changed", "POST", at+"/code", typed("email", "123456"), ticket)
	})
	for what, code := range map[string]string{`active_since = 0`: "409 method-not-active", `disabled_at = 1`: "409 method-disabled", `paused_until = 9000000000000000`: "429 method-paused"} {
		c.method(what, `active_since = 1, disabled_at = 0, paused_until = 0`, func() {
			c.say(code, "POST", at+"/codes", sms, ticket)
			c.say(code, "POST", at+"/code", typed("sms", "123456"), ticket)
		})
	}
	c.say("200", "POST", at+"/cancel", "", ticket)
	a, err := c.client.CreateApproval(c.Context(), client.Request{
		Account: c.name, Kind: client.Transaction, Browser: client.Browser{IP: "203.0.113.9"},
		Details: []client.Detail{{Label: "Amount", Value: "one million two hundred and fifty thousand euros", Role: "amount"}, {Label: "To", Value: "Muster GmbH", Role: "payee"}},
	})
	c.must(err)
	c.say("422 amount-and-payee-required", "POST", c.url+"/v1/approvals/"+a.ID+"/codes", sms, bearer(a.Socket.Ticket))
	c.must(c.client.CancelApproval(c.Context(), a.ID))
}

// strangers are the refusals of whoever may not follow an approval.
func (c coded) strangers(at, rest, body string, ticket option) {
	c.Helper()
	c.say("401 bad-ticket", "POST", at+rest, body, bearer("jt_forged"))
	c.say("403 origin-not-allowed", "POST", at+rest, body, ticket, header("Origin", "https://evil.example"))
	c.say("404 unknown-approval", "POST", c.url+"/v1/approvals/apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa"+rest, body, c.key)
}

func (c coded) playConfirming(app func(int) string) {
	c.pass(5 * time.Minute)
	at, ticket := c.login()
	c.strangers(at, "/codes", sms, ticket)
	c.strangers(at, "/code", typed("totp", "123456"), ticket)
	c.say("409 method-not-offered", "POST", at+"/code", typed("bypass", "0000-0000-0000-0000"), ticket)
	c.say("409 method-not-offered", "POST", at+"/activations", `{"method":"totp"}`, ticket)
	c.say("409 method-not-offered", "POST", at+"/activations/totp", `{"code":"123456"}`, ticket)
	c.say("422 wrong-code", "POST", at+"/code", typed("totp", otherThan(app(0))), ticket)
	code := typed("totp", app(0))
	c.say("200", "POST", at+"/code", code, ticket)
	c.say("200", "POST", at+"/code", code, c.key)
	c.say("409 not-pending", "POST", at+"/code", typed("sms", "123456"), ticket)
	c.say("409 not-pending", "POST", at+"/codes", sms, ticket)
	other, ticket := c.login()
	c.group(account.GroupPolicy{Methods: account.Methods[2:3]}, func() {
		narrow, ticket := c.login()
		c.say("409 method-not-offered", "POST", narrow+"/codes", sms, ticket)
		c.say("200", "POST", narrow+"/cancel", "", ticket)
	})
	c.say("200", "POST", other+"/cancel", "", ticket)
}

// ahead has the clock of the database go ahead of the server's for one call.
func (c coded) ahead(d time.Duration, call func()) {
	c.Helper()
	c.must(c.process.Lasting().SetClockOffset(c.Context(), time.Duration(c.offset.Load())+d))
	call()
	c.pass(0)
}

// playLateness is about the moment in which the time of an approval is over for one of two that look at it.
func (c coded) playLateness() {
	at, ticket := c.login()
	c.ahead(5*time.Minute, func() {
		c.say("410 expired", "POST", at+"/code", typed("totp", "123456"), ticket)
		c.say("410 expired", "POST", at+"/codes", email, ticket)
	})
	c.say("200", "POST", at+"/codes", email, ticket)
	c.pass(3 * time.Minute)
	c.say("410 expired", "POST", at+"/resend", "", ticket) // the code is waited for, and no phone
	c.say("200", "POST", at+"/cancel", "", ticket)
}

func (c coded) playSpent() {
	at, ticket := c.login()
	c.spent(func() {
		c.say("403 sms-budget-spent", "POST", at+"/codes", sms, ticket)
		c.say("403 sms-budget-spent", "POST", c.at+"/methods/sms", `{}`, c.key)
	})
	c.say("200", "POST", at+"/cancel", "", ticket)
}

// playHandingOut is about what is shown once, and about taking methods away.
func (c coded) playHandingOut() {
	var given struct{ Codes []string }
	c.must(json.Unmarshal([]byte(c.say("201", "POST", c.at+"/recovery-codes", "", c.key)), &given))
	at, ticket := c.login()
	c.say("200", "POST", at+"/code", typed("recovery", given.Codes[4]), ticket)
	c.say("200", "GET", at, "", c.key)
	c.sql(`UPDATE recovery_codes SET used_at = 1 WHERE hash IN (SELECT hash FROM recovery_codes WHERE used_at = 0 LIMIT 6)`)
	c.say("200", "GET", c.at+"/methods", "", c.key)
	for range 5 {
		c.say("201", "POST", c.at+"/bypass-codes", `{"reason":"lost phone","expires_in":60}`, c.key)
	}
	c.say("409 too-many-bypass-codes", "POST", c.at+"/bypass-codes", `{"reason":"lost phone","expires_in":60}`, c.key)
	c.say("204", "DELETE", c.at+"/methods/bypass", "", c.key)
	c.say("409 method-not-active", "DELETE", c.at+"/methods/bypass", "", c.key)
	nobody := c.url + "/v1/accounts/nobody"
	c.say("404 unknown-account", "DELETE", nobody+"/methods/totp", "", c.key)
	c.say("404 unknown-account", "POST", nobody+"/methods/totp", `{}`, c.key)
	c.say("404 unknown-account", "POST", nobody+"/methods/totp/confirm", `{"code":"123456"}`, c.key)
	c.say("404 unknown-account", "POST", nobody+"/bypass-codes", `{"reason":"lost phone","expires_in":60}`, c.key)
	c.say("404 unknown-method", "POST", c.at+"/methods/push", `{}`, c.key)
	c.say("404 unknown-method", "POST", c.at+"/methods/push/confirm", `{"code":"123456"}`, c.key)
}

func (c coded) playFirstLogin() {
	c.pass(time.Hour)
	c.say("409 no-other-method", "POST", c.at+"/recovery-codes", "", c.key)
	at, ticket := c.login()
	c.strangers(at, "/activations", sms, ticket)
	c.strangers(at, "/activations/totp", `{"code":"123456"}`, ticket)
	c.say("404 unknown-method", "POST", at+"/activations/push", `{"code":"123456"}`, ticket)
	c.record(`phone = ''`, func() { c.say("409 no-number", "POST", at+"/activations", sms, ticket) })
	c.record(`email = ''`, func() { c.say("409 no-address", "POST", at+"/activations", email, ticket) })
	c.record(`phone_changed_at = 9000000000000000`, func() { c.say("409 number-changed", "POST", at+"/activations", sms, ticket) })
	c.record(`email_changed_at = 9000000000000000`, func() { c.say("409 address-changed", "POST", at+"/activations", email, ticket) })
	c.say("422 cannot-receive-sms", "POST", at+"/activations", `{"method":"sms","phone":"+49 30 901820"}`, ticket)
	c.say("422 sms-no-price", "POST", at+"/activations", `{"method":"sms","phone":"+43 664 1234567"}`, ticket)
	c.group(account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord}, func() {
		c.say("403 on-record-only", "POST", at+"/activations", `{"method":"sms","phone":"+49 151 23456789"}`, ticket)
	})
	c.spent(func() { c.say("403 sms-budget-spent", "POST", at+"/activations", sms, ticket) })
	c.say("201", "POST", at+"/activations", email, ticket)
	c.say("429 code-too-soon", "POST", at+"/activations", email, ticket)
	for range 2 {
		c.pass(20 * time.Second)
		c.say("201", "POST", at+"/activations", email, ticket)
	}
	c.pass(20 * time.Second)
	c.say("429 too-many-codes", "POST", at+"/activations", email, ticket)
	c.say("409 no-activation", "POST", at+"/activations/sms", `{"code":"123456"}`, ticket)
	c.record(`email_changed_at = 9000000000000000`, func() {
		c.say("409 address-changed", "POST", at+"/activations/email", `{"code":"123456"}`, ticket)
	})
	c.say("201", "POST", at+"/activations", sms, ticket)
	c.record(`phone_changed_at = 9000000000000000`, func() {
		c.say("409 number-changed", "POST", at+"/activations/sms", `{"code":"123456"}`, ticket)
	})
	var app func(int) string
	for _, later := range []time.Duration{8 * time.Minute, 12 * time.Minute} { // the approval cannot be kept open as long as the last activation
		c.pass(later)
		app = c.app(c.say("201", "POST", at+"/activations", `{"method":"totp"}`, ticket))
	}
	c.say("422 wrong-code", "POST", at+"/activations/totp", `{"code":"`+otherThan(app(0))+`"}`, ticket)
	c.ahead(12*time.Minute, func() { c.say("410 expired", "POST", at+"/activations/totp", `{"code":"`+app(24)+`"}`, ticket) })
	c.method(`paused_until = 9000000000000000`, `paused_until = 0`, func() {
		c.say("429 method-paused", "POST", at+"/activations", `{"method":"totp"}`, ticket)
		c.say("429 method-paused", "POST", at+"/activations/totp", `{"code":"123456"}`, ticket)
	})
	c.sql(`UPDATE methods SET active_since = 1 WHERE method = 'email'`)
	c.say("403 has-method", "POST", at+"/activations", `{"method":"totp"}`, ticket)
	c.say("403 has-method", "POST", at+"/activations/totp", `{"code":"123456"}`, ticket)
	c.sql(`UPDATE methods SET active_since = 0 WHERE method = 'email' AND account IN (SELECT id FROM accounts WHERE external_id = $1)`, c.name)
	back, other := c.login()
	c.say("200", "POST", back+"/cancel", "", other)
	c.say("409 not-pending", "POST", back+"/activations", `{"method":"totp"}`, other)
	c.say("409 not-pending", "POST", back+"/activations/totp", `{"code":"123456"}`, other)
	c.say("200", "POST", at+"/activations/totp", `{"code":"`+app(0)+`"}`, ticket)
	c.say("409 last-method", "DELETE", c.at+"/methods/totp", "", c.key)
}

// playPumping sends SMS to one number until it is too much.
func (c coded) playPumping() {
	c.sql(`UPDATE methods SET active_since = 1, paused_until = 0, failures = 0`)
	for range 2 {
		at, ticket := c.login()
		for range 3 {
			c.request("POST", at+"/codes", sms, ticket)
			c.pass(20 * time.Second)
		}
		c.say("200", "POST", at+"/cancel", "", ticket)
	}
	begin, page := c.coded("KL3000").login()
	at, ticket := c.login()
	c.say("429 sms-too-many", "POST", at+"/codes", sms, ticket)
	c.say("429 sms-too-many", "POST", begin+"/activations", sms, page)
	c.say("429 sms-too-many", "POST", c.at+"/methods/sms", `{}`, c.key)
	c.say("200", "POST", at+"/cancel", "", ticket)
}

// playFlood sends e-mails to one address until it is too much.
func (c coded) playFlood() {
	c.pass(24 * time.Hour)
	for range 2 {
		at, ticket := c.login()
		for range 3 {
			c.request("POST", at+"/codes", email, ticket)
			c.pass(20 * time.Second)
		}
		c.say("200", "POST", at+"/cancel", "", ticket)
	}
	begin, page := c.coded("KL4000").login()
	at, ticket := c.login()
	c.say("429 email-too-many", "POST", at+"/codes", email, ticket)
	c.say("429 email-too-many", "POST", begin+"/activations", email, page)
	c.say("429 email-too-many", "POST", c.at+"/methods/email", `{}`, c.key)
	c.say("200", "POST", at+"/cancel", "", ticket)
}

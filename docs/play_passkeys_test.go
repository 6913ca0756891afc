package docs_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
)

// pageBrowser makes one passkey on the application's page.
type pageBrowser struct {
	*house
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

func (h *house) pageBrowser() *pageBrowser {
	const whole = 77 // bytes of a P-256 COSE_Key: this authenticator misspells keys whose coordinates begin with zeros
	b := &pageBrowser{house: h, auth: virtualwebauthn.NewAuthenticator()}
	for b.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(b.cred.Key.AttestationData()) != whole; {
		b.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return b
}

var page = virtualwebauthn.RelyingParty{ID: "login.example", Origin: pageOrigin}

// options are those of an answer: the challenge, and the user's handle.
func (b *pageBrowser) options(answer string) (challenge, user []byte) {
	b.Helper()
	var o struct {
		Options struct {
			Challenge string
			User      struct{ ID string }
		}
	}
	b.must(json.Unmarshal([]byte(answer), &o))
	challenge, err := base64.RawURLEncoding.DecodeString(o.Options.Challenge)
	b.must(err)
	user, err = base64.RawURLEncoding.DecodeString(o.Options.User.ID)
	b.must(err)
	return challenge, user
}

func (b *pageBrowser) create(answer string) string {
	challenge, user := b.options(answer)
	b.auth.Options.UserHandle = user
	return fmt.Sprintf(`{"credential":%s}`, virtualwebauthn.CreateAttestationResponse(page, b.auth, b.cred, virtualwebauthn.AttestationOptions{Challenge: challenge}))
}

func (b *pageBrowser) get(answer string) string {
	challenge, _ := b.options(answer)
	return fmt.Sprintf(`{"credential":%s}`, virtualwebauthn.CreateAssertionResponse(page, b.auth, b.cred, virtualwebauthn.AssertionOptions{Challenge: challenge}))
}

const nonsense, passkey = `{"credential":{}}`, `{"method":"passkey"}`

// playPasskeys has everything said about passkeys.
func (h *house) playPasskeys() {
	h.coded("PK2000").playFirstPasskey()
	c := h.coded("PK1000")
	c.playRegistering()
	c.playPasskey()
}

// domain gives the applications an RP ID for one call.
func (c coded) domain(call func()) {
	c.Helper()
	c.sql(`UPDATE applications SET rp_id = 'login.example'`)
	call()
	c.sql(`UPDATE applications SET rp_id = ''`)
}

// full gives the account ten passkeys for one call.
func (c coded) full(call func()) {
	c.Helper()
	for i := range 10 {
		c.sql(`INSERT INTO passkeys (id, credential, account, application, rp_id, label, public_key, sign_count, backup_eligible, backed_up, attestation, created_at)
			SELECT $1, $2, a.id, (SELECT MIN(id) FROM applications), 'full.example', '', $2, 0, FALSE, FALSE, '', 1 FROM accounts a WHERE a.external_id = $3`,
			fmt.Sprintf("pky_%026d", i), []byte{byte(i)}, c.name)
	}
	call()
	c.sql(`DELETE FROM passkeys WHERE rp_id = 'full.example'`)
}

const paused, goesOn = `paused_until = 9000000000000000`, `paused_until = 0`

func (c coded) playRegistering() {
	at := c.at + "/methods/passkey"
	c.say("409 no-rp-id", "POST", at, "", c.key)
	c.say("409 no-rp-id", "POST", at+"/confirm", nonsense, c.key)
	c.say("404 unknown-account", "POST", c.url+"/v1/accounts/nobody/methods/passkey/confirm", nonsense, c.key)
	c.domain(func() {
		c.group(account.GroupPolicy{Methods: account.Methods[:1]}, func() { c.say("409 method-not-offered", "POST", at, "", c.key) })
		b := c.pageBrowser()
		first := c.say("201", "POST", at, "", c.key)
		c.say("422 invalid-request", "POST", at+"/confirm", nonsense, c.key)
		c.method(paused, goesOn, func() {
			c.say("429 method-paused", "POST", at, "", c.key)
			c.say("429 method-paused", "POST", at+"/confirm", b.create(first), c.key)
		})
		c.full(func() {
			c.say("409 too-many-passkeys", "POST", at, "", c.key)
			c.say("409 too-many-passkeys", "POST", at+"/confirm", b.create(first), c.key)
		})
		started := c.say("201", "POST", at, "", c.key)
		c.say("409 no-activation", "POST", at+"/confirm", b.create(first), c.key)
		c.playRemoving(c.say("200", "POST", at+"/confirm", b.create(started), c.key))
	})
}

func (c coded) playRemoving(answer string) {
	var listed struct {
		Methods []struct{ Passkeys []struct{ ID string } }
	}
	c.must(json.Unmarshal([]byte(answer), &listed))
	one := c.at + "/methods/passkey/" + listed.Methods[0].Passkeys[0].ID
	c.say("409 last-method", "DELETE", one, "", c.key)
	c.say("404 unknown-passkey", "DELETE", c.at+"/methods/passkey/pky_none", "", c.key)
	c.sql(`INSERT INTO methods (account, method, active_since) SELECT id, 'totp', 1 FROM accounts WHERE external_id = $1`, c.name)
	c.say("204", "DELETE", one, "", c.key)
	c.sql(`DELETE FROM methods WHERE method = 'totp' AND account = (SELECT id FROM accounts WHERE external_id = $1)`, c.name)
}

// confirms registers a passkey again.
func (c coded) confirms(b *pageBrowser) {
	c.Helper()
	started, err := c.client.StartPasskey(c.Context(), c.name)
	c.must(err)
	options, err := json.Marshal(started)
	c.must(err)
	var made struct{ Credential json.RawMessage }
	c.must(json.Unmarshal([]byte(b.create(string(options))), &made))
	c.must(c.client.FinishPasskey(c.Context(), c.name, made.Credential, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"))
}

func (c coded) playPasskey() {
	c.domain(func() {
		b := c.pageBrowser()
		c.confirms(b)
		at, ticket := c.login()
		c.strangers(at, "/passkey/options", "", ticket)
		c.strangers(at, "/passkey", nonsense, ticket)
		options := c.say("200", "POST", at+"/passkey/options", "", ticket)
		for what, code := range map[string]string{`active_since = 0`: "409 method-not-active", `disabled_at = 1`: "409 method-disabled", paused: "429 method-paused"} {
			c.method(what, `active_since = 1, disabled_at = 0, paused_until = 0`, func() {
				c.say(code, "POST", at+"/passkey/options", "", ticket)
				c.say(code, "POST", at+"/passkey", b.get(options), ticket)
			})
		}
		c.sql(`UPDATE applications SET rp_id = ''`)
		c.say("409 no-rp-id", "POST", at+"/passkey/options", "", ticket)
		c.say("409 no-rp-id", "POST", at+"/passkey", b.get(options), ticket)
		c.sql(`UPDATE applications SET rp_id = 'login.example'`)
		c.say("422 invalid-request", "POST", at+"/passkey", nonsense, ticket)
		c.say("422 wrong-passkey", "POST", at+"/passkey", c.pageBrowser().get(options), ticket)
		c.ahead(5*time.Minute, func() {
			c.say("410 expired", "POST", at+"/passkey/options", "", ticket)
			c.say("410 expired", "POST", at+"/passkey", b.get(options), ticket)
		})
		c.say("200", "POST", at+"/passkey", b.get(options), ticket)
		c.say("200", "POST", at+"/passkey", b.get(options), c.key)
		c.say("200", "GET", at, "", c.key)
		c.say("200", "GET", at+"/receipt", "", c.key)
		c.say("409 not-pending", "POST", at+"/passkey/options", "", ticket)
		other, theirs := c.login()
		c.say("200", "POST", other+"/cancel", "", theirs)
		c.say("409 not-pending", "POST", other+"/passkey", b.get(options), theirs)
	})
	c.sql(`INSERT INTO methods (account, method, active_since) SELECT id, 'totp', 1 FROM accounts WHERE external_id = $1`, c.name)
	at, ticket := c.login() // without a domain
	c.say("409 method-not-offered", "POST", at+"/passkey/options", "", ticket)
	c.say("409 method-not-offered", "POST", at+"/passkey", nonsense, ticket)
}

func (c coded) playFirstPasskey() {
	c.domain(func() {
		b := c.pageBrowser()
		at, ticket := c.login()
		c.strangers(at, "/activations/passkey", nonsense, ticket)
		started := c.say("201", "POST", at+"/activations", passkey, ticket)
		answer := b.create(started)
		c.say("422 invalid-request", "POST", at+"/activations/passkey", nonsense, ticket)
		c.method(paused, goesOn, func() { c.say("429 method-paused", "POST", at+"/activations/passkey", answer, ticket) })
		c.full(func() {
			c.say("409 too-many-passkeys", "POST", at+"/activations", passkey, ticket)
			c.say("409 too-many-passkeys", "POST", at+"/activations/passkey", answer, ticket)
		})
		c.sql(`UPDATE applications SET rp_id = ''`)
		c.say("409 no-rp-id", "POST", at+"/activations", passkey, ticket)
		c.say("409 no-rp-id", "POST", at+"/activations/passkey", answer, ticket)
		c.sql(`UPDATE applications SET rp_id = 'login.example'`)
		for range 3 { // the login cannot be kept open as long as the last activation
			c.pass(8 * time.Minute)
			answer = b.create(c.say("201", "POST", at+"/activations", passkey, ticket))
		}
		c.ahead(7*time.Minute, func() { c.say("410 expired", "POST", at+"/activations/passkey", answer, ticket) })
		back, other := c.login()
		c.say("200", "POST", back+"/cancel", "", other)
		c.say("409 not-pending", "POST", back+"/activations/passkey", answer, other)
		late, third := c.login()
		c.say("200", "POST", at+"/activations/passkey", answer, ticket)
		c.say("409 no-activation", "POST", at+"/activations/passkey", answer, ticket)
		c.say("403 has-method", "POST", late+"/activations/passkey", answer, third)
	})
	asked, err := c.client.CreateApproval(c.Context(), client.Request{Account: "AB1234", Browser: client.Browser{IP: "203.0.113.77", Session: c.newID("")}})
	c.must(err)
	c.say("409 method-not-offered", "POST", c.url+"/v1/approvals/"+asked.ID+"/activations/passkey", nonsense, c.key)
	c.must(c.client.CancelApproval(c.Context(), asked.ID))
	c.pass(time.Second)
}

package component_test

import (
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/edge/browsertest/album"
	"github.com/jawort/jawort/phone"
)

// gallery walks through every panel of the component, as people meet them.
type gallery struct {
	*house
	tab   *browsertest.Tab
	words string // the language
	look  func(panel string, w waiting)
}

func (g gallery) wait(a client.Approval) waiting {
	g.Helper()
	markup := g.markup(a, "app-url", "https://phone.example/app", "support", "tel:+49800123")
	if g.words == "de" {
		markup = strings.Replace(markup, "Start again", "Neu anmelden", 1) // the page's words
	}
	return g.show(g.tab, g.words, markup)
}

func (g gallery) walk() {
	g.Helper()
	g.firstLogin()
	g.everyday()
	g.ends()
}

func (g gallery) firstLogin() {
	g.Helper()
	g.policy(account.GroupPolicy{Activation: account.Activation{Required: 1, Recommended: 2}})
	g.record("", "")
	g.passkeys("localhost")
	a := g.ask()
	w := g.wait(a)
	w.Wait(choice("push"))
	g.look("choose", w)
	w.Click(choice("sms"))
	w.Wait("#field")
	g.look("where", w)
	w.send("0151")
	w.Wait("#error:not(:empty)")
	g.look("where-wrong", w)
	w.Click("#back")
	w.Click(choice("totp"))
	w.Until(inside + `.querySelector("canvas")?.width > 100`)
	g.look("authenticator", w)
	w.Click("#back")
	w.Click(choice("push"))
	link := w.scan()
	g.look("scan", w)
	digits, err := phone.New(phone.Options{}).Enrol(g.Context(), link, "Anna", "Anna's phone", nil)
	g.must(err)
	w.Wait(part("digits"))
	g.look("digits", w)
	w.send(digits)
	w.Wait(part("number"))
	g.look("bound", w)
	g.afresh()
	w = g.wait(g.ask())
	w.Click(choice("email"))
	w.send(g.code(courier.Email))
	w.Wait("#next")
	g.look("more", w)
	g.passkey(w)
	w.Wait(part("reason"))
	g.look("approved", w)
	_ = browsertest.Eval[bool](w.Tab, `(() => {
		document.querySelector("jawort-wait").showRecoveryCodes(Array(10).fill("1TY0-WTXR-PMH5-J4C9-569D-PJYV"));
		return true;
	})()`)
	w.Wait(part("codes"))
	g.look("recovery-codes", w)
}

// passkey is made after a first try that failed.
func (g gallery) passkey(w waiting) {
	g.Helper()
	authenticator := w.Authenticator()
	authenticator.Refuse(true)
	w.Click(choice("passkey"))
	w.Wait("#error:not(:empty)")
	g.look("passkey-cancelled", w)
	authenticator.Refuse(false)
	w.Click("#unlock")
}

// afresh takes everything from the account but its number and address.
func (g gallery) afresh() {
	g.Helper()
	g.must(g.client.ResetAccount(g.Context(), login, "begins anew"))
	g.record(number, address)
}

func (g gallery) everyday() {
	g.Helper()
	g.afresh()
	p := g.phone("Anna")
	g.sql(`INSERT INTO passkeys (id, credential, account, application, rp_id, label, public_key, sign_count, backup_eligible, backed_up, attestation, created_at)
		SELECT 'pky_a', 'a', accounts.id, applications.id, 'localhost', '', 'a', 0, FALSE, FALSE, 'none', 1 FROM accounts, applications`)
	g.activate(approval.MethodPasskey, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail, approval.MethodRecovery, approval.MethodBypass)
	a := g.ask()
	w := g.wait(a)
	w.WantText(part("number"), a.Number)
	g.look("number", w)
	g.mark(a, approval.ProgressFailed)
	w.Wait("[data-at=failed]")
	g.look("failed", w)
	g.received(p, a, w)
	w.Click("#another")
	w.Wait(choice("sms"))
	g.look("others", w)
	w.Click(choice("sms"))
	g.progress(w)
	w.send("000000")
	w.Wait("#error:not(:empty)")
	g.look("code-wrong", w)
	w.Click("#back")
	w.Click("#another")
	w.Click(choice("recovery"))
	w.Wait("#field")
	g.look("recovery", w)
}

// progress shows how far a code gets, which comes in the end.
func (g gallery) progress(w waiting) {
	g.Helper()
	w.Wait("[data-at=queued]")
	g.look("code", w)
	g.must(g.messages.Sent(g.Context(), g.lease(courier.SMS), "twilio", "SM1"))
	w.Wait("[data-at=sent]")
	g.look("code-sent", w)
	for _, state := range []courier.State{courier.Undelivered, courier.Delivered} {
		g.must(g.messages.Receive(g.Context(), courier.Receipt{Provider: "twilio", Reference: "SM1", State: state}))
		at := map[courier.State]string{courier.Undelivered: "failed", courier.Delivered: "delivered"}[state]
		w.Wait("[data-at=" + at + "]")
		g.look("code-"+at, w)
	}
}

func (g gallery) received(p *phone.Phone, a client.Approval, w waiting) {
	g.Helper()
	g.house.look(p, a)
	w.Wait("[data-at=received]")
	g.look("received", w)
}

// ends are told by a server that says nothing else.
func (g gallery) ends() {
	g.Helper()
	for _, status := range []string{"denied", "reported", "expired", "cancelled", "superseded", "lost", "nothing", "passkey"} {
		frame := `{"type":"state","status":"` + status + `"}`
		switch status {
		case "nothing":
			frame = `{"type":"state","status":"pending","methods":[]}`
		case "passkey":
			frame = `{"type":"state","status":"pending","methods":["passkey"]}`
		}
		g.tell(frame)
		w := g.wait(client.Approval{Socket: &client.Socket{URL: g.jawort + "/v1/approvals/apr_x/socket", Ticket: "jt_x"}})
		w.Wait(part("panel"))
		w.Gone(part("waiting"))
		g.look(status, w)
	}
	g.page.script.Store(new(*g.page.script.Load() + `delete window.PublicKeyCredential;`))
	w := g.wait(client.Approval{Socket: &client.Socket{URL: g.jawort + "/v1/approvals/apr_x/socket", Ticket: "jt_x"}})
	w.Wait(part("nothing"))
	g.look("no-passkeys", w)
}

// fleeting is what differs from run to run, in pictures.
var fleeting = map[string]string{part("number"): "42", part("key"): "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", part("time"): "142"}

// walks are those on which pictures are taken, else one on each kind of screen.
func walks() map[string]browsertest.Screen {
	if views := album.Views("en", "de"); views != nil {
		return views
	}
	return map[string]browsertest.Screen{
		"en": {Width: 1280, Height: 900, Language: "en"},
		"de": {Width: 390, Height: 844, Mobile: true, Dark: true, Language: "de"},
	}
}

func TestEveryPanelCanBeUsedByEverybody(t *testing.T) {
	for name, s := range walks() {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			g := gallery{house: h, tab: browsertest.New(t), words: s.Language}
			g.tab.Show(s)
			kept := album.Open(g.tab, "wait", name, fleeting)
			g.look = func(panel string, w waiting) {
				w.WantAccessible()
				if wide := browsertest.Eval[bool](w.Tab, `document.documentElement.scrollWidth > innerWidth`); wide {
					t.Errorf("%s is wider than the screen", panel)
				}
				kept.Show(panel)
				if t.Failed() {
					t.Fatalf("at %s", panel)
				}
			}
			g.walk()
			if seen := len(kept.Names()); seen < 30 {
				t.Errorf("%d panels were looked at", seen)
			}
		})
	}
}

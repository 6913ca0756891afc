package component_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/phone"
)

// passkeys lets the application's pages use those of a domain.
func (h *house) passkeys(domain string) {
	h.Helper()
	h.sql(`UPDATE applications SET rp_id = $1`, domain)
}

// withPasskey is a tab whose authenticator holds the passkey by which the account made its first login.
func (h *house) withPasskey() (*browsertest.Tab, browsertest.Authenticator) {
	h.Helper()
	h.passkeys("localhost")
	tab := browsertest.New(h.T)
	authenticator := tab.Authenticator()
	w := h.show(tab, "en", h.markup(h.ask()))
	w.Click(choice("passkey"))
	w.wantEnd("approved", "passkey")
	return tab, authenticator
}

// on waits for an approval in a tab that was there before.
func (h *house) on(tab *browsertest.Tab, a client.Approval) waiting {
	h.Helper()
	return h.show(tab, "en", h.markup(a))
}

func TestAFirstLoginMakesAPasskeyAndTheNextIsConfirmedByIt(t *testing.T) {
	h := newHouse(t)
	tab, authenticator := h.withPasskey()
	if n := authenticator.Passkeys(); n != 1 {
		t.Fatalf("the authenticator has %d passkeys", n)
	}
	a := h.ask()
	h.page.script.Store(new(`window.calls = 0; const call = fetch; window.fetch = (...what) => { calls++; return call(...what); };`))
	w := h.on(tab, a)
	w.WantText(part("passkey"), "fingerprint, face or PIN")
	if n := browsertest.Eval[int](w.Tab, `calls`); n != 0 {
		t.Error("the passkey was asked for before the person was ready")
	}
	w.Click("#unlock")
	w.wantEnd("approved", "passkey")
	if is, err := h.client.Approval(t.Context(), a.ID); err != nil || is.Status != "approved" || is.Method != "passkey" {
		t.Errorf("the login service is told %s by %q: %v", is.Status, is.Method, err)
	}
	if _, err := h.client.Receipt(t.Context(), a.ID); err != nil {
		t.Errorf("nothing proves it: %v", err)
	}
}

func TestAPasskeyConfirmsWhereThePhoneIsNotAtHand(t *testing.T) {
	h := newHouse(t)
	tab, _ := h.withPasskey()
	h.phone("Anna")
	a := h.ask()
	w := h.on(tab, a)
	w.WantText(part("number"), a.Number)
	w.Click("#another")
	w.Click(choice("passkey"))
	w.wantEnd("approved", "passkey")
}

func TestAPasskeyIsTheSecondMethodOfAFirstLogin(t *testing.T) {
	h := newHouse(t)
	h.policy(two)
	h.passkeys("localhost")
	tab := browsertest.New(t)
	authenticator := tab.Authenticator()
	w := h.on(tab, h.ask())
	w.Click(choice("totp"))
	w.send(h.oathtool("--base32", w.Text(part("key"))))
	w.WantText("#title", "You are confirmed")
	authenticator.Refuse(true)
	w.Click(choice("passkey"))
	w.WantText(part("error"), "cancelled or took too long")
	authenticator.Refuse(false)
	w.Click("#unlock")
	w.wantEnd("approved", "totp")
	if n := authenticator.Passkeys(); n != 1 {
		t.Errorf("the authenticator has %d passkeys", n)
	}
}

func TestAPasskeyThatWasCancelledIsTriedAgain(t *testing.T) {
	h := newHouse(t)
	tab, authenticator := h.withPasskey()
	authenticator.Refuse(true)
	w := h.on(tab, h.ask())
	w.Click("#unlock")
	w.WantText(part("error"), "It was cancelled or took too long, or this device has no such passkey. Try again, or use another method.")
	if n := h.one(`SELECT CAST(failures AS TEXT) FROM methods WHERE method = 'passkey'`); n != "0" {
		t.Errorf("it counted as %s wrong tries", n)
	}
	authenticator.Refuse(false)
	w.Click("#unlock")
	w.wantEnd("approved", "passkey")
}

func TestAPageThatIsNotAtThePasskeysAddressSaysSo(t *testing.T) {
	h := newHouse(t)
	tab, _ := h.withPasskey()
	// The application has pages under two domains, and this is not the one with the passkeys.
	h.sql(`UPDATE applications SET rp_id = 'login.example', origins = $1`, `["`+h.page.origin+`","https://login.example"]`)
	h.sql(`UPDATE passkeys SET rp_id = 'login.example'`)
	w := h.on(tab, h.ask())
	w.Click("#unlock")
	w.WantText(part("error"), "do not belong to the address of this page")
	h.sql(`DELETE FROM passkeys`)
	h.sql(`DELETE FROM methods`)
	w = h.on(tab, h.ask())
	w.Click(choice("passkey"))
	w.WantText(part("error"), "do not belong to the address of this page")
}

func TestAPasskeyThatIsNotThisLoginsIsRefusedWithTheTriesLeft(t *testing.T) {
	h := newHouse(t)
	tab, _ := h.withPasskey()
	h.activate(approval.MethodEmail)
	h.page.script.Store(new(`const get = navigator.credentials.get.bind(navigator.credentials);
		navigator.credentials.get = async (what) => {
			const given = await get(what), { authenticatorData, signature, userHandle } = given.response;
			const response = { clientDataJSON: new TextEncoder().encode("{}").buffer, authenticatorData, signature, userHandle };
			return { id: given.id, type: given.type, response, getClientExtensionResults: () => ({}) };
		};`))
	w := h.on(tab, h.ask())
	w.Click(choice("passkey"))
	for _, left := range []string{"Tries left: 4", "Tries left: 3", "Tries left: 2", "Tries left: 1", "this method pauses. Use another one, or wait 5 min"} {
		w.WantText(part("error"), left)
		w.Click("#unlock")
	}
	w.WantText(part("error"), "this method pauses")
}

func TestAPasskeyIsNotOfferedWhereTheBrowserOrTheServerHasNone(t *testing.T) {
	h := newHouse(t)
	tab, _ := h.withPasskey()
	h.activate(approval.MethodEmail, approval.MethodSMS)
	h.passkeys("")
	w := h.on(tab, h.ask())
	w.Wait(choice("sms"))
	w.Gone(choice("passkey"))
	h.passkeys("localhost")
	h.page.script.Store(new(`delete window.PublicKeyCredential;`))
	w = h.on(tab, h.ask())
	w.Wait(choice("sms"))
	w.Gone(choice("passkey"))
	h.sql(`DELETE FROM methods WHERE method <> 'passkey'`)
	w = h.on(tab, h.ask())
	w.WantText(part("nothing"), "This browser or device has no passkeys. Use another one")
}

func TestAFirstLoginThatNeedsAPasskeySaysWhereTheBrowserHasNone(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{Methods: []approval.Method{approval.MethodPasskey}})
	h.passkeys("localhost")
	h.page.script.Store(new(`delete window.PublicKeyCredential;`))
	w := h.wait(h.ask())
	w.WantText(part("nothing"), "This browser or device has no passkeys. Use another one")
}

func TestInAFrameThatForbidsPasskeysThePageSaysHowToLeaveIt(t *testing.T) {
	h := newHouse(t)
	tab, _ := h.withPasskey()
	w := h.on(tab, h.ask())
	w.Go(h.page.origin + "/frame")
	const framed = `document.querySelector("iframe").contentDocument.querySelector("jawort-wait")?.shadowRoot`
	w.Until(framed + `?.querySelector("#unlock") != null`)
	_ = browsertest.Eval[bool](w.Tab, framed+`.querySelector("#unlock").click() ?? true`)
	w.Until(framed + `.querySelector("#error").textContent.includes("Open this page by itself")`)
}

func TestWhatTheBrowserAsksIsTakenBackWhenThePhoneWasFaster(t *testing.T) {
	h := newHouse(t)
	tab, _ := h.withPasskey()
	p := h.phone("Anna")
	h.page.script.Store(new(`CredentialsContainer.prototype.get = ({ signal }) => new Promise((_, no) => {
		window.asked = true;
		signal.addEventListener("abort", () => { window.taken = true; no(signal.reason); });
	});`))
	a := h.ask()
	w := h.on(tab, a)
	w.Click("#another")
	w.Click(choice("passkey"))
	w.Until(`window.asked === true`)
	h.decide(p, a, phone.Approve, a.Number)
	w.wantEnd("approved", "push")
	w.Until(`window.taken === true`)
	w.Gone(part("error"))
}

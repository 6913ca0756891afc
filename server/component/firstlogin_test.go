package component_test

import (
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/phone"
)

// two is the policy of who should set up two methods.
var two = account.GroupPolicy{Activation: account.Activation{Required: 1, Recommended: 2}}

// scan is what a phone's camera reads: the page shows the same as a link.
func (w waiting) scan() string {
	w.Helper()
	w.Wait("#here")
	w.Until(inside + `.querySelector("canvas").width > 100`) // the code is drawn
	return browsertest.Eval[string](w.Tab, inside+`.querySelector("#here").href`)
}

// register has a new phone take the link that the page shows, and types its digits into the page.
func (w waiting) register(p *phone.Phone) {
	w.Helper()
	digits, err := p.Enrol(w.h.Context(), w.scan(), "Anna", "Anna's phone", nil)
	w.h.must(err)
	w.WantText(part("digits"), "six digits")
	w.send(other(digits))
	w.WantText(part("error"), "Tries left: 2")
	w.send(digits[:3] + " " + digits[3:])
}

func TestAFirstLoginRegistersAPhoneAndIsConfirmedOnIt(t *testing.T) {
	h := newHouse(t)
	a := h.ask()
	w := h.wait(a)
	w.Click(choice("push"))
	p := phone.New(phone.Options{})
	w.register(p)
	w.WantText(part("phone-asked"), "Your phone is set up")
	w.Gone(part("delivery")) // nobody woke it
	w.Gone("#resend")
	w.WantText(part("number"), a.Number)
	h.decide(p, a, phone.Approve, a.Number)
	w.wantEnd("approved", "push")
}

func TestAPhoneThatShowsOtherDigitsIsNotRegistered(t *testing.T) {
	h := newHouse(t)
	w := h.wait(h.ask())
	w.Click(choice("push"))
	digits, err := phone.New(phone.Options{}).Enrol(t.Context(), w.scan(), "Eve", "Eve's phone", nil)
	h.must(err)
	for _, sentence := range []string{"Tries left: 2", "Tries left: 1", "The time for this is over"} {
		w.send(other(digits))
		w.WantText(part("error"), sentence)
	}
	w.Click("#restart")
	w.register(phone.New(phone.Options{}))
	w.Wait(part("number"))
}

func TestAFirstLoginSetsUpAnAuthenticatorAppAndASecondMethod(t *testing.T) {
	h := newHouse(t)
	h.policy(two)
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("recommended"), "2 ways")
	w.Click(choice("totp"))
	key := strings.ReplaceAll(w.Text(part("key")), " ", "")
	w.send(h.oathtool("--base32", key))
	w.WantText("#title", "You are confirmed")
	w.Gone(choice("totp"))
	if n := browsertest.Eval[int](w.Tab, `ends.length`); n != 0 {
		t.Error("the page was sent on before the second method was offered")
	}
	w.Click(choice("email"))
	w.WantText(part("sent"), "a•••@example.com")
	w.send(h.code(courier.Email))
	w.wantEnd("approved", "totp")
}

func TestTheSecondMethodMayBeLeftForLater(t *testing.T) {
	h := newHouse(t)
	h.policy(two)
	w := h.wait(h.ask())
	w.Click(choice("sms"))
	w.WantText(part("sent"), "••17")
	w.send(h.code(courier.SMS))
	w.Click("#next")
	w.wantEnd("approved", "sms")
}

func TestTheSecondMethodMayBeAPhone(t *testing.T) {
	h := newHouse(t)
	h.policy(two)
	w := h.wait(h.ask())
	w.Click(choice("email"))
	w.send(h.code(courier.Email))
	w.Click(choice("push"))
	w.register(phone.New(phone.Options{}))
	w.wantEnd("approved", "email")
	devices, err := h.client.Devices(t.Context(), login)
	if err != nil || len(devices) != 1 {
		t.Errorf("%d phones: %v", len(devices), err)
	}
}

func TestWhoHasTwoMethodsToSetUpIsNotSentOnAfterOne(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{Activation: account.Activation{Required: 2, Recommended: 2}})
	w := h.wait(h.ask())
	w.Click(choice("email"))
	w.send(h.code(courier.Email))
	w.WantText(part("more"), "asks for one more way")
	w.Gone("#next")
}

func TestAPersonGivesANumberWhereNoneIsOnRecord(t *testing.T) {
	h := newHouse(t)
	h.record("", "")
	w := h.wait(h.ask())
	w.Click(choice("sms"))
	w.send("0151")
	w.WantText(part("error"), "not a complete number")
	w.send("+49 30 12345678")
	w.WantText(part("error"), "not a mobile number")
	w.send("+49 151 23456789")
	w.WantText(part("sent"), "••89")
	w.Click("#other")
	w.Click("#back")
	w.Click(choice("email"))
	w.send("anna")
	w.WantText(part("error"), "not an e-mail address")
	w.send("anna@example.com")
	w.send(h.code(courier.Email))
	w.wantEnd("approved", "email")
}

func TestWhereNothingCanBeSetUpTheContactIsShown(t *testing.T) {
	h := newHouse(t)
	h.sql(`UPDATE tenants SET policy = '{"support":{"de":"Hotline 0800 123","en":"Call 0800 123"}}'`)
	h.policy(account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord})
	a := h.ask()
	h.sql(`UPDATE accounts SET phone_changed_at = (SELECT jawort_now())`) // after the page was offered a phone
	w := h.show(browsertest.New(t), "de", h.markup(a))
	w.Click(choice("push"))
	w.WantText(part("error"), "vor Kurzem geändert")
	w.WantText(part("support"), "Hotline 0800 123")
}

func TestRecoveryCodesThatTheLoginServiceMadeAreShownOnce(t *testing.T) {
	h := newHouse(t)
	w := h.wait(h.ask())
	w.Click(choice("email"))
	w.send(h.code(courier.Email))
	w.wantEnd("approved", "email")
	var made struct{ Codes []string }
	h.post("/v1/accounts/"+login+"/recovery-codes", ``, &made)
	_ = browsertest.Eval[bool](w.Tab, `(() => {
		navigator.clipboard.writeText = async (text) => { window.copied = text; };
		window.codes = `+quoted(made.Codes)+`;
		document.querySelector("jawort-wait").showRecoveryCodes(codes).then(() => { window.kept = true; });
		return true;
	})()`)
	w.WantText(part("codes"), made.Codes[9])
	w.Click("#copy")
	w.Until(`window.copied === codes.join("\n")`)
	w.Click("#print")
	w.Click("#kept")
	w.Until(`window.kept === true`)
	w.Gone(part("codes"))
	w.wantEnd("approved", "email")
}

func TestWhatComesFromOutsideIsOnlyEverText(t *testing.T) {
	h := newHouse(t)
	script := `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`
	w := h.wait(h.ask(), "support", script, "number", script, "app-url", "javascript:window.hacked=1")
	w.WantText(part("support"), script)
	_ = browsertest.Eval[bool](w.Tab, `(() => { document.querySelector("jawort-wait").showRecoveryCodes([`+quoted(script)+`]); return true; })()`)
	w.WantText("#title", "Your recovery codes")
	w.WantText(`[part="codes"]`, script)
	hand := w.Beside()
	hand.Show(browsertest.Screen{Width: 390, Height: 844, Mobile: true}) // where the app would be opened
	hostile := h.show(hand, "en", `<jawort-wait number="42" support="javascript:window.hacked=1" app-url="javascript:window.hacked=1"></jawort-wait>`)
	hostile.WantText(part("support"), "javascript:")
	for _, tab := range []waiting{w, hostile} {
		if n := browsertest.Eval[int](tab.Tab, inside+`.querySelectorAll("img, script, a[href^=javascript]").length`); n != 0 {
			t.Errorf("%d elements were made of text", n)
		}
		if browsertest.Eval[bool](tab.Tab, `window.hacked === 1`) {
			t.Error("a script ran")
		}
	}
}

// Somebody else's ticket does not reach this approval.
func TestTheTicketOfAnotherApprovalIsRefused(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	a, b := h.ask(), h.ask(func(r *client.Request) { r.Browser.Session = "two" })
	a.Socket.Ticket = b.Socket.Ticket
	h.wait(a).wantEnd("lost", "")
}

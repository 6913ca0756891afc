package component_test

import (
	"crypto/rand"
	"encoding/hex"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/store/factors"
)

// oathtool is an authenticator app that was given the key, in hexadecimal digits or base32.
func (h *house) oathtool(args ...string) string {
	h.Helper()
	at := h.now().UTC().Format("2006-01-02 15:04:05 UTC")
	out, err := exec.CommandContext(h.Context(), "oathtool", append([]string{"--totp", "--now", at}, args...)...).Output()
	h.must(err)
	return strings.TrimSpace(string(out))
}

// app gives the account an authenticator app.
func (h *house) app() func() string {
	h.Helper()
	store := h.process.Lasting()
	kept := factors.New(store.DB, factors.Parts{Keys: h.keys, Outcomes: store, Random: rand.Reader})
	owner := h.one(`SELECT id FROM accounts`)
	a := factors.Activation{Tenant: h.tenant.ID, Application: h.application.ID, Account: owner, Method: approval.MethodTOTP}
	started, err := kept.StartActivation(h.Context(), factors.Start{Activation: a})
	h.must(err)
	code := func() string { return h.oathtool(hex.EncodeToString(started.Key.Bytes())) }
	_, err = kept.FinishActivation(h.Context(), factors.Finish{Activation: a, Code: code()})
	h.must(err)
	h.pass(10 * time.Minute) // that code is used up
	return code
}

func other(code string) string {
	last := code[len(code)-1]
	return code[:len(code)-1] + string('0'+(last-'0'+1)%10)
}

func TestAnAuthenticatorAppConfirmsFromTheWaitingPage(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	code := h.app()
	w := h.wait(h.ask())
	w.Click("#another")
	w.Click(choice("totp"))
	w.send(other(code()))
	w.WantText(part("error"), "wrong, too old or used already")
	w.WantText(part("error"), "Tries left: 4")
	if at := w.focus(); at != "field" {
		t.Errorf("after a wrong code the focus is at %q", at)
	}
	w.send(code())
	w.wantEnd("approved", "totp")
}

func TestAPersonWithNothingButAnAppIsAskedForItsCodeAtOnce(t *testing.T) {
	h := newHouse(t)
	code := h.app()
	w := h.wait(h.ask())
	w.send(code())
	w.wantEnd("approved", "totp")
}

func TestACodeComesBySMSAndOnlyTheNewestCounts(t *testing.T) {
	h := newHouse(t)
	h.activate(approval.MethodSMS, approval.MethodEmail)
	a := h.ask()
	w := h.wait(a)
	w.Click(choice("sms"))
	w.WantText(part("sent"), "+49\u00a0•••\u00a0••17")
	old := h.code(courier.SMS)
	w.WantText("#again", " s)")
	w.send("12")
	w.WantText(part("error"), "cannot be the code")
	h.pass(21 * time.Second)
	w.Click("#back")
	again := h.wait(a)
	again.Click(choice("sms"))
	again.WantText(part("sent"), "+49\u00a0•••\u00a0••17")
	newest := h.code(courier.SMS)
	again.send(old)
	again.WantText(part("error"), "Only the newest one counts")
	again.send(newest)
	again.wantEnd("approved", "sms")
	w.wantEnd("approved", "sms")
}

func TestACodeComesByEmailAndNotTwiceAtOnce(t *testing.T) {
	h := newHouse(t)
	h.activate(approval.MethodSMS, approval.MethodEmail)
	a := h.ask()
	w := h.wait(a)
	w.Click(choice("email"))
	w.WantText(part("sent"), "a•••@example.com")
	code := h.code(courier.Email)
	soon := h.wait(a)
	soon.Click(choice("email"))
	soon.WantText(part("error"), "sent a moment ago")
	soon.WantText("#again", " s)")
	soon.send(code)
	soon.wantEnd("approved", "email")
}

func TestTooManyWrongCodesPauseAMethodAndLeaveTheOthers(t *testing.T) {
	h := newHouse(t)
	h.activate(approval.MethodSMS, approval.MethodEmail)
	a := h.ask()
	w := h.wait(a)
	w.Click(choice("email"))
	w.Wait("#field")
	code := h.code(courier.Email)
	for _, sentence := range []string{"Tries left: 4", "Tries left: 3", "Tries left: 2", "Tries left: 1", "wait 5 min"} {
		w.send(other(code))
		w.WantText(part("error"), sentence)
	}
	w.send(code)
	w.WantText(part("error"), "this method pauses")
	w.Click("#back")
	w.Click(choice("sms"))
	w.WantText(part("sent"), "••17")
	w.send(h.code(courier.SMS))
	w.wantEnd("approved", "sms")
}

func TestRecoveryCodesAndCodesOfSupportAreTypedAsTheyAreWritten(t *testing.T) {
	h := newHouse(t)
	h.activate(approval.MethodEmail)
	var codes struct{ Codes []string }
	h.post("/v1/accounts/"+login+"/recovery-codes", ``, &codes)
	var bypass struct{ Code string }
	h.post("/v1/accounts/"+login+"/bypass-codes", `{"reason":"lost everything","expires_in":600}`, &bypass)
	for method, code := range map[string]string{"recovery": strings.ToLower(codes.Codes[0]), "bypass": bypass.Code} {
		w := h.wait(h.ask())
		w.Click(choice(method))
		w.send(code)
		w.wantEnd("approved", method)
	}
}

func TestAfterAWhileWithoutASignOfThePhoneTheOtherMethodsAreOffered(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	h.activate(approval.MethodEmail)
	a := h.ask()
	w := h.wait(a)
	w.Wait("#another")
	w.Gone(choice("email"))
	w.Wait(choice("email"))
	w.WantText(said, "Nothing on your phone?")
	w.Gone("#another")
}

func TestWhoCannotUseAMouseConfirmsAllTheSame(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	code := h.app()
	w := h.wait(h.ask())
	w.Wait("#another")
	w.tabTo("another")
	w.Press("\r")
	w.Wait(choice("totp"))
	if at := w.focus(); at != "totp" {
		t.Errorf("the focus is at %q, not at the first of the others", at)
	}
	w.Press("\r")
	w.Wait("#field")
	w.Press("\r")
	w.WantText(part("error"), "Type something first")
	w.Press(code() + "\r")
	w.wantEnd("approved", "totp")
	if at := w.focus(); at != "title" {
		t.Errorf("at the end the focus is at %q", at)
	}
}

func TestACodeThatTheServerCannotBeAskedAboutMayBeTypedAgain(t *testing.T) {
	h := newHouse(t)
	way := h.through()
	code := h.app()
	w := h.wait(h.ask())
	w.Wait("#field")
	way.down.Store(true)
	w.send(code())
	w.WantText(part("error"), "could not be reached")
	way.down.Store(false)
	w.send(code())
	w.wantEnd("approved", "totp")
}

func TestAPersonWhoCanConfirmByNothingIsToldWhomToAsk(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	a := h.ask()
	h.tell(`{"type":"state","status":"pending","methods":["smoke-signals"]}`)
	w := h.wait(a, "support", "mailto:help@example.com")
	w.WantText("#title", "cannot be confirmed here")
	w.WantText(part("support"), "help@example.com")
	if to := browsertest.Eval[string](w.Tab, inside+`.querySelector("[part=support] a").href`); to != "mailto:help@example.com" {
		t.Errorf("the contact leads to %s", to)
	}
}

// TestNumbersAndTheWordForMailAreNotBrokenBetweenLines looks at a German page, whose words are the longest, on screens of many widths.
func TestNumbersAndTheWordForMailAreNotBrokenBetweenLines(t *testing.T) {
	h := newHouse(t)
	h.activate(approval.MethodSMS, approval.MethodEmail)
	w := h.show(browsertest.New(t), "de", h.markup(h.ask()))
	w.Wait(choice("email"))
	w.wantWhole("E\u2011Mail")
	w.Click(choice("sms"))
	w.Wait(part("sent"))
	w.wantWhole("+49\u00a0•••\u00a0••17")
}

// wantWhole wants these words in one line wherever they stand, however wide the page is.
func (w waiting) wantWhole(words string) {
	w.Helper()
	broken := browsertest.Eval[[]string](w.Tab, `(() => {
		const root = `+inside+`, words = `+quoted(words)+`, texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), range = document.createRange();
		const found = [], broken = [];
		while (texts.nextNode()) if (texts.currentNode.data.includes(words) && texts.currentNode.parentElement.checkVisibility()) found.push(texts.currentNode);
		for (let width = 240; width < 420; width += 3) {
			root.host.style.maxInlineSize = width + "px";
			for (const text of found) {
				const at = text.data.indexOf(words);
				range.setStart(text, at);
				range.setEnd(text, at + words.length);
				if (new Set([...range.getClientRects()].map((r) => r.top)).size > 1) broken.push(width + " px: " + text.data);
			}
		}
		root.host.style.maxInlineSize = "";
		return found.length ? broken : ["nowhere is " + words];
	})()`)
	for _, at := range broken {
		w.Errorf("broken at %s", at)
	}
}

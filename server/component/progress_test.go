package component_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge/browsertest"
)

func TestThePageSaysHowFarACodeHasGot(t *testing.T) {
	h := newHouse(t)
	h.activate(approval.MethodSMS, approval.MethodEmail)
	w := h.wait(h.ask())
	w.Click(choice("sms"))
	w.WantText(part("delivery"), "is being sent")
	sms := h.lease(courier.SMS)
	h.must(h.messages.Sent(t.Context(), sms, "twilio", "SM1"))
	w.WantText(part("delivery"), "handed over for delivery")
	h.must(h.messages.Receive(t.Context(), courier.Receipt{Provider: "twilio", Reference: "SM1", State: courier.Delivered}))
	w.WantText(part("delivery"), "The code was delivered")
	w.WantText(said, "The code was delivered")
	if code := browsertest.Eval[struct{ Method, State string }](w.Tab, `states.at(-1).code`); code.Method != "sms" || code.State != "delivered" {
		t.Errorf("the page was told %+v", code)
	}
	w.Click("#back")
	w.Click(choice("email"))
	w.WantText(part("delivery"), "is being sent")
	w.Click("#back")
	w.Click(choice("sms"))
	w.Wait("#field")
	w.Gone(part("delivery")) // what is known is about the newest one
}

func TestThePageSaysThatACodeWillNotCome(t *testing.T) {
	h := newHouse(t)
	h.activate(approval.MethodSMS, approval.MethodEmail)
	w := h.wait(h.ask())
	w.Click(choice("email"))
	w.WantText(part("delivery"), "is being sent")
	h.must(h.messages.Failed(t.Context(), h.lease(courier.Email), "smtp-550-5-1-1"))
	w.WantText(part("delivery"), "could not be delivered. Send a new one, or use another method.")
	w.WantText(said, "could not be delivered")
	w.Click("#back")
	w.Click(choice("sms"))
	w.send(h.code(courier.SMS))
	w.wantEnd("approved", "sms")
}

func TestAFirstLoginSaysThatItsCodeWillNotCome(t *testing.T) {
	h := newHouse(t)
	w := h.wait(h.ask())
	w.Click(choice("email"))
	w.WantText(part("delivery"), "is being sent")
	h.must(h.messages.Failed(t.Context(), h.lease(courier.Email), "smtp-550-5-1-1"))
	w.WantText(part("delivery"), "could not be delivered")
}

// minutes are those that the page shows as left.
func (w waiting) minutes() int {
	w.Helper()
	text, _, _ := strings.Cut(w.Text(part("time")), ":")
	n, err := strconv.Atoi(text)
	w.h.must(err)
	return n
}

func TestTheClockFollowsTheNewestCode(t *testing.T) {
	h := newHouse(t)
	h.activate(approval.MethodSMS, approval.MethodEmail)
	a := h.ask()
	w := h.wait(a)
	w.Wait(choice("sms"))
	if n := w.minutes(); n > 2 {
		t.Fatalf("%d minutes are left before a code was sent", n)
	}
	other := h.show(w.Beside(), "en", h.markup(a)) // it sends the code, and this page only hears of it
	other.Click(choice("sms"))
	other.Wait("#field")
	w.Until(inside + `.querySelector("[part=time]").textContent.startsWith("14:")`)
	h.pass(5 * time.Minute)
	other.Click("#back")
	other.Click(choice("email"))
	other.Wait("#field")
	late := h.wait(a, "left", "0", "expires", a.ExpiresAt.Format(time.RFC3339)) // a page that goes by a clock which h.pass leaves alone
	late.Wait(choice("sms"))
	late.Until(inside + `.querySelector("[part=time]").textContent.startsWith("19:")`)
}

func TestWhenThePhoneCanAnswerNoMoreTheClockIsThatOfTheCode(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
	h.tell(`{"type":"state","status":"pending","number":"42","methods":["push","email"],"delivery":{},"expires_at":"` + in(6*time.Second) + `","closes_at":"` + in(10*time.Minute) + `"}`)
	w := h.show(browsertest.New(t), "en", `<jawort-wait socket="ws://localhost/v1/approvals/apr_x/socket" ticket="jt_x"></jawort-wait>`)
	w.Until(inside + `.querySelector("[part=time]").textContent.startsWith("0:")`)
	w.WantText(part("delivery"), "The time for the phone is over")
	w.Until(inside + `.querySelector("[part=time]").textContent.startsWith("9:")`)
}

const contacts = `{"support":{"de":"Hotline 0800 123","en":"tel:+49800123"}}`

func TestTheTenantsContactIsShownWhileSomebodyWaits(t *testing.T) {
	h := newHouse(t)
	h.sql(`UPDATE tenants SET policy = '` + contacts + `'`)
	h.phone("Anna")
	code := h.app()
	w := h.wait(h.ask())
	w.WantText(part("support"), "+49800123")
	if to := browsertest.Eval[string](w.Tab, inside+`.querySelector("[part=support] a").href`); to != "tel:+49800123" {
		t.Errorf("the contact leads to %s", to)
	}
	german := h.show(browsertest.New(t), "de", h.markup(h.ask(), "support", ""))
	german.WantText(part("support"), "Hotline 0800 123")
	german.Click("#another")
	german.Click(choice("totp"))
	german.Wait("#field")
	german.WantText(part("support"), "Hotline 0800 123")
	german.send(code())
	german.wantEnd("approved", "totp")
	german.Gone(part("support"))
	own := h.wait(h.ask(), "support", "Ask at the desk.") // the page knows better
	own.Wait(part("number"))
	own.WantText(part("support"), "Ask at the desk.")
}

func TestWhereNothingWorksTheTenantsContactIsShown(t *testing.T) {
	h := newHouse(t)
	h.tell(`{"type":"state","status":"pending","methods":[],"support":{"de":"Hotline 0800 123"}}`)
	w := h.wait(client.Approval{ExpiresAt: h.now().Add(time.Minute), Socket: &client.Socket{URL: h.jawort + "/v1/approvals/apr_x/socket", Ticket: "jt_x"}})
	w.WantText(part("nothing"), "cannot be confirmed here")
	w.WantText(part("support"), "Hotline 0800 123") // in the one language that there is
}

package component_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/phone"
)

func TestAPhoneApprovesWithTheNumberThatThePageShows(t *testing.T) {
	h := newHouse(t)
	p := h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("number"), a.Number)
	h.decide(p, a, phone.Approve, a.Number)
	w.WantText("#title", "Confirmed")
	w.wantEnd("approved", "push")
	if last := browsertest.Eval[string](w.Tab, `states.at(-1).status`); last != "approved" {
		t.Errorf("the last state was %s", last)
	}
}

func TestThePageSaysHowFarTheQuestionHasGot(t *testing.T) {
	h := newHouse(t)
	p := h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("delivery"), "being woken")
	h.mark(a, approval.ProgressFailed)
	w.WantText(part("delivery"), "could not be woken")
	h.mark(a, approval.ProgressSent)
	w.WantText(part("delivery"), "was sent to your phone")
	h.look(p, a)
	w.WantText(part("delivery"), "is on the phone")
	w.WantText(said, "is on the phone")
}

func TestEachEndIsSaidInASentenceOfItsOwn(t *testing.T) {
	h := newHouse(t)
	p := h.phone("Anna")
	for _, c := range []struct {
		status, sentence string
		end              func(a client.Approval)
	}{
		{"denied", "It was refused on a phone", func(a client.Approval) { h.decide(p, a, phone.Deny, "") }},
		{"reported", "change your password", func(a client.Approval) { h.decide(p, a, phone.Report, "") }},
		{"cancelled", "was cancelled", func(a client.Approval) { h.must(h.client.CancelApproval(t.Context(), a.ID)) }},
		{"superseded", "A newer request", func(client.Approval) { h.ask(func(r *client.Request) { r.Browser.Session = "one" }) }},
	} {
		a := h.ask(func(r *client.Request) { r.Browser.Session = "one" })
		w := h.wait(a)
		w.WantText(part("number"), a.Number)
		c.end(a)
		w.WantText(part("reason"), c.sentence)
		w.wantEnd(c.status, "")
		w.WantText("a", "Start again")
	}
}

func TestAQuestionExpiresWhileSomebodyLooks(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("number"), a.Number)
	h.pass(3 * time.Minute)
	w.WantText(part("reason"), "Nobody answered in time")
	w.wantEnd("expired", "")
}

func TestTheTimeLeftGoesByTheServersClockAndIsSaidTwice(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	a := h.ask()
	tab := browsertest.New(t)
	h.page.script.Store(new(`const real = Date.now; Date.now = () => real() + 3600e3;`)) // this computer is an hour ahead
	w := h.show(tab, "en", h.markup(a, "left", "31"))
	w.WantText(said, "30 seconds left")
	left := w.Text(part("time"))
	if left != "0:30" && left != "0:29" && left != "0:28" {
		t.Errorf("%s left", left)
	}
	if n := browsertest.Eval[int](w.Tab, inside+`.querySelectorAll("progress[aria-live], .time[aria-live], .time [aria-live]").length`); n != 0 {
		t.Error("each second would be said")
	}
}

func TestAPageThatLostItsConnectionComesBack(t *testing.T) {
	h := newHouse(t)
	way := h.through()
	p := h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("number"), a.Number)
	way.down.Store(true)
	way.cut()
	w.WantText(part("delivery"), "interrupted")
	w.WantText(part("number"), a.Number)
	h.decide(p, a, phone.Approve, a.Number)
	way.down.Store(false)
	_ = browsertest.Eval[bool](w.Tab, `dispatchEvent(new Event("online"))`)
	w.wantEnd("approved", "push")
}

func TestAPageWithoutNetworkSaysSoAndGoesOnWithIt(t *testing.T) {
	h := newHouse(t)
	way := h.through()
	p := h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("number"), a.Number)
	w.Offline(true)
	way.cut()
	w.WantText(part("delivery"), "interrupted")
	h.decide(p, a, phone.Approve, a.Number)
	w.Offline(false)
	w.wantEnd("approved", "push")
}

func TestWhereWebsocketsAreRefusedThePageAsks(t *testing.T) {
	h := newHouse(t)
	way := h.through()
	way.refuses.Store(true)
	p := h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("number"), a.Number)
	h.look(p, a)
	h.decide(p, a, phone.Approve, a.Number)
	w.wantEnd("approved", "push")
	if way.polls.Load() < 2 {
		t.Errorf("%d polls", way.polls.Load())
	}
}

func TestAnAnswerThatIsCutOffIsNone(t *testing.T) {
	h := newHouse(t)
	way := h.through()
	way.refuses.Store(true)
	p := h.phone("Anna")
	a := h.ask()
	h.page.script.Store(new(`const through = window.fetch;
	window.cut = 0;
	window.fetch = (at, how) => String(at).includes("?wait=") && window.cut++ === 0 ? Promise.resolve(new Response('{"sta')) : through(at, how);`))
	w := h.wait(a)
	w.Until(`window.cut > 1`) // it has asked again
	w.WantText(part("number"), a.Number)
	h.look(p, a)
	h.decide(p, a, phone.Approve, a.Number)
	w.wantEnd("approved", "push")
}

func TestAPageWhoseFirstFrameIsHeldBackSaysSo(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	a := h.ask()
	h.page.script.Store(new(`const Through = WebSocket;
	window.WebSocket = class { // it waits for stores that are out
		constructor(...at) { window.join = () => { const ws = new Through(...at); ws.onmessage = (m) => this.onmessage(m); }; }
		close() {}
	};`))
	w := h.wait(a)
	w.WantText(part("card"), "interrupted")
	_ = browsertest.Eval[bool](w.Tab, `join(), true`)
	w.WantText(part("number"), a.Number)
	w.WantText(part("delivery"), "being woken")
}

func TestAServerIsRestartedUnderTheWaitingPage(t *testing.T) {
	h := newHouse(t)
	p := h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("number"), a.Number)
	h.stop()
	h.open()
	h.decide(p, a, phone.Approve, a.Number)
	w.wantEnd("approved", "push")
}

func TestWhatRedisForgotIsStartedAgain(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("number"), a.Number)
	h.redis.Flush()
	h.stop()
	h.open()
	w.WantText("#title", "Please start again")
	w.wantEnd("lost", "")
}

func TestABadTicketIsStartedAgain(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	a := h.ask()
	a.Socket.Ticket = "jt_AAAA"
	w := h.wait(a)
	w.WantText("#title", "Please start again")
	w.wantEnd("lost", "")
}

func TestTwoTabsWaitForOneApproval(t *testing.T) {
	h := newHouse(t)
	p := h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	other := h.show(w.Beside(), "de", h.markup(a))
	other.WantText(part("number"), a.Number)
	h.decide(p, a, phone.Approve, a.Number)
	w.wantEnd("approved", "push")
	other.WantText("#title", "Bestätigt")
	other.wantEnd("approved", "push")
}

func TestAComponentThatIsTakenAwayHearsNothingMore(t *testing.T) {
	h := newHouse(t)
	p := h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.WantText(part("number"), a.Number)
	_ = browsertest.Eval[bool](w.Tab, `(() => {
		window.gone = document.querySelector("jawort-wait");
		gone.onend = () => { window.heard = true; };
		gone.remove();
		return true;
	})()`)
	back := h.show(w.Beside(), "en", h.markup(a))
	back.WantText(part("number"), a.Number)
	h.decide(p, a, phone.Approve, a.Number)
	back.wantEnd("approved", "push")
	if browsertest.Eval[bool](w.Tab, `window.heard === true`) {
		t.Error("it still listened")
	}
	// Put back it begins anew, and learns the end by itself.
	_ = browsertest.Eval[bool](w.Tab, `(() => { document.querySelector("main").append(gone); return true; })()`)
	w.Until(`window.heard === true`)
	w.wantEnd("approved", "push")
}

func TestThePropertiesWorkAsTheAttributesDoAndTheCallbackAsTheEvent(t *testing.T) {
	h := newHouse(t)
	p := h.phone("Anna")
	a := h.ask()
	w := h.show(browsertest.New(t), "en", `<p id="called"></p>`)
	_ = browsertest.Eval[bool](w.Tab, `(() => {
		const wait = document.createElement("jawort-wait");
		Object.assign(wait, { socket: "`+h.socket(a)+`", ticket: "`+a.Socket.Ticket+`", left: 100, number: "`+a.Number+`" });
		wait.onend = (end) => { document.querySelector("#called").textContent = end.status; };
		document.querySelector("main").append(wait);
		return true;
	})()`)
	w.WantText(part("number"), a.Number)
	h.decide(p, a, phone.Approve, a.Number)
	w.WantText("#called", "approved")
}

func TestTheQuestionIsSentAgainButNotAtOnce(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	a := h.ask()
	w := h.wait(a)
	w.Click("#resend")
	w.WantText(part("phone-asked"), "Sent again")
	w.WantText("#resend", "Send the question again (")
	other := h.wait(a)
	other.Click("#resend")
	other.WantText(part("error"), "sent a moment ago")
	other.WantText("#resend", " s)")
}

func TestOnThePhoneItselfTheAppIsOpenedWithoutTheNumber(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	a := h.ask()
	tab := browsertest.New(t)
	tab.Show(browsertest.Screen{Width: 390, Height: 844, Mobile: true})
	w := h.show(tab, "en", h.markup(a, "app-url", "https://phone.example/app"))
	w.WantText("#open-app", "Open the app")
	if to := browsertest.Eval[string](w.Tab, inside+`.querySelector("#open-app").href`); to != "https://phone.example/app" {
		t.Errorf("the link is %s", to)
	}
	desk := h.wait(h.ask(), "app-url", "https://phone.example/app")
	desk.Wait(part("number"))
	desk.Gone("#open-app")
}

package journeys_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/store/db"
)

// asleep returns a registered phone whose app is closed, and its worker.
func (h *house) asleep() (*phone, *browsertest.Worker) {
	h.Helper()
	p := h.newPhone("Ada")
	w := p.Worker()
	p.enrol(h.link(login))
	p.Go("about:blank")
	return p, w
}

// wake hands the next push to the worker, as the browser would.
func (p *phone) wake(w *browsertest.Worker) {
	p.Helper()
	select {
	case push := <-p.inbox:
		w.Deliver(p.house.url, string(push.Payload))
	case <-time.After(patience):
		p.Fatal("no push came")
	}
}

// shown are the notifications of the app, looked at from a page that is none of it.
func (p *phone) shown(want ...string) {
	p.Helper()
	if p.URL() == "about:blank" {
		p.Go(p.house.url + "/v1/nothing")
	}
	var got []string
	p.house.await("notifications", func() bool {
		got = browsertest.Eval[[]string](p.Tab, `navigator.serviceWorker.getRegistration("/").then((r) => r.getNotifications()).then((all) => all.map((n) => n.title))`)
		return slices.Equal(got, want)
	})
}

func TestAPushWakesThePersonWhileTheAppIsClosed(t *testing.T) {
	h := newHouse(t)
	p, w := h.asleep()
	a := h.ask()
	p.wake(w)
	p.shown("Is this you?")
	h.await("the browser to know that the phone was reached", func() bool {
		got, err := h.client.Approval(t.Context(), a.ID)
		h.must(err)
		return got.Delivery.Received == 1
	})
	h.must(h.client.CancelApproval(t.Context(), a.ID))
	p.wake(w)
	p.shown("Answered")
}

func TestAnsweringTakesTheNotificationAway(t *testing.T) {
	h := newHouse(t)
	p, w := h.asleep()
	a := h.ask()
	p.wake(w)
	p.shown("Is this you?")
	p.Go(h.url)
	p.number(a.Number)
	p.Heading("Confirmed")
	p.shown()
}

func TestAPushWithoutAnApprovalShowsSomethingTrue(t *testing.T) {
	h := newHouse(t)
	p, w := h.asleep()
	w.Deliver(h.url, `{"type":"approval","id":"apr_00000000000000000000000000","title":"Is this you?","body":"A question is waiting."}`)
	p.shown("Answered or expired")
	w.Deliver(h.url, "what is this")
	p.shown("Answered or expired", "Jawort")
}

func TestATappedNotificationOpensItsQuestion(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	first := h.ask()
	p.Heading("Is this you?")
	second := h.ask()
	p.Wait(".others")
	p.Click(".back")
	p.Heading("Your logins")
	for _, id := range []string{second.ID, first.ID} {
		_ = browsertest.Eval[bool](p.Tab, `navigator.serviceWorker.dispatchEvent(new MessageEvent("message", { data: { type: "open", id: "`+id+`" } }))`)
		p.Until(`location.hash === "#/question/` + id + `"`)
		p.Heading("Is this you?")
	}
	p.number(first.Number)
	p.Heading("Confirmed")
}

func TestTheSettingsShowATestNotification(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Click("nav a[href='#/settings']")
	p.WantText(".push", "This phone is notified also while the app is closed.")
	p.Click(".test")
	p.WantText(".group [role=status]", "A notification was shown.")
	p.shown("It works")
}

func TestTheLanguageIsChosen(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Go(h.url + "/#/settings")
	_ = browsertest.Eval[bool](p.Tab, `(() => { const s = document.querySelector("#language"); s.value = "de"; s.dispatchEvent(new Event("change", { bubbles: true })); return true; })()`)
	p.Heading("Einstellungen")
	p.Reload()
	p.Heading("Einstellungen")
	p.Click("nav a[href='#/']")
	h.await("the phone to have told its language", func() bool {
		n, err := db.One(t.Context(), h.process.Lasting().Reads(), db.ScanInt, `SELECT COUNT(*) FROM installations WHERE language = 'de'`)
		h.must(err)
		return n == 1
	})
	h.ask()
	p.Heading("Sind Sie das?")
	h.await("the push in German", func() bool { return (<-p.inbox).Title == "Sind Sie das?" })
}

package journeys_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/pushgw/pushtest"
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

// tap taps the notification of a question, and tells what that opened.
func (p *phone) tap(w *browsertest.Worker, a client.Approval) []string {
	p.Helper()
	return browsertest.Inside[[]string](w, p.house.url, fmt.Sprintf(tap, a.ID))
}

// shown are the notifications of the app, looked at from a page that is none of it.
func (p *phone) shown(want ...string) {
	p.Helper()
	p.notifying(func(got []string) bool { return slices.Equal(got, want) })
}

// shownEither wants one notification, with one of two titles.
func (p *phone) shownEither(one, other string) {
	p.Helper()
	p.notifying(func(got []string) bool { return len(got) == 1 && (got[0] == one || got[0] == other) })
}

func (p *phone) notifying(enough func([]string) bool) {
	p.Helper()
	if p.URL() == "about:blank" {
		p.Go(p.house.url + "/v1/nothing")
	}
	var got []string
	defer func() {
		if p.Failed() {
			p.Logf("the notifications are %q", got)
		}
	}()
	p.house.await("notifications", func() bool {
		got = browsertest.Eval[[]string](p.Tab, `navigator.serviceWorker.getRegistration("/").then((r) => r.getNotifications()).then((all) => all.map((n) => n.title))`)
		return enough(got)
	})
}

func TestAPushWakesThePersonWhileTheAppIsClosed(t *testing.T) {
	h := newHouse(t)
	p, w := h.asleep()
	a := h.ask()
	p.wake(w)
	p.shown("Is this you?")
	h.received(a)
	h.must(h.client.CancelApproval(t.Context(), a.ID))
	p.wake(w)
	p.shown("Answered")
}

// received waits until the browser knows that the phone was reached.
func (h *house) received(a client.Approval) {
	h.Helper()
	h.await("the browser to know that the phone was reached", func() bool {
		got, err := h.client.Approval(h.Context(), a.ID)
		h.must(err)
		return got.Delivery.Received == 1
	})
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
	a := h.ask() // what was pushed for nothing ends nothing
	p.Go(h.url)
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

// tap taps a notification as far as a worker knows: headless browsers have no screen on which to tap. Only a real tap may
// open a window or focus it, so it is noted what would be.
const tap = `(async () => {
	self.opened = [];
	clients.openWindow = async (url) => { opened.push(new URL(url, registration.scope).href); };
	WindowClient.prototype.focus = async function () { opened.push("focus"); };
	const [notification] = await registration.getNotifications({ tag: %q });
	const e = new Event("notificationclick");
	e.notification = notification;
	let done;
	e.waitUntil = (promise) => { done = promise; };
	dispatchEvent(e);
	await done;
	return opened;
})()`

func TestATappedNotificationOpensTheClosedAppAtItsQuestion(t *testing.T) {
	h := newHouse(t)
	p, w := h.asleep()
	a := h.ask()
	p.wake(w)
	p.shown("Is this you?") // looked at from a page that is none of the app, which must not be taken for it
	opened := p.tap(w, a)
	if want := []string{h.url + "/#/question/" + a.ID}; !slices.Equal(opened, want) {
		t.Fatalf("opened %q", opened)
	}
	p.shown()
	p.Go(opened[0])
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestATappedNotificationBringsTheOpenAppToTheFrontAtItsQuestion(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	w := p.Worker()
	p.enrol(h.link(login))
	first := h.ask()
	p.Heading("Is this you?")
	p.wake(w)
	second := h.ask()
	p.WantText(".others", "1 more waiting")
	p.wake(w)
	p.Click(".back")
	p.Heading("Your logins")
	if opened := p.tap(w, second); !slices.Equal(opened, []string{"focus"}) {
		t.Errorf("opened %q", opened)
	}
	p.Until(`location.hash === "#/question/` + second.ID + `"`)
	p.number(second.Number)
	p.Heading("Confirmed")
	h.want(second, client.Approved)
	p.Click(".close")
	p.number(first.Number)
	p.Heading("Confirmed")
}

func TestATappedNotificationOfAnEndedQuestionSaysSo(t *testing.T) {
	h := newHouse(t)
	p, w := h.asleep()
	a := h.ask()
	p.wake(w)
	h.received(a)
	h.must(h.client.CancelApproval(t.Context(), a.ID))
	p.wake(w)
	p.shownEither("Answered", "Answered or expired") // by the push, or by what the worker found when it asked
	if opened := p.tap(w, a); !slices.Equal(opened, []string{h.url + "/"}) {
		t.Errorf("opened %q", opened)
	}
	p.Go(h.url + "/#/question/" + a.ID) // from a notification that was tapped before it was replaced
	p.outcome("Already answered", "cancelled, begun anew or answered in another way")
}

// subscription makes one more at the push service, as JSON.
func (h *house) subscription() (made account.Subscription, text string) {
	h.Helper()
	made, err := h.push.NewSubscription()
	h.must(err)
	b, err := json.Marshal(made)
	h.must(err)
	return made, string(b)
}

func TestANewSubscriptionOfTheBrowserIsToldWhileTheAppIsClosed(t *testing.T) {
	h := newHouse(t)
	p, w := h.asleep()
	p.Go(h.url)
	p.Heading("Your logins")
	for name, change := range map[string]string{
		"made by the browser": `e.newSubscription = { toJSON: () => made };`,
		"made by the app":     `registration.pushManager.subscribe = async (o) => { self.by = o; return { toJSON: () => made }; };`,
	} {
		fresh, text := h.subscription()
		_ = browsertest.Inside[bool](w, h.url, `(async () => {
			const made = `+text+`;
			const e = new Event("pushsubscriptionchange");
			let done;
			e.waitUntil = (promise) => { done = promise; };
			`+change+`
			dispatchEvent(e);
			await done;
			return true;
		})()`)
		h.ask()
		if got := receive(t, h.push.Inbox(fresh.Endpoint)); got.Title != "Is this you?" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if by := browsertest.Inside[bool](w, h.url, `by.userVisibleOnly && by.applicationServerKey.length > 80`); !by {
		t.Error("subscribed without the server's key")
	}
}

// receive waits for a push.
func receive(t *testing.T, inbox <-chan pushtest.Push) pushtest.Push {
	t.Helper()
	select {
	case got := <-inbox:
		return got
	case <-time.After(patience):
		t.Fatal("no push came")
		return pushtest.Push{}
	}
}

func TestASubscriptionThatIsGoneIsMadeAnewWhenTheAppOpens(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	fresh, text := h.subscription()
	p.Before(`PushManager.prototype.getSubscription = async () => null; PushManager.prototype.subscribe = async () => ({ toJSON: () => (` + text + `) })`)
	p.Reload()
	h.await("the new address", func() bool { return h.sealedAddresses() == 2 })
	h.ask()
	if got := receive(t, h.push.Inbox(fresh.Endpoint)); got.Title != "Is this you?" {
		t.Errorf("%+v", got)
	}
}

// sealedAddresses counts the push addresses that the one phone has had.
func (h *house) sealedAddresses() int {
	h.Helper()
	n, err := db.One(h.Context(), h.process.Lasting().Reads(), db.ScanInt, `SELECT address_version FROM installations`)
	h.must(err)
	return n
}

func TestASubscriptionOfAnotherServerKeyIsMadeAnewWhenTheAppOpens(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	fresh, text := h.subscription()
	vapid, _ := h.keys.VAPID()
	p.Before(`(() => {
		let ended = false;
		const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)).buffer;
		const old = { options: { applicationServerKey: bytes("BAAA") }, unsubscribe: async () => { ended = true; return true; }, toJSON: () => ({}) };
		PushManager.prototype.getSubscription = async () => (ended ? null : old);
		PushManager.prototype.subscribe = async (o) => {
			if (!ended) throw new DOMException("another key", "InvalidStateError");
			self.by = btoa(String.fromCharCode(...o.applicationServerKey)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
			return { toJSON: () => (` + text + `) };
		};
	})()`)
	p.Reload()
	h.await("the new address", func() bool { return h.sealedAddresses() == 2 })
	h.ask()
	if got := receive(t, h.push.Inbox(fresh.Endpoint)); got.Title != "Is this you?" {
		t.Errorf("%+v", got)
	}
	if by := browsertest.Eval[string](p.Tab, `by`); by != vapid {
		t.Errorf("subscribed with %s", by)
	}
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

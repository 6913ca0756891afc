package journeys_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/store/db"
)

const (
	testSent = "Sent. It should show within a few seconds"
	arrived  = "It arrived: notifications reach this phone."
	lost     = "It did not arrive."
)

// soon has the page lose its patience with a test push at once.
const soon = `(() => {
	const real = setTimeout;
	self.setTimeout = (act, after, ...rest) => real(act, after === 15000 ? 0 : after, ...rest);
})()`

// testPush asks for a test push in the settings.
func (p *phone) testPush(want string) {
	p.Helper()
	if browsertest.Eval[string](p.Tab, `location.hash`) != "#/settings" {
		p.Click("nav a[href='#/settings']")
	}
	p.Click(".test")
	p.said(want)
}

// said waits for what the settings say of the test.
func (p *phone) said(want string) {
	p.Helper()
	p.WantText(".group [role=status]", want)
}

// retireAddresses does what a push does that is answered with 410.
func (h *house) retireAddresses() {
	h.Helper()
	_, err := db.Exec(h.Context(), h.process.Lasting().Writes(), `UPDATE installations SET address = NULL`)
	h.must(err)
}

// phonesOf counts the phones of which something holds.
func (h *house) phonesOf(condition string) int {
	h.Helper()
	n, err := db.One(h.Context(), h.process.Lasting().Reads(), db.ScanInt, `SELECT COUNT(*) FROM installations WHERE `+condition)
	h.must(err)
	return n
}

func TestATestNotificationComesByPushAndThePageSaysThatItArrived(t *testing.T) {
	h := newHouse(t)
	other := h.newPhone("Bert")
	other.enrol(h.link(login))
	p := h.newPhone("Ada")
	w := p.Worker()
	p.enrol(h.link(login))
	p.testPush(testSent)
	p.shown() // nothing, before a push has come
	push := receive(t, p.inbox)
	var payload map[string]string
	h.must(json.Unmarshal(push.Payload, &payload))
	if payload["type"] != "test" || payload["title"] != "It works" || len(payload) != 4 {
		t.Errorf("the push is %v", payload)
	}
	w.Deliver(h.url, string(push.Payload))
	p.said(arrived)
	p.shown("It works")
	for len(other.inbox) > 0 { // it is told of the new phone
		if got := <-other.inbox; got.Type == "test" {
			t.Error("another phone was woken")
		}
	}
}

func TestATestNotificationThatDoesNotArriveSaysWhatToDoUntilItDoes(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	w := p.Worker()
	p.Before(soon)
	p.enrol(h.link(login))
	p.testPush(lost)
	p.said("Take the browser out of battery saving")
	p.WantAccessible()
	p.WantNothingCutOff()
	push := receive(t, p.inbox)
	w.Deliver(h.url, `{"type":"test","id":"tst_aaaaaaaaaaaaaaaaaaaaaaaaaa","title":"It works","body":"An older one."}`)
	p.shown("It works")
	p.said(lost)
	w.Deliver(h.url, string(push.Payload))
	p.said(arrived)
	p.Gone(".group [role=status] li")
	p.testPush("A test was sent a moment ago. Try again in")
	p.shown("It works") // one, in the place of the other, and heard all the same
	if !browsertest.Eval[bool](p.Tab, `navigator.serviceWorker.getRegistration("/").then((r) => r.getNotifications()).then(([n]) => n.renotify)`) {
		t.Error("the second test is silent")
	}
}

func TestATestNotificationArrivesInAPageThatWasLoadedPastItsWorker(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	w := p.Worker()
	p.enrol(h.link(login))
	// Nothing that a test can do loads a page past its worker, as a forced reload does: the worker is shown no page that it controls.
	_ = browsertest.Inside[bool](w, h.url, `(() => { const real = clients.matchAll.bind(clients); clients.matchAll = async (o) => (o.includeUncontrolled ? real(o) : []); return true; })()`)
	p.testPush(testSent)
	w.Deliver(h.url, string(receive(t, p.inbox).Payload))
	p.said(arrived)
}

// resubscribed stands in for a push service that gives the same subscription however often it is asked for one, once there is none.
const resubscribed = `(async () => {
	const made = %s;
	let there = await PushManager.prototype.getSubscription();
	const end = async () => { there = null; return true; };
	there.unsubscribe = end;
	PushManager.prototype.getSubscription = async () => there;
	PushManager.prototype.subscribe = async () => {
		if (there) throw new DOMException("it is there");
		there = { toJSON: () => made, unsubscribe: end };
		return there;
	};
	return true;
})()`

func TestATestNotificationSubscribesAnewWhereTheAddressIsDead(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	w := p.Worker()
	p.enrol(h.link(login))
	fresh, text := h.subscription()
	_ = browsertest.Eval[bool](p.Tab, fmt.Sprintf(resubscribed, text))
	for range 2 {
		h.retireAddresses()
		p.testPush(testSent)
		w.Deliver(h.url, string(receive(t, h.push.Inbox(fresh.Endpoint)).Payload))
		p.said(arrived)
		h.pass(approval.TestPushInterval)
	}
}

func TestWhereNoTestNotificationCanComeTheSettingsSayWhy(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	p.Go(h.url)
	p.testPush("there is no active login on this phone")
	p.enrol(h.link(login))
	for _, c := range []struct{ stub, want string }{
		{`Object.defineProperty(Notification, "permission", { value: "denied", configurable: true })`, "notifications are blocked. Allow them for this app"},
		{`Object.defineProperty(Notification, "permission", { value: "default", configurable: true }); Notification.requestPermission = async () => "default"`, "notifications are not allowed yet"},
		{`Object.defineProperty(Notification, "permission", { value: "granted", configurable: true }); PushManager.prototype.subscribe = PushManager.prototype.getSubscription = async () => { throw new DOMException("no service", "AbortError"); }`, "the browser's push service does not answer"},
		{`delete self.PushManager`, "this browser cannot be woken"},
	} {
		_ = browsertest.Eval[bool](p.Tab, `(() => { `+c.stub+`; return true; })()`)
		p.testPush("No test was sent, because " + c.want)
	}
	if n := len(p.inbox); n != 0 || h.phonesOf(`address IS NOT NULL`) != 1 {
		t.Errorf("%d pushes came", n)
	}
}

func TestAPhoneWhoseLoginWasRevokedIsSentNoTestNotification(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	devices, err := h.client.Devices(t.Context(), login)
	h.must(err)
	h.must(h.client.RevokeDevice(t.Context(), login, devices[0].ID))
	p.testPush("This phone may have been removed from the login.")
	for len(p.inbox) > 0 {
		if got := <-p.inbox; got.Type == "test" {
			t.Error("it was woken")
		}
	}
}

func TestAnEnrolmentDoesNotWaitForTheBrowsersQuestionWhetherItMayKeepData(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	p.Before(`StorageManager.prototype.persist = () => { self.asked = true; return new Promise(() => {}); }`)
	e := h.link(login)
	p.Go(e.Link)
	p.register()
	h.confirm(e, p.digits())
	p.Heading("This phone is ready")
	if !browsertest.Eval[bool](p.Tab, `self.asked`) {
		t.Error("the browser was not asked to keep the data")
	}
}

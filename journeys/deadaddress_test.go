package journeys_test

import (
	"fmt"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

// again has the page look after what is seldom news, as when its phone is back in a network.
const again = `dispatchEvent(new Event("online"))`

func TestAPhoneWhoseAddressThePushServiceCallsDeadSubscribesAnew(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	fresh, text := h.subscription()
	dead := browsertest.Eval[string](p.Tab, `PushManager.prototype.getSubscription().then((s) => s.endpoint)`) // which the browser takes for good
	_ = browsertest.Eval[bool](p.Tab, fmt.Sprintf(resubscribed, text))
	h.push.Uninstall(dead)
	h.ask()
	p.Heading("Is this you?")
	h.await("the address to be retired", func() bool { return h.phonesOf(`address IS NULL`) == 1 })
	_ = browsertest.Eval[bool](p.Tab, again)
	h.await("the new address", func() bool { return h.phonesOf(`address IS NOT NULL`) == 1 })
	h.ask()
	if got := receive(t, h.push.Inbox(fresh.Endpoint)); got.Title != "Is this you?" {
		t.Errorf("%+v", got)
	}
}

// shared stands in for a push service that all windows of a browser share, and counts the subscriptions that it made.
const shared = `(() => {
	const made = [%s, %s, %s];
	const one = (n) => (n === undefined ? null : { toJSON: () => made[n], unsubscribe: async () => delete localStorage.there });
	PushManager.prototype.getSubscription = async () => one(localStorage.there);
	PushManager.prototype.subscribe = async () => {
		localStorage.made = Number(localStorage.made ?? 0) + 1;
		localStorage.there = localStorage.made - 1;
		return one(localStorage.there);
	};
})()`

// withheld keeps back what the page tells of its address.
const withheld = `(() => {
	const real = self.fetch;
	self.telling = false;
	self.fetch = async (url, options) => {
		if (!String(url).endsWith("/installation/push")) return real(url, options);
		telling = true;
		await new Promise((resolve) => { self.tell = resolve; });
		return real(url, options);
	};
	return true;
})()`

func TestOfTwoWindowsOneSubscribesAnew(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	_, first := h.subscription()
	second, text := h.subscription()
	_, third := h.subscription()
	p.subscribed = fmt.Sprintf(shared, first, text, third)
	p.Before(p.subscribed)
	p.enrol(h.link(login))
	other := p.beside()
	other.Go(h.url)
	other.Until(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/v1/devices") && e.responseEnd > 0)`) // else it may be the first to know
	h.retireAddresses()
	_ = browsertest.Eval[bool](p.Tab, withheld)
	_ = browsertest.Eval[bool](p.Tab, again)
	p.Until(`telling`)
	_ = browsertest.Eval[bool](other.Tab, again)
	other.Until(`navigator.locks.query().then((all) => all.pending.some((one) => one.name === "jawort push"))`)
	_ = browsertest.Eval[bool](p.Tab, `tell() === undefined`)
	other.Until(`navigator.locks.query().then((all) => ![...all.pending, ...all.held].some((one) => one.name === "jawort push"))`)
	if made := browsertest.Eval[string](p.Tab, `localStorage.made`); made != "2" {
		t.Errorf("%s subscriptions were made", made)
	}
	h.ask()
	if got := receive(t, h.push.Inbox(second.Endpoint)); got.Title != "Is this you?" {
		t.Errorf("%+v", got)
	}
}

package journeys_test

import (
	"fmt"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// busy stands in for a server, or a proxy before it, that takes no answers until it is mended, and notes when it was asked.
const busy = `(() => {
	const real = self.fetch;
	self.asked = [];
	self.mended = false;
	self.fetch = async (url, options) => {
		if (!String(url).endsWith("/decision")) return real(url, options);
		asked.push(performance.now());
		return mended ? real(url, options) : new Response(%q, { status: %d, headers: %s });
	};
	return true;
})()`

const kept = "The server cannot take your answer at the moment. It is kept"

func TestAnAnswerThatTheServerCannotTakeNowIsKeptAndSentAgain(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	for name, c := range map[string]struct {
		status        int
		body, headers string
	}{
		"something failed":         {500, `{"type":"urn:jawort:problem:internal","detail":"Something failed here."}`, `{}`},
		"a proxy without a server": {502, `<title>Bad gateway</title>`, `{}`},
		"a server without a store": {503, `{"type":"urn:jawort:problem:unavailable","detail":"Try again."}`, `{}`},
		"a proxy that is patient":  {504, ``, `{"Retry-After":"Thu, 26 Nov 2026 09:00:00 GMT"}`},
		"a proxy with a limit":     {429, `<title>Too many requests</title>`, `{}`},
	} {
		p.Go(h.url)
		p.Heading("Your logins")
		_ = browsertest.Eval[bool](p.Tab, fmt.Sprintf(busy, c.body, c.status, c.headers))
		a := h.ask()
		p.number(a.Number)
		p.WantText(".busy", kept)
		p.Until(`asked.length > 1`)
		_ = browsertest.Eval[bool](p.Tab, `(self.mended = true)`)
		p.outcome("Confirmed", "You can go on where you signed in.")
		if got := h.want(a, client.Approved); got.Method != "push" || t.Failed() {
			t.Fatalf("%s: %+v", name, got)
		}
		if times := browsertest.Eval[[]float64](p.Tab, `asked`); times[1]-times[0] < 250 {
			t.Errorf("%s: it was asked at %v", name, times)
		}
		p.Go("about:blank")
	}
}

func TestAServerThatWantsToBeLeftAloneIsLeftAlone(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	for _, status := range []int{429, 503} {
		p.Go(h.url)
		p.Heading("Your logins")
		_ = browsertest.Eval[bool](p.Tab, fmt.Sprintf(busy, "", status, `{"Retry-After":"2"}`))
		a := h.ask()
		p.number(a.Number)
		p.WantText(".busy", kept)
		_ = browsertest.Eval[bool](p.Tab, `dispatchEvent(new Event("online")) && (self.mended = true)`) // another network is none of a reason
		p.Heading("Confirmed")
		h.want(a, client.Approved)
		if times := browsertest.Eval[[]float64](p.Tab, `asked`); len(times) != 2 || times[1]-times[0] < 2000 {
			t.Errorf("after a %d it was asked at %v", status, times)
		}
		p.Go("about:blank")
	}
}

func TestAnAnswerThatTheServerCouldNotTakeOutlivesThePage(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	_ = browsertest.Eval[bool](p.Tab, fmt.Sprintf(busy, "", 500, `{}`))
	a := h.ask()
	p.Click(".deny")
	p.WantText(".busy", kept)
	p.WantAccessible()
	p.Reload() // the server is well again
	h.want(a, client.Denied)
}

func TestAnAnswerThatTheServerNeverTakesEndsWithItsQuestion(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Heading("Is this you?")
	// The server tells the page the time no more, which is a quarter of an hour later soon.
	_ = browsertest.Eval[bool](p.Tab, `(() => { self.fetch = async () => new Response("", { status: 503 }); return true; })()`)
	p.keys(a.Number)
	p.Click(".approve")
	p.WantText(".busy", kept)
	_ = browsertest.Eval[bool](p.Tab, `(() => { const real = performance.now.bind(performance); performance.now = () => real() + 900000; return true; })()`)
	p.outcome("Expired", "Nothing was confirmed.")
	if n := browsertest.Eval[int](p.Tab, keptAnswers); n != 0 {
		t.Errorf("%d answers are kept", n)
	}
}

// keptAnswers counts the answers that are still to be sent.
const keptAnswers = `new Promise((resolve) => {
	indexedDB.open("jawort").onsuccess = (e) => {
		e.target.result.transaction("answers").objectStore("answers").count().onsuccess = (r) => resolve(r.target.result);
	};
})`

package journeys_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

func TestAPromptExpiresWhileSomebodyLooksAtIt(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	h.ask()
	p.Heading("Is this you?")
	p.WantText(".left .clock", "1:")
	p.Offline(true) // no answer of the server tells the page the time again
	_ = browsertest.Eval[bool](p.Tab, `(() => { const real = performance.now.bind(performance); performance.now = () => real() + 150000; return true; })()`)
	p.outcome("Expired", "Nothing was confirmed.")
}

func TestSomebodyWhoComesTooLateIsToldSo(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Go("about:blank")
	a := h.ask()
	h.pass(3 * time.Minute)
	p.Go(h.url + "/#/question/" + a.ID)
	p.outcome("Expired", "Nothing was confirmed.")
}

func TestAnAnswerWithoutNetworkIsKeptAndSentLater(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Heading("Is this you?")
	p.Offline(true)
	p.number(a.Number)
	p.WantText(".busy", "Your answer is kept and sent as soon as there is one.")
	p.Offline(false)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestAnAnswerOutlivesThePage(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Heading("Is this you?")
	p.Offline(true)
	p.number(a.Number)
	p.WantText(".busy", "Your answer is kept")
	p.Reload()
	p.Heading("Is this you?") // as far as it is known; the app itself comes from what is kept
	p.Offline(false)
	h.want(a, client.Approved)
}

func TestTheAppOpensWithoutNetwork(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Until(`navigator.serviceWorker.ready.then(() => true)`)
	p.Offline(true)
	p.Reload()
	p.WantText(".cards", "Office South")
	p.WantText(".banner", "No connection.")
	p.Offline(false)
	p.WantText(".quiet", "Nothing to confirm right now.")
	p.Gone(".banner.warning")
}

func TestTheWorkerAnswersWithTheAppAtItsOwnAddressesOnly(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Until(`navigator.serviceWorker.controller !== null`)
	p.Go(h.url + "/#/settings")
	p.Click(".hint a")
	p.WantText("pre", "Apache License")
	p.Go(h.url + "/app/nothing/here")
	p.WantText("body", "not-found")
	p.Offline(true)
	p.Go(h.url + "/?from=home")
	p.WantText(".cards", "Office South")
	p.Go(h.url + "/enrol")
	p.Heading("Add a login")
}

func TestTheAppGoesOnWhenTheServerWasStartedAnew(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	h.ask()
	p.Heading("Is this you?")
	h.stop()
	h.start()
	p.outcome("Answered or expired", "This question has ended.") // the embedded Redis ends with its process
	p.Click(".close")
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

// altered changes the documents that the page is given: a newer server than the app.
const altered = `(() => {
	const real = window.fetch;
	window.fetch = async (url, options) => {
		const r = await real(url, options);
		if (!String(url).includes("/v1/approvals") || !r.ok) return r;
		const body = await r.json();
		for (const a of body.approvals ?? []) {
			const text = new TextDecoder().decode(Uint8Array.from(atob(a.document.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)));
			a.document = btoa(String.fromCharCode(...new TextEncoder().encode((%s)(text)))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
		}
		return new Response(JSON.stringify(body), { status: r.status, headers: r.headers });
	};
})()`

func TestWhatTheAppCannotShowWholeItDoesNotShow(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	for name, change := range map[string]string{
		"a newer version":       `(text) => text.replace('"v":1', '"v":2')`,
		"another match":         `(text) => text.replace('"kind":"enter"', '"kind":"choose"')`,
		"no JSON":               `(text) => text.slice(1)`,
		"another question's":    `(text) => text.replace(/"id":"apr_./, '"id":"apr_-')`,
		"a number that is none": `(text) => text.replace('"digits":2', '"digits":"2"')`,
	} {
		tab := p.beside()
		tab.Before(fmt.Sprintf(altered, change))
		tab.Go(h.url)
		tab.Heading("Update the app")
		if words := tab.Text("main"); strings.Contains(words, "Portal") || strings.Contains(words, "Is this you") {
			t.Errorf("%s: shows %q", name, words)
		}
		tab.Go("about:blank")
	}
	p.Reload() // in the version that can show it
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestAClockThatIsWrongByMinutesDoesNotMatter(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	p.Before(`(() => {
		const Real = Date;
		const ahead = 10 * 60 * 1000;
		window.Date = class extends Real {
			constructor(...a) { if (a.length) super(...a); else super(Real.now() + ahead); }
			static now() { return Real.now() + ahead; }
		};
	})()`)
	p.enrol(h.link(login))
	p.WantText(".banner", "This phone's clock is wrong by 10 minutes.")
	a := h.ask()
	p.Heading("Is this you?")
	p.WantText(".left .clock", "1:")
	p.WantText(".facts", "just now")
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestTwoWindowsOfTheAppAreOnePhone(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	other := p.beside()
	other.Go(h.url)
	other.Heading("Your logins")
	a := h.ask()
	p.Heading("Is this you?")
	other.Heading("Is this you?")
	h.await("one window to ask for both", func() bool { // each asks once by itself
		return browsertest.Eval[int](p.Tab, `navigator.locks.query().then((l) => l.held.filter((one) => one.name === "jawort watch").length)`) == 1
	})
	p.number(a.Number)
	p.Heading("Confirmed")
	other.outcome("Already answered", "")
	other.Go(h.url + "/#/history")
	other.Wait(".history .check")
	if n := browsertest.Eval[int](other.Tab, `document.querySelectorAll(".history li").length`); n != 1 {
		t.Errorf("%d answers are in the history", n)
	}
}

// counting counts who listens to what other windows say.
const counting = `(() => {
	self.listening = 0;
	const { addEventListener, removeEventListener } = EventTarget.prototype;
	BroadcastChannel.prototype.addEventListener = function (...a) { self.listening++; return addEventListener.apply(this, a); };
	BroadcastChannel.prototype.removeEventListener = function (...a) { self.listening--; return removeEventListener.apply(this, a); };
})()`

func TestAQuestionThatIsOverListensNoMore(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	p.Before(counting)
	p.enrol(h.link(login))
	atHome := browsertest.Eval[int](p.Tab, `listening`)
	a := h.ask()
	p.Heading("Is this you?")
	p.Until(fmt.Sprintf(`listening === %d`, atHome+1))
	p.number(a.Number)
	p.Heading("Confirmed")
	p.Click(".close")
	p.Until(fmt.Sprintf(`listening === %d`, atHome))
}

func TestAPasskeyThatItsPersonDeletedIsExplained(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Heading("Is this you?")
	p.Forget()
	p.number(a.Number)
	p.WantText(".trouble", "If you deleted the passkey of this login, remove the login here and add it again.")
	if got, err := h.client.Approval(t.Context(), a.ID); err != nil || got.Status != client.Pending {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAnUnlockThatFailsIsTriedAgain(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Refuse(true)
	p.number(a.Number)
	p.WantText(".trouble", "The phone was not unlocked, so nothing was sent.")
	p.Refuse(false)
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

// failing stands in for a server, or a proxy before it, that refuses every answer for good.
const failing = `(() => {
	const real = self.fetch;
	self.fetch = async (url, options) => (String(url).endsWith("/decision") ? new Response(%q, { status: %d }) : real(url, options));
	return true;
})()`

func TestARefusalIsSaidInThePersonsLanguage(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Show(phoneScreen("de", false))
	p.Reload()
	for body, c := range map[string]struct {
		status int
		want   string
	}{
		`{"type":"urn:jawort:problem:invalid-request","detail":"Correct the fields."}`: {422, "Eine Eingabe kann nicht verwendet werden."},
		`{"type":"urn:jawort:problem:of-tomorrow","detail":"Do something else."}`:      {409, "Der Server hat das abgelehnt."},
	} {
		p.Go(h.url)
		_ = browsertest.Eval[bool](p.Tab, fmt.Sprintf(failing, body, c.status))
		a := h.ask()
		p.Heading("Sind Sie das?")
		p.digitsOf(a.Number)
		p.outcome("Das hat nicht geklappt", c.want)
		h.must(h.client.CancelApproval(t.Context(), a.ID))
	}
}

func TestScriptInNamesIsText(t *testing.T) {
	h := newHouse(t)
	const evil = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
	h.account(login, evil)
	h.client = h.application(evil, account.MatchDigits(2))
	p := h.newPhone(`<b onclick=alert(1)>Ada</b>`)
	p.enrol(h.link(login))
	p.WantText(".cards", evil)
	a := h.ask(func(r *client.Request) {
		r.Kind = client.Transaction
		r.Details = []client.Detail{{Label: evil, Value: evil, Role: "amount"}}
	})
	p.WantText(".facts .who", evil)
	p.WantText(".details dd", evil)
	if n := browsertest.Eval[int](p.Tab, `document.querySelectorAll("main img, main script, main b").length`); n != 0 || browsertest.Eval[string](p.Tab, `document.title`) == "taken" {
		t.Errorf("%d elements came from names", n)
	}
	p.digitsOf(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
	if d, err := h.client.Devices(t.Context(), login); err != nil || len(d) != 1 || d[0].Holder != p.holder {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestALoginThatWasRevokedLeavesThePhone(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	devices, err := h.client.Devices(t.Context(), login)
	h.must(err)
	h.must(h.client.RevokeDevice(t.Context(), login, devices[0].ID))
	p.Reload()
	p.WantText(".banner", "This phone no longer confirms Office South · Muster Makler AG.")
	p.Wait(".welcome")
}

func TestALoginIsRenamedAndRemoved(t *testing.T) {
	h := newHouse(t)
	h.account("4712", "Office North")
	p := h.enrolled("Ada")
	p.enrol(h.link("4712"))
	p.Click(".cards li:nth-child(2) button")
	p.Heading("Office North")
	p.Type("[name=label]", "Pocket")
	p.Click(".save")
	p.Heading("Your logins")
	if d, err := h.client.Devices(t.Context(), "4712"); err != nil || d[0].Label != "Pocket" {
		t.Errorf("%+v, %v", d, err)
	}
	p.Click(".cards li:nth-child(2) button")
	p.Click(".leave")
	p.Click(".sure .danger")
	p.Heading("Your logins")
	p.Until(`document.querySelectorAll(".cards li").length === 1`)
	p.WantText(".cards", "Office South")
}

func TestSomebodyElsesNewPhoneIsStopped(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	r, err := h.client.AnnounceRecovery(t.Context(), login, "The phone was stolen.")
	h.must(err)
	p.Reload()
	p.WantText(".banner", "Is somebody getting a new phone?")
	p.Click(".banner .danger")
	p.Gone(".banner")
	if got, err := h.client.Recovery(t.Context(), r.ID); err != nil || got.Status != "stopped" {
		t.Errorf("%+v, %v", got, err)
	}
}

// told stands in for a server that has something to tell.
const told = `(() => {
	let unread = [{ id: "ntc_1", device: "dev_1", account: { label: "Office South" }, tenant: { name: "Muster Makler AG" }, text: "Another phone was registered.", at: "2026-11-26T08:00:00Z" }];
	unread.push({ ...unread[0], device: "dev_2" });
	const real = window.fetch;
	window.fetch = async (url, options) => {
		if (!String(url).includes("/v1/notices")) return real(url, options);
		if (options.method === "DELETE") unread = [];
		return options.method === "DELETE" ? new Response(null, { status: 204 }) : new Response(JSON.stringify({ notices: unread }));
	};
})()`

func TestWhatHasHappenedIsToldUntilItIsRead(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	p.Before(told)
	p.enrol(h.link(login))
	p.Reload()
	p.WantText(".notices", "Another phone was registered.")
	if n := browsertest.Eval[int](p.Tab, `document.querySelectorAll(".notices li").length`); n != 1 {
		t.Errorf("it is told %d times", n)
	}
	p.Click(".notices button")
	p.Gone(".notices")
}

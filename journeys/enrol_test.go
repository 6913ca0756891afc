package journeys_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/qr"
	ledgers "github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
)

func TestALinkRegistersAPhoneOnceItsDigitsAreTyped(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	p.Go(e.Link)
	p.Heading("Add Office South at Muster Makler AG")
	if strings.Contains(p.URL(), "#"+codeOf(e)) {
		t.Errorf("the code stays in the address: %s", p.URL())
	}
	p.register()
	digits := p.digits()
	p.Heading("Type this on the other screen")
	h.confirm(e, digits)
	p.Heading("This phone is ready")
	p.Click(".close")
	p.WantText(".cards", "Office South")
	if n := p.Passkeys(); n != 1 {
		t.Errorf("%d passkeys", n)
	}
	if kept := browsertest.Eval[string](p.Tab, `new Promise((resolve) => {
		indexedDB.open("jawort").onsuccess = (e) => {
			e.target.result.transaction("kept").objectStore("kept").get("key").onsuccess = async (r) => resolve(
				r.target.result.privateKey.extractable + " " + await crypto.subtle.exportKey("jwk", r.target.result.privateKey).catch((err) => err.name));
		};
	})`); kept != "false InvalidAccessError" {
		t.Errorf("the key can be read: %s", kept)
	}
}

func codeOf(e client.Enrolment) string {
	_, code, _ := strings.Cut(e.Link, "#")
	return code
}

func TestACodeIsTypedInPlaceOfTheLink(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	p.Go(h.url + "/#/add")
	p.Type("[name=link]", codeOf(e))
	p.Click("form .secondary")
	p.register()
	h.confirm(e, p.digits())
	p.Heading("This phone is ready")
}

func TestTheFirstVisitSaysWhatTheAppIsFor(t *testing.T) {
	h := newHouse(t)
	p := h.barePhone("Ada")
	p.Go(h.url)
	p.WantText(".welcome", "Confirm logins with this phone")
	p.Click(".primary")
	p.Wait(".scan")
}

func TestAPageThatWasLeftGoesOnWhereItWas(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	p.Go(e.Link)
	p.Wait(".register")
	p.Reload()
	p.register()
	digits := p.digits()
	p.Reload()
	p.WantText(".digits", digits[:3])
	h.confirm(e, digits)
	p.Heading("This phone is ready")
}

func TestAnEnrolmentOutlivesItsNetwork(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	p.Before(`(() => { self.made = 0; const real = navigator.credentials.create.bind(navigator.credentials); navigator.credentials.create = (o) => { made++; return real(o); }; })()`)
	p.Go(e.Link)
	p.Wait(".register")
	p.Until(`navigator.serviceWorker.ready.then(() => true)`)
	p.Offline(true)
	p.register()
	p.WantText(".trouble", "No connection. Check it and try again.")
	p.Reload() // the app comes from what is kept, and knows the passkey that it made
	p.Wait(".register")
	p.Offline(false)
	p.register()
	h.confirm(e, p.digits())
	p.Heading("This phone is ready")
	if n := browsertest.Eval[int](p.Tab, `made`); n != 0 || p.Passkeys() != 1 {
		t.Errorf("%d passkeys are made for the second time, %d are there", n, p.Passkeys())
	}
	h.stillRegistered(1)
}

// deaf lets a registration reach the server, and loses the first answer.
const deaf = `(() => {
	const real = self.fetch;
	self.lost = 0;
	self.fetch = async (url, options) => {
		const r = await real(url, options);
		if (!String(url).endsWith("/enrolments/complete") || lost++ > 0) return r;
		throw new TypeError("the network is gone");
	};
	return true;
})()`

func TestARegistrationWhoseAnswerWasLostCountsOnce(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	p.Go(e.Link)
	p.Wait(".register")
	_ = browsertest.Eval[bool](p.Tab, deaf)
	p.register()
	h.confirm(e, p.digits())
	p.Heading("This phone is ready")
	if lost := browsertest.Eval[int](p.Tab, `lost`); lost != 2 || p.Passkeys() != 1 {
		t.Errorf("%d answers, %d passkeys", lost, p.Passkeys())
	}
	h.stillRegistered(1)
}

func TestALinkWorksOnce(t *testing.T) {
	h := newHouse(t)
	e := h.link(login)
	first := h.newPhone("Ada")
	first.enrol(e)
	late := h.newPhone("Bob")
	late.Go(e.Link)
	late.WantText(".trouble", "This link was used already, has expired, or is mistyped.")
	if n := late.Passkeys(); n != 0 {
		t.Errorf("%d passkeys were made for nothing", n)
	}
	a := h.ask()
	first.number(a.Number)
	first.Heading("Confirmed")
	h.want(a, client.Approved)
}

// camera shows a picture to whoever asks for the camera.
const camera = `navigator.mediaDevices.getUserMedia = async () => {
	const picture = new Image();
	picture.src = %q;
	await picture.decode();
	const canvas = document.createElement("canvas");
	canvas.width = canvas.height = 480;
	const paint = () => {
		const c = canvas.getContext("2d");
		c.fillStyle = "white";
		c.fillRect(0, 0, 480, 480);
		c.imageSmoothingEnabled = false;
		c.drawImage(picture, 40, 40, 400, 400);
	};
	paint();
	setInterval(paint, 50);
	return canvas.captureStream(20);
}`

func cameraShowing(picture string) string { return fmt.Sprintf(camera, picture) }

func TestTheCameraReadsTheQRCode(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	p.Before(cameraShowing(e.QR))
	p.Go(h.url + "/#/add")
	p.Click(".scan")
	p.register()
	h.confirm(e, p.digits())
	p.Heading("This phone is ready")
}

func TestCodesThatAreNotOursSaySo(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	foreign, err := qr.DataURI("https://example.com/sale#100%")
	h.must(err)
	p.Before(cameraShowing(foreign))
	p.Go(h.url + "/#/add")
	p.Click(".scan")
	p.WantText(".trouble", "That is no code of ours.")
	for text, want := range map[string]string{
		"hello":                          "That is no code of ours.",
		"WIFI:S:guests;T:WPA;P:secret;;": "That is no code of ours.",
		"https://other.example/enrol#AAAAAAAAAAAAAAAAAAAAAA": "This code belongs to another address: other.example.",
		"javascript:alert(1)":                                "That is no code of ours.",
		"https://example.com/sale#100%":                      "That is no code of ours.",
		"AAAAAAAAAAAAAAAAAAAAAA":                             "This link was used already, has expired, or is mistyped.",
	} {
		p.Type("[name=link]", text)
		p.Click("form .secondary")
		p.WantText(".trouble", want)
	}
	for _, damaged := range []string{"/enrol", "/enrol#100%", "/enrol#" + codeOf(e)[:21]} {
		p.Go(h.url + damaged)
		p.WantText(".trouble", "That is no code of ours.")
		if !strings.HasSuffix(p.URL(), "/#/add") {
			t.Errorf("%s stays in the address: %s", damaged, p.URL())
		}
	}
	if n := p.Passkeys(); n != 0 {
		t.Errorf("%d passkeys were made for nothing", n)
	}
	p.enrol(e) // the right one is as good as before
}

func TestWithoutACameraTheCodeIsTyped(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct{ camera, want string }{
		"blocked":   {`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); }`, "The camera cannot be used. Allow it"},
		"in use":    {`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("busy", "NotReadableError"); }`, "The camera cannot be used."},
		"missing":   {`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("none", "NotFoundError"); }`, "This device has no camera that the browser can use."},
		"not there": {`Object.defineProperty(navigator, "mediaDevices", { value: undefined })`, "This device has no camera that the browser can use."},
	} {
		p := h.newPhone("Ada")
		e := h.link(login)
		p.Before(c.camera)
		p.Go(h.url + "/#/add")
		p.Click(".scan")
		p.WantText(".trouble", c.want)
		p.WantAccessible()
		p.Click(".screen .secondary")
		p.Type("[name=link]", codeOf(e))
		p.Click("form .secondary")
		p.register()
		h.confirm(e, p.digits())
		p.Heading("This phone is ready")
		if t.Failed() {
			t.Fatalf("with a camera that is %s", name)
		}
	}
}

func TestACodeThatWasSentIsAskedForBeforeThePhoneIsRegistered(t *testing.T) {
	h := newHouse(t)
	money := &ledgers.Store{DB: h.process.Lasting().DB, Keys: h.keys}
	_, err := money.PutSettings(t.Context(), h.tenant.ID, ledger.Settings{Prices: ledger.PriceBook{"+49": 1000}}, outbox.Actor{Kind: outbox.ByCommand})
	h.must(err)
	group, err := h.process.Lasting().PutGroup(t.Context(), h.process.Lasting().Writes(), account.Group{
		ID: h.newID(id.Group), Tenant: h.tenant.ID, Name: "customers", Policy: account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord},
	})
	h.must(err)
	number := "+4915198760003"
	h.account("4712", "Karla Kunde")
	_, err = h.client.ChangeAccount(t.Context(), "4712", client.AccountChange{Group: &group.Name, Phone: &number})
	h.must(err)
	e, err := h.client.StartEnrolment(t.Context(), "4712")
	h.must(err)
	p := h.newPhone("Karla")
	p.Go(e.Link)
	p.WantText(".register", "It was sent by SMS to")
	code := h.sms(number)
	p.Type("[name=code]", otherThan(code))
	p.register()
	p.WantText(".trouble", "That is not the code. Tries left: 2.")
	p.Click(".resend")
	p.WantText(".trouble", "Wait a moment before you ask for another code.")
	p.Type("[name=code]", code)
	p.Click(".register .primary")
	h.confirm(e, p.digits())
	p.Heading("This phone is ready")
	if n := p.Passkeys(); n != 1 {
		t.Errorf("%d passkeys", n)
	}
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// sms waits for a code to a number.
func (h *house) sms(number string) string {
	h.Helper()
	code := ""
	h.await("an SMS", func() bool {
		for _, m := range h.carrier.Taken() {
			if m.To == number {
				code = sixDigits.FindString(m.Body)
			}
		}
		return code != ""
	})
	return code
}

func otherThan(code string) string {
	return string('0'+(code[0]-'0'+1)%10) + code[1:]
}

func TestWhatThePhoneLacksIsSaidBeforeAnythingIsMade(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		bring func(*phone)
		want  string
	}{
		"no passkeys":              {func(p *phone) { p.Before(`delete window.PublicKeyCredential`) }, "This browser has no passkeys."},
		"no screen lock":           {func(p *phone) { p.Before(noScreenLock) }, "This phone has no screen lock."},
		"notifications blocked":    {func(p *phone) { p.Block(h.url) }, "Notifications are blocked for this app."},
		"notifications unknown":    {func(p *phone) { p.Before(`delete window.Notification`) }, "This browser has no notifications, which are needed here."},
		"an iPhone's open browser": {func(p *phone) { p.Before(iPhone) }, "On an iPhone, put the app on the home screen first"},
	} {
		p := h.newPhone("Ada")
		c.bring(p)
		p.Go(h.link(login).Link)
		p.WantText(".lack", c.want)
		if n := p.Passkeys(); n != 0 {
			t.Errorf("%s: %d passkeys", name, n)
		}
	}
}

const (
	noScreenLock = `PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = async () => false`
	iPhone       = `Object.defineProperty(navigator, "userAgent", { value: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15" }); delete window.Notification`
)

func TestAnUnlockThatFailsRegistersNothing(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	p.Refuse(true)
	p.Go(e.Link)
	p.register()
	p.WantText(".trouble", "Nothing was registered, because the phone was not unlocked.")
	p.Refuse(false)
	p.Click(".register .primary")
	h.confirm(e, p.digits())
	p.Heading("This phone is ready")
}

const noPushService = `PushManager.prototype.subscribe = async () => { throw new DOMException("no push service", "AbortError"); }`

func TestABrowserThatCannotBeWokenSaysSoAndWorksWhileItIsOpen(t *testing.T) {
	h := newHouse(t)
	p := h.barePhone("Ada")
	p.Allow(h.url)
	p.Before(noPushService)
	p.enrol(h.link(login))
	p.WantText(".banner", "This browser cannot be woken")
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

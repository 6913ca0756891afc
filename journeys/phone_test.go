package journeys_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/pushgw/pushtest"
)

// phone is the companion app in a browser of its own, held by somebody.
type phone struct {
	*browsertest.Tab
	browsertest.Authenticator
	house      *house
	holder     string
	subscribed string // the script that stands in for the browser's push service
	inbox      <-chan pushtest.Push
}

// subscribed stands in for the browser's push service, which does not answer in a headless one.
const subscribed = `(() => {
	const made = %s;
	const subscription = { endpoint: made.endpoint, toJSON: () => made };
	let asked = false;
	PushManager.prototype.subscribe = async () => { asked = true; return subscription; };
	PushManager.prototype.getSubscription = async () => (asked ? subscription : null);
})()`

// newPhone returns one with a screen lock, which may notify and can be woken.
func (h *house) newPhone(holder string) *phone {
	h.Helper()
	p := h.barePhone(holder)
	p.Allow(h.url)
	s, err := h.push.NewSubscription()
	h.must(err)
	text, err := json.Marshal(s)
	h.must(err)
	p.subscribed = fmt.Sprintf(subscribed, text)
	p.Before(p.subscribed)
	p.inbox = h.push.Inbox(s.Endpoint)
	return p
}

// barePhone returns one that was never asked for anything.
func (h *house) barePhone(holder string) *phone {
	h.Helper()
	tab := browsertest.New(h.TB)
	tab.Show(browsertest.Screen{Width: 390, Height: 844, Mobile: true, Language: "en"})
	return &phone{Tab: tab, Authenticator: tab.Authenticator(), house: h, holder: holder}
}

// beside opens another window of the app.
func (p *phone) beside() *phone {
	p.Helper()
	other := &phone{Tab: p.Beside(), house: p.house, holder: p.holder}
	other.Before(p.subscribed)
	return other
}

// enrolled returns a phone that is registered for the account.
func (h *house) enrolled(holder string) *phone {
	h.Helper()
	p := h.newPhone(holder)
	p.enrol(h.link(login))
	return p
}

// enrol takes a link all the way.
func (p *phone) enrol(e client.Enrolment) {
	p.Helper()
	p.Go(e.Link)
	p.register()
	p.house.confirm(e, p.digits())
	p.Heading("This phone is ready")
	p.Click(".close")
	p.Wait("nav")
}

// register fills in the form.
func (p *phone) register() {
	p.Helper()
	p.Type("[name=holder]", p.holder)
	p.Type("[name=label]", p.holder+"'s phone")
	p.Click(".register .primary")
}

// digits are what the person types on the other screen.
func (p *phone) digits() string {
	p.Helper()
	return strings.Join(strings.Fields(p.Text(".digits")), "")
}

// Heading waits for a screen.
func (p *phone) Heading(text string) {
	p.Helper()
	p.WantText("h1", text)
}

// number types a number on the keypad, and confirms.
func (p *phone) number(n string) {
	p.Helper()
	p.Heading("Is this you?")
	p.digitsOf(n)
}

func (p *phone) digitsOf(n string) {
	p.Helper()
	p.keys(n)
	p.Click(".approve")
}

// confirms takes the number from a page that waits for a confirmation.
func (p *phone) confirms(page *browsertest.Tab) {
	p.Helper()
	page.Wait(`[part~="number"]`)
	number := notDigits.ReplaceAllString(page.Text(`[part~="number"]`), "")
	p.Wait("[data-digit]")
	p.digitsOf(number)
	p.Heading("Confirmed")
	p.Click(".close")
}

var notDigits = regexp.MustCompile(`[^0-9]`)

// keys types a number, and does not confirm yet.
func (p *phone) keys(n string) {
	p.Helper()
	for _, digit := range n {
		p.Click(fmt.Sprintf(`[data-digit="%c"]`, digit))
	}
}

// outcome waits for how it ended.
func (p *phone) outcome(heading, text string) {
	p.Helper()
	p.Heading(heading)
	p.WantText(".outcome", text)
}

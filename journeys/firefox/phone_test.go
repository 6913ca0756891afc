package firefox_test

import (
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/firefoxtest"
	"github.com/jawort/jawort/pushgw/pushtest"
)

const patience = 20 * time.Second

// phone is the companion app in a Firefox.
type phone struct {
	*firefoxtest.Firefox
	house *house
}

// asleep returns a phone that is registered for the account, and whose app is closed.
func (h *house) asleep() *phone {
	h.Helper()
	p := &phone{house: h, Firefox: firefoxtest.Open(h.T, firefoxtest.Preferences{
		"dom.push.connection.enabled":              true, // the browser under remote control would leave it off
		"dom.push.serverURL":                       h.push.ServerURL(),
		"dom.push.testing.allowInsecureServerURL":  true,
		"permissions.default.desktop-notification": 1,
		"permissions.default.persistent-storage":   1,
		"intl.accept_languages":                    "en",
	})}
	p.Authenticator()
	p.enrol()
	p.Go(h.url + "/.well-known/assetlinks.json") // of the same origin, and none of the app
	return p
}

func (p *phone) enrol() {
	p.Helper()
	e, err := p.house.client.Enrol(p.house.Context(), client.NewEnrolment{Account: login, Authorize: client.ByOperator, Reason: "The person showed a passport."})
	p.house.must(err)
	p.Go(e.Link)
	p.Type("[name=holder]", "Ada")
	p.Click(".register .primary")
	digits := strings.Join(strings.Fields(p.Text(".digits")), "")
	_, err = p.house.client.ConfirmEnrolment(p.house.Context(), e.ID, digits)
	p.house.must(err)
	p.WantText("h1", "This phone is ready")
}

const worker = `navigator.serviceWorker.getRegistration("/")`

// subscription is what the browser's push service has given the app.
func (p *phone) subscription() account.Subscription {
	p.Helper()
	return firefoxtest.Eval[account.Subscription](p.Firefox, worker+`.then((r) => r.pushManager.getSubscription())`)
}

// answered waits until the browser has answered a push.
func (p *phone) answered(want pushtest.Ack) pushtest.Delivery {
	p.Helper()
	select {
	case d := <-p.house.push.Deliveries():
		if d.Ack != want {
			p.Fatalf("the browser answered %d, want %d", d.Ack, want)
		}
		return d
	case <-time.After(patience):
		p.Fatal("no push reached the browser")
		return pushtest.Delivery{}
	}
}

type notification struct{ Title, Question string }

// shows waits until this is what the worker has put on the screen: the browser answers a push before its worker is done with it.
func (p *phone) shows(want ...notification) {
	p.Helper()
	var got []notification
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(patience); time.Now().Before(late); <-tick.C {
		got = firefoxtest.Eval[[]notification](p.Firefox, worker+`.then((r) => r.getNotifications())
			.then((all) => all.map((n) => ({ Title: n.title, Question: n.data.id })))`)
		if slices.Equal(got, want) {
			return
		}
	}
	p.Fatalf("the screen shows %q, want %q", got, want)
}

// clear takes all notifications away, as a person does.
func (p *phone) clear() {
	p.Helper()
	_ = firefoxtest.Eval[any](p.Firefox, worker+`.then((r) => r.getNotifications()).then((all) => all.forEach((n) => n.close()))`)
	p.shows()
}

package server_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server"
)

// skewed is an installation where account 4711 has a phone and is asked once a day, and whose server's clock differs from the
// database's.
func skewed(t *testing.T, skew time.Duration) (*instance, phone) {
	w := newWorld(t)
	i := w.serve(func(o *server.Options) {
		o.MaxPending = 100
		o.Now = func() time.Time { return w.clock.Now().Add(skew) }
		o.Edge.Now = o.Now
	})
	p := w.addPhone(w.app, "4711", "Ada's phone")
	w.put("4711", "customer", weekly)
	return i, p
}

func TestAServerWhoseClockIsAheadKeepsNoTrustBeyondAChangedPassword(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*instance){
		"the password was changed": func(i *instance) { i.call("POST", "/v1/accounts/4711/password-changed", nil).want(204, "") },
		"all browsers were ended":  func(i *instance) { i.call("DELETE", "/v1/accounts/4711/browsers", nil).want(204, "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, p := skewed(t, 5*time.Second)
			before := i.create("4711").text("id")
			end(i)
			_, err := i.decide(p, before, approval.Approve)
			i.must(err)
			if a := i.call("GET", "/v1/approvals/"+before, nil).want(200, ""); a.text("status") != "approved" || a.text("trust_token") != "" {
				t.Errorf("what was asked before is trusted after it: %s", a.raw)
			}
			if token, _ := i.confirm(p, ask("4711")); token == "" {
				t.Error("what was asked after it is not trusted")
			}
		})
	}
}

func TestAServerWhoseClockIsBehindTrustsWhatWasAskedAfterAChangedPassword(t *testing.T) {
	t.Parallel()
	i, p := skewed(t, -5*time.Second)
	i.call("POST", "/v1/accounts/4711/password-changed", nil).want(204, "")
	token, _ := i.confirm(p, ask("4711"))
	i.wantTrusted("trusted", ask("4711").trusting(token))
}

func TestTheDeadlineIsByTheClockThatDecides(t *testing.T) {
	t.Parallel()
	i, p := skewed(t, -5*time.Minute)
	a := i.create("4711")
	if _, err := i.decide(p, a.text("id"), approval.Approve); err != nil {
		t.Errorf("a server whose clock is behind asks what cannot be answered: %v", err)
	}
}

package requirements_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// (v) Sharing a login is forbidden.
func TestALoginIsNotShared(t *testing.T) {
	h := publisher(t)
	// As the file stands, no login is confirmed on a phone, so none can be registered, and nothing is lost by trying.
	h.login(centre, erika, laptop).beginApp()
	_, err := h.at(centre).Enrol(t.Context(), client.NewEnrolment{Account: erika, Authorize: client.ByOperator, Reason: "asked for it"})
	h.refused("push-not-allowed", err)
	h.call(h.at(centre).key, "DELETE", "/v1/accounts/"+erika+"/methods/totp", nil).refused("last-method")
	// A friend who has name and password needs the holder's own authenticator app.
	friend := h.login(centre, erika, tablet)
	if friend.Activate != nil || !same(friend.Methods, []string{"totp"}) {
		t.Errorf("a friend is asked for %v, and may activate %+v", friend.Methods, friend.Activate)
	}
	friend.page("/activations", body{"method": "email"}).refused("method-not-offered")
	friend.page("/enrolments", nil).refused("method-not-offered")
}

// The same where the publisher lets phones confirm.
func TestALoginIsNotSharedOnPhones(t *testing.T) {
	h := publisher(t)
	h.letPhonesConfirm()
	first, second := h.newPhone(), h.newPhone()
	// Each phone is bound by a code to the licence holder's own address: a link that is passed on is not enough.
	h.refused("wrong-code", h.bindWith(centre, h.newPhone(), "Friend", client.NewEnrolment{Account: erika}, nil, guessing))
	h.mailed(erikasMail)
	h.must(h.registerAt(centre, first, erika, "Erika"))
	another := client.NewEnrolment{Account: erika, Authorize: client.ByDevice}
	h.must(h.bind(centre, second, "Erika", another, first))
	// Two phones are a person's, three are a circle of friends.
	h.refused("device-limit", h.bind(centre, h.newPhone(), "Erika", another, first))
	another.Helper = jane
	_, err := h.at(centre).Enrol(t.Context(), another)
	h.refused("helper-not-allowed", err)
	devices, err := h.at(centre).Devices(t.Context(), erika)
	h.must(err)
	active := 0
	for _, d := range devices {
		if d.Status == "active" {
			active++
		}
	}
	if active != 2 {
		t.Errorf("%d devices of %d are active", active, len(devices))
	}
	l := h.login(centre, erika, laptop)
	h.must(l.decide(second, phone.Approve))
	l.approved("push")
}

// letPhonesConfirm changes the one line of the publisher's file that keeps phones out.
func (h *house) letPhonesConfirm() {
	h.Helper()
	file, err := os.ReadFile(filepath.Join(examples, "test-publisher.yaml"))
	h.must(err)
	h.applyText(strings.NewReader(strings.Replace(string(file), "methods: [totp,", "methods: [push, totp,", 1)))
}

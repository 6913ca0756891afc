package requirements_test

import (
	"testing"

	"github.com/jawort/jawort/client"
)

// (v) Sharing a login is forbidden.
func TestALoginIsNotShared(t *testing.T) {
	h := publisher(t)
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
}

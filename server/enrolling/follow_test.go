package enrolling_test

import (
	"slices"
	"testing"

	"github.com/jawort/jawort/server/confirming/confirmingtest"
)

// TestALateFollowerIsToldAtOnceWhatItMissed has each step taken before the caller asks for it, and no call waits.
func TestALateFollowerIsToldAtOnceWhatItMissed(t *testing.T) {
	w := newWorld(t)
	e := w.Call("POST", "/v1/enrolments", w.enrol, mine).Want(201)
	late := func(known, now string) {
		t.Helper()
		w.Call("GET", at(e)+"?wait=60&known="+known, w.enrol, nil).Want(200).WantMembers(body{"status": now})
	}
	p := w.taken(e)
	late("open", "claimed")
	digits := p.digits("")
	late("claimed", "completed")
	late("open", "completed")
	w.confirm(e, w.enrol, digits).Want(200)
	late("completed", "confirmed")
	late("confirmed", "confirmed") // nothing comes after it
	if n := w.waits.Load(); n != 0 {
		t.Errorf("%d calls waited for what had happened", n)
	}
	w.Call("GET", at(e)+"?wait=60&known=approved", w.enrol, nil).WantProblem(422, "invalid-request").WantMembers(body{"field": "known"})
}

// TestAFollowerSeesEveryStep also shows that no call answers what the caller knows already: nobody asks in a loop.
func TestAFollowerSeesEveryStep(t *testing.T) {
	w := newWorld(t)
	old := w.bind(w.Account)
	e := w.Call("POST", "/v1/enrolments", w.enrol, byDevice).Want(201)
	asked := w.question(e)
	told := make(chan confirmingtest.Answer)
	go func() {
		defer close(told)
		for known := "waiting"; known != "confirmed"; {
			a := w.Call("GET", at(e)+"?wait=60&known="+known, w.enrol, nil)
			if a.Status != 200 || a.Body["status"] == known {
				t.Errorf("who knows %s is told %d %v", known, a.Status, a.Body)
				return
			}
			known = a.Body["status"].(string)
			told <- a
		}
	}()
	w.Must(old.decide(asked.ID, "approve", asked.Number))
	var seen []any
	var p *phone
	var digits string
	for a := range told {
		switch seen = append(seen, a.Body["status"]); a.Body["status"] {
		case "open":
			p = w.taken(a)
		case "claimed":
			digits = p.digits("")
		case "completed":
			w.confirm(e, w.enrol, digits).Want(200)
		}
	}
	if !slices.Equal(seen, []any{"open", "claimed", "completed", "confirmed"}) {
		t.Errorf("the follower saw %v", seen)
	}
}

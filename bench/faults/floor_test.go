package faults

import (
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
)

// busy is a run in which there was just enough to check.
func busy() *run {
	var history []porcupine.Operation
	for _, id := range []string{"apr_1", "apr_2", "apr_3"} {
		history = append(history,
			porcupine.Operation{Input: Act{Approval: id, What: Approve}, Output: Seen{Status: "approved"}},
			porcupine.Operation{Input: Act{Approval: id, What: Read}, Output: Seen{Status: "approved"}})
	}
	left := &leaver{}
	left.refused.Store(1)
	return &run{
		contests: []*contest{{history: history}},
		spenders: []*spender{{used: []use{{acknowledged: [2]bool{false, true}}}}, {used: []use{{acknowledged: [2]bool{true, false}}, {}}}},
		leavers:  []*leaver{{}, left},
	}
}

func TestARunThatHadTooLittleToCheckIsNoProof(t *testing.T) {
	t.Parallel()
	if found := busy().tally().idle(); len(found) != 0 {
		t.Errorf("there was enough, and found is %q", found)
	}
	for want, harm := range map[string]func(*run){
		"2 disputed approvals that ended":               func(r *run) { r.contests[0].history = r.contests[0].history[2:] },
		"0 disputed approvals that ended":               func(r *run) { r.contests = nil },
		"1 recovery codes that confirmed a login":       func(r *run) { r.spenders = r.spenders[:1] },
		"0 answers of revoked phones that were refused": func(r *run) { r.leavers[1].refused.Store(0) },
	} {
		r := busy()
		harm(r)
		if found := r.tally().idle(); len(found) != 1 || !strings.Contains(found[0], want) {
			t.Errorf("found %q, want %q", found, want)
		}
	}
	r := busy()
	for i := range r.contests[0].history {
		r.contests[0].history[i].Output = Seen{Unknown: true}
	}
	if found := r.tally().idle(); len(found) != 1 {
		t.Errorf("nobody was answered, and found is %q", found)
	}
}

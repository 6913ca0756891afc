package faults

import "fmt"

// tally is how much there was for the checks to look at.
type tally struct {
	disputes int // approvals about which somebody disputed, and that ended
	codes    int // recovery codes that confirmed a login
	refusals int // answers of revoked phones that were refused
}

// floor is the least of each without which a run shows nothing.
var floor = tally{disputes: 3, codes: 2, refusals: 1}

func (r *run) tally() (t tally) {
	for _, c := range r.contests {
		t.disputes += disputed(c)
	}
	for _, s := range r.spenders {
		for _, u := range s.used {
			if u.acknowledged[0] || u.acknowledged[1] {
				t.codes++
			}
		}
	}
	for _, l := range r.leavers {
		t.refusals += l.refused
	}
	return t
}

// disputed counts the approvals of which somebody was told an outcome that was not theirs alone to make: it was read, or it came too late.
func disputed(c *contest) int {
	ended := map[string]bool{}
	for _, op := range c.history {
		a, s := op.Input.(Act), op.Output.(Seen)
		if s.Late || a.What == Read && s.Status != "" && s.Status != pendingState {
			ended[a.Approval] = true
		}
	}
	return len(ended)
}

// idle says what there was too little of.
func (t tally) idle() (broken []string) {
	for _, c := range []struct {
		what       string
		got, least int
	}{
		{"disputed approvals that ended", t.disputes, floor.disputes}, {"recovery codes that confirmed a login", t.codes, floor.codes},
		{"answers of revoked phones that were refused", t.refusals, floor.refusals},
	} {
		if c.got < c.least {
			broken = append(broken, fmt.Sprintf("too little to check: %d %s, want %d at least", c.got, c.what, c.least))
		}
	}
	return broken
}

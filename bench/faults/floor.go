package faults

import (
	"context"
	"fmt"
	"time"
)

// tally is how much there was for the checks to look at.
type tally struct {
	disputes int // approvals about which somebody disputed, and that ended
	codes    int // recovery codes that confirmed a login
	refusals int // answers of revoked phones that were refused
}

// floor is the least of each without which a run shows nothing.
var floor = tally{disputes: 3, codes: 2, refusals: 1}

// longer is how long people go on at most where they had too little to show until then: some harms leave them little time.
const longer = 15 * time.Second

// satisfy returns once there is enough to check, or there has been time enough for it.
func (r *run) satisfy(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, longer)
	defer cancel()
	until(ctx, func() bool { return len(r.tally().idle()) == 0 })
}

func (r *run) tally() (t tally) {
	for _, c := range r.contests {
		t.disputes += disputed(c)
	}
	for _, s := range r.spenders {
		t.codes += s.confirmed()
	}
	for _, l := range r.leavers {
		t.refusals += int(l.refused.Load())
	}
	return t
}

// disputed counts the approvals of which somebody was told an outcome that was not theirs alone to make: it was read, or it came too late.
func disputed(c *contest) int {
	c.mu.Lock()
	defer c.mu.Unlock()
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

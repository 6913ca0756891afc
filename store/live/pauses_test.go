package live

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
)

var pauseContract = []clause{
	{"after three denies in a row pushes pause for 5, 15 and 60 minutes", pauseLonger},
	{"a further deny makes no pause shorter", neverShorter},
	{"a report counts as a deny", reportCounts},
	{"an approve ends the pause and the row", approveEndsPause},
	{"time-outs, cancels and superseded ones neither count nor end a row", timeOutsDoNotCount},
	{"while paused questions come without push and resends are refused", pausedQuestions},
	{"denies at once are counted once each", deniesAtOnce},
	{"a deny counts however late its end is learnt, but once", denyOnce},
	{"somebody's denies pause nobody else", denyOfAnother},
}

// ends creates one approval after the other and lets each end in one way.
func (w *world) ends(account string, statuses ...approval.Status) {
	w.t.Helper()
	for _, status := range statuses {
		p := w.pending(account, "ins_a")
		_, err := w.Create(w.t.Context(), Creation{Pending: p, Limit: 1000})
		w.must(err)
		for range 2 { // the second is the first, sent again
			w.must(w.End(w.t.Context(), p.ID, "ins_a", status))
		}
	}
}

func pauseLonger(t *testing.T, w *world) {
	account := newID(t, id.Account)
	w.ends(account, approval.StatusDenied, approval.StatusDenied)
	w.wantLimits(account, Limits{Pushes: 2, Denies: 2})
	w.pushes(account, 1)
	for i, minutes := range []time.Duration{5, 15, 60, 60} {
		pause := minutes * time.Minute
		w.ends(account, approval.StatusDenied)
		until := w.now().Add(pause)
		limits, err := w.Limits(t.Context(), account)
		w.must(err)
		if limits.Denies != 3+i || limits.PausedUntil.Sub(until).Abs() > 5*time.Second {
			t.Fatalf("after deny %d: %+v, want a pause until %v", 3+i, limits, until)
		}
		_, created := w.push(account)
		w.wantHeld(created, NoPushPaused, until)
		w.advance(pause)
		w.wantLimits(account, Limits{Denies: 3 + i, Pushes: pushedWithin(limits, pause)})
		w.pushes(account, 1)
	}
}

// pushedWithin returns how many pushes still count after a pause: none where it was as long as their window.
func pushedWithin(before Limits, pause time.Duration) int {
	if pause >= DefaultPushLimits().Window {
		return 0
	}
	return before.Pushes
}

func neverShorter(t *testing.T, w *world) {
	account := newID(t, id.Account)
	w.limits.Denies, w.limits.Pauses = 1, []time.Duration{time.Hour, time.Minute}
	w.ends(account, approval.StatusDenied, approval.StatusDenied)
	w.wantLimits(account, Limits{Pushes: 1, Denies: 2, PausedUntil: w.now().Add(time.Hour)})
}

func reportCounts(t *testing.T, w *world) {
	account := newID(t, id.Account)
	w.ends(account, approval.StatusReported, approval.StatusDenied, approval.StatusReported)
	w.wantLimits(account, Limits{Pushes: 3, Denies: 3, PausedUntil: w.now().Add(5 * time.Minute)})
}

func approveEndsPause(t *testing.T, w *world) {
	account := newID(t, id.Account)
	w.ends(account, approval.StatusDenied, approval.StatusDenied, approval.StatusDenied)
	_, created := w.push(account)
	w.wantHeld(created, NoPushPaused, w.now().Add(5*time.Minute))
	w.ends(account, approval.StatusApproved)
	w.wantLimits(account, Limits{})
	w.ends(account, approval.StatusDenied, approval.StatusDenied)
	w.pushes(account, 1)
	w.wantLimits(account, Limits{Pushes: 3, Denies: 2})
}

func timeOutsDoNotCount(t *testing.T, w *world) {
	account := newID(t, id.Account)
	w.limits.Most = 100
	unanswered := []approval.Status{approval.StatusExpired, approval.StatusCancelled, approval.StatusSuperseded}
	w.ends(account, unanswered...)
	w.ends(account, unanswered...)
	w.wantLimits(account, Limits{Pushes: 6})
	w.ends(account, approval.StatusDenied, approval.StatusExpired, approval.StatusDenied, approval.StatusCancelled)
	w.pushes(account, 1)
	w.ends(account, approval.StatusDenied)
	w.wantLimits(account, Limits{Pushes: 12, Denies: 3, PausedUntil: w.now().Add(5 * time.Minute)})
}

func pausedQuestions(t *testing.T, w *world) {
	account := newID(t, id.Account)
	before := w.long(account, Creation{})
	w.ends(account, approval.StatusDenied, approval.StatusDenied, approval.StatusDenied)
	w.drain()
	p, created := w.push(account)
	w.wantHeld(created, NoPushPaused, w.now().Add(5*time.Minute))
	if ids := w.pendingIDs(account); !slices.Equal(ids, []string{before.ID, p.ID}) {
		t.Fatalf("phones see %v", ids)
	}
	for _, q := range []approval.Pending{before, p} {
		w.wantWait(w.Resend(t.Context(), q.ID, "req_a"), approval.ErrPushPaused, 5*time.Minute)
	}
	if jobs := w.drain(); len(jobs) != 0 {
		t.Fatalf("%d pushes during a pause", len(jobs))
	}
	w.advance(5 * time.Minute)
	w.must(w.Resend(t.Context(), before.ID, "req_a"))
}

func deniesAtOnce(t *testing.T, w *world) {
	account := newID(t, id.Account)
	w.limits.Denies = 20
	all := make([]approval.Pending, 20)
	for i := range all {
		all[i], _ = w.push(account)
	}
	for _, err := range together(3*len(all), func(i int) error {
		return w.End(t.Context(), all[i%len(all)].ID, "ins_a", approval.StatusDenied)
	}) {
		w.must(err)
	}
	w.wantLimits(account, Limits{Pushes: 5, Denies: 20, PausedUntil: w.now().Add(5 * time.Minute)})
}

func denyOnce(t *testing.T, w *world) {
	account := newID(t, id.Account)
	p, _ := w.push(account)
	w.advance(approval.DefaultLife + time.Minute)
	for _, status := range []approval.Status{approval.StatusDenied, approval.StatusDenied, approval.StatusApproved} {
		w.must(w.End(t.Context(), p.ID, "", status))
	}
	w.wantLimits(account, Limits{Pushes: 1, Denies: 1})
}

func denyOfAnother(t *testing.T, w *world) {
	account := newID(t, id.Account)
	others := []string{w.neighbour(account), newID(t, id.Account)}
	for range 4 {
		w.ends(account, approval.StatusDenied, approval.StatusReported)
	}
	limits, err := w.Limits(t.Context(), account)
	w.must(err)
	if limits.PausedUntil.IsZero() {
		t.Fatal("the attacked account is not paused")
	}
	for _, other := range others {
		w.wantLimits(other, Limits{})
		w.pushes(other, 5)
	}
	touched := strings.Join(w.counters(), " ")
	if n := strings.Count(touched, "denies:"); n != 1 {
		t.Fatalf("%d accounts have denies: %s", n, touched)
	}
}

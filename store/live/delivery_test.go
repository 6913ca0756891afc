package live

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
)

var deliveryContract = []clause{
	{"progress never goes backwards", progress},
	{"progress marked at once is counted once", progressAtOnce},
	{"deliveries of several approvals are read together", deliveries},
	{"a push is sent again once per twenty seconds and three times", resend},
	{"of many resends at once one is carried out", resendAtOnce},
	{"what ended or expired is not pushed again", resendEnds},
}

func (w *world) delivery(name string) approval.Delivery {
	w.t.Helper()
	p, err := w.Pending(w.t.Context(), name)
	w.must(err)
	all, err := w.Deliveries(w.t.Context(), []string{name})
	w.must(err)
	if want := (Delivery{p.Delivery, p.ClosesAt}); all[name] != want {
		w.t.Fatalf("deliveries say %+v, the approval %+v", all[name], want)
	}
	return p.Delivery
}

func progress(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account), "ins_a", "ins_b")
	w.create(p)
	steps := []struct {
		installation string
		progress     approval.Progress
		want         approval.Delivery
	}{
		{"ins_a", approval.ProgressFailed, approval.Delivery{Failed: 1}},
		{"ins_a", approval.ProgressSent, approval.Delivery{Sent: 1}},
		{"ins_a", approval.ProgressFailed, approval.Delivery{Sent: 1}},
		{"ins_b", approval.ProgressReceived, approval.Delivery{Sent: 1, Received: 1}},
		{"ins_b", approval.ProgressSent, approval.Delivery{Sent: 1, Received: 1}},
		{"ins_a", approval.ProgressReceived, approval.Delivery{Received: 2}},
		{"ins_a", approval.ProgressReceived, approval.Delivery{Received: 2}},
		{"ins_without_push", approval.ProgressReceived, approval.Delivery{Received: 3}},
	}
	for i, s := range steps {
		w.must(w.Mark(t.Context(), p.ID, s.installation, s.progress))
		if got := w.delivery(p.ID); got != s.want {
			t.Fatalf("after step %d: %+v, want %+v", i, got, s.want)
		}
	}
}

func progressAtOnce(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account), "ins_a")
	w.create(p)
	order := []approval.Progress{approval.ProgressReceived, approval.ProgressSent, approval.ProgressFailed}
	together(60, func(i int) error {
		err := w.Mark(t.Context(), p.ID, "ins_a", order[i%3])
		if err != nil {
			t.Error(err)
		}
		return err
	})
	if got, want := w.delivery(p.ID), (approval.Delivery{Received: 1}); got != want {
		t.Fatalf("delivery %+v, want %+v", got, want)
	}
}

func deliveries(t *testing.T, w *world) {
	want := map[string]Delivery{}
	ids := []string{w.pending(newID(t, id.Account)).ID, "not an id"}
	for range 40 {
		p := w.pending(newID(t, id.Account), "ins_a")
		w.create(p)
		w.must(w.Mark(t.Context(), p.ID, "ins_a", approval.ProgressSent))
		ids = append(ids, p.ID)
		want[p.ID] = Delivery{approval.Delivery{Sent: 1}, p.ClosesAt}
	}
	got, err := w.Deliveries(t.Context(), ids)
	w.must(err)
	if !maps.Equal(got, want) {
		t.Fatalf("deliveries %v, want %v", got, want)
	}
}

func resend(t *testing.T, w *world) {
	ctx := t.Context()
	p := w.pending(newID(t, id.Account), "ins_a", "ins_b")
	p.ExpiresAt, p.ClosesAt = p.ExpiresAt.Add(time.Minute), p.ClosesAt.Add(time.Minute)
	w.create(p)
	w.drain()
	for _, request := range []string{"req_1", "req_2", "req_3"} {
		w.must(w.Resend(ctx, p.ID, request))
		w.must(w.Resend(ctx, p.ID, request)) // the same request, sent again
		if jobs := w.drain(); len(jobs) != 2 || jobs[0].Kind != approval.JobApproval {
			t.Fatalf("%s queued %d pushes, want 2", request, len(jobs))
		}
		if request != "req_3" {
			w.tooSoon(p.ID)
			w.clock.advance(approval.ResendInterval)
		}
	}
	w.wants(w.Resend(ctx, p.ID, "req_4"), approval.ErrResendLimit)
	w.clock.advance(approval.ResendInterval)
	w.wants(w.Resend(ctx, p.ID, "req_4"), approval.ErrResendLimit)
	w.must(w.Resend(ctx, p.ID, "req_1"))
	if jobs := w.drain(); len(jobs) != 0 {
		t.Fatalf("%d pushes too many", len(jobs))
	}
}

func (w *world) tooSoon(name string) {
	w.t.Helper()
	err := w.Resend(w.t.Context(), name, "req_too_soon")
	w.wants(err, approval.ErrResendTooSoon)
	var shown *refusal.Error
	if !errors.As(err, &shown) || shown.RetryAfter <= approval.ResendInterval-10*time.Second || shown.RetryAfter > approval.ResendInterval {
		w.t.Fatalf("retry after %v, want about %v", shown.RetryAfter, approval.ResendInterval)
	}
}

func resendAtOnce(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account), "ins_a")
	w.create(p)
	w.drain()
	done := 0
	for _, err := range together(30, func(i int) error { return w.Resend(t.Context(), p.ID, "req_"+string(rune('a'+i))) }) {
		if err == nil {
			done++
			continue
		}
		w.wants(err, approval.ErrResendTooSoon)
	}
	if jobs := w.drain(); done != 1 || len(jobs) != 1 {
		t.Fatalf("%d resends carried out, %d pushes, want 1", done, len(jobs))
	}
}

func resendEnds(t *testing.T, w *world) {
	ended, expired := w.pending(newID(t, id.Account), "ins_a"), w.pending(newID(t, id.Account), "ins_a")
	w.create(ended)
	w.create(expired)
	w.must(w.End(t.Context(), ended.ID, "ins_a", approval.StatusExpired))
	w.drain()
	w.wants(w.Resend(t.Context(), ended.ID, "req_a"), approval.ErrNotPending)
	w.clock.advance(approval.DefaultLife)
	w.wants(w.Resend(t.Context(), expired.ID, "req_a"), approval.ErrExpired)
	if jobs := w.drain(); len(jobs) != 0 {
		t.Fatalf("%d pushes were queued", len(jobs))
	}
}

package lasting_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

func TestAnApprovalExpiresOnlyOnceItsTimeIsOver(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		p := w.pending()
		p.ClosesAt = p.ExpiresAt.Add(time.Minute)
		for _, early := range []time.Duration{0, approval.DefaultLife + 30*time.Second} {
			w.after(early)
			_, err := s.End(t.Context(), p, approval.StatusExpired)
			wantError(t, err, approval.ErrNotDue)
		}
		w.after(approval.DefaultLife + 61*time.Second)
		o, err := s.End(t.Context(), p, approval.StatusExpired)
		must(t, err)
		if o.Status != approval.StatusExpired || o.Device != "" || o.Signer != nil || o.Assertion != nil || o.DecidedAt.Before(p.ClosesAt) {
			t.Fatalf("outcome is %+v", o)
		}
		kept, err := s.Outcome(t.Context(), p.ID)
		must(t, err)
		if kept.Status != o.Status || !kept.DecidedAt.Equal(o.DecidedAt) || kept.Signer != nil {
			t.Fatalf("kept %+v, told %+v", kept, o)
		}
	})
}

func TestAnEndFindsTheWinnerAndChangesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone, p := w.phone(), w.pending()
		_, err := w.decide(p, phone, approval.Approve)
		must(t, err)
		for _, status := range []approval.Status{approval.StatusExpired, approval.StatusCancelled, approval.StatusSuperseded} {
			o, err := s.End(t.Context(), p, status)
			must(t, err)
			wantEqual(t, "status", o.Status, approval.StatusApproved)
		}
		q := w.pending()
		for _, status := range []approval.Status{approval.StatusSuperseded, approval.StatusCancelled} {
			o, err := s.End(t.Context(), q, status)
			must(t, err)
			wantEqual(t, "status", o.Status, approval.StatusSuperseded)
		}
		v, err := w.decide(q, phone, approval.Approve)
		must(t, err)
		if v.Own || v.Outcome == nil || v.Outcome.Status != approval.StatusSuperseded {
			t.Fatalf("verdict is %+v", v)
		}
	})
}

func TestWithoutADecisionNothingIsApproved(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		p := w.pending()
		for _, status := range []approval.Status{approval.StatusApproved, approval.StatusDenied, approval.StatusReported, approval.StatusPending} {
			if _, err := s.End(t.Context(), p, status); err == nil {
				t.Fatalf("ended as %s", status)
			}
		}
		wantEqual(t, "status", w.outcome(p), approval.StatusPending)
	})
}

func TestOutcomesAreReadByIdAndSinceAMoment(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		phone := w.phone()
		old := w.pending()
		_, err := s.End(ctx, old, approval.StatusCancelled)
		must(t, err)
		w.after(time.Minute)
		since, err := s.Now(ctx)
		must(t, err)
		var ids []string
		for range 3 {
			p := w.pending()
			_, err := w.decide(p, phone, approval.Approve)
			must(t, err)
			ids = append(ids, p.ID)
		}
		ended, err := s.OutcomesSince(ctx, since)
		must(t, err)
		var got []string
		for _, e := range ended {
			if e.Status != approval.StatusApproved || e.Method != approval.MethodPush {
				t.Fatalf("ended %+v", e)
			}
			got = append(got, e.Approval)
		}
		if !slices.Equal(got, ids) {
			t.Fatalf("since then %v ended, want %v", got, ids)
		}
		many := append([]string{old.ID, w.pending().ID}, ids...)
		for len(many) < 1100 {
			many = append(many, "apr_unknown")
		}
		outcomes, err := s.Ends(ctx, append(many, ids[0]))
		must(t, err)
		wantEqual(t, "number of outcomes", len(outcomes), 5) // the last id is asked for in another query
		none, err := s.Ends(ctx, nil)
		must(t, err)
		wantEqual(t, "number of outcomes of nothing", len(none), 0)
		_, err = s.Outcome(ctx, "apr_unknown")
		wantError(t, err, approval.ErrUnknown)
	})
}

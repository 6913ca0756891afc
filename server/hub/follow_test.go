package hub

import (
	"context"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/lasting"
)

// slow is a lasting store that has no answer to how approvals ended.
type slow struct {
	now   time.Time
	since time.Time
}

func (s *slow) Now(context.Context) (time.Time, error) { return s.now, nil }

func (s *slow) Ends(context.Context, []string) ([]lasting.Ended, error) { return nil, nil }

func (s *slow) OutcomesSince(_ context.Context, since time.Time) ([]lasting.Ended, error) {
	s.since = since
	return nil, refusal.ErrUnavailable
}

func TestAQuestionThatWasNotAnsweredGrowsNoFurtherThanApprovalsAreOpen(t *testing.T) {
	t.Parallel()
	start := time.Now()
	store := &slow{now: start}
	h := New(Options{Lasting: store})
	h.watches["apr_waiting"] = &watch{}
	ask := func(now time.Time) time.Duration {
		store.now = now
		if err := h.catchUp(t.Context()); err == nil {
			t.Fatal("the store answered")
		}
		return now.Sub(store.since)
	}
	if back := ask(start.Add(time.Minute)); back > time.Minute+overlap {
		t.Errorf("asked for %v", back)
	}
	if back := ask(start.Add(10 * time.Minute)); back < 9*time.Minute {
		t.Errorf("what was not answered is not asked again: asked for %v", back)
	}
	if back := ask(start.Add(24 * time.Hour)); back < approval.MaxOpen || back > 2*approval.MaxOpen {
		t.Errorf("asked for %v", back)
	}
}

package ending_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/store/outbox"
)

// lagging is a lasting store whose clock is behind.
type lagging struct{ asked int }

func (l *lagging) Outcome(context.Context, string) (approval.Outcome, error) {
	return approval.Outcome{}, approval.ErrUnknown
}

func (l *lagging) EndBy(context.Context, approval.Pending, approval.Status, outbox.Actor) (approval.Outcome, error) {
	l.asked++
	return approval.Outcome{}, approval.ErrNotDue
}

// impatient is a live store whose leases have always run out: it hands out its one approval in every round.
type impatient struct{}

func (impatient) Pending(_ context.Context, id string) (approval.Pending, error) {
	return approval.Pending{ID: id}, nil
}
func (impatient) End(context.Context, string, string, approval.Status) error { return nil }
func (impatient) Wake(context.Context, ...string) error                      { return nil }
func (impatient) Due(_ context.Context, partition, _ int) ([]approval.Pending, error) {
	if partition != 0 {
		return nil, nil
	}
	return []approval.Pending{{ID: "apr_early"}}, nil
}

func TestWhatIsNotDueYetIsTriedNoMoreOftenHoweverOftenItIsHandedOut(t *testing.T) {
	t.Parallel()
	store, log := &lagging{}, slog.New(slog.DiscardHandler)
	beats := make(chan time.Time)
	sweeper := ending.NewSweeper(ending.New(store, impatient{}, time.Now, log), impatient{},
		func(time.Duration) (<-chan time.Time, func()) { return beats, func() {} }, log)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = sweeper.Run(ctx) })
	const rounds = 50
	for range rounds {
		beats <- time.Time{}
	}
	cancel()
	running.Wait()
	// Once because it was early before, once because it is handed out.
	if store.asked < rounds || store.asked > 2*rounds {
		t.Errorf("asked %d times in %d rounds", store.asked, rounds)
	}
}

// prolonged is a live store whose approval is due once, and closes later from then on.
type prolonged struct {
	impatient
	handed *bool
}

func (p prolonged) Due(ctx context.Context, partition, limit int) ([]approval.Pending, error) {
	if partition != 0 || *p.handed {
		return nil, nil
	}
	*p.handed = true
	return p.impatient.Due(ctx, partition, limit)
}

func (p prolonged) Pending(_ context.Context, id string) (approval.Pending, error) {
	return approval.Pending{ID: id, ClosesAt: time.Now().Add(time.Hour)}, nil
}

func TestAnApprovalThatClosesLaterMeanwhileIsNotEnded(t *testing.T) {
	t.Parallel()
	store, log, live := &lagging{}, slog.New(slog.DiscardHandler), prolonged{handed: new(bool)}
	beats := make(chan time.Time)
	sweeper := ending.NewSweeper(ending.New(store, live, time.Now, log), live,
		func(time.Duration) (<-chan time.Time, func()) { return beats, func() {} }, log)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = sweeper.Run(ctx) })
	for range 5 {
		beats <- time.Time{}
	}
	cancel()
	running.Wait()
	if store.asked != 1 {
		t.Errorf("asked to end it %d times, want once: when it was due", store.asked)
	}
}

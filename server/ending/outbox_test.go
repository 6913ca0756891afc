package ending_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/store/outbox"
)

// box hands out its events, oldest first, until they are marked.
type box struct{ open []outbox.Event }

func (b *box) Lease(context.Context, int, time.Duration) ([]outbox.Event, error) {
	return append([]outbox.Event(nil), b.open...), nil
}

func (b *box) Followed(_ context.Context, ids []int64) error {
	for _, id := range ids {
		for i, e := range b.open {
			if e.ID == id {
				b.open = append(b.open[:i], b.open[i+1:]...)
				break
			}
		}
	}
	return nil
}

// refuses is a follower that one event cannot pass.
type refuses int64

func (r refuses) Follow(_ context.Context, events []outbox.Event) error {
	for _, e := range events {
		if e.ID == int64(r) {
			return errors.New("no store for this one")
		}
	}
	return nil
}

func TestAnEventThatCannotBeFollowedUpKeepsBackNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &box{open: []outbox.Event{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}}}
		tick := func(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }
		o := ending.NewOutbox(b, []ending.Follower{refuses(2)}, tick, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { _ = o.Run(ctx) }()
		o.Nudge()
		synctest.Wait()
		if len(b.open) != 1 || b.open[0].ID != 2 {
			t.Errorf("open are %v", b.open)
		}
	})
}

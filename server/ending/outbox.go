package ending

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jawort/jawort/store/outbox"
)

// The paces of the outbox.
const (
	OutboxEvery = time.Second
	eventLease  = 10 * time.Second
	eventLimit  = 100
	// breath is the time between two rounds: most wake-ups are no end, and must not become a query each.
	breath = 20 * time.Millisecond
)

// Events are what happened, written in the transaction in which it happened.
type Events interface {
	Lease(ctx context.Context, limit int, lease time.Duration) ([]outbox.Event, error)
	Followed(ctx context.Context, ids []int64) error
}

// Follower does what follows from events. It is called again with the same events until all followers are done, so
// repeating it must change nothing.
type Follower interface {
	Follow(ctx context.Context, events []outbox.Event) error
}

// Outbox has what happened followed up: at least once, and never forgotten, because an event stays until
// it is marked.
type Outbox struct {
	events    Events
	followers []Follower
	tick      Tick
	log       *slog.Logger
	nudged    chan struct{}
}

// NewOutbox returns an outbox whose events are followed up in the order of the followers.
func NewOutbox(events Events, followers []Follower, tick Tick, log *slog.Logger) *Outbox {
	return &Outbox{events: events, followers: followers, tick: tick, log: log, nudged: make(chan struct{}, 1)}
}

// Nudge says that something may have happened. It does not block.
func (o *Outbox) Nudge() {
	select {
	case o.nudged <- struct{}{}:
	default: // already nudged
	}
}

// Run works until ctx ends.
func (o *Outbox) Run(ctx context.Context) error {
	ticks, stop := o.tick(OutboxEvery)
	defer stop()
	rest := time.NewTimer(0)
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-rest.C:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
		case <-o.nudged:
		}
		if err := o.drain(ctx); err != nil && ctx.Err() == nil {
			o.log.WarnContext(ctx, "what happened could not be followed up; trying again", "error", err)
		}
		rest.Reset(breath)
	}
}

func (o *Outbox) drain(ctx context.Context) error {
	for {
		events, err := o.events.Lease(ctx, eventLimit, eventLease)
		if err != nil {
			return err
		}
		if err := o.follow(ctx, events); err != nil {
			return err
		}
		if len(events) < eventLimit {
			return nil
		}
	}
}

// follow takes the events together, which costs a few statements for all of them, and where that fails one by one: what cannot be
// followed up must keep back neither what came before it nor what came after.
func (o *Outbox) follow(ctx context.Context, events []outbox.Event) error {
	if len(events) == 0 {
		return nil
	}
	err := o.together(ctx, events)
	if err == nil || len(events) == 1 {
		return err
	}
	o.log.WarnContext(ctx, "what happened could not be followed up together; going on one by one", "events", len(events), "error", err)
	var failed []error
	for _, e := range events {
		failed = append(failed, o.together(ctx, []outbox.Event{e}))
	}
	return errors.Join(failed...)
}

func (o *Outbox) together(ctx context.Context, events []outbox.Event) error {
	for _, f := range o.followers {
		if err := f.Follow(ctx, events); err != nil {
			return err
		}
	}
	ids := make([]int64, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	return o.events.Followed(ctx, ids)
}

package ending

import (
	"context"
	"log/slog"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

// The paces of the outbox.
const (
	OutboxEvery = time.Second
	eventLease  = 10 * time.Second
	eventLimit  = 100
	// breath is the time between two rounds: most wake-ups are no end, and must not become a query each.
	breath = 20 * time.Millisecond
)

// Events are what follows from ends, written with them in one transaction.
type Events interface {
	LeaseEvents(ctx context.Context, limit int, lease time.Duration) ([]lasting.Event, error)
	EventDone(ctx context.Context, id int64) error
}

// Withdrawer takes an approval off the phones, except the one that decided it.
type Withdrawer interface {
	End(ctx context.Context, id, decider string, status approval.Status) error
}

// Outbox withdraws what has ended, however it ended: at least once, and never forgotten, because an event stays until
// it is marked done.
type Outbox struct {
	events Events
	live   Withdrawer
	tick   Tick
	log    *slog.Logger
	nudged chan struct{}
}

// NewOutbox returns an outbox.
func NewOutbox(events Events, live Withdrawer, tick Tick, log *slog.Logger) *Outbox {
	return &Outbox{events: events, live: live, tick: tick, log: log, nudged: make(chan struct{}, 1)}
}

// Nudge says that something may have ended. It does not block.
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
			o.log.WarnContext(ctx, "ended approvals could not be withdrawn; trying again", "error", err)
		}
		rest.Reset(breath)
	}
}

func (o *Outbox) drain(ctx context.Context) error {
	for {
		events, err := o.events.LeaseEvents(ctx, eventLimit, eventLease)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := o.live.End(ctx, e.Approval, e.Installation, e.Status); err != nil {
				return err
			}
			if err := o.events.EventDone(ctx, e.ID); err != nil {
				return err
			}
		}
		if len(events) < eventLimit {
			return nil
		}
	}
}

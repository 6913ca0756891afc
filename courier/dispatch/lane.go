package dispatch

import (
	"context"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/courier"
)

// lane is the way of one channel: its sender, with attempts and a breaker of its own, so that a slow or failing provider stops nobody
// else's messages.
type lane struct {
	*Dispatcher
	channel  courier.Channel
	sender   courier.Sender
	breaker  *gobreaker.TwoStepCircuitBreaker[struct{}]
	slots    chan struct{} // a token per attempt that may run
	attempts sync.WaitGroup
}

func (d *Dispatcher) newLane(c courier.Channel, s courier.Sender) *lane {
	return &lane{
		Dispatcher: d, channel: c, sender: s, slots: make(chan struct{}, d.Concurrency),
		breaker: gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
			Timeout:       d.Pace.Rest,
			ReadyToTrip:   func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= d.Pace.TripAfter },
			IsSuccessful:  speaksForHealth,
			IsExcluded:    saysNothing,
			OnStateChange: func(_ string, from, to gobreaker.State) { d.metrics.breakerChanged(s.Name(), from, to) },
		}),
	}
}

// speaksForHealth: a provider that refuses one person or one message works.
func speaksForHealth(err error) bool {
	return err == nil || courier.FailureOf(err).Final()
}

// saysNothing: throttling is our own doing, an alarm is ours to mend, and a stop is not the provider's.
func saysNothing(err error) bool {
	if err == nil {
		return false
	}
	f := courier.FailureOf(err)
	return f.Kind == courier.Throttled || f.Kind == courier.Alarm || f.Reason == courier.Stopped
}

// run leases as much as there is room for, until ctx ends.
func (l *lane) run(ctx, work context.Context) {
	for failures := 0; ; {
		room := l.reserve(ctx)
		if room == 0 {
			return
		}
		leased, err := l.Queue.Lease(ctx, l.channel, room, l.Pace.Lease)
		l.start(work, leased, room)
		pause := time.Duration(0)
		switch {
		case err != nil:
			failures++
			l.warn(ctx, "messages cannot be leased", err)
			pause = backoff.Pause(failures, l.Pace.Poll, l.Pace.Rest, l.Random)
		case len(leased) < room:
			failures, pause = 0, l.Pace.Poll
		}
		if !backoff.Wait(ctx, pause) {
			return
		}
	}
}

// reserve waits for room and returns how much there is; none when ctx ends. A provider that is being left alone gets no more than one
// message, to find out whether it is back.
func (l *lane) reserve(ctx context.Context) int {
	for l.breaker.State() == gobreaker.StateOpen {
		if !backoff.Wait(ctx, min(l.Pace.Poll, l.Pace.Rest)) {
			return 0
		}
	}
	select {
	case <-ctx.Done():
		return 0
	case l.slots <- struct{}{}:
	}
	room := 1
	for l.breaker.State() == gobreaker.StateClosed && room < cap(l.slots) {
		select {
		case l.slots <- struct{}{}:
			room++
			continue
		default:
		}
		break
	}
	return room
}

// start starts an attempt for each message and gives back the room that is not needed.
func (l *lane) start(work context.Context, leased []courier.Leased, room int) {
	for _, m := range leased {
		l.attempts.Go(func() {
			defer func() { <-l.slots }()
			l.deliver(work, m)
		})
	}
	for range room - len(leased) {
		<-l.slots
	}
}

package server

import (
	"context"
	"time"

	"github.com/jawort/jawort/edge"
)

const (
	// longestWait of a long-poll.
	longestWait = 60 * time.Second
	// lookAgain bounds how long a lost wake-up can go unnoticed.
	lookAgain = 4 * time.Second
)

// topics tells when to look again at something that is waited for.
type topics interface {
	Subscribe(topics ...string) (signals <-chan struct{}, cancel func())
}

// patience waits for long-polls.
type patience struct {
	topics topics
	crowd  *edge.Crowd
	tick   func(time.Duration) (ticks <-chan time.Time, stop func())
}

// wait looks until look is done, the time is over or the server shuts down. It subscribes before it looks, so that
// nothing falls in between. Where too many wait already, it refuses.
func (p patience) wait(ctx context.Context, topic string, most time.Duration, look func(context.Context) (done bool, err error)) error {
	if most == 0 {
		_, err := look(ctx)
		return err
	}
	woken, cancel := p.topics.Subscribe(topic)
	defer cancel()
	if done, err := look(ctx); done || err != nil {
		return err
	}
	leave, err := p.crowd.Enter(topic) // who has nothing to wait for was never in the way
	if err != nil {
		return err
	}
	defer leave()
	enough := time.NewTimer(most)
	defer enough.Stop()
	again, stop := p.tick(lookAgain)
	defer stop()
	for over := false; !over; {
		select {
		case <-woken:
		case <-again:
		case <-enough.C:
			over = true
		case <-edge.Closing(ctx):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
		if done, err := look(ctx); done || err != nil {
			return err
		}
	}
	return nil
}

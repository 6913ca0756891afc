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
	lookAgain = 5 * time.Second
)

// waitFor looks until look is done, the wait is over or the server shuts down. It subscribes before it looks, so that nothing
// falls in between.
func waitFor(ctx context.Context, t topics, topic string, wait time.Duration, look func(context.Context) (done bool, err error)) error {
	if wait == 0 {
		_, err := look(ctx)
		return err
	}
	woken, cancel := t.Subscribe(topic)
	defer cancel()
	enough := time.NewTimer(wait)
	defer enough.Stop()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		if done, err := look(ctx); done || err != nil {
			return err
		}
		select {
		case <-woken:
		case <-again.C:
		case <-enough.C:
			_, err := look(ctx)
			return err
		case <-edge.Closing(ctx):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

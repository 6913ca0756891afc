package browser

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jawort/jawort/backoff"
)

const (
	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
	// patience is how many times in a row the socket may fail to open before long-polling takes over.
	patience = 2
)

// errDone says that the final state was yielded, or that nobody listens any more.
var errDone = errors.New("browser: done")

type watcher struct {
	Page
	yield    func(State, error) bool
	failures int  // in a row, without a state in between
	polled   bool // the state is known, so that polling waits for the next one
}

func (w *watcher) run(ctx context.Context) error {
	for {
		err := w.wait(ctx)
		switch {
		case errors.Is(err, errDone):
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, ErrTicket), errors.Is(err, ErrLost), errors.Is(err, ErrOrigin):
			return err
		case err != nil:
			w.failures++
		}
		if !backoff.Wait(ctx, backOff(w.failures)) {
			return context.Cause(ctx)
		}
	}
}

// wait holds the socket until it breaks, or polls once where sockets do not get through.
func (w *watcher) wait(ctx context.Context) error {
	if w.failures < patience {
		return w.socket(ctx)
	}
	if err := w.poll(ctx); err != nil {
		return err
	}
	w.failures = patience // polling works: no longer pauses, and no more tries of the socket
	return nil
}

func (w *watcher) tell(s State) error {
	if !w.yield(s, nil) || s.Ended() {
		return errDone
	}
	return nil
}

// backOff doubles, with half of it left to chance, so that the pages of a server that restarts do not return in one wave.
func backOff(failures int) time.Duration {
	pause := min(firstPause<<min(failures, 10), longestPause)
	return pause/2 + rand.N(pause/2+1)
}

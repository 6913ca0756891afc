package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"syscall"
	"time"
)

const (
	maxTries   = 4
	firstPause = 100 * time.Millisecond
	// longestPause is the longest Retry-After that is waited out here; a longer one is the caller's to wait.
	longestPause = 3 * time.Second
)

// do sends the call, and again while that is safe and may help.
func (c *Client) do(ctx context.Context, q call, answer any) error {
	var body []byte
	if q.body != nil {
		var err error
		if body, err = json.Marshal(q.body); err != nil {
			return fmt.Errorf("client: %w", err)
		}
	}
	for try := 1; ; try++ {
		err := c.once(ctx, q, body, answer)
		if err == nil || (try > 1 && alreadyGone(q, err)) {
			return nil
		}
		pause, again := pauseAfter(q, try, err)
		if !again || !sleep(ctx, pause) {
			return err
		}
	}
}

// alreadyGone says that an earlier try, whose answer was lost, has deleted it.
func alreadyGone(q call, err error) bool {
	return q.method == http.MethodDelete && status(err) == http.StatusNotFound
}

func pauseAfter(q call, try int, err error) (pause time.Duration, again bool) {
	if try == maxTries || !(q.repeat || refused(err)) {
		return 0, false
	}
	pause = backOff(try)
	var e *Error
	if !errors.As(err, &e) {
		return pause, true
	}
	pause = max(pause, e.RetryAfter+jitter(firstPause))
	return pause, mayPass(e) && e.RetryAfter <= longestPause
}

// mayPass tells a server that is busy or away from one that has made up its mind. A limit without Retry-After does not pass by waiting.
func mayPass(e *Error) bool {
	if e.Status == http.StatusTooManyRequests {
		return e.RetryAfter > 0
	}
	return slices.Contains([]int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, e.Status)
}

// refused says that nobody listened, so that nothing was sent.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

func status(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// backOff doubles from firstPause, with half of it left to chance.
func backOff(try int) time.Duration {
	pause := min(firstPause<<min(try-1, 10), longestPause)
	return pause/2 + jitter(pause/2)
}

func jitter(most time.Duration) time.Duration { return rand.N(most + 1) }

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

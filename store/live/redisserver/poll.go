package redisserver

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errExited ends polling: waiting longer does not help.
var errExited = errors.New("redisserver: the process has ended, or the port is another's")

// Poll calls check until it succeeds, gives up, or ctx ends.
func Poll(ctx context.Context, check func() error) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		err := check()
		if err == nil || errors.Is(err, errExited) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("redisserver: waited too long: %w", err)
		case <-tick.C:
		}
	}
}

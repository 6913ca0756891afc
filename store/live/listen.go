package live

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/backoff"
)

const (
	longestSilence = 5 * time.Second
	shortestPause  = 50 * time.Millisecond
	longestPause   = time.Second
)

// listener keeps one subscription alive. Its functions must not block.
type listener struct {
	client     redis.UniversalClient
	channels   []string
	silence    time.Duration // after this long without a message the connection is probed, and given up after as long again
	subscribed func()        // after every (re)subscription: messages may have been lost
	message    func(payload string)
}

// run listens until ctx ends, at first on a subscription that is already open (nil: none).
func (l *listener) run(ctx context.Context, open *redis.PubSub) {
	pause := shortestPause
	for ctx.Err() == nil {
		if open == nil {
			open, _ = l.subscribe(ctx)
		}
		if open != nil {
			l.follow(ctx, open)
			open, pause = nil, shortestPause
		}
		backoff.Wait(ctx, pause)
		pause = min(2*pause, longestPause)
	}
}

// subscribe returns a subscription that Redis has confirmed.
func (l *listener) subscribe(ctx context.Context) (*redis.PubSub, error) {
	subscription := l.client.Subscribe(ctx, l.channels...)
	for confirmed := 0; confirmed < len(l.channels); {
		got, err := subscription.ReceiveTimeout(ctx, patience)
		if err != nil {
			return nil, errors.Join(failed("subscribe", err), subscription.Close())
		}
		if _, ok := got.(*redis.Subscription); ok {
			confirmed++
		}
	}
	l.subscribed()
	return subscription, nil
}

// follow passes messages on until the connection or ctx ends.
func (l *listener) follow(ctx context.Context, subscription *redis.PubSub) {
	// Reading does not notice that ctx ends, but that the connection is closed.
	stop := context.AfterFunc(ctx, func() { _ = subscription.Close() })
	defer func() {
		if stop() {
			_ = subscription.Close()
		}
	}()
	for probed := false; ; {
		got, err := subscription.ReceiveTimeout(ctx, l.silence)
		switch m := got.(type) {
		case *redis.Message:
			l.message(m.Payload)
		case *redis.Subscription:
			l.subscribed() // go-redis reconnected by itself
		}
		if err == nil {
			probed = false
			continue
		}
		if !isTimeout(err) || probed || ctx.Err() != nil || subscription.Ping(ctx) != nil {
			return
		}
		probed = true
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

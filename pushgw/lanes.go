package pushgw

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/outbound"
)

// lanes keeps the services apart: each has its own attempts and its own breaker, so that a slow or failing one
// stops nobody else's pushes.
type lanes struct {
	options Options
	metrics *metrics
	room    int

	mu      sync.Mutex
	open    map[service]*lane
	foreign int // jobs in hand for servers that phones named
}

// lane is the way to one service.
type lane struct {
	provider Provider
	breaker  *gobreaker.TwoStepCircuitBreaker[struct{}]
	slots    chan struct{}
	most     int // jobs that may be in hand for this service
	jobs     int // that are; guarded by lanes.mu
}

func newLanes(o Options, room int, m *metrics) *lanes {
	return &lanes{options: o, metrics: m, room: room, open: map[service]*lane{}}
}

var (
	errNotConfigured = errors.New("pushgw: nothing is configured for this app")
	errCrowded       = errors.New("pushgw: enough jobs wait for this service")
)

// enter returns the lane to a's service. The caller leaves it when the job is done.
func (l *lanes) enter(a account.PushAddress) (ln *lane, leave func(), err error) {
	provider, ok := l.options.Providers[RouteOf(a)]
	if !ok {
		return nil, nil, errNotConfigured
	}
	key := serviceOf(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	if key.foreign() && l.foreign >= max(1, l.room/foreignShare) {
		return nil, nil, errCrowded
	}
	if ln = l.open[key]; ln == nil {
		ln = l.newLane(provider, key)
		l.open[key] = ln
	}
	if ln.jobs >= ln.most {
		return nil, nil, errCrowded
	}
	ln.jobs++
	if key.foreign() {
		l.foreign++
	}
	return ln, func() { l.leave(key, ln) }, nil
}

// leave forgets a Web Push server that nothing is sent to: phones name them, so there is no end to them.
func (l *lanes) leave(key service, ln *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln.jobs--
	if !key.foreign() {
		return
	}
	l.foreign--
	if ln.jobs == 0 {
		delete(l.open, key)
		l.metrics.breakerForgotten(key.Provider, ln.breaker.State())
	}
}

// A service that we configured may fill half of the room. A server that a phone named may fill an eighth, and all of
// them together a quarter: whoever names many servers that ask for patience must not stop the services that we chose,
// not even while one of those is down.
const (
	ownShare     = 2
	serverShare  = 8
	foreignShare = 4
)

func (l *lanes) newLane(p Provider, key service) *lane {
	share := ownShare
	if key.foreign() {
		share = serverShare
	}
	pace := l.options.Pace
	return &lane{
		provider: p,
		slots:    make(chan struct{}, l.options.Concurrency),
		most:     max(1, l.room/share),
		breaker: gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
			Timeout:       pace.Rest,
			ReadyToTrip:   func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= pace.TripAfter },
			IsSuccessful:  speaksForHealth,
			IsExcluded:    saysNothing,
			OnStateChange: func(_ string, from, to gobreaker.State) { l.metrics.breakerChanged(key.Provider, from, to) },
		}),
	}
}

// speaksForHealth: a service that refuses one token or one push works.
func speaksForHealth(err error) bool {
	return err == nil || failureOf(err).Kind == Gone || failureOf(err).Kind == Refused
}

// saysNothing: throttling may concern one token only, an alarm is ours to mend, and a stop is not the service's.
func saysNothing(err error) bool {
	if err == nil {
		return false
	}
	f := failureOf(err)
	return f.Kind == Throttled || f.Kind == Alarm || f.Reason == outbound.Stopped
}

var errResting = errors.New("pushgw: the service is left alone for a while")

// slot waits until one more attempt may run. The caller gives the slot back.
func (ln *lane) slot(ctx context.Context) (free func(), ok bool) {
	select {
	case <-ctx.Done():
		return nil, false
	case ln.slots <- struct{}{}:
		return func() { <-ln.slots }, true
	}
}

// send makes one attempt, or returns errResting while the breaker is open.
func (ln *lane) send(ctx context.Context, deadline time.Duration, p Push) error {
	report, err := ln.breaker.Allow()
	if err != nil {
		return errResting
	}
	attempt, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	err = ln.provider.Send(attempt, p)
	report(err)
	return err
}

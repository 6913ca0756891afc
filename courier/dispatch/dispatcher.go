package dispatch

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/courier"
)

// Queue is where messages wait.
type Queue interface {
	// Lease returns messages of a channel that are nobody else's until the lease is over.
	Lease(ctx context.Context, c courier.Channel, limit int, lease time.Duration) ([]courier.Leased, error)
	// Sent marks a message that the provider has taken.
	Sent(ctx context.Context, l courier.Leased, provider, reference string) error
	// Failed marks a message that will never be taken.
	Failed(ctx context.Context, l courier.Leased, reason string) error
	// Retry gives a message back, for later.
	Retry(ctx context.Context, l courier.Leased, after time.Duration, reason string) error
	// Upkeep expires what is too late and forgets what is old.
	Upkeep(ctx context.Context) (courier.Upkeep, error)
}

// Options are what a dispatcher works with. Every field but Concurrency and Pace is required.
type Options struct {
	Queue       Queue
	Senders     map[courier.Channel]courier.Sender // a channel without one keeps its messages until they expire
	Concurrency int                                // attempts of one channel at the same time; 0: DefaultConcurrency
	Pace        Pace
	Log         *slog.Logger
	Metrics     prometheus.Registerer
	Now         func() time.Time
	Random      io.Reader
}

// DefaultConcurrency is how many attempts of one channel are made at the same time.
const DefaultConcurrency = 16

// Pace is how patient a dispatcher is. Zero fields take the defaults.
type Pace struct {
	Attempt     time.Duration // deadline of one attempt: 30 s
	Lease       time.Duration // must outlast an attempt and its mark: 90 s
	Poll        time.Duration // between two looks at a queue that was empty: 500 ms
	Upkeep      time.Duration // between two rounds of upkeep: 10 s
	Backoff     time.Duration // before the second attempt, doubled each time: 2 s
	BackoffMost time.Duration // 2 min
	Notice      time.Duration // before a notice that was refused is tried again, doubled each time: 1 h
	NoticeMost  time.Duration // 12 h
	Grace       time.Duration // for attempts under way when the dispatcher stops: 5 s
	TripAfter   uint32        // failures in a row after which a provider is left alone: 10
	Rest        time.Duration // for how long: 10 s
}

func (p Pace) withDefaults() Pace {
	return Pace{
		Attempt:     cmp.Or(p.Attempt, 30*time.Second),
		Lease:       cmp.Or(p.Lease, 90*time.Second),
		Poll:        cmp.Or(p.Poll, 500*time.Millisecond),
		Upkeep:      cmp.Or(p.Upkeep, 10*time.Second),
		Backoff:     cmp.Or(p.Backoff, 2*time.Second),
		BackoffMost: cmp.Or(p.BackoffMost, 2*time.Minute),
		Notice:      cmp.Or(p.Notice, time.Hour),
		NoticeMost:  cmp.Or(p.NoticeMost, 12*time.Hour),
		Grace:       cmp.Or(p.Grace, 5*time.Second),
		TripAfter:   cmp.Or(p.TripAfter, 10),
		Rest:        cmp.Or(p.Rest, 10*time.Second),
	}
}

// Dispatcher delivers messages.
type Dispatcher struct {
	Options
	metrics *metrics
	alarms  *alarms
	lanes   []*lane
}

// New returns a dispatcher; Run starts it.
func New(o Options) *Dispatcher {
	o.Concurrency, o.Pace = cmp.Or(o.Concurrency, DefaultConcurrency), o.Pace.withDefaults()
	d := &Dispatcher{Options: o, metrics: newMetrics(o.Metrics), alarms: newAlarms()}
	for channel, sender := range o.Senders {
		d.lanes = append(d.lanes, d.newLane(channel, sender))
	}
	return d
}

// Run delivers until ctx ends. Attempts that are under way then get a moment to finish. Run may be called once.
func (d *Dispatcher) Run(ctx context.Context) error {
	// work outlives ctx by the grace: an attempt that is cut off in the middle may have been taken.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var parts sync.WaitGroup
	for _, l := range d.lanes {
		parts.Go(func() { l.run(ctx, work) })
	}
	parts.Go(func() { d.keepUp(ctx) })
	parts.Wait()

	grace := time.AfterFunc(d.Pace.Grace, cut)
	defer grace.Stop()
	for _, l := range d.lanes {
		l.attempts.Wait()
	}
	return nil
}

// keepUp expires and forgets.
func (d *Dispatcher) keepUp(ctx context.Context) {
	for {
		u, err := d.Queue.Upkeep(ctx)
		if err == nil {
			d.metrics.waiting.Set(float64(u.Waiting))
			d.metrics.expired.Add(float64(u.Expired))
		}
		d.warn(ctx, "messages cannot be kept up", err)
		if !backoff.Wait(ctx, d.Pace.Upkeep) {
			return
		}
	}
}

// warn logs a store's failure, unless we are stopping.
func (d *Dispatcher) warn(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		d.Log.WarnContext(ctx, what, slog.Any("error", err))
	}
}

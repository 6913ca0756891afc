package webhook

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/backoff"
)

const (
	every      = time.Second // between two looks at the queue, where nobody nudges
	breath     = 20 * time.Millisecond
	pruneEvery = time.Hour

	// lease is longer than an attempt with all that belongs to it, so that nobody else begins while it lasts.
	lease = time.Minute
	// lanes is how many attempts at one endpoint are under way at the same time, in one process.
	lanes = 4
	// grace is how long attempts under way may go on when the worker stops.
	grace = 5 * time.Second
)

// Options are what a Worker is made of.
type Options struct {
	Queue  Queue
	Sender *Sender
	Open   func(sealed []byte) ([]byte, error) // opens a secret
	// Tick makes the pace; nil: by the clock.
	Tick    func(time.Duration) (ticks <-chan time.Time, stop func())
	Log     *slog.Logger
	Metrics prometheus.Registerer // nil: measured, but not published
	Random  io.Reader
}

// Worker delivers. Each endpoint has lanes of its own, so that a slow one holds up no other.
type Worker struct {
	Options
	nudged   chan struct{}
	attempts *prometheus.CounterVec

	mu   sync.Mutex
	busy map[string]int // lanes in use, by endpoint
	all  sync.WaitGroup
}

// NewWorker returns a worker. Run runs it, once.
func NewWorker(o Options) *Worker {
	if o.Tick == nil {
		o.Tick = func(d time.Duration) (<-chan time.Time, func()) { t := time.NewTicker(d); return t.C, t.Stop }
	}
	return &Worker{Options: o, nudged: make(chan struct{}, 1), attempts: newAttempts(o.Metrics), busy: map[string]int{}}
}

// Nudge says that something may be due. It does not block.
func (w *Worker) Nudge() {
	select {
	case w.nudged <- struct{}{}:
	default: // already nudged
	}
}

// Run works until ctx ends. Attempts under way may then go on for a moment; what is left behind is made again when
// its lease has run out.
func (w *Worker) Run(ctx context.Context) error {
	work, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	w.look(ctx, work)
	defer time.AfterFunc(grace, kill).Stop()
	w.all.Wait()
	return nil
}

func (w *Worker) look(ctx, work context.Context) {
	ticks, stop := w.Tick(every)
	defer stop()
	prune, stopPruning := w.Tick(pruneEvery)
	defer stopPruning()
	for {
		select {
		case <-ctx.Done():
			return
		case <-prune:
			w.warn(ctx, "old deliveries could not be removed", w.Queue.Prune(ctx))
		case <-ticks:
			w.round(ctx, work)
		case <-w.nudged:
			w.round(ctx, work)
		}
		backoff.Wait(ctx, breath) // many nudges become one look
	}
}

// round opens a lane to every endpoint that something is due for.
func (w *Worker) round(ctx, work context.Context) {
	due, err := w.Queue.Due(ctx)
	w.warn(ctx, "the deliveries that are due could not be read; trying again", err)
	for _, endpoint := range due {
		w.open(ctx, work, endpoint, 1)
	}
}

// open opens one more lane unless there are as many as most already.
func (w *Worker) open(ctx, work context.Context, endpoint string, most int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[endpoint] >= most || ctx.Err() != nil {
		return
	}
	w.busy[endpoint]++
	w.all.Go(func() {
		defer w.close(endpoint)
		w.lane(ctx, work, endpoint)
	})
}

func (w *Worker) close(endpoint string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[endpoint]--; w.busy[endpoint] == 0 {
		delete(w.busy, endpoint)
	}
}

func (w *Worker) warn(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		w.Log.WarnContext(ctx, what, "error", err)
	}
}

func newAttempts(r prometheus.Registerer) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "jawort_webhook_attempts_total", Help: "Attempts to deliver a webhook, by what came of them.",
	}, []string{"result"})
	if r != nil {
		r.MustRegister(c)
	}
	return c
}

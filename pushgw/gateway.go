package pushgw

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/approval"
)

// Queue is the push stream as one consumer of its group sees it.
type Queue interface {
	// Read returns new jobs; where there are none it waits for some, as long as block.
	Read(ctx context.Context, most int, block time.Duration) ([]approval.QueuedJob, error)
	// Reclaim takes over jobs that nobody renewed for as long as idle.
	Reclaim(ctx context.Context, idle time.Duration, most int) ([]approval.QueuedJob, error)
	// Renew says that this consumer still works on the jobs.
	Renew(ctx context.Context, jobs []approval.QueuedJob) error
	// Ack removes a job that is done.
	Ack(ctx context.Context, j approval.QueuedJob) error
	// Depth counts the jobs that are not done yet.
	Depth(ctx context.Context) (int64, error)
}

// Approvals is what the gateway needs to know and say about approvals.
type Approvals interface {
	// Pending returns an approval, or approval.ErrUnknown.
	Pending(ctx context.Context, id string) (approval.Pending, error)
	// Mark notes how far the wake-up of an installation got. It never goes back.
	Mark(ctx context.Context, id, installation string, p approval.Progress) error
}

// Notices is what the gateway needs to know and say about notices.
type Notices interface {
	// NoticeUnread reports whether a notice is still worth a push: nobody has read it on the phone, and the phone still
	// has a device of the account.
	NoticeUnread(ctx context.Context, id string) (bool, error)
	// NoticePushed says that the notice need not be pushed again.
	NoticePushed(ctx context.Context, id string) error
}

// Addresses is where installations' addresses are kept.
type Addresses interface {
	// RetireAddress removes an address that is still the given version and, where provedDeadAt is set, was stored
	// before it. It reports whether it did.
	RetireAddress(ctx context.Context, installation string, version int64, provedDeadAt time.Time) (bool, error)
}

// Texts returns the text of a key (see the constants) in the catalogue's nearest language.
type Texts func(language, key string) string

// The texts that the gateway needs.
const (
	ApprovalTitle  = "push.approval.title"
	ApprovalBody   = "push.approval.body"
	WithdrawnTitle = "push.withdrawn.title"
	WithdrawnBody  = "push.withdrawn.body"
	NoticeTitle    = "push.notice.title"
	NoticeBody     = "push.notice.body"
	TestTitle      = "push.test.title"
	TestBody       = "push.test.body"
)

// Options is all that a gateway works with. Every field but Pace and Concurrency is required.
type Options struct {
	Queue       Queue
	Approvals   Approvals
	Notices     Notices
	Addresses   Addresses
	Open        func(sealed []byte) ([]byte, error) // opens a sealed account.PushAddress
	Texts       Texts
	Providers   Providers
	Concurrency int // attempts at one service at the same time; 0: DefaultConcurrency
	Pace        Pace
	Log         *slog.Logger
	Metrics     prometheus.Registerer
	Now         func() time.Time
	Random      io.Reader
}

// DefaultConcurrency is how many attempts a gateway makes at one service at the same time.
const DefaultConcurrency = 128

// Gateway delivers push jobs.
type Gateway struct {
	Options
	metrics *metrics
	lanes   *lanes
	held    *held
	alarms  *alarms
	room    chan struct{} // a token per job that may be held
	jobs    sync.WaitGroup
}

// heldPerSlot is how many jobs may wait for each attempt that may run: waiting is cheap, and what waits for one
// service must not keep the others' jobs in the stream.
const heldPerSlot = 16

// New returns a gateway; Run starts it.
func New(o Options) *Gateway {
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	o.Pace = o.Pace.withDefaults()
	g := &Gateway{Options: o, held: newHeld(), alarms: newAlarms(), room: make(chan struct{}, o.Concurrency*heldPerSlot)}
	g.metrics = newMetrics(o.Metrics)
	g.lanes = newLanes(o, cap(g.room), g.metrics)
	return g
}

// Run delivers jobs until ctx ends. Attempts that are under way then get a moment to finish; what is not finished
// stays in the stream, for this gateway's next run or for another one. Run may be called once.
func (g *Gateway) Run(ctx context.Context) error {
	// work outlives ctx by the grace: an attempt that is cut off in the middle may have been accepted.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var intake, upkeep sync.WaitGroup
	intake.Go(func() { g.takeNew(ctx, work) })
	intake.Go(func() { g.takeAbandoned(ctx, work) })
	upkeep.Go(func() { g.renewHeld(work) })
	intake.Wait()

	g.finish(cut)
	upkeep.Wait()
	return nil
}

// finish waits for the jobs in hand, and cuts them off when the grace is over.
func (g *Gateway) finish(cut context.CancelFunc) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.jobs.Wait()
	}()
	grace := time.NewTimer(g.Pace.Grace)
	defer grace.Stop()
	select {
	case <-done:
	case <-grace.C:
	}
	cut()
	<-done
}

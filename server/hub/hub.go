// Package hub holds the browsers' websockets and tells each of them where its approval stands, until it has ended.
//
// It owns the sockets from the upgrade to the close: who waits for which approval, pings, slow and silent peers,
// and re-reading the stores in batches when somebody is woken. It does not know tickets, origins or API keys:
// who reaches it has been let in.
//
// One goroutine per socket reads. Writing is done by a few workers: what a page is to see is kept once per approval,
// so whatever changes while a socket waits for its turn becomes one frame, and no peer can hold up another for
// longer than the write deadline.
package hub

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/live"
)

// Lasting is asked how approvals ended.
type Lasting interface {
	Now(ctx context.Context) (time.Time, error)
	Ends(ctx context.Context, approvals []string) ([]lasting.Ended, error)
	OutcomesSince(ctx context.Context, since time.Time) ([]lasting.Ended, error)
}

// Live is asked how far the wake-ups got.
type Live interface {
	Deliveries(ctx context.Context, ids []string) (map[string]live.Delivery, error)
}

// Codes is asked how far the codes got that were sent.
type Codes interface {
	Codes(ctx context.Context, approvals []string) (map[string]approval.Code, error)
}

// View is what a page is to see of its approval.
type View struct {
	Status    approval.Status
	Method    approval.Method
	Number    string
	Methods   []approval.Method  // that may confirm
	Activate  *approval.Activate // nil: nothing can be activated
	Delivery  approval.Delivery
	Code      approval.Code // the newest that was sent; zero: none
	ExpiresAt time.Time
	ClosesAt  time.Time     // later than ExpiresAt where a code was sent
	Support   account.Texts // whom to ask
}

// Options are what a Hub needs from outside.
type Options struct {
	Lasting Lasting
	Live    Live
	Codes   Codes // nil: nobody sends any
	// Read returns where one approval stands, and writes the end of one that is overdue. approval.ErrUnknown says that
	// neither store knows it.
	Read func(ctx context.Context, id string) (View, error)
	// Lost signals that wake-ups may have been lost.
	Lost    <-chan struct{}
	Max     int // sockets at once
	Now     func() time.Time
	Tick    func(time.Duration) (ticks <-chan time.Time, stop func())
	Log     *slog.Logger
	Metrics prometheus.Registerer
}

// The paces of the hub.
const (
	Beat    = time.Second     // the wheel moves on by one slot
	CatchUp = 5 * time.Second // the lasting store is asked for whatever ended

	slots     = 25               // so a socket is pinged every 25 s
	silence   = 60 * time.Second // without a pong: gone
	writeWait = time.Second      // frames are small: who cannot take one has not read for long
	readWait  = 2 * time.Second  // for a store: the next question may already have an answer
	closeWait = 2 * time.Second  // for the peer's answer to a close
	workers   = 16
)

// Hub is all sockets of one server.
type Hub struct {
	options  Options
	upgrader websocket.Upgrader
	metrics  metrics
	dirty    chan struct{} // somebody is to be re-read
	readers  sync.WaitGroup

	mu      sync.Mutex
	queue   queue
	watches map[string]*watch
	wheel   [slots]map[*socket]struct{}
	at      int // slot of the wheel
	count   int
	woken   map[string]struct{}

	known time.Time // by the lasting clock: everything that ended before has been told; owned by follow
}

// New returns a hub without sockets.
func New(o Options) *Hub {
	h := &Hub{
		options: o,
		upgrader: websocket.Upgrader{
			ReadBufferSize:   128, // browsers send control frames only, of at most 125 bytes
			WriteBufferSize:  1024,
			WriteBufferPool:  &sync.Pool{},
			HandshakeTimeout: writeWait,
			CheckOrigin:      allowed,
			Error:            silent,
		},
		metrics: newMetrics(o.Metrics),
		dirty:   make(chan struct{}, 1),
		watches: map[string]*watch{},
		woken:   map[string]struct{}{},
	}
	h.queue.filled.L = &h.mu
	for i := range h.wheel {
		h.wheel[i] = map[*socket]struct{}{}
	}
	return h
}

// Run serves the sockets until ctx ends, then closes them all and returns when the last reader has.
func (h *Hub) Run(ctx context.Context) error {
	var writers, loops errgroup.Group
	for range workers {
		writers.Go(h.write)
	}
	loops.Go(func() error { return h.follow(ctx) })
	loops.Go(func() error { return h.beat(ctx) })
	err := loops.Wait()
	h.closeAll()
	_ = writers.Wait() // they end with the queue and return nothing
	h.readers.Wait()
	return err
}

// Wake says that something may have changed for the approval. It does not block.
func (h *Hub) Wake(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, waits := h.watches[id]; waits {
		h.woken[id] = struct{}{}
		h.signal()
	}
}

func (h *Hub) signal() {
	select {
	case h.dirty <- struct{}{}:
	default: // already signalled
	}
}

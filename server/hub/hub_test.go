package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/hub"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stores answer as the real ones would, one moment later if told so.
type stores struct {
	mu         sync.Mutex
	ended      map[string]approval.Outcome
	deliveries map[string]approval.Delivery
	broken     error
	asked      int // batches
}

func (s *stores) Now(context.Context) (time.Time, error) { return time.Now(), nil }

func (s *stores) Ends(_ context.Context, ids []string) ([]lasting.Ended, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.broken != nil {
		return nil, s.broken
	}
	var found []lasting.Ended
	for _, id := range ids {
		if o, ok := s.ended[id]; ok {
			found = append(found, lasting.Ended{Approval: o.Approval, Status: o.Status, Method: o.Method})
		}
	}
	return found, nil
}

func (s *stores) OutcomesSince(context.Context, time.Time) ([]lasting.Ended, error) { return nil, nil }

func (s *stores) Deliveries(_ context.Context, ids []string) (map[string]live.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]live.Delivery{}
	for _, id := range ids {
		found[id] = live.Delivery{Delivery: s.deliveries[id]}
	}
	return found, nil
}

func (s *stores) end(id string, status approval.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended[id] = approval.Outcome{Approval: id, Status: status}
}

func (s *stores) deliver(id string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries[id] = approval.Delivery{Sent: n}
}

type bench struct {
	*stores
	*hub.Hub
	url     string
	beats   chan time.Time
	metrics *prometheus.Registry
}

// count sums a counter over its labels.
func (b *bench) count(t *testing.T, name string) float64 {
	t.Helper()
	families, err := b.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

// start runs a hub whose browsers name their approval in the path, and are shown it as pending first.
func start(t *testing.T) *bench {
	b := &bench{stores: &stores{ended: map[string]approval.Outcome{}, deliveries: map[string]approval.Delivery{}}, beats: make(chan time.Time), metrics: prometheus.NewRegistry()}
	b.Hub = hub.New(hub.Options{
		Lasting: b.stores, Live: b.stores, Max: 100, Now: time.Now, Log: slog.New(slog.DiscardHandler), Metrics: b.metrics,
		Read: func(context.Context, string) (hub.View, error) { return hub.View{}, errors.New("not asked here") },
		Tick: func(d time.Duration) (<-chan time.Time, func()) {
			if d == hub.Beat {
				return b.beats, func() {}
			}
			return nil, func() {}
		},
	})
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := hub.View{Status: approval.StatusPending, Number: "42", ClosesAt: time.Now().Add(time.Hour)}
		if err := b.Accept(w, r, strings.TrimPrefix(r.URL.Path, "/"), v); err != nil {
			t.Errorf("accept: %v", err)
		}
	}))
	web.Listener = narrow{web.Listener}
	web.Start()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = b.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		web.Close()
	})
	b.url = "ws" + strings.TrimPrefix(web.URL, "http") + "/"
	return b
}

func (b *bench) join(t *testing.T, id string) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{hub.Subprotocol}}
	conn, _, err := dialer.DialContext(t.Context(), b.url+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

type state struct {
	Status   string
	Delivery approval.Delivery
}

func next(t *testing.T, c *websocket.Conn) state {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, raw, err := c.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	var s state
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatEndsBetweenTheFirstReadingAndJoiningIsTold(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.end("apr_a", approval.StatusApproved) // the hub is shown it as pending, and nobody wakes
	b.mu.Lock()                             // the store has no answer until the page was pinged
	c := b.join(t, "apr_a")
	pinged := make(chan struct{})
	ping := sync.OnceFunc(func() { close(pinged) })
	defer ping()
	c.SetPingHandler(func(string) error { ping(); return nil })
	go func() {
		defer b.mu.Unlock()
		for {
			select {
			case b.beats <- time.Now():
			case <-pinged:
				return
			}
		}
	}()
	if s := next(t, c); s.Status != "approved" {
		t.Errorf("told %+v first", s)
	}
}

func TestAPageThatJoinsAnotherIsToldWhereTheApprovalStands(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.deliver("apr_a", 1)
	for range 3 { // nothing changes in between, and whoever was told hears nothing twice
		if s := next(t, b.join(t, "apr_a")); s.Status != "pending" || s.Delivery.Sent != 1 {
			t.Fatalf("told %+v", s)
		}
	}
}

func TestWhatChangesMeanwhileIsToldAtTheEndAndInOrder(t *testing.T) {
	t.Parallel()
	b := start(t)
	const changes = 300
	pages := make([]*websocket.Conn, 4)
	for i := range pages {
		pages[i] = b.join(t, "apr_a")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := range changes {
			b.deliver("apr_a", n+1)
			b.Wake("apr_a")
			if n%2 == 0 {
				b.beats <- time.Now() // pings get in between
			}
		}
		b.end("apr_a", approval.StatusDenied)
		b.Wake("apr_a")
	}()
	for _, c := range pages {
		last := 0
		for s := next(t, c); s.Status == "pending"; s = next(t, c) {
			if s.Delivery.Sent < last {
				t.Fatalf("told %d after %d", s.Delivery.Sent, last)
			}
			last = s.Delivery.Sent
		}
	}
	<-done
}

func TestWakeUpsThatCannotBeServedAreServedLater(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.join(t, "apr_a")
	next(t, c)
	b.mu.Lock()
	b.broken = errors.New("no store")
	b.mu.Unlock()
	b.end("apr_a", approval.StatusDenied)
	b.Wake("apr_a")
	b.beats <- time.Now()
	b.mu.Lock()
	b.broken = nil
	b.mu.Unlock()
	for s := next(t, c); s.Status != "denied"; s = next(t, c) {
		b.beats <- time.Now()
	}
}

func TestWokenApprovalsAreReadTogether(t *testing.T) {
	t.Parallel()
	b := start(t)
	pages := make([]*websocket.Conn, 50)
	for i := range pages {
		pages[i] = b.join(t, "apr_"+strconv.Itoa(i))
		next(t, pages[i])
	}
	b.mu.Lock() // the store is busy while all are woken
	before := b.asked
	for i := range pages {
		b.ended["apr_"+strconv.Itoa(i)] = approval.Outcome{Approval: "apr_" + strconv.Itoa(i), Status: approval.StatusExpired}
		b.Wake("apr_" + strconv.Itoa(i))
	}
	b.mu.Unlock()
	for _, c := range pages {
		if s := next(t, c); s.Status != "expired" {
			t.Fatalf("told %+v", s)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := b.asked - before; n > 5 {
		t.Errorf("%d questions for one wave", n)
	}
}

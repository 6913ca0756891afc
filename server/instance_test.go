package server_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/logtest"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/messages"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/webhooks"
)

// fakeReceipts signs nothing: how receipts are signed is package approval's to test.
type fakeReceipts struct{}

func (fakeReceipts) Sign(o approval.Outcome) (string, error) {
	if _, err := approval.NewReceipt(o); err != nil {
		return "", err
	}
	return "receipt.of." + o.Approval, nil
}

// instance is one running server.
type instance struct {
	*world
	*httptest.Server
	ticks   *ticks
	log     *logtest.Log
	metrics *prometheus.Registry
	kill    func() // ends it; twice is once
}

func (w *world) serve(changes ...func(*server.Options)) *instance {
	w.Helper()
	i := &instance{world: w, ticks: newTicks(w), log: &logtest.Log{}, metrics: prometheus.NewRegistry()}
	ctx, cancel := context.WithCancel(context.Background())
	wakeups, err := w.live.Wakeups(ctx)
	w.must(err)
	i.Server = httptest.NewUnstartedServer(nil)
	money := &ledger.Store{DB: w.lasting.DB, Keys: w.keys}
	o := server.Options{
		Factors: factors.New(w.lasting.DB, factors.Parts{
			Keys: w.keys, Outcomes: w.lasting, Messages: messages.New(w.lasting.DB, w.keys, money), Ledger: money, Random: rand.Reader,
		}),
		Live: w.live, Lasting: w.lasting, Events: &outbox.Store{DB: w.lasting.DB}, Ledger: money, Operators: &operators.Store{DB: w.lasting.DB}, Keys: w.keys, Receipts: fakeReceipts{}, Wakeups: wakeups,
		Audit: audit.New(w.lasting.DB, rand.Reader), SignHead: func(h domain.Head) (string, error) { return h.Sign(w.keys.Receipt()) },
		Webhooks:  server.Webhooks{Store: webhooks.New(w.lasting.DB, rand.Reader)}, // delivering is tested with the worker
		PublicURL: "http://" + i.Listener.Addr().String(), EnrolURL: "https://phone.example",
		Edge: edge.Options{
			Service: "server", Log: slog.New(slog.NewJSONHandler(i.log, nil)), Metrics: i.metrics, Random: rand.Reader, Now: w.clock.Now,
		},
		Now: w.clock.Now, Random: rand.Reader, Tick: i.ticks.Tick,
	}
	for _, change := range changes {
		change(&o)
	}
	s, err := server.New(o)
	w.must(err)
	i.Config.Handler = s
	i.Start()
	var parts sync.WaitGroup
	parts.Go(func() { _ = wakeups.Run(ctx) })
	parts.Go(func() {
		if err := s.Run(ctx); err != nil {
			w.Errorf("run: %v", err)
		}
	})
	i.kill = sync.OnceFunc(func() {
		cancel()
		parts.Wait()
		i.Client().CloseIdleConnections()
		i.Close()
	})
	w.Cleanup(i.kill)
	return i
}

// ticks are the paces of one server, in the hands of the test.
type ticks struct {
	t        testing.TB
	mu       sync.Mutex
	channels map[time.Duration][]chan time.Time
	arrived  sync.Cond
}

// loops are how many loops keep a pace.
var loops = map[time.Duration]int{time.Second: 3, 5 * time.Second: 1, 4 * time.Second: 1, directory.RetainEvery: 1}

func newTicks(t testing.TB) *ticks {
	s := &ticks{t: t, channels: map[time.Duration][]chan time.Time{}}
	s.arrived.L = &s.mu
	return s
}

func (s *ticks) Tick(d time.Duration) (<-chan time.Time, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan time.Time)
	s.channels[d] = append(s.channels[d], c)
	s.arrived.Broadcast()
	return c, func() {}
}

// awaited returns the loops of this pace once there are as many as there must be. A long-poll is one from when it has
// looked once.
func (s *ticks) awaited(d time.Duration) []chan time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.channels[d]) < loops[d] {
		s.arrived.Wait()
	}
	return s.channels[d]
}

// fire ticks every loop of this pace, after it has finished with the tick before.
func (s *ticks) fire(d time.Duration) {
	s.t.Helper()
	channels := s.awaited(d)
	for _, c := range channels {
		select {
		case c <- time.Time{}:
		case <-time.After(patient):
			s.t.Fatal("a loop does not take its tick")
		}
	}
}

// done ticks twice: the second tick is taken when the first has been dealt with.
func (s *ticks) done(d time.Duration) {
	s.t.Helper()
	s.fire(d)
	s.fire(d)
}

// eventually waits for what other goroutines bring about and nobody signals.
func (i *instance) eventually(ok func() bool) {
	i.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	enough := time.After(patient)
	for !ok() {
		select {
		case <-again.C:
		case <-enough:
			i.Fatal("waited too long")
		}
	}
}

func (i *instance) gauge(name string) float64 {
	families, err := i.metrics.Gather()
	i.must(err)
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	i.Fatalf("no metric %s", name)
	return 0
}

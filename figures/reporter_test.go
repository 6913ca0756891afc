package figures_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/store/live"
)

// installation is a live store, and a clock for whoever reports to it.
type installation struct {
	*testing.T
	live *live.Store
	now  atomic.Pointer[time.Time]
}

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func newInstallation(t *testing.T) *installation {
	t.Helper()
	t.Parallel()
	i := &installation{T: t}
	i.at(0)
	s, err := live.Open(t.Context(), live.Config{URL: live.Embedded}, i.clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	i.live = s
	return i
}

func (i *installation) clock() time.Time { return *i.now.Load() }

func (i *installation) at(d time.Duration) {
	now := noon.Add(d)
	i.now.Store(&now)
	if i.live != nil {
		i.live.StepClock()
	}
}

// member is a process that reports, and its metrics.
type member struct {
	i        *installation
	created  prometheus.Counter
	requests *prometheus.CounterVec
	jobs     *prometheus.CounterVec
	attempts *prometheus.HistogramVec
	sockets  prometheus.Gauge
	ticks    chan time.Time
	log      *strings.Builder
}

func (i *installation) member(name string, store figures.Store) *member {
	i.Helper()
	m := &member{
		i:        i,
		created:  prometheus.NewCounter(prometheus.CounterOpts{Name: "jawort_approvals_created_total"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "jawort_http_requests_total"}, []string{"route", "class"}),
		jobs:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "jawort_push_jobs_total"}, []string{"provider", "kind", "result"}),
		attempts: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "jawort_push_attempt_seconds"}, []string{"provider", "result"}),
		sockets:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "jawort_hub_sockets"}),
		ticks:    make(chan time.Time), log: &strings.Builder{},
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.created, m.requests, m.jobs, m.attempts, m.sockets)
	m.created.Add(1000) // before it began to report
	r := &figures.Reporter{
		Process: name, Metrics: registry, Store: store, Now: i.clock, Log: slog.New(slog.NewTextHandler(m.log, nil)),
		Tick: func(time.Duration) (<-chan time.Time, func()) { return m.ticks, func() {} },
	}
	ctx, stop := context.WithCancel(i.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	i.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			i.Error(err)
		}
	})
	m.look()
	return m
}

// look returns when the reporter has looked.
func (m *member) look() {
	for range 2 { // the second tick is taken when the first has been dealt with
		m.ticks <- time.Time{}
	}
}

// want compares the buckets from noon on, of which there are as many.
func (i *installation) want(want ...figures.Values) {
	i.Helper()
	got, err := i.live.Figures(i.Context(), noon, noon.Add(time.Duration(len(want)-1)*figures.Every))
	if err != nil {
		i.Fatal(err)
	}
	for n, p := range got {
		maps.DeleteFunc(p.Values, func(_ string, v int64) bool { return v == 0 })
		if !maps.Equal(p.Values, want[n]) {
			i.Errorf("%v: got %v, want %v", p.At, p.Values, want[n])
		}
	}
}

func TestProcessesAddWhatTheyCountedSinceTheLastBucket(t *testing.T) {
	i := newInstallation(t)
	one, two := i.member("one", i.live), i.member("two", i.live)
	one.created.Add(3)
	one.requests.WithLabelValues("a", "5xx").Add(2)
	one.requests.WithLabelValues("a", "2xx").Add(70)
	two.created.Add(4)
	two.jobs.WithLabelValues("fcm", "approval", "accepted").Add(5)
	two.jobs.WithLabelValues("fcm", "approval", "expired").Add(1)
	two.jobs.WithLabelValues("fcm", "approval", "ended").Add(9)
	two.attempts.WithLabelValues("fcm", "again").Observe(1)
	two.attempts.WithLabelValues("fcm", "accepted").Observe(1)
	one.sockets.Set(10)
	two.sockets.Set(2)
	i.at(figures.Every - time.Second) // the bucket is not over
	one.look()
	i.want(figures.Values{})
	i.at(figures.Every)
	for range 3 { // of these looks one adds
		one.look()
		two.look()
	}
	first := figures.Values{
		"created": 7, "errors": 2, "sockets": 12, "push.fcm.delivered": 5, "push.fcm.failed": 1, "push.fcm.retried": 1,
	}
	i.want(first)
	two.created.Add(1)
	one.sockets.Set(4)
	i.at(2 * figures.Every)
	one.look()
	two.look()
	i.want(first, figures.Values{"created": 1, "sockets": 6})
}

func TestAProcessThatHasEndedIsNotInTheNextBucket(t *testing.T) {
	i := newInstallation(t)
	one := i.member("one", i.live)
	one.sockets.Set(10)
	i.at(figures.Every)
	one.look()
	i.at(2 * figures.Every) // and does not look any more
	i.want(figures.Values{"sockets": 10}, figures.Values{})
}

// away is a store that cannot be reached for a while.
type away struct {
	*live.Store
	gone atomic.Bool
}

func (a *away) AddFigures(ctx context.Context, at time.Time, s figures.Sheet) error {
	if a.gone.Load() {
		return errors.New("no route to host")
	}
	return a.Store.AddFigures(ctx, at, s)
}

func TestWhatALostRedisDoesNotTakeIsLostAndLaterFiguresFollow(t *testing.T) {
	i := newInstallation(t)
	store := &away{Store: i.live}
	one := i.member("one", store)
	store.gone.Store(true)
	for n := range 3 {
		one.created.Add(1)
		i.at(time.Duration(n+1) * figures.Every)
		one.look()
	}
	store.gone.Store(false)
	one.created.Add(4)
	i.at(4 * figures.Every)
	one.look()
	i.want(figures.Values{}, figures.Values{}, figures.Values{}, figures.Values{"created": 4})
	if n := strings.Count(one.log.String(), "live figures cannot be added"); n != 1 {
		t.Errorf("it was told %d times: %s", n, one.log)
	}
}

func TestTheNewestBucketIsOneThatEveryProcessHadTheTimeToAddTo(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]time.Duration{0: -10 * time.Second, time.Second: -10 * time.Second, 2 * time.Second: -5 * time.Second, 6 * time.Second: -5 * time.Second} {
		if got := figures.Newest(noon.Add(after)); !got.Equal(noon.Add(want)) {
			t.Errorf("%v after noon it is %v", after, got)
		}
	}
}

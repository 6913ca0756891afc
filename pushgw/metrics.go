package pushgw

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/sony/gobreaker/v2"
)

// metrics has labels whose values we choose ourselves: apps and servers are named by phones.
type metrics struct {
	pushes   *prometheus.CounterVec
	attempts *prometheus.HistogramVec
	retired  *prometheus.CounterVec
	breakers *prometheus.GaugeVec
	depth    prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		pushes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jawort_push_jobs_total", Help: "Push jobs that came to an end, by provider, kind and result.",
		}, []string{"provider", "kind", "result"}),
		attempts: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "jawort_push_attempt_seconds", Help: "Duration of attempts to send a push, by provider and result.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 12),
		}, []string{"provider", "result"}),
		retired: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jawort_push_tokens_retired_total", Help: "Push tokens that were found dead and retired, by provider.",
		}, []string{"provider"}),
		breakers: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "jawort_push_breakers_not_closed", Help: "Push services that are left alone (open) or tried carefully (half-open), by provider.",
		}, []string{"provider", "state"}),
		depth: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "jawort_push_queue_jobs", Help: "Push jobs that are not done yet, those in hand included.",
		}),
	}
	r.MustRegister(m.pushes, m.attempts, m.retired, m.breakers, m.depth)
	return m
}

func (m *metrics) attempted(provider string, took time.Duration, err error) {
	result := "accepted"
	if err != nil {
		result = failureOf(err).Kind.String()
	}
	m.attempts.WithLabelValues(provider, result).Observe(took.Seconds())
}

func (m *metrics) breakerChanged(provider string, from, to gobreaker.State) {
	m.breakerForgotten(provider, from)
	if to != gobreaker.StateClosed {
		m.breakers.WithLabelValues(provider, to.String()).Inc()
	}
}

func (m *metrics) breakerForgotten(provider string, state gobreaker.State) {
	if state != gobreaker.StateClosed {
		m.breakers.WithLabelValues(provider, state.String()).Dec()
	}
}

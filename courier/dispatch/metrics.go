package dispatch

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/sony/gobreaker/v2"

	"github.com/jawort/jawort/courier"
)

type metrics struct {
	messages *prometheus.CounterVec
	attempts *prometheus.HistogramVec
	breakers *prometheus.GaugeVec
	waiting  prometheus.Gauge
	expired  prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jawort_messages_total", Help: "What became of attempts to send messages, by sender, purpose and result (sent, failed, retried).",
		}, []string{"sender", "purpose", "result"}),
		attempts: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "jawort_message_attempt_seconds", Help: "Duration of attempts to send a message, by sender and result.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 13),
		}, []string{"sender", "result"}),
		breakers: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "jawort_message_breakers_not_closed", Help: "Senders that are left alone (open) or tried carefully (half-open).",
		}, []string{"sender", "state"}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "jawort_messages_waiting", Help: "Messages that are queued.",
		}),
		expired: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "jawort_messages_expired_total", Help: "Messages that were of no use any more before they were sent.",
		}),
	}
	r.MustRegister(m.messages, m.attempts, m.breakers, m.waiting, m.expired)
	return m
}

func (m *metrics) attempted(sender string, took time.Duration, err error) {
	result := "accepted"
	if err != nil {
		result = courier.FailureOf(err).Kind.String()
	}
	m.attempts.WithLabelValues(sender, result).Observe(took.Seconds())
}

func (m *metrics) breakerChanged(sender string, from, to gobreaker.State) {
	if from != gobreaker.StateClosed {
		m.breakers.WithLabelValues(sender, from.String()).Dec()
	}
	if to != gobreaker.StateClosed {
		m.breakers.WithLabelValues(sender, to.String()).Inc()
	}
}

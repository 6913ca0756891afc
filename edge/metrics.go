package edge

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count by route pattern and status class: a fixed number of series.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// The last buckets are those of long-polls.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

func newMetrics(service string, reg prometheus.Registerer) metrics {
	constant := prometheus.Labels{"service": service}
	labels := []string{"route", "class"}
	return metrics{
		requests: register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jawort_http_requests_total", Help: "Requests answered.", ConstLabels: constant,
		}, labels)),
		duration: register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "jawort_http_request_duration_seconds", Help: "Time from request to answer, long-polls included.",
			ConstLabels: constant, Buckets: buckets,
		}, labels)),
	}
}

// What a source had too much of.
const (
	refusedRequest    = "request"
	refusedConnection = "connection"
)

// newRefusals counts what was refused for its source alone, from the first one on.
func newRefusals() *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "jawort_source_refusals_total", Help: "Requests and connections refused because too many came from their source.",
	}, []string{"reason"})
	c.WithLabelValues(refusedRequest)
	c.WithLabelValues(refusedConnection)
	return c
}

// register returns the collector that the registry already has under this name, if any.
func register[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if reg == nil {
		return c
	}
	var already prometheus.AlreadyRegisteredError
	if err := reg.Register(c); errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(C); ok {
			return existing
		}
	} else if err != nil {
		panic("edge: metrics: " + err.Error()) // two meanings for one name: a fault of the program
	}
	return c
}

func (m metrics) observe(l line) {
	class := strconv.Itoa(l.status/100) + "xx"
	if l.status == statusGone {
		class = "gone"
	}
	m.requests.WithLabelValues(l.route, class).Inc()
	m.duration.WithLabelValues(l.route, class).Observe(l.duration.Seconds())
}

package hub

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	sockets prometheus.Gauge
	frames  prometheus.Counter
	dropped *prometheus.CounterVec
	batch   prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) metrics {
	return metrics{
		sockets: register(reg, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "jawort_hub_sockets", Help: "Browsers that wait on a websocket.",
		})),
		frames: register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "jawort_hub_frames_total", Help: "State frames sent to browsers.",
		})),
		dropped: register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jawort_hub_dropped_total", Help: "Sockets that the server gave up or turned away, by reason.",
		}, []string{"reason"})),
		batch: register(reg, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "jawort_hub_batch_ids", Help: "Approvals re-read together after wake-ups.",
			Buckets: prometheus.ExponentialBuckets(1, 4, 7),
		})),
	}
}

// register returns the collector that the registry already has under this name, if any.
func register[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	var already prometheus.AlreadyRegisteredError
	if reg == nil {
		return c
	}
	if err := reg.Register(c); errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(C); ok {
			return existing
		}
	} else if err != nil {
		panic("hub: metrics: " + err.Error()) // two meanings for one name: a fault of the program
	}
	return c
}

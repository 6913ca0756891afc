package server

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

// counts are how many approvals there were, for metrics and for the console's live page.
type counts struct {
	created *prometheus.CounterVec
	ended   *prometheus.CounterVec
}

func newCounts(reg prometheus.Registerer) counts {
	c := counts{
		created: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jawort_approvals_created_total", Help: "Approvals created, with those about which nobody was asked.",
		}, []string{"kind"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jawort_approvals_ended_total", Help: "Approvals ended, by status and method. One may count twice after a crash.",
		}, []string{"status", "method"}),
	}
	if reg != nil {
		reg.MustRegister(c.created, c.ended)
	}
	return c
}

func (c counts) create(k approval.Kind) { c.created.WithLabelValues(string(k)).Inc() }

// Follow counts ends where they are followed up, whichever process wrote them.
func (c counts) Follow(_ context.Context, events []outbox.Event) error {
	for _, e := range events {
		if e.Kind != outbox.ApprovalEnded {
			continue
		}
		end, err := outbox.EndOf(e)
		if err != nil {
			return err
		}
		c.ended.WithLabelValues(string(end.Status), string(end.Method)).Inc()
	}
	return nil
}

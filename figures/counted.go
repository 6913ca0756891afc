package figures

import (
	"fmt"

	"github.com/jawort/jawort/approval"
)

// counted says which metrics are which figure. What is not named there is none.
var counted = map[string]func(labels map[string]string) string{
	"jawort_approvals_created_total": func(map[string]string) string { return Created },
	"jawort_approvals_ended_total":   func(l map[string]string) string { return Ended(approval.Status(l["status"])) },
	"jawort_http_requests_total": func(l map[string]string) string {
		if l["class"] == "5xx" {
			return Errors
		}
		return ""
	},
	"jawort_push_jobs_total": func(l map[string]string) string {
		switch l["result"] {
		case "accepted":
			return Pushes(l["provider"], Delivered)
		case "ended": // answered before it was sent
			return ""
		default:
			return Pushes(l["provider"], Failed)
		}
	},
	"jawort_push_attempt_seconds": func(l map[string]string) string {
		if l["result"] == "again" || l["result"] == "throttled" {
			return Pushes(l["provider"], Retried)
		}
		return ""
	},
	"jawort_hub_sockets": func(map[string]string) string { return Sockets },
}

// totals reads the figures as they are since the process began. Where some metrics cannot be read, the others count.
func (r *Reporter) totals() (Values, error) {
	families, err := r.Metrics.Gather()
	all := Values{}
	for _, f := range families {
		name, ok := counted[f.GetName()]
		if !ok {
			continue
		}
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if figure := name(labels); figure != "" {
				all[figure] += int64(m.GetCounter().GetValue()) + int64(m.GetGauge().GetValue()) + int64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	if len(families) == 0 && err != nil {
		return nil, fmt.Errorf("figures: read metrics: %w", err)
	}
	return all, nil
}

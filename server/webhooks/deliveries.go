package webhooks

import (
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

type deliveryView struct {
	ID        string        `json:"id"`
	Webhook   string        `json:"webhook"`
	Type      string        `json:"type"`
	State     webhook.State `json:"state"`
	CreatedAt time.Time     `json:"created_at"`
	NextAt    *time.Time    `json:"next_at,omitempty"`
	EndedAt   *time.Time    `json:"ended_at,omitempty"`
	Attempts  []attemptView `json:"attempts"`
}

type attemptView struct {
	Number   int       `json:"number"`
	At       time.Time `json:"at"`
	Duration int64     `json:"duration_ms"`
	Status   int       `json:"status,omitempty"`
	Error    string    `json:"error,omitempty"`
}

func shownDelivery(d webhook.Delivery) deliveryView {
	v := deliveryView{
		ID: d.ID, Webhook: d.Endpoint, Type: d.Type, State: d.State,
		CreatedAt: d.CreatedAt, NextAt: optional(d.NextAt), EndedAt: optional(d.EndedAt), Attempts: []attemptView{},
	}
	for _, a := range d.Log {
		v.Attempts = append(v.Attempts, attemptView{Number: a.Number, At: a.At, Duration: a.Took.Milliseconds(), Status: a.Status, Error: a.Reason})
	}
	return v
}

const page = 50

// deliveries answers one page, the newest first, and where the next one begins. It reads one more than it shows, to
// know whether there is one.
func (f Feature) deliveries(w http.ResponseWriter, r *http.Request) error {
	filter := webhooks.Filter{State: webhook.State(r.URL.Query().Get("state")), After: r.URL.Query().Get("after"), Limit: page + 1}
	if filter.State != "" && !slices.Contains([]webhook.State{webhook.Pending, webhook.Delivered, webhook.Failed}, filter.State) {
		return refusal.Field("state", "must be pending, delivered or failed")
	}
	found, err := f.Store.Deliveries(r.Context(), guard.TenantOf(r.Context()), r.PathValue("id"), filter)
	if err != nil {
		return err
	}
	answer := struct {
		Deliveries []deliveryView `json:"deliveries"`
		Next       string         `json:"next,omitempty"`
	}{Deliveries: make([]deliveryView, 0, len(found))}
	if len(found) > page {
		found = found[:page]
		answer.Next = found[page-1].ID
	}
	for _, d := range found {
		answer.Deliveries = append(answer.Deliveries, shownDelivery(d))
	}
	return edge.JSON(w, http.StatusOK, answer)
}

func (f Feature) test(w http.ResponseWriter, r *http.Request) error {
	d, err := f.Store.Ping(r.Context(), guard.TenantOf(r.Context()), r.PathValue("id"), guard.ActorOf(r.Context()))
	return f.underWay(w, r, d, err)
}

func (f Feature) retry(w http.ResponseWriter, r *http.Request) error {
	d, err := f.Store.Retry(r.Context(), guard.TenantOf(r.Context()), r.PathValue("id"), guard.ActorOf(r.Context()))
	return f.underWay(w, r, d, err)
}

func (f Feature) underWay(w http.ResponseWriter, r *http.Request, d webhook.Delivery, err error) error {
	if err != nil {
		return err
	}
	f.Nudge()
	edge.Annotate(r.Context(), slog.String("webhook", d.Endpoint), slog.String("delivery", d.ID))
	return edge.JSON(w, http.StatusAccepted, shownDelivery(d))
}

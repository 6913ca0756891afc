package webhooks

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/webhook"
)

type endpointView struct {
	ID             string     `json:"id"`
	URL            string     `json:"url"`
	Events         []string   `json:"events"`
	Description    string     `json:"description"`
	Enabled        bool       `json:"enabled"`
	DisabledReason string     `json:"disabled_reason,omitempty"`
	DisabledAt     *time.Time `json:"disabled_at,omitempty"`
	FailingSince   *time.Time `json:"failing_since,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
}

func shown(e webhook.Endpoint) endpointView {
	return endpointView{
		ID: e.ID, URL: e.URL, Events: append([]string{}, e.Events...), Description: e.Description,
		Enabled: e.Enabled, DisabledReason: e.Reason, DisabledAt: optional(e.DisabledAt), FailingSince: optional(e.FailingSince), CreatedAt: e.CreatedAt,
	}
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (f Feature) list(w http.ResponseWriter, r *http.Request) error {
	found, err := f.Store.Endpoints(r.Context(), guard.TenantOf(r.Context()))
	if err != nil {
		return err
	}
	answer := struct {
		Webhooks []endpointView `json:"webhooks"`
	}{make([]endpointView, 0, len(found))}
	for _, e := range found {
		answer.Webhooks = append(answer.Webhooks, shown(e))
	}
	return edge.JSON(w, http.StatusOK, answer)
}

func (f Feature) get(w http.ResponseWriter, r *http.Request) error {
	e, err := f.Store.Endpoint(r.Context(), guard.TenantOf(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, shown(e))
}

// changeBody leaves what it does not name as it is.
type changeBody struct {
	URL         *string   `json:"url"`
	Events      *[]string `json:"events"`
	Description *string   `json:"description"`
	Enabled     *bool     `json:"enabled"`
}

func (b changeBody) apply(e *webhook.Endpoint) {
	if b.URL != nil {
		e.URL = *b.URL
	}
	if b.Events != nil {
		e.Events = *b.Events
	}
	if b.Description != nil {
		e.Description = *b.Description
	}
	if b.Enabled != nil {
		e.Enabled = *b.Enabled
	}
}

func (f Feature) change(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[changeBody](r)
	if err != nil {
		return err
	}
	kept, err := f.Store.Change(ctx, guard.TenantOf(ctx), r.PathValue("id"), func(e *webhook.Endpoint) error {
		body.apply(e)
		return f.Rules.Check(*e)
	}, guard.ActorOf(ctx))
	if err != nil {
		return err
	}
	f.Nudge() // what waited for it to be enabled again
	edge.Annotate(ctx, slog.String("webhook", kept.ID))
	return edge.JSON(w, http.StatusOK, shown(kept))
}

func (f Feature) delete(w http.ResponseWriter, r *http.Request) error {
	if err := f.Store.Delete(r.Context(), guard.TenantOf(r.Context()), r.PathValue("id"), guard.ActorOf(r.Context())); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

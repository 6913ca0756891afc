package server

import (
	"context"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/outbox"
)

// trustedBrowsers keeps the browsers that accounts trust, and what was reported.
type trustedBrowsers interface {
	TrustedBrowsers(ctx context.Context, tenant, externalID string) ([]account.TrustedBrowser, error)
	EndTrustedBrowser(ctx context.Context, tenant, externalID, browser string, by outbox.Actor) error
	EndTrustedBrowsers(ctx context.Context, tenant, externalID string, by outbox.Actor) error
	LiftReports(ctx context.Context, tenant, externalID string, by outbox.Actor) (int64, error)
}

// browsers are what an account trusts, and what it distrusts since somebody reported a login.
type browsers struct {
	guards  guard.Guards
	lasting trustedBrowsers
}

func (b browsers) Mount(m *edge.Mux) {
	admin := b.guards.Key(account.ScopeAdmin)
	m.Handle("GET /v1/accounts/{external_id}/browsers", admin, b.list)
	m.Handle("DELETE /v1/accounts/{external_id}/browsers", admin, b.endAll)
	m.Handle("DELETE /v1/accounts/{external_id}/browsers/{id}", admin, b.end)
	m.Handle("POST /v1/accounts/{external_id}/reports/lift", admin, b.lift)
}

type browserView struct {
	ID          string          `json:"id"`
	Application string          `json:"application"`
	Browser     string          `json:"browser"`
	System      string          `json:"system"`
	Country     string          `json:"country,omitempty"`
	Method      approval.Method `json:"method"`
	Device      string          `json:"device,omitempty"`
	Passkey     string          `json:"passkey,omitempty"`
	Remembered  bool            `json:"remembered"`
	ConfirmedAt time.Time       `json:"confirmed_at"`
	TrustUntil  time.Time       `json:"trust_until"`
	LastUsedAt  time.Time       `json:"last_used_at,omitzero"`
}

func (b browsers) list(w http.ResponseWriter, r *http.Request) error {
	found, err := b.lasting.TrustedBrowsers(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"))
	if err != nil {
		return err
	}
	answer := struct {
		Browsers []browserView `json:"browsers"`
	}{make([]browserView, 0, len(found))}
	for _, one := range found {
		device, passkey := one.Device, ""
		if one.Method == approval.MethodPasskey {
			device, passkey = "", one.Device
		}
		answer.Browsers = append(answer.Browsers, browserView{
			ID: one.ID, Application: one.Application, Browser: one.Family, System: one.System, Country: one.Country, Method: one.Method,
			Device: device, Passkey: passkey, Remembered: one.Remembered, ConfirmedAt: one.ConfirmedAt.UTC(), TrustUntil: one.ExpiresAt.UTC(), LastUsedAt: one.LastUsedAt.UTC(),
		})
	}
	return edge.JSON(w, http.StatusOK, answer)
}

// end answers the same when it is repeated.
func (b browsers) end(w http.ResponseWriter, r *http.Request) error {
	err := b.lasting.EndTrustedBrowser(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), r.PathValue("id"), guard.ActorOf(r.Context()))
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (b browsers) endAll(w http.ResponseWriter, r *http.Request) error {
	if err := b.lasting.EndTrustedBrowsers(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), guard.ActorOf(r.Context())); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// lift lets the sessions and networks that were reported wake the phones again.
func (b browsers) lift(w http.ResponseWriter, r *http.Request) error {
	n, err := b.lasting.LiftReports(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), guard.ActorOf(r.Context()))
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, map[string]int64{"lifted": n})
}

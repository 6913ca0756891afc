package mobileapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
)

// recoveryStore keeps the recoveries of accounts.
type recoveryStore interface {
	RecoveriesOfInstallation(ctx context.Context, installation string) ([]account.Recovery, error)
	StopRecoveryOfInstallation(ctx context.Context, installation, id string) error
}

// recoveries lets a phone see, and stop, that somebody without a phone is about to get a new one for an account of its.
type recoveries struct{ lasting recoveryStore }

func (s recoveries) mount(m *edge.Mux, g guards) {
	m.Handle("GET /v1/recoveries", g.installation, s.list)
	m.Handle("DELETE /v1/recoveries/{id}", g.installation, s.stop)
}

type recoveryView struct {
	ID        string    `json:"id"`
	Account   labelled  `json:"account"`
	Tenant    named     `json:"tenant"`
	CreatedAt time.Time `json:"created_at"`
	OpensAt   time.Time `json:"opens_at"`
}

type recoveriesAnswer struct {
	Recoveries []recoveryView `json:"recoveries"`
}

func (s recoveries) list(w http.ResponseWriter, r *http.Request) error {
	running, err := s.lasting.RecoveriesOfInstallation(r.Context(), installationOf(r).ID)
	if err != nil {
		return err
	}
	answer := recoveriesAnswer{Recoveries: []recoveryView{}}
	for _, one := range running {
		answer.Recoveries = append(answer.Recoveries, recoveryView{
			ID: one.ID, Account: labelled{one.AccountLabel}, Tenant: named{one.TenantName}, CreatedAt: one.CreatedAt.UTC(), OpensAt: one.OpensAt.UTC(),
		})
	}
	return edge.JSON(w, http.StatusOK, answer)
}

func (s recoveries) stop(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	edge.Annotate(r.Context(), slog.String("recovery", id))
	if err := s.lasting.StopRecoveryOfInstallation(r.Context(), installationOf(r).ID, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

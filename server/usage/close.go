package usage

import (
	"net/http"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/guard"
)

type closeBody struct {
	Quarter string `json:"quarter"`
}

type closed struct {
	Quarter    string    `json:"quarter"`
	ExportedAt time.Time `json:"exported_at"`
}

// closeQuarter repeats its answer where the quarter was closed before.
func (f Feature) closeQuarter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[closeBody](r)
	if err != nil {
		return err
	}
	quarter, err := ledger.ParseQuarter(body.Quarter)
	if err != nil {
		return err
	}
	if err := f.Reports.CloseQuarter(ctx, guard.TenantOf(ctx), quarter, guard.ActorOf(ctx)); err != nil {
		return err
	}
	at, err := f.Reports.ExportedAt(ctx, guard.TenantOf(ctx), quarter)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, closed{quarter.String(), at.UTC()})
}

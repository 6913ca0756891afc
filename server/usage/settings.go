package usage

import (
	"net/http"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/guard"
)

func (f Feature) getSettings(w http.ResponseWriter, r *http.Request) error {
	settings, err := f.Settings.Settings(r.Context(), guard.TenantOf(r.Context()))
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, settings)
}

// putSettings replaces all of them; what the body leaves out gets its default.
func (f Feature) putSettings(w http.ResponseWriter, r *http.Request) error {
	settings, err := edge.Decode[ledger.Settings](r)
	if err != nil {
		return err
	}
	if _, err := f.Settings.PutSettings(r.Context(), guard.TenantOf(r.Context()), settings, guard.ActorOf(r.Context())); err != nil {
		return err
	}
	return f.getSettings(w, r)
}

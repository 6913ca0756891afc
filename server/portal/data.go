package portal

import (
	"net/http"

	"github.com/jawort/jawort/edge"
)

func (p Portal) data(w http.ResponseWriter, v *Visit) error { return p.write(w, v, "data", nil) }

// download hands over all that is kept about the account, as a file.
func (p Portal) download(w http.ResponseWriter, v *Visit) error {
	found, err := p.Dossier(v.Context(), v.Tenant(), v.ExternalID())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="jawort.json"`)
	return edge.JSON(w, http.StatusOK, found)
}

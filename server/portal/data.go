package portal

import (
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
)

func (p Portal) data(w http.ResponseWriter, v *Visit) error { return p.write(w, v, "data", nil) }

// download asks for a confirmation first: whoever finds a browser open must not be able to carry off where its person was, and when.
func (p Portal) download(w http.ResponseWriter, v *Visit) error {
	return p.plan(w, v, account.PortalStep{Kind: stepDownload})
}

// downloaded hands over all that is kept about the account, as a file.
func (p Portal) downloaded(w http.ResponseWriter, v *Visit, _ account.PortalStep) error {
	found, err := p.Dossier(v.Context(), v.Tenant(), v.ExternalID())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="jawort.json"`)
	return edge.JSON(w, http.StatusOK, found)
}

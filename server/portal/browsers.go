package portal

import (
	"net/http"

	"github.com/jawort/jawort/server/guard"
)

func (p Portal) browsers(w http.ResponseWriter, v *Visit) error {
	found, err := p.Store.TrustedBrowsers(v.Context(), v.Tenant(), v.ExternalID())
	if err != nil {
		return err
	}
	return p.write(w, v, "browsers", found)
}

// endBrowser and endBrowsers need no confirmation: the worst that follows is being asked.
func (p Portal) endBrowser(w http.ResponseWriter, v *Visit) error {
	if err := p.Store.EndTrustedBrowser(v.Context(), v.Tenant(), v.ExternalID(), v.PathValue("id"), guard.ActorOf(v.Context())); err != nil {
		return err
	}
	return p.onward(w, v, "/portal/browsers?done=browser")
}

func (p Portal) endBrowsers(w http.ResponseWriter, v *Visit) error {
	if err := p.Store.EndTrustedBrowsers(v.Context(), v.Tenant(), v.ExternalID(), guard.ActorOf(v.Context())); err != nil {
		return err
	}
	return p.onward(w, v, "/portal/browsers?done=browsers")
}

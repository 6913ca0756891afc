package directory

import (
	"time"

	"github.com/jawort/jawort/account"
)

// portalView is a visit to the portal, of the last day.
type portalView struct {
	ID          string     `json:"id"`
	Application string     `json:"application"`
	ReturnURL   string     `json:"return_url"`
	Locale      string     `json:"locale,omitempty"`
	Page        string     `json:"page"`
	CreatedAt   time.Time  `json:"created_at"`
	OpenedAt    *time.Time `json:"opened_at,omitempty"`
}

func shownPortal(p account.PortalSession) portalView {
	return portalView{
		ID: p.ID, Application: p.Application, ReturnURL: p.ReturnURL, Locale: p.Locale, Page: p.Page, CreatedAt: p.CreatedAt.UTC(), OpenedAt: shownTime(p.OpenedAt),
	}
}

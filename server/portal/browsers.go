package portal

import (
	"net/http"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
)

// browserView is a trusted browser with where it was when it confirmed.
type browserView struct {
	lasting.OwnBrowser
	Name string
	IP   string // empty: not known any more
}

type browsersBody struct {
	pages.Pager
	Browsers []browserView
}

func (p Portal) browsers(w http.ResponseWriter, v *Visit) error {
	page, err := newest(v)
	if err != nil {
		return err
	}
	found, err := p.Store.OwnBrowsers(v.Context(), v.Tenant(), v.ExternalID(), page)
	if err != nil {
		return err
	}
	var b browsersBody
	found, b.Pager = pages.Paged(v.URL, found, atOnce, func(o lasting.OwnBrowser) string { return pages.CursorAt(o.ConfirmedAt, o.ID) })
	for _, one := range found {
		view := browserView{OwnBrowser: one, Name: p.browserName(v, one.Family, one.System)}
		if d, err := approval.ParseDocument(one.Document); err == nil {
			view.IP = d.Browser.IP
		}
		b.Browsers = append(b.Browsers, view)
	}
	return p.write(w, v, "browsers", b)
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

package portal

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/db"
)

// errStale is what who takes a step gets that nobody confirmed, or takes it twice.
var errStale = pages.Fault{Status: http.StatusConflict, Text: "refused.unconfirmed"}

// back leads on from what was refused: who was on a page about those whom they manage, to all of them.
func back(v *Visit) *pages.Link {
	page, _, _ := strings.Cut(strings.TrimPrefix(v.URL.Path, "/portal/"), "/")
	if v.Session.Manages && slices.Contains(account.ManagerPages, page) {
		return &pages.Link{URL: "/portal/" + account.ManagerPages[0], Text: "refused.back.managed"}
	}
	return &pages.Link{URL: "/portal/devices", Text: "refused.back"}
}

// Visit is a request of somebody in the portal.
type Visit struct {
	*http.Request
	Session     account.PortalSession
	Application account.Application
	Page        pages.Page // to be filled
}

// ExternalID is the login number.
func (v *Visit) ExternalID() string { return v.Session.ExternalID }

// Tenant is the id of the tenant.
func (v *Visit) Tenant() string { return v.Session.Tenant }

// page lets in whoever has the cookie of a session that lasts, as its account's own person. What changes something has to come from our own pages.
func (p Portal) page(show func(http.ResponseWriter, *Visit) error) edge.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := p.sessions.Own(r); err != nil {
			return p.broken(w, r, err)
		}
		session, err := p.session(r)
		if errors.Is(err, account.ErrUnknownPortal) {
			return p.ended(w, r, session)
		}
		if err != nil {
			return p.broken(w, r, err)
		}
		v, err := p.visiting(r, session)
		if err != nil {
			return p.broken(w, r, err)
		}
		if err := v.ParseForm(); err != nil { // what is read of it later would be empty, and empty means something
			return p.frame.Refuse(w, r, v.Page, back(v), pages.Unreadable(err))
		}
		if r.Method == http.MethodPost { // its body may have come late: who has left, or was signed out meanwhile, does nothing with it
			if _, err := p.session(r); errors.Is(err, account.ErrUnknownPortal) {
				return p.ended(w, r, session)
			} else if err != nil {
				return p.broken(w, r, err)
			}
		}
		if err := show(w, v); err != nil {
			return p.frame.Refuse(w, r, v.Page, back(v), shown(err))
		}
		return nil
	}
}

func (p Portal) session(r *http.Request) (account.PortalSession, error) {
	hash, has := p.sessions.Hash(r)
	if !has {
		return account.PortalSession{}, account.ErrUnknownPortal
	}
	return p.Store.Portal(r.Context(), hash)
}

// visiting makes the person the caller of everything that is done for them.
func (p Portal) visiting(r *http.Request, s account.PortalSession) (*Visit, error) {
	application, err := p.Guards.Credentials.Application(r.Context(), s.Application)
	if errors.Is(err, db.ErrNotFound) {
		err = account.ErrUnknownPortal
	}
	if err != nil {
		return nil, err
	}
	edge.Annotate(r.Context(), slog.String("portal", s.ID))
	ctx := guard.Caller{Application: application, Portal: s.ID}.In(r.Context())
	v := &Visit{Request: r.WithContext(ctx), Session: s, Application: application}
	v.Page = pages.Page{Lang: s.Locale, House: s.TenantName, Who: s.AccountLabel, Until: s.ExpiresAt, Menu: menu(s.Pages(), r.URL.Path), Leave: &pages.Leave{
		Action: "/portal/leave", Host: hostOf(s.ReturnURL), Origin: pages.Origin(s.ReturnURL),
	}}
	if v.Page.Lang == "" {
		v.Page.Lang = application.TenantPolicy.WithDefaults().Language
	}
	v.Page.Zone, err = application.TenantPolicy.Zone()
	return v, err
}

func menu(names []string, path string) []pages.Link {
	var all []pages.Link
	for _, name := range names {
		url := "/portal/" + name
		all = append(all, pages.Link{URL: url, Text: "menu." + name, Here: path == url || strings.HasPrefix(path, url+"/")})
	}
	return all
}

// shown makes what only pages meet fit to be shown.
func shown(err error) error {
	if errors.Is(err, account.ErrUnconfirmed) {
		return errStale
	}
	return err
}

// write shows the page of the visit.
func (p Portal) write(w http.ResponseWriter, v *Visit, name string, body any) error {
	p.frame.Fill(&v.Page, v.Request, name, body)
	return p.frame.Write(w, v.Page)
}

// wrong shows a form again, with what was wrong about it in words.
func (p Portal) wrong(w http.ResponseWriter, v *Visit, err error, name string, body any) error {
	if err := p.frame.Mistaken(&v.Page, v.Request, err); err != nil {
		return err
	}
	return p.write(w, v, name, body)
}

func (p Portal) onward(w http.ResponseWriter, v *Visit, path string) error {
	http.Redirect(w, v.Request, path, http.StatusSeeOther)
	return nil
}

// browser is what phones are told of where somebody is.
func (p Portal) browser(v *Visit) judge.Browser {
	agent := v.UserAgent()
	return judge.Browser{IP: p.Source(v.Request).String(), UserAgent: agent[:min(len(agent), 512)], Session: v.Session.ID}
}

func (p Portal) home(w http.ResponseWriter, v *Visit) error {
	return p.onward(w, v, "/portal/"+v.Session.Page)
}

func nowhere(http.ResponseWriter, *Visit) error { return edge.ErrNoRoute }

// leave ends the session, and leads back to where its person came from.
func (p Portal) leave(w http.ResponseWriter, v *Visit) error {
	if err := p.Store.LeavePortal(v.Context(), v.Session.ID); err != nil {
		return err
	}
	p.sessions.Set(w, "", 0)
	return p.onward(w, v, v.Session.ReturnURL)
}

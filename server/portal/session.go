package portal

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/db"
)

const cookieName = "jawort-portal"

// cookie binds the session to this host where there is TLS, which only a test and a trial at one's own desk have not.
func (p Portal) cookie(secret string, life time.Duration) *http.Cookie {
	c := &http.Cookie{Name: p.cookieName(), Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: p.overTLS(), MaxAge: int(life / time.Second)}
	if life == 0 {
		c.MaxAge = -1
	}
	return c
}

func (p Portal) overTLS() bool { return strings.HasPrefix(p.PublicURL, "https:") }

func (p Portal) cookieName() string {
	if p.overTLS() {
		return "__Host-" + cookieName
	}
	return cookieName
}

// errForeign is what a page of another origin gets that sends a form here; errStale, who takes a step that nobody confirmed, or takes it twice.
var (
	errForeign = pages.Fault{Status: http.StatusForbidden, Text: "refused.forbidden"}
	errStale   = pages.Fault{Status: http.StatusConflict, Text: "refused.unconfirmed"}
)

// back leads on from what was refused.
var back = &pages.Link{URL: "/portal/devices", Text: "refused.back"}

// unreadable is a form that is too large, or none.
func unreadable(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return err
	}
	return pages.Fault{Status: http.StatusBadRequest, Text: "refused.malformed"}
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
		if err := p.cross.Check(r); err != nil {
			return p.broken(w, r, errForeign)
		}
		session, err := p.session(r)
		if errors.Is(err, account.ErrUnknownPortal) {
			return p.over(w, r, session, http.StatusUnauthorized)
		}
		if err != nil {
			return p.broken(w, r, err)
		}
		v, err := p.visiting(r, session)
		if err != nil {
			return p.broken(w, r, err)
		}
		if err := v.ParseForm(); err != nil { // what is read of it later would be empty, and empty means something
			return p.frame.Refuse(w, r, v.Page, back, unreadable(err))
		}
		if r.Method == http.MethodPost { // its body may have come late: who has left, or was signed out meanwhile, does nothing with it
			if _, err := p.session(r); errors.Is(err, account.ErrUnknownPortal) {
				return p.over(w, r, session, http.StatusUnauthorized)
			} else if err != nil {
				return p.broken(w, r, err)
			}
		}
		if err := show(w, v); err != nil {
			return p.frame.Refuse(w, r, v.Page, back, shown(err))
		}
		return nil
	}
}

func (p Portal) session(r *http.Request) (account.PortalSession, error) {
	c, err := r.Cookie(p.cookieName())
	if err != nil || c.Value == "" {
		return account.PortalSession{}, account.ErrUnknownPortal
	}
	return p.Store.Portal(r.Context(), hash(c.Value))
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
	v.Page = pages.Page{Lang: s.Locale, House: s.TenantName, Who: s.AccountLabel, Menu: menu(s.Pages(), r.URL.Path), Leave: &pages.Leave{
		Action: "/portal/leave", Host: hostOf(s.ReturnURL), Origin: Origin(s.ReturnURL),
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
	v.Page.Name, v.Page.Body = name, body
	if v.Page.Title == "" {
		v.Page.Title = name + ".title"
	}
	if done := "done." + v.URL.Query().Get("done"); v.Page.Said == "" && done != "done." && p.frame.Has(done) {
		v.Page.Said = done
	}
	return p.frame.Write(w, v.Page)
}

// wrong shows a form again, with what was wrong about it in words.
func (p Portal) wrong(w http.ResponseWriter, v *Visit, err error, name string, body any) error {
	status, refused := edge.Refused(v.Request, err)
	if refused.Class == refusal.Internal || refused.Class == refusal.Unavailable {
		return err
	}
	v.Page.Status, v.Page.Wrong = status, p.frame.Explain(v.Page.Lang, refused)
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
	http.SetCookie(w, p.cookie("", 0))
	return p.onward(w, v, v.Session.ReturnURL)
}

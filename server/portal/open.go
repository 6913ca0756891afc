package portal

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/server/pages"
)

// The address is used up by a POST, which its page sends by itself or by its only button. Whatever merely looks at links (previews, scanners of mail and
// chat, a browser that loads ahead) uses up nothing; and since the POST comes from our own page, the cookie that it sets may be SameSite=Strict.

// door shows that page. It tells a used or expired address from an unknown one by a way back only, to somebody who has it.
func (p Portal) door(w http.ResponseWriter, r *http.Request) error {
	offered, open, err := p.Store.PortalOffer(r.Context(), pages.Hash(r.PathValue("code")))
	if err != nil && !errors.Is(err, account.ErrUnknownPortal) {
		return p.broken(w, r, err)
	}
	if !open {
		return p.over(w, r, offered)
	}
	page := p.outside(r, offered)
	page.Name, page.Title, page.Body = "open", "open.title", r.URL.Path
	return p.frame.Write(w, page)
}

// enter makes the browser that sends it the session's, where no other was first.
func (p Portal) enter(w http.ResponseWriter, r *http.Request) error {
	if err := p.sessions.Own(r); err != nil {
		return p.broken(w, r, err)
	}
	if r.PostFormValue("switch") == "" {
		if page, err := p.switching(r); err != nil {
			return p.broken(w, r, err)
		} else if page != nil {
			return p.frame.Write(w, *page)
		}
	}
	secret := pages.NewSecret()
	replaced, _ := p.sessions.Hash(r)
	opened, err := p.Store.EnterPortal(r.Context(), pages.Hash(r.PathValue("code")), pages.Hash(secret), replaced)
	if errors.Is(err, account.ErrUnknownPortal) {
		offered, _, err := p.Store.PortalOffer(r.Context(), pages.Hash(r.PathValue("code")))
		if err != nil && !errors.Is(err, account.ErrUnknownPortal) {
			return p.broken(w, r, err)
		}
		return p.over(w, r, offered)
	}
	if err != nil {
		return p.broken(w, r, err)
	}
	edge.Annotate(r.Context(), slog.String("portal", opened.ID))
	p.sessions.Set(w, secret, account.PortalKept) // it lets in for PortalLife; who comes later finds the way back
	http.Redirect(w, r, "/portal/"+opened.Page, http.StatusSeeOther)
	return nil
}

// switchBody names whose account is open in the browser, and whose the address opens.
type switchBody struct{ Action, Now, Then string }

// switching is the page that asks first where another account is open in the browser, else nil. Anybody can lead a browser to an address of their own account; were
// that opened by itself, its person would go on in a stranger's account and believe it theirs. The cookie comes with the POST only, from our own page.
func (p Portal) switching(r *http.Request) (*pages.Page, error) {
	now, err := p.session(r)
	if errors.Is(err, account.ErrUnknownPortal) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	then, open, err := p.Store.PortalOffer(r.Context(), pages.Hash(r.PathValue("code")))
	if errors.Is(err, account.ErrUnknownPortal) || err == nil && (!open || then.Account == now.Account) {
		return nil, nil
	}
	page := p.outside(r, now)
	page.Name, page.Title, page.Body = "switch", "switch.title", switchBody{r.URL.Path, now.AccountLabel, then.AccountLabel}
	return &page, err
}

// outside is a page for somebody who is not in the portal; of nobody that is known where the session is none.
func (p Portal) outside(r *http.Request, s account.PortalSession) pages.Page {
	lang := s.Locale
	if lang == "" {
		lang = locale.Nearest(r.Header.Get("Accept-Language"))
	}
	return pages.Page{Lang: lang, House: s.TenantName}
}

// wayBack is on pages for those who get in no more. It names no more than the host: another person may sit there by then.
type wayBack struct{ Back, Host string }

func backOf(s account.PortalSession) wayBack { return wayBack{s.ReturnURL, hostOf(s.ReturnURL)} }

// over says that an address opens nothing, any more or at all, and where to go.
func (p Portal) over(w http.ResponseWriter, r *http.Request, s account.PortalSession) error {
	page := p.outside(r, s)
	page.Name, page.Title, page.Status, page.Body = "over", "over.title", http.StatusGone, backOf(s)
	return p.frame.Write(w, page)
}

// ended says that the session is over, or that there is none, and where to go.
func (p Portal) ended(w http.ResponseWriter, r *http.Request, s account.PortalSession) error {
	page := p.outside(r, account.PortalSession{Locale: s.Locale})
	page.Name, page.Title, page.Status, page.Body = "ended", "ended.title", http.StatusUnauthorized, backOf(s)
	return p.frame.Write(w, page)
}

// broken tells somebody outside what went wrong.
func (p Portal) broken(w http.ResponseWriter, r *http.Request, err error) error {
	return p.frame.Refuse(w, r, p.outside(r, account.PortalSession{}), &pages.Link{URL: "/portal", Text: "refused.back"}, err)
}

func hostOf(address string) string {
	return strings.TrimPrefix(strings.TrimPrefix(pages.Origin(address), "https://"), "http://")
}

// Confirms reports whether the method confirms on pages of the portal at the origin, as the account's own. A passkey does where browsers let these pages use it; an
// operator's code lets somebody in once.
func Confirms(application account.Application, origin string, m approval.Method) bool {
	return m != approval.MethodBypass && (m != approval.MethodPasskey || application.PasskeysAt(origin))
}

func (p Portal) confirms(v *Visit, m approval.Method) bool {
	return Confirms(v.Application, pages.Origin(p.PublicURL), m)
}

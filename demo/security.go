package demo

import (
	"net/http"

	"github.com/jawort/jawort/client"
)

// security leads who is signed in to the portal, where they look after their phones and logins. The address works once: it is asked for when somebody comes, and
// is on no page.
func (s *site) security(w http.ResponseWriter, r *http.Request) {
	a, ok := s.sessions.find(r).confirmed()
	if !ok {
		s.refuseLogin(w, r, http.StatusUnauthorized, "login.unconfirmed")
		return
	}
	opened, err := s.client.CreatePortalSession(r.Context(), client.NewPortalSession{
		Account: a.Account, ReturnURL: s.at.site + "/welcome", Locale: languageOf(r).Lang(),
	})
	if err != nil {
		s.log.ErrorContext(r.Context(), "demo: portal", "error", err)
		s.refuseLogin(w, r, http.StatusServiceUnavailable, "login.unreachable")
		return
	}
	http.Redirect(w, r, opened.URL, http.StatusSeeOther)
}

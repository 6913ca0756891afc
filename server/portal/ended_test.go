package portal_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
)

func TestWhoseSessionIsOverIsToldSoAndFindsTheWayBackForADay(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	b := h.in()
	b.Get("/portal/devices").Want(http.StatusOK).Says("Open until ")
	h.pass(account.PortalLife + time.Second)
	for range 2 {
		b.Get("/portal").Want(http.StatusUnauthorized).Says("Your session is over", "Back to login.example", returnURL).
			Silent("once only", "Go on there", "Office South", login, "Muster Makler AG", "Anna")
	}
	h.browser().Get("/portal").Want(http.StatusUnauthorized).Says("Your session is over", "where you are signed in").Silent("login.example")

	b.Post(h.address(), nil).Want(http.StatusSeeOther) // without a question whose account is open here
	b.Get("/portal/devices").Want(http.StatusOK).Says("Anna's phone")

	h.pass(account.PortalKept)
	_, err := h.process.Lasting().ForgetPortals(t.Context(), 10)
	h.must(err)
	b.Get("/portal").Want(http.StatusUnauthorized).Silent("login.example")
}

func TestTheCookieOfASessionThatIsOverOpensNothing(t *testing.T) {
	for name, end := range map[string]func(h *house, left func()){
		"its time is up":      func(h *house, _ func()) { h.pass(account.PortalLife) },
		"its person has left": func(_ *house, leave func()) { leave() },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.phone("Anna")
			b, device := h.in(), h.device("Anna")
			kept := b.Cookie("jawort-portal")
			end(h, func() { b.Post("/portal/leave", nil).Want(http.StatusSeeOther) })
			b.Bring(kept)
			for _, path := range []string{"/portal", "/portal/devices", "/portal/logins", "/portal/data", "/portal/devices/" + device + "/remove", "/portal/customers", "/portal/nothing"} {
				b.Get(path).Want(http.StatusUnauthorized).Silent("Anna", "Office South")
			}
			for _, path := range []string{"/portal/devices/" + device, "/portal/devices/" + device + "/remove", "/portal/interval", "/portal/browsers", "/portal/add", "/portal/data", "/portal/leave"} {
				p := b.Post(path, url.Values{"label": {"Mallory's phone"}, "holder": {"Mallory"}, "days": {"0"}}).Want(http.StatusUnauthorized)
				if c := p.Header.Get("Set-Cookie"); c != "" {
					t.Errorf("%s sets %s", path, c)
				}
			}
			h.in().Get("/portal/devices").Want(http.StatusOK).Says("Anna's phone").Silent("Mallory")
		})
	}
}

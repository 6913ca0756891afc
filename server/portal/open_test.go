package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/pages/pagestest"
)

func TestALoginServiceSendsSomebodyToTheirPageAndTheyComeBack(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	b := h.browser()
	address := h.address("page", "devices")
	b.Get(address).Want(http.StatusOK).Says("Here you see and change how you confirm your logins.")
	b.Post(address, nil).Want(http.StatusSeeOther)
	b.Get("/portal/devices").Want(http.StatusOK).Says("Anna's phone", "Office South", "Muster Makler AG", "Back to login.example")
	left := b.Post("/portal/leave", nil).Want(http.StatusSeeOther)
	if left.To() != returnURL {
		t.Errorf("it leads back to %q", left.To())
	}
	b.Get("/portal/devices").Want(http.StatusUnauthorized).Silent("Anna")
}

func TestAnAddressWorksOnceForOneBrowserAndForAMinute(t *testing.T) {
	h := newHouse(t)
	t.Run("looking at it uses up nothing", func(t *testing.T) {
		address := h.address()
		for range 3 {
			h.browser().Get(address).Want(http.StatusOK)
			h.browser().Do(http.MethodHead, address, nil).Want(http.StatusOK)
		}
		h.browser().Post(address, nil).Want(http.StatusSeeOther)
	})
	t.Run("of two browsers at once one wins", func(t *testing.T) {
		address := h.address()
		var won atomic.Int32
		var both sync.WaitGroup
		for range 4 {
			b := h.browser()
			both.Go(func() {
				if b.Post(address, nil).Status == http.StatusSeeOther {
					won.Add(1)
				}
			})
		}
		both.Wait()
		if won.Load() != 1 {
			t.Errorf("%d browsers got in", won.Load())
		}
	})
	t.Run("a used one says so and leads back", func(t *testing.T) {
		address := h.address()
		h.browser().Post(address, nil).Want(http.StatusSeeOther)
		other := h.browser()
		for _, p := range []pagestest.Page{other.Get(address), other.Post(address, nil)} {
			p.Want(http.StatusGone).Says("once only", "Back to login.example", returnURL)
		}
		other.Get("/portal/devices").Want(http.StatusUnauthorized)
	})
	t.Run("an unknown one says the same without a way back", func(t *testing.T) {
		for _, p := range []pagestest.Page{h.browser().Get("/portal/open/nothing"), h.browser().Post("/portal/open/nothing", nil)} {
			p.Want(http.StatusGone).Says("once only").Silent("login.example", "Muster")
		}
	})
	t.Run("an expired one", func(t *testing.T) {
		address := h.address()
		h.pass(account.PortalOpens + time.Second)
		h.browser().Get(address).Want(http.StatusGone)
		h.browser().Post(address, nil).Want(http.StatusGone).Says("once only", returnURL)
	})
}

func TestASessionEndsWithItsTimeItsAccountItsApplicationAndItsTenant(t *testing.T) {
	for name, end := range map[string]func(h *house){
		"time": func(h *house) { h.pass(account.PortalLife + time.Second) },
		"account": func(h *house) {
			h.must(h.client.DeleteAccount(h.Context(), login))
		},
		"application": func(h *house) { h.sql(`UPDATE applications SET revoked_at = 1`) },
		"tenant":      func(h *house) { h.must(h.process.Lasting().RevokeTenant(h.Context(), h.tenant.ID)) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.phone("Anna")
			b, unopened := h.in(), h.address()
			b.Get("/portal/devices").Want(http.StatusOK)
			end(h)
			b.Get("/portal/devices").Want(http.StatusUnauthorized).Silent("Anna")
			b.Post("/portal/devices/"+h.device("Anna"), url.Values{"label": {"x"}, "holder": {"y"}}).Want(http.StatusUnauthorized)
			h.browser().Post(unopened, nil).Want(http.StatusGone)
		})
	}
}

func TestWhoComesInAnewLeavesNoSessionBehindInThatBrowser(t *testing.T) {
	h := newHouse(t)
	_, err := h.client.PutAccount(t.Context(), "4712", "Office North")
	h.must(err)
	for _, again := range []string{login, "4712"} {
		b, elsewhere, thief := h.in(), h.in(), h.browser()
		thief.Bring(b.Cookie("jawort-portal"))
		used := h.address()
		h.browser().Post(used, nil).Want(http.StatusSeeOther)
		b.Post(used, url.Values{"switch": {"yes"}}).Want(http.StatusGone)
		thief.Get("/portal/devices").Want(http.StatusOK) // who did not come in has left nothing
		b.Post(h.address("account", again), url.Values{"switch": {"yes"}}).Want(http.StatusSeeOther)
		thief.Get("/portal/devices").Want(http.StatusUnauthorized)
		b.Get("/portal/devices").Want(http.StatusOK)
		elsewhere.Get("/portal/devices").Want(http.StatusOK)
	}
}

func TestPeopleGoBackToTheirLoginServiceAndNowhereElse(t *testing.T) {
	h := newHouse(t)
	for _, bad := range []string{
		"https://evil.example/", "javascript:alert(1)", "https://login.example@evil.example/", "https://login.example:pw@evil.example/",
		"https://user@login.example/", `https://login.example\@evil.example/`, "//login.example/", "/account", "https://login.example.evil.example/",
		"https://login.example:444/", "http://login.example/", "https://evil.example/https://login.example", "https:login.example/",
		"https://login.example/\n", " https://login.example/", "https:///login.example/", "data:text/html,x", "https://login.example%2f@evil.example", "https://" + strings.Repeat("a", 3000),
	} {
		status, answer := h.offer(h.key, map[string]string{"account": login, "return_url": bad})
		if status != http.StatusUnprocessableEntity || answer["type"] != "urn:jawort:problem:return-url-not-allowed" {
			t.Errorf("%q: %d %v", bad, status, answer["type"])
		}
	}
	for _, good := range []string{origin, origin + "/", "HTTPS://LOGIN.example:443/a?b=c#d"} {
		if status, answer := h.offer(h.key, map[string]string{"account": login, "return_url": good}); status != http.StatusCreated {
			t.Errorf("%q: %d %v", good, status, answer)
		}
	}
}

func TestAnAddressIsOfTheCallersTenantOnly(t *testing.T) {
	h := newHouse(t)
	_, _, foreign := h.service("Another AG", account.ScopeAdmin)
	if status, answer := h.offer(foreign, map[string]string{"account": login, "return_url": origin}); status != http.StatusNotFound || answer["type"] != "urn:jawort:problem:unknown-account" {
		t.Errorf("another tenant's account: %d %v", status, answer)
	}
	weaker := h.keyOf(h.app, account.ScopeLogin, account.ScopeEnrol)
	if status, answer := h.offer(weaker, map[string]string{"account": login, "return_url": origin}); status != http.StatusForbidden {
		t.Errorf("a key without the scope: %d %v", status, answer)
	}
	for field, value := range map[string]string{"page": "elsewhere", "locale": "fr", "return_url": "", "account": ""} {
		body := map[string]string{"account": login, "return_url": origin, field: value}
		if status, answer := h.offer(h.key, body); status != http.StatusUnprocessableEntity || answer["field"] != field {
			t.Errorf("%s %q: %d %v", field, value, status, answer)
		}
	}
}

func TestARepeatedRequestGetsTheSameAddress(t *testing.T) {
	h := newHouse(t)
	body := map[string]string{"account": login, "return_url": origin}
	_, first := h.offer(h.key, body, "Idempotency-Key", "one")
	_, again := h.offer(h.key, body, "Idempotency-Key", "one")
	_, another := h.offer(h.key, body, "Idempotency-Key", "two")
	if first["url"] != again["url"] || first["expires_at"] != again["expires_at"] || first["url"] == another["url"] {
		t.Errorf("got %v, then %v, and %v by another key", first, again, another)
	}
	body["page"] = "logins"
	if status, answer := h.offer(h.key, body, "Idempotency-Key", "one"); status != http.StatusUnprocessableEntity {
		t.Errorf("the same key for something else: %d %v", status, answer)
	}
	h.browser().Post(again["url"].(string), nil).Want(http.StatusSeeOther)
}

func TestTheCookieIsOutOfReachOfScriptsAndOtherSites(t *testing.T) {
	h := newHouse(t)
	p := h.browser().Post(h.address(), nil).Want(http.StatusSeeOther)
	c := p.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=86400"} {
		if !strings.Contains(c, want) {
			t.Errorf("%s is missing in %s", want, c)
		}
	}
	secret, _, _ := strings.Cut(strings.TrimPrefix(c, "jawort-portal="), ";")
	if h.log.has(secret) || h.count(`portal_sessions WHERE CAST(secret_hash AS TEXT) LIKE '%' || $1 || '%'`, secret) != 0 || len(secret) < 43 {
		t.Error("the secret of the cookie is kept or logged, or is short")
	}
}

func TestBehindTLSTheCookieIsOfThisHostAloneAndFormsFromItArePassed(t *testing.T) {
	h := newHouse(t, "https://jawort.example")
	address := h.address()
	if !strings.HasPrefix(address, "https://jawort.example/portal/open/") {
		t.Fatalf("the address is %s", address)
	}
	here := strings.Replace(address, "https://jawort.example", h.url, 1)
	p := h.browser().Post(here, nil, "Origin", "https://jawort.example", "Sec-Fetch-Site", "").Want(http.StatusSeeOther) // an older browser, and a proxy that changes the host
	if c := p.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-jawort-portal=") || !strings.Contains(c, "; Secure") || strings.Contains(c, "Domain") {
		t.Errorf("the cookie is %s", c)
	}
}

func TestAnAddressIsInNoLog(t *testing.T) {
	h := newHouse(t)
	address := h.address()
	code := address[strings.LastIndex(address, "/")+1:]
	h.browser().Get(address)
	h.browser().Post(address, nil)
	if len(code) != 43 || h.log.has(code) || !h.log.has("/portal/open/{code}") {
		t.Errorf("the code %q is in the log, or is not 256 bits", code)
	}
}

func TestAnAddressOfAnotherAccountTakesNoBrowserUnasked(t *testing.T) {
	h := newHouse(t)
	_, err := h.client.PutAccount(t.Context(), "6666", "Mallory")
	h.must(err)
	b, address := h.in(), h.address("account", "6666")
	b.Get(address).Want(http.StatusOK)
	asked := b.Post(address, nil).Want(http.StatusOK).Says("You have the account “Office South” open here.", "Change to “Mallory”").Silent("data-submit")
	if asked.Header.Get("Set-Cookie") != "" {
		t.Error("the browser has another cookie")
	}
	b.Get("/portal/devices").Want(http.StatusOK).Says("Office South").Silent("Mallory")

	b.Post(address, url.Values{"switch": {"yes"}}, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").Want(http.StatusForbidden)
	b.Post(address, url.Values{"switch": {"yes"}}).Want(http.StatusSeeOther)
	b.Get("/portal/devices").Want(http.StatusOK).Says("Mallory")
	b.Post(h.address("account", "6666"), nil).Want(http.StatusSeeOther) // the same account needs no question
}

func TestAPageOfAnotherOriginChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	b, address := h.in(), h.address()
	form := url.Values{"label": {"x"}, "holder": {"y"}}
	for _, headers := range [][]string{
		{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example", "Sec-Fetch-Site", ""}, {"Origin", "null", "Sec-Fetch-Site", ""},
		{"Origin", "http://sub.localhost", "Sec-Fetch-Site", "same-site"},
	} {
		b.Post("/portal/devices/"+h.device("Anna"), form, headers...).Want(http.StatusForbidden)
		b.Post("/portal/leave", nil, headers...).Want(http.StatusForbidden)
		h.browser().Post(address, nil, headers...).Want(http.StatusForbidden)
	}
	b.Get("/portal/devices").Want(http.StatusOK).Says("Anna's phone")
}

func TestPagesAreFramedAndKeptByNobodyAndLoadNothingFromElsewhere(t *testing.T) {
	h := newHouse(t)
	b := h.in()
	for _, p := range []pagestest.Page{b.Get("/portal/devices"), b.Get("/portal/nothing"), h.browser().Get("/portal/devices"), h.browser().Get(h.address())} {
		for name, want := range map[string]string{"X-Frame-Options": "DENY", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if got := p.Header.Get(name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		csp := p.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s is missing in %s", want, csp)
			}
		}
		p.Silent("<style", "style=", "onclick", "javascript:")
	}
}

func TestOldSessionsAreForgotten(t *testing.T) {
	h := newHouse(t)
	h.in()
	forget := func() int64 {
		n, err := h.process.Lasting().ForgetPortals(t.Context(), 10)
		h.must(err)
		return n
	}
	if n := forget(); n != 0 {
		t.Errorf("%d were forgotten at once", n)
	}
	h.pass(25 * time.Hour)
	if n := forget(); n != 1 || h.count(`portal_sessions`) != 0 {
		t.Errorf("%d were forgotten, and %d are left", n, h.count(`portal_sessions`))
	}
}

func TestWhatIsRefusedBeforeAPageIsAPageToo(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	b, html := h.in(), []string{"Accept", "text/html,*/*;q=0.8", "Accept-Language", "de-AT"}
	huge := url.Values{"label": {strings.Repeat("x", 70<<10)}, "holder": {"y"}}
	b.Post("/portal/devices/"+h.device("Anna"), huge, html...).Want(http.StatusRequestEntityTooLarge).Says("That was too much at once.", "<html")
	b.Post("/portal/interval", url.Values{"days": {""}}, append(html, "Content-Type", "application/x-www-form-urlencoded; =")...).Want(http.StatusBadRequest).Says("could not be read")
	b.Do(http.MethodDelete, "/portal/devices", nil, html...).Want(http.StatusMethodNotAllowed).Says("Das ging nicht", `<html lang="de">`, "Diese Adresse lässt sich so nicht öffnen.", `href="/portal"`)
	for _, address := range []string{"/", "/elsewhere", "/pages/old/pages.css"} {
		p := b.Do(http.MethodGet, address, nil, html...).Want(http.StatusNotFound).Says("Diese Seite gibt es nicht", `href="/portal">Zurück zur Übersicht`)
		if p.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(p.Header.Get("Content-Security-Policy"), "style-src 'self'") {
			t.Errorf("%s: %v", address, p.Header)
		}
	}
	b.Do(http.MethodDelete, "/console/tenants", nil, html...).Says(`href="/console"`).Silent(`href="/portal"`)
	b.Post("/portal/interval", nil, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").Want(http.StatusForbidden).Says(`href="/portal"`)
	b.Do(http.MethodGet, "/v1/approvals/apr_x", nil, html...).Want(http.StatusUnauthorized).Says(`"type":"urn:jawort:problem:unauthorized"`)
	b.Get("/elsewhere").Want(http.StatusNotFound).Says(`"type":"urn:jawort:problem:not-found"`)
}

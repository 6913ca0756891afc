package console_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/server/pages/pagestest"
)

func TestAnOperatorJoinsByALinkAndSignsInByTheirPasskeyFromThenOn(t *testing.T) {
	h := newHouse(t)
	o, link := h.Invite("Ada Lovelace", operator.Administrator, "")
	p := h.Stranger()
	asked := p.Get(link).Want(http.StatusOK).Says("Ada Lovelace", "administrator", "all tenants")
	p.Post(link, url.Values{"passkey": {p.Create(asked)}}).Want(http.StatusSeeOther)
	p.Get("/console/tenants").Want(http.StatusOK).Says("Muster Makler AG", "Ada Lovelace")
	p.Post("/console/sign-out", nil).Want(http.StatusSeeOther)
	if to := p.Get("/console/tenants").Want(http.StatusSeeOther).To(); to != "/console/sign-in?to=%2Fconsole%2Ftenants" {
		t.Errorf("it leads to %s", to)
	}
	if to := p.SignIn("to", "/console/tenants/"+h.Tenant.ID).Want(http.StatusSeeOther).To(); to != "/console/tenants/"+h.Tenant.ID {
		t.Errorf("it leads on to %s", to)
	}
	p.Get("/console/tenants/" + h.Tenant.ID).Want(http.StatusOK).Says("Muster Makler AG")
	for kind, n := range map[string]int{"operator.invited": 1, "operator.joined": 1, "operator.signed_out": 1, "operator.signed_in": 1} {
		if found := h.told(kind, o.ID); found != n {
			t.Errorf("%s is recorded %d times", kind, found)
		}
	}
}

// told counts what is recorded of an operator, be it on its way or in the log.
func (h *house) told(kind, subject string) int {
	h.Helper()
	return h.Count(`outbox WHERE sequenced_at = 0 AND kind = $1 AND subject = $2`, kind, subject) + h.Count(`audit_entries WHERE kind = $1 AND subject = $2`, kind, subject)
}

func TestALinkWorksOnceForOneBrowserAndForAnHour(t *testing.T) {
	h := newHouse(t)
	t.Run("looking at it uses up nothing", func(t *testing.T) {
		_, link := h.Invite("Ada", operator.Support, "")
		for range 3 {
			h.Browser().Get(link).Want(http.StatusOK)
		}
		p := h.Stranger()
		p.Post(link, url.Values{"passkey": {p.Create(p.Get(link))}}).Want(http.StatusSeeOther)
		h.Browser().Get(link).Want(http.StatusGone).Silent("Ada")
		other := h.Stranger()
		other.Post(link, url.Values{"passkey": {p.Create(h.Stranger().Get(h.second(link)))}}).Want(http.StatusGone)
	})
	t.Run("of several at once one wins", func(t *testing.T) {
		_, link := h.Invite("Ada", operator.Support, "")
		var won atomic.Int32
		var all sync.WaitGroup
		people := map[*consoletest.Person]string{}
		for range 4 {
			p := h.Stranger()
			people[p] = p.Create(p.Get(link))
		}
		for p, made := range people {
			all.Go(func() {
				if p.Post(link, url.Values{"passkey": {made}}).Status == http.StatusSeeOther {
					won.Add(1)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d got in", won.Load())
		}
	})
	t.Run("a passkey made for another link does not do", func(t *testing.T) {
		_, one := h.Invite("Ada", operator.Support, "")
		_, other := h.Invite("Eve", operator.Administrator, "")
		p := h.Stranger()
		p.Post(other, url.Values{"passkey": {p.Create(p.Get(one))}}).Want(http.StatusForbidden)
		p.Get(other).Want(http.StatusOK)
	})
	t.Run("an expired one, and one of an ended operator", func(t *testing.T) {
		o, ended := h.Invite("Ada", operator.Support, "")
		h.Must(h.Operators.End(t.Context(), o.ID, consoletest.ByCommand))
		h.Browser().Get(ended).Want(http.StatusGone)
		_, link := h.Invite("Ada", operator.Support, "")
		p := h.Stranger()
		made := p.Create(p.Get(link))
		h.Pass(operator.InvitationLife + time.Second)
		h.Browser().Get(link).Want(http.StatusGone)
		p.Post(link, url.Values{"passkey": {made}}).Want(http.StatusGone)
	})
	t.Run("only its hash is kept, and the log does not have it", func(t *testing.T) {
		_, link := h.Invite("Ada", operator.Support, "")
		h.Browser().Get(link).Want(http.StatusOK)
		if h.Log.Has(strings.TrimPrefix(link, "/console/join/")) {
			t.Error("the log has it")
		}
	})
}

// second is another link, for a page that asks for something.
func (h *house) second(string) string {
	_, link := h.Invite("Somebody", operator.Support, "")
	return link
}

func TestOnlyTheOperatorsOwnPasskeyForThisPageSignsIn(t *testing.T) {
	h := newHouse(t)
	p := h.In(operator.Administrator, "")
	for name, forge := range map[string]func(s *consoletest.Person) string{
		"nothing": func(*consoletest.Person) string { return "" },
		"no JSON": func(*consoletest.Person) string { return "{" },
		"an unknown key": func(s *consoletest.Person) string {
			s.Key = consoletest.NewKey()
			return s.Answer(s.Get("/console/sign-in"))
		},
		"another signature": func(s *consoletest.Person) string {
			s.Key.Key = consoletest.NewKey().Key
			return s.Answer(s.Get("/console/sign-in"))
		},
		"another origin": func(s *consoletest.Person) string {
			s.RP.Origin = "https://evil.example"
			return s.Answer(s.Get("/console/sign-in"))
		},
		"another relying party": func(s *consoletest.Person) string {
			s.RP.ID = "evil.example"
			return s.Answer(s.Get("/console/sign-in"))
		},
		"no user verification": func(s *consoletest.Person) string {
			s.Auth.Options.UserNotVerified = true
			return s.Answer(s.Get("/console/sign-in"))
		},
		"another user handle": func(s *consoletest.Person) string {
			s.Auth.Options.UserHandle = []byte("opr_x")
			return s.Answer(s.Get("/console/sign-in"))
		},
		"a challenge of its own": func(s *consoletest.Person) string {
			return virtualwebauthn.CreateAssertionResponse(s.RP, s.Auth, s.Key, virtualwebauthn.AssertionOptions{Challenge: make([]byte, 32)})
		},
		"the challenge of a link": func(s *consoletest.Person) string { return s.Answer(s.Get(h.second(""))) },
	} {
		t.Run(name, func(t *testing.T) {
			s := h.Stranger()
			s.Key, s.Auth.Options.UserHandle = p.Key, p.Auth.Options.UserHandle
			got := s.Post("/console/sign-in", url.Values{"passkey": {forge(s)}}, "X-Forwarded-For", "203.0.113.9").Want(http.StatusForbidden)
			if len(got.Header.Values("Set-Cookie")) > 0 {
				t.Error("it sets a cookie")
			}
			s.Get("/console/tenants").Want(http.StatusSeeOther)
			h.SQL(`DELETE FROM operator_attempts`)
		})
	}
}

func TestAnAnswerCountsOnceAndForTenMinutes(t *testing.T) {
	h := newHouse(t)
	p := h.In(operator.Administrator, "")
	answer := url.Values{"passkey": {p.Answer(p.Get("/console/sign-in"))}}
	p.Post("/console/sign-in", answer).Want(http.StatusSeeOther)
	h.Stranger().Post("/console/sign-in", answer).Want(http.StatusForbidden)
	late := url.Values{"passkey": {p.Answer(p.Get("/console/sign-in"))}}
	h.Pass(operator.ChallengeLife + time.Second)
	p.Post("/console/sign-in", late).Want(http.StatusForbidden)
}

func TestAttemptsAreLimitedByWhereTheyComeFromAndThoseThatSucceedAreNot(t *testing.T) {
	h := newHouse(t)
	p := h.In(operator.Administrator, "")
	for range operator.MaxAttempts + 2 {
		p.SignIn().Want(http.StatusSeeOther)
	}
	wrong, from := url.Values{"passkey": {"{}"}}, []string{"X-Forwarded-For", "203.0.113.9"}
	right := func() url.Values { return url.Values{"passkey": {p.Answer(p.Get("/console/sign-in"))}} }
	for range operator.MaxAttempts {
		h.Browser().Post("/console/sign-in", wrong, from...).Want(http.StatusForbidden)
	}
	h.Browser().Post("/console/sign-in", wrong, from...).Want(http.StatusTooManyRequests)
	p.Post("/console/sign-in", right(), from...).Want(http.StatusTooManyRequests)
	p.Post("/console/sign-in", right(), "X-Forwarded-For", "203.0.113.10").Want(http.StatusSeeOther)
	h.Pass(operator.AttemptsWithin + time.Second)
	p.Post("/console/sign-in", right(), from...).Want(http.StatusSeeOther)
}

func TestNobodyLocksTheConsoleWhereAllSeemToComeFromOnePlace(t *testing.T) {
	h := newHouse(t)
	p := h.In(operator.Administrator, "")
	for range operator.MaxAttempts + 2 {
		h.Browser().Post("/console/sign-in", url.Values{"passkey": {"{}"}}).Want(http.StatusForbidden)
	}
	p.SignIn().Want(http.StatusSeeOther)
}

func TestASessionEndsByTimeByItsOperatorAndByItsTenant(t *testing.T) {
	for name, end := range map[string]func(h *house, p *consoletest.Person){
		"left alone": func(h *house, _ *consoletest.Person) { h.Pass(operator.SessionIdle + time.Minute) },
		"eight hours": func(h *house, p *consoletest.Person) {
			for range 17 {
				h.Pass(29 * time.Minute)
				p.Get("/console/tenants/" + h.Tenant.ID)
			}
		},
		"signed out": func(_ *house, p *consoletest.Person) { p.Post("/console/sign-out", nil).Want(http.StatusSeeOther) },
		"ended": func(h *house, p *consoletest.Person) {
			h.Must(h.Operators.End(h.Context(), p.Operator.ID, consoletest.ByCommand))
		},
		"another role": func(h *house, p *consoletest.Person) {
			h.Must(h.Operators.SetRole(h.Context(), p.Operator.ID, operator.Auditor, consoletest.ByCommand))
		},
		"its tenant": func(h *house, _ *consoletest.Person) {
			h.Must(h.Process.Lasting().RevokeTenant(h.Context(), h.Tenant.ID))
		},
		"restored": func(h *house, _ *consoletest.Person) {
			_, _, err := h.Operators.SignOutAll(h.Context())
			h.Must(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			p := h.In(operator.Support, h.Tenant.ID)
			h.Pass(20 * time.Minute)
			p.Get("/console/tenants/" + h.Tenant.ID).Want(http.StatusOK)
			h.Pass(20 * time.Minute)
			p.Get("/console/tenants/" + h.Tenant.ID).Want(http.StatusOK)
			end(h, p)
			p.Get("/console/tenants/" + h.Tenant.ID).Want(http.StatusSeeOther).Silent("Muster")
			p.Post("/console/sign-out", nil).Want(http.StatusUnauthorized)
		})
	}
}

// late is a form that is sent only when the server reads it, by when something else has happened.
type late struct {
	io.Reader
	before func()
}

func (l *late) Read(b []byte) (int, error) {
	if l.before != nil {
		l.before()
		l.before = nil
	}
	return l.Reader.Read(b)
}

func TestWhoIsEndedWhileTheirFormIsOnItsWayDoesNothingWithIt(t *testing.T) {
	h := newHouse(t)
	p := h.In(operator.Administrator, "")
	waiting := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer waiting.CloseIdleConnections()
	p.Client.Transport = waiting
	form := &late{strings.NewReader(url.Values{"name": {"Bo"}, "role": {"administrator"}}.Encode()), func() { h.Must(h.Operators.End(h.Context(), p.Operator.ID, consoletest.ByCommand)) }}
	p.Send(http.MethodPost, "/console/operators/invite", form, "Expect", "100-continue").Want(http.StatusUnauthorized).Says("You are signed out")
	if n := h.Count(`operators`); n != 1 {
		t.Errorf("%d operators", n)
	}
}

func TestWhoWasEndedOrWhoseTenantWasCannotSignIn(t *testing.T) {
	h := newHouse(t)
	ended, bound := h.In(operator.Administrator, ""), h.In(operator.Administrator, h.Tenant.ID)
	h.Must(h.Operators.End(t.Context(), ended.Operator.ID, consoletest.ByCommand))
	h.Must(h.Process.Lasting().RevokeTenant(t.Context(), h.Tenant.ID))
	for _, p := range []*consoletest.Person{ended, bound} {
		p.SignIn().Want(http.StatusForbidden)
		p.Get("/console").Want(http.StatusSeeOther)
	}
}

// thief has the cookies of somebody's browser.
func thief(p *consoletest.Person) *consoletest.Person {
	p.Helper()
	u, err := url.Parse(p.House.URL)
	p.House.Must(err)
	stolen := *p
	stolen.Browser = p.House.Browser()
	stolen.Client.Jar.SetCookies(u, p.Client.Jar.Cookies(u))
	stolen.Get("/console/tenants").Want(http.StatusOK)
	return &stolen
}

func TestWhoComesInAnewLeavesNoSessionBehindInThatBrowser(t *testing.T) {
	h := newHouse(t)
	for name, anew := range map[string]func(in *consoletest.Person) pagestest.Page{
		"signs in": func(in *consoletest.Person) pagestest.Page { return in.SignIn() },
		"joins": func(in *consoletest.Person) pagestest.Page {
			_, link := h.Invite("Bo Berg", operator.Support, "")
			in.Key = consoletest.NewKey()
			return in.Post(link, url.Values{"passkey": {in.Create(in.Get(link))}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			ada := h.In(operator.Administrator, "")
			elsewhere := *ada
			elsewhere.Browser = h.Browser()
			elsewhere.SignIn().Want(http.StatusSeeOther)
			eve := thief(ada)
			ada.Post("/console/sign-in", url.Values{"passkey": {"{}"}}).Want(http.StatusForbidden)
			eve.Get("/console/tenants").Want(http.StatusOK) // who failed has left nothing
			anew(ada).Want(http.StatusSeeOther)
			if to := eve.Get("/console/tenants").Want(http.StatusSeeOther).To(); !strings.HasPrefix(to, "/console/sign-in") {
				t.Errorf("the old cookie leads to %q", to)
			}
			ada.Get("/console/tenants").Want(http.StatusOK)
			elsewhere.Get("/console/tenants").Want(http.StatusOK)
			if n := h.told("operator.signed_out", ada.Operator.ID); n != 1 {
				t.Errorf("it is recorded %d times", n)
			}
		})
	}
	t.Run("not where that was over already", func(t *testing.T) {
		ada := h.In(operator.Administrator, "")
		h.Pass(operator.SessionIdle + time.Minute)
		ada.SignIn().Want(http.StatusSeeOther)
		if n := h.told("operator.signed_out", ada.Operator.ID); n != 0 {
			t.Errorf("it is recorded %d times", n)
		}
	})
}

func TestALinkOnAnotherSiteSignsNobodyOut(t *testing.T) {
	h := newHouse(t)
	linked := h.Browser() // its cookie stays at home
	for _, p := range []pagestest.Page{linked.Get("/console").Want(http.StatusSeeOther), linked.Post("/console/sign-out", nil).Want(http.StatusUnauthorized)} {
		if got := p.Header.Get("Set-Cookie"); got != "" {
			t.Errorf("it sets %s", got)
		}
	}
	ada := h.In(operator.Administrator, "")
	h.Pass(operator.SessionIdle + time.Minute)
	if got := ada.Get("/console").Want(http.StatusSeeOther).Header.Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
		t.Errorf("a session that is over sets %q", got)
	}
}

func TestSigningInLeadsOnWithinTheConsoleAndNowhereElse(t *testing.T) {
	h := newHouse(t)
	p := h.In(operator.Administrator, "")
	for _, bad := range []string{
		"https://evil.example/console", "//evil.example/console", "/portal/leave", "/console/../portal", `/console/\evil.example`, "javascript:alert(1)", "/consoles", "/console/sign-in", "console",
	} {
		if to := p.SignIn("to", bad).Want(http.StatusSeeOther).To(); to != "/console" {
			t.Errorf("%q leads to %q", bad, to)
		}
	}
}

func TestTheCookieIsBoundToTheHostAndNoScriptReadsIt(t *testing.T) {
	h := newHouse(t, "https://console.example")
	_, link := h.Invite("Ada", operator.Administrator, "")
	p := h.Stranger()
	got := p.Post(link, url.Values{"passkey": {p.Create(p.Get(link))}}, "Origin", "https://console.example").Want(http.StatusSeeOther)
	cookie := got.Header.Get("Set-Cookie")
	for _, want := range []string{"__Host-jawort-console=", "Path=/", "HttpOnly", "Secure", "SameSite=Strict"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("%q has no %s", cookie, want)
		}
	}
	secret, _, _ := strings.Cut(strings.TrimPrefix(cookie, "__Host-jawort-console="), ";")
	if h.Log.Has(secret) || len(secret) < 52 {
		t.Errorf("the secret %q is short, or in the log", secret)
	}
}

func TestAPageOfAnotherOriginChangesNothing(t *testing.T) {
	h := newHouse(t)
	p := h.In(operator.Administrator, "")
	_, link := h.Invite("Eve", operator.Administrator, "")
	for path, form := range map[string]url.Values{
		"/console/sign-out": nil,
		"/console/sign-in":  {"passkey": {p.Answer(p.Get("/console/sign-in"))}},
		link:                {"passkey": {p.Create(p.Get(link))}},
	} {
		for _, headers := range [][]string{{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example", "Sec-Fetch-Site", ""}, {"Origin", "https://other.localhost", "Sec-Fetch-Site", "same-site"}} {
			p.Post(path, form, headers...).Want(http.StatusForbidden)
		}
	}
	p.Get("/console/tenants").Want(http.StatusOK)
	p.Get(link).Want(http.StatusOK)
}

func TestEveryPageProtectsItself(t *testing.T) {
	h := newHouse(t)
	p := h.In(operator.Administrator, "")
	_, link := h.Invite("Eve", operator.Administrator, "")
	for _, path := range []string{"/console/sign-in", link, "/console/tenants", "/console/nothing", "/console/join/x"} {
		got := p.Get(path)
		policy := got.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self';"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: %q has no %s", path, policy, want)
			}
		}
		if got.Header.Get("X-Frame-Options") != "DENY" || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, got.Header)
		}
	}
}

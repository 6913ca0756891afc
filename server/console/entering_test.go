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
)

func TestAnOperatorJoinsByALinkAndSignsInByTheirPasskeyFromThenOn(t *testing.T) {
	h := newHouse(t)
	o, link := h.invite("Ada Lovelace", operator.Administrator, "")
	p := h.stranger()
	asked := p.get(link).want(http.StatusOK).says("Ada Lovelace", "administrator", "all tenants")
	p.post(link, url.Values{"passkey": {p.create(asked)}}).want(http.StatusSeeOther)
	p.get("/console/tenants").want(http.StatusOK).says("Muster Makler AG", "Ada Lovelace")
	p.post("/console/sign-out", nil).want(http.StatusSeeOther)
	if to := p.get("/console/tenants").want(http.StatusSeeOther).to(); to != "/console/sign-in?to=%2Fconsole%2Ftenants" {
		t.Errorf("it leads to %s", to)
	}
	if to := p.signIn("to", "/console/tenants/"+h.tenant.ID).want(http.StatusSeeOther).to(); to != "/console/tenants/"+h.tenant.ID {
		t.Errorf("it leads on to %s", to)
	}
	p.get("/console/tenants/" + h.tenant.ID).want(http.StatusOK).says("Muster Makler AG")
	for kind, n := range map[string]int{"operator.invited": 1, "operator.joined": 1, "operator.signed_out": 1, "operator.signed_in": 1} {
		if found := h.told(kind, o.ID); found != n {
			t.Errorf("%s is recorded %d times", kind, found)
		}
	}
}

// told counts what is recorded of an operator, be it on its way or in the log.
func (h *house) told(kind, subject string) int {
	h.Helper()
	return h.count(`outbox WHERE sequenced_at = 0 AND kind = $1 AND subject = $2`, kind, subject) + h.count(`audit_entries WHERE kind = $1 AND subject = $2`, kind, subject)
}

func TestALinkWorksOnceForOneBrowserAndForAnHour(t *testing.T) {
	h := newHouse(t)
	t.Run("looking at it uses up nothing", func(t *testing.T) {
		_, link := h.invite("Ada", operator.Support, "")
		for range 3 {
			h.browser().get(link).want(http.StatusOK)
		}
		p := h.stranger()
		p.post(link, url.Values{"passkey": {p.create(p.get(link))}}).want(http.StatusSeeOther)
		h.browser().get(link).want(http.StatusGone).silent("Ada")
		other := h.stranger()
		other.post(link, url.Values{"passkey": {p.create(h.stranger().get(h.second(link)))}}).want(http.StatusGone)
	})
	t.Run("of several at once one wins", func(t *testing.T) {
		_, link := h.invite("Ada", operator.Support, "")
		var won atomic.Int32
		var all sync.WaitGroup
		people := map[*person]string{}
		for range 4 {
			p := h.stranger()
			people[p] = p.create(p.get(link))
		}
		for p, made := range people {
			all.Go(func() {
				if p.post(link, url.Values{"passkey": {made}}).status == http.StatusSeeOther {
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
		_, one := h.invite("Ada", operator.Support, "")
		_, other := h.invite("Eve", operator.Administrator, "")
		p := h.stranger()
		p.post(other, url.Values{"passkey": {p.create(p.get(one))}}).want(http.StatusForbidden)
		p.get(other).want(http.StatusOK)
	})
	t.Run("an expired one, and one of an ended operator", func(t *testing.T) {
		o, ended := h.invite("Ada", operator.Support, "")
		h.must(h.operators.End(t.Context(), o.ID, byCommand))
		h.browser().get(ended).want(http.StatusGone)
		_, link := h.invite("Ada", operator.Support, "")
		p := h.stranger()
		made := p.create(p.get(link))
		h.pass(operator.InvitationLife + time.Second)
		h.browser().get(link).want(http.StatusGone)
		p.post(link, url.Values{"passkey": {made}}).want(http.StatusGone)
	})
	t.Run("only its hash is kept, and the log does not have it", func(t *testing.T) {
		_, link := h.invite("Ada", operator.Support, "")
		h.browser().get(link).want(http.StatusOK)
		if h.log.has(strings.TrimPrefix(link, "/console/join/")) {
			t.Error("the log has it")
		}
	})
}

// second is another link, for a page that asks for something.
func (h *house) second(string) string {
	_, link := h.invite("Somebody", operator.Support, "")
	return link
}

func TestOnlyTheOperatorsOwnPasskeyForThisPageSignsIn(t *testing.T) {
	h := newHouse(t)
	p := h.in(operator.Administrator, "")
	for name, forge := range map[string]func(s *person) string{
		"nothing":           func(*person) string { return "" },
		"no JSON":           func(*person) string { return "{" },
		"an unknown key":    func(s *person) string { s.key = newKey(); return s.answer(s.get("/console/sign-in")) },
		"another signature": func(s *person) string { s.key.Key = newKey().Key; return s.answer(s.get("/console/sign-in")) },
		"another origin": func(s *person) string {
			s.rp.Origin = "https://evil.example"
			return s.answer(s.get("/console/sign-in"))
		},
		"another relying party": func(s *person) string { s.rp.ID = "evil.example"; return s.answer(s.get("/console/sign-in")) },
		"no user verification": func(s *person) string {
			s.auth.Options.UserNotVerified = true
			return s.answer(s.get("/console/sign-in"))
		},
		"another user handle": func(s *person) string {
			s.auth.Options.UserHandle = []byte("opr_x")
			return s.answer(s.get("/console/sign-in"))
		},
		"a challenge of its own": func(s *person) string {
			return virtualwebauthn.CreateAssertionResponse(s.rp, s.auth, s.key, virtualwebauthn.AssertionOptions{Challenge: make([]byte, 32)})
		},
		"the challenge of a link": func(s *person) string { return s.answer(s.get(h.second(""))) },
	} {
		t.Run(name, func(t *testing.T) {
			s := h.stranger()
			s.key, s.auth.Options.UserHandle = p.key, p.auth.Options.UserHandle
			got := s.post("/console/sign-in", url.Values{"passkey": {forge(s)}}, "X-Forwarded-For", "203.0.113.9").want(http.StatusForbidden)
			if len(got.header.Values("Set-Cookie")) > 0 {
				t.Error("it sets a cookie")
			}
			s.get("/console/tenants").want(http.StatusSeeOther)
			h.sql(`DELETE FROM operator_attempts`)
		})
	}
}

func TestAnAnswerCountsOnceAndForTenMinutes(t *testing.T) {
	h := newHouse(t)
	p := h.in(operator.Administrator, "")
	answer := url.Values{"passkey": {p.answer(p.get("/console/sign-in"))}}
	p.post("/console/sign-in", answer).want(http.StatusSeeOther)
	h.stranger().post("/console/sign-in", answer).want(http.StatusForbidden)
	late := url.Values{"passkey": {p.answer(p.get("/console/sign-in"))}}
	h.pass(operator.ChallengeLife + time.Second)
	p.post("/console/sign-in", late).want(http.StatusForbidden)
}

func TestAttemptsAreLimitedByWhereTheyComeFromAndThoseThatSucceedAreNot(t *testing.T) {
	h := newHouse(t)
	p := h.in(operator.Administrator, "")
	for range operator.MaxAttempts + 2 {
		p.signIn().want(http.StatusSeeOther)
	}
	wrong, from := url.Values{"passkey": {"{}"}}, []string{"X-Forwarded-For", "203.0.113.9"}
	right := func() url.Values { return url.Values{"passkey": {p.answer(p.get("/console/sign-in"))}} }
	for range operator.MaxAttempts {
		h.browser().post("/console/sign-in", wrong, from...).want(http.StatusForbidden)
	}
	h.browser().post("/console/sign-in", wrong, from...).want(http.StatusTooManyRequests)
	p.post("/console/sign-in", right(), from...).want(http.StatusTooManyRequests)
	p.post("/console/sign-in", right(), "X-Forwarded-For", "203.0.113.10").want(http.StatusSeeOther)
	h.pass(operator.AttemptsWithin + time.Second)
	p.post("/console/sign-in", right(), from...).want(http.StatusSeeOther)
}

func TestNobodyLocksTheConsoleWhereAllSeemToComeFromOnePlace(t *testing.T) {
	h := newHouse(t)
	p := h.in(operator.Administrator, "")
	for range operator.MaxAttempts + 2 {
		h.browser().post("/console/sign-in", url.Values{"passkey": {"{}"}}).want(http.StatusForbidden)
	}
	p.signIn().want(http.StatusSeeOther)
}

func TestASessionEndsByTimeByItsOperatorAndByItsTenant(t *testing.T) {
	for name, end := range map[string]func(h *house, p *person){
		"left alone": func(h *house, _ *person) { h.pass(operator.SessionIdle + time.Minute) },
		"eight hours": func(h *house, p *person) {
			for range 17 {
				h.pass(29 * time.Minute)
				p.get("/console/tenants/" + h.tenant.ID)
			}
		},
		"signed out": func(_ *house, p *person) { p.post("/console/sign-out", nil).want(http.StatusSeeOther) },
		"ended":      func(h *house, p *person) { h.must(h.operators.End(h.Context(), p.operator.ID, byCommand)) },
		"another role": func(h *house, p *person) {
			h.must(h.operators.SetRole(h.Context(), p.operator.ID, operator.Auditor, byCommand))
		},
		"its tenant": func(h *house, _ *person) { h.must(h.process.Lasting().RevokeTenant(h.Context(), h.tenant.ID)) },
		"restored": func(h *house, _ *person) {
			_, _, err := h.operators.SignOutAll(h.Context())
			h.must(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			p := h.in(operator.Support, h.tenant.ID)
			h.pass(20 * time.Minute)
			p.get("/console/tenants/" + h.tenant.ID).want(http.StatusOK)
			h.pass(20 * time.Minute)
			p.get("/console/tenants/" + h.tenant.ID).want(http.StatusOK)
			end(h, p)
			p.get("/console/tenants/" + h.tenant.ID).want(http.StatusSeeOther).silent("Muster")
			p.post("/console/sign-out", nil).want(http.StatusUnauthorized)
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
	p := h.in(operator.Administrator, "")
	waiting := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer waiting.CloseIdleConnections()
	p.client.Transport = waiting
	form := &late{strings.NewReader(url.Values{"name": {"Bo"}, "role": {"administrator"}}.Encode()), func() { h.must(h.operators.End(h.Context(), p.operator.ID, byCommand)) }}
	p.send(http.MethodPost, "/console/operators/invite", form, "Expect", "100-continue").want(http.StatusUnauthorized).says("You are signed out")
	if n := h.count(`operators`); n != 1 {
		t.Errorf("%d operators", n)
	}
}

func TestWhoWasEndedOrWhoseTenantWasCannotSignIn(t *testing.T) {
	h := newHouse(t)
	ended, bound := h.in(operator.Administrator, ""), h.in(operator.Administrator, h.tenant.ID)
	h.must(h.operators.End(t.Context(), ended.operator.ID, byCommand))
	h.must(h.process.Lasting().RevokeTenant(t.Context(), h.tenant.ID))
	for _, p := range []*person{ended, bound} {
		p.signIn().want(http.StatusForbidden)
		p.get("/console").want(http.StatusSeeOther)
	}
}

func TestSigningInLeadsOnWithinTheConsoleAndNowhereElse(t *testing.T) {
	h := newHouse(t)
	p := h.in(operator.Administrator, "")
	for _, bad := range []string{
		"https://evil.example/console", "//evil.example/console", "/portal/leave", "/console/../portal", `/console/\evil.example`, "javascript:alert(1)", "/consoles", "/console/sign-in", "console",
	} {
		if to := p.signIn("to", bad).want(http.StatusSeeOther).to(); to != "/console" {
			t.Errorf("%q leads to %q", bad, to)
		}
	}
}

func TestTheCookieIsBoundToTheHostAndNoScriptReadsIt(t *testing.T) {
	h := newHouse(t, "https://console.example")
	_, link := h.invite("Ada", operator.Administrator, "")
	p := h.stranger()
	got := p.post(link, url.Values{"passkey": {p.create(p.get(link))}}, "Origin", "https://console.example").want(http.StatusSeeOther)
	cookie := got.header.Get("Set-Cookie")
	for _, want := range []string{"__Host-jawort-console=", "Path=/", "HttpOnly", "Secure", "SameSite=Strict"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("%q has no %s", cookie, want)
		}
	}
	secret, _, _ := strings.Cut(strings.TrimPrefix(cookie, "__Host-jawort-console="), ";")
	if h.log.has(secret) || len(secret) < 52 {
		t.Errorf("the secret %q is short, or in the log", secret)
	}
}

func TestAPageOfAnotherOriginChangesNothing(t *testing.T) {
	h := newHouse(t)
	p := h.in(operator.Administrator, "")
	_, link := h.invite("Eve", operator.Administrator, "")
	for path, form := range map[string]url.Values{
		"/console/sign-out": nil,
		"/console/sign-in":  {"passkey": {p.answer(p.get("/console/sign-in"))}},
		link:                {"passkey": {p.create(p.get(link))}},
	} {
		for _, headers := range [][]string{{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example", "Sec-Fetch-Site", ""}, {"Origin", "https://other.localhost", "Sec-Fetch-Site", "same-site"}} {
			p.post(path, form, headers...).want(http.StatusForbidden)
		}
	}
	p.get("/console/tenants").want(http.StatusOK)
	p.get(link).want(http.StatusOK)
}

func TestEveryPageProtectsItself(t *testing.T) {
	h := newHouse(t)
	p := h.in(operator.Administrator, "")
	_, link := h.invite("Eve", operator.Administrator, "")
	for _, path := range []string{"/console/sign-in", link, "/console/tenants", "/console/nothing", "/console/join/x"} {
		got := p.get(path)
		policy := got.header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self';"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: %q has no %s", path, policy, want)
			}
		}
		if got.header.Get("X-Frame-Options") != "DENY" || got.header.Get("Cache-Control") != "no-store" || got.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, got.header)
		}
	}
}

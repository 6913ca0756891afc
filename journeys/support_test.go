package journeys_test

import (
	"regexp"
	"testing"

	"github.com/jawort/jawort/operator"
)

// person is where the account is shown.
func (h *house) person() string {
	h.Helper()
	a, err := h.process.Lasting().Account(h.Context(), h.tenant.ID, login)
	h.must(err)
	return h.tenantURL() + "/people/" + a.ID
}

func (h *house) tenantURL() string {
	return h.config.Server.PublicURL + "/console/tenants/" + h.tenant.ID
}

// found is support at the page of the account.
func (s *staff) found() {
	s.Helper()
	s.Go(s.house.tenantURL() + "/people")
	s.Type("#q", login)
	s.Click(`form[method="get"] button`)
	s.Wait(".card a")
	s.Click(".card a")
	s.WantText("h1", "Account")
}

func TestSupportFindsACallerWhosePhoneProvesWhoItIsAndIsGivenACode(t *testing.T) {
	h := newHouse(t)
	ada := h.simulate("Ada", reachable)
	s := h.operator("Anna, Desk 2", operator.Support, desk)
	s.found()
	s.WantText(".card h3", "Ada's phone")

	s.Click(`a[href$="/call"]`)
	s.WantText("h1", "Is this really the caller?")
	s.Click("main form button.primary")
	s.Wait("p.number")
	h.approve(ada, s.Text("p.number"))
	s.WantText(".note.good", "It is really the person.") // the page noticed by itself
	s.Click("main a.primary")

	s.Click(`a[href$="/bypass"]`)
	s.Type("#reason", "The phone is in the car; it proved who is calling a minute ago.")
	s.Click("main form button.primary")
	s.WantText("h1", "Read this out")
	code := s.Text("p.secret")
	if !regexp.MustCompile(`^[0-9A-Z -]{6,}$`).MatchString(code) {
		t.Errorf("the code is %q", code)
	}
	s.Click("main a.primary")

	s.Click(`a[href*="/devices/"]`)
	s.Type("#reason", "Sold.")
	s.Click("button.danger")
	s.WantText(".note.good", "The phone is revoked.")
	s.Click(`a[href$="/reset"]`)
	s.Type("#reason", "Nothing is left.")
	s.Click("button.danger")
	s.WantText(".note.good", "The account is reset.")
}

func TestTheLivePageFollowsByItselfAndIsPaused(t *testing.T) {
	h := newHouse(t)
	h.simulate("Ada", reachable)
	s := h.operator("Anna, Desk 2", operator.Support, desk)
	s.Go(h.config.Server.PublicURL + "/console/live")
	s.Wait("button[data-live]:not([hidden])")
	if got := s.Text(`[data-figure="ended.cancelled"]`); got != "0" {
		t.Fatalf("%s have ended", got)
	}
	a := h.ask()
	h.must(h.client.CancelApproval(t.Context(), a.ID))
	s.WantText(`[data-figure="ended.cancelled"]`, "1")
	s.Click("button[data-live]")
	s.WantText("button[data-live]", "Go on")
}

// one reads a text from the database.
func (h *house) one(query string) (text string) {
	h.Helper()
	h.must(h.process.Lasting().Reads().QueryRowContext(h.Context(), query).Scan(&text))
	return text
}

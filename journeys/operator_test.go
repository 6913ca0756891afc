package journeys_test

import (
	"crypto/rand"

	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
)

// staff is an operator at a browser of their own, with an authenticator.
type staff struct {
	*portal
	authenticator browsertest.Authenticator
}

// invited is somebody who was invited, as by `jawort operator invite`, and has opened the link.
func (h *house) invited(name string, role operator.Role, screen browsertest.Screen) *staff {
	h.Helper()
	_, link, err := console.Invite(h.Context(), &operators.Store{DB: h.process.Lasting().DB}, operator.Operator{Name: name, Role: role},
		h.config.Server.PublicURL, rand.Reader, outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"})
	h.must(err)
	s := &staff{portal: &portal{Tab: browsertest.New(h.TB), house: h}}
	s.Show(screen)
	s.authenticator = s.Authenticator()
	s.Go(link)
	s.Wait("main button.primary")
	return s
}

// operator is one who has registered a passkey, and is in the console.
func (h *house) operator(name string, role operator.Role, screen browsertest.Screen) *staff {
	h.Helper()
	s := h.invited(name, role, screen)
	s.Click("main button.primary")
	s.Wait("nav")
	return s
}

// at opens a page of the console.
func (s *staff) at(path string) {
	s.Helper()
	s.Go(s.house.config.Server.PublicURL + "/console" + path)
	s.Wait("h1")
}

// open opens a page of the console, signing in where the session is over.
func (s *staff) open(path, heading string) {
	s.Helper()
	s.Go(s.house.config.Server.PublicURL + path)
	s.Wait("h1")
	if s.Text("h1") == "Sign in to the console" {
		s.Click("main button.primary")
	}
	s.WantText("h1", heading)
}

// confirm lets the passkey answer once more, where the console asks for it before a step that matters.
func (s *staff) confirm(heading string) {
	s.Helper()
	s.Until(`document.readyState === "complete" && !!document.querySelector("h1")`)
	if browsertest.Eval[bool](s.Tab, `!!document.querySelector("form[data-passkey]")`) {
		s.Click("main button.primary")
	}
	s.WantText("h1", heading)
}

// lookUp opens the page of an account.
func (s *staff) lookUp(tenant, externalID string) {
	s.Helper()
	s.open(tenant+"/people?q="+externalID, "Look up an account")
	s.Click(".card a")
	s.WantText("h1", "Account")
}

const because = "They called, and their phone is lost."

// bypass hands out a code, and returns it.
func (s *staff) bypass(tenant, externalID string) string {
	s.Helper()
	s.lookUp(tenant, externalID)
	s.Click(`a[href$="/bypass"]`)
	s.Type("#reason", because)
	s.Click("main button.primary")
	s.confirm("Read this out")
	return s.Text(".secret")
}

// reset takes everything from an account that confirms.
func (s *staff) reset(tenant, externalID string) {
	s.Helper()
	s.lookUp(tenant, externalID)
	s.Click(`a[href$="/reset"]`)
	s.Type("#reason", because)
	s.Click("main button.danger")
	s.confirm("Account")
}

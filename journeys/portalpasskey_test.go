package journeys_test

import (
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

func TestSomebodyMakesAPasskeyInThePortalAndConfirmsByIt(t *testing.T) {
	h := newHouse(t)
	ada := h.enrolled("Ada")
	h.sql(`UPDATE applications SET rp_id = 'localhost'`)
	p := h.atTheSite(desk)
	authenticator := p.Authenticator()
	p.Click("a")
	p.WantText("h1", "Phones")
	p.look("methods")
	p.Click(`form[action$="/passkey"] button`)
	ada.confirms(p.Tab)
	p.WantText("h1", "Set up a passkey")
	p.check()
	authenticator.Refuse(true)
	p.Click("main button.primary")
	p.WantText("[data-failed]:not([hidden])", "It was cancelled or took too long.")
	p.check()
	authenticator.Refuse(false)
	p.Type("#label", "Ada's laptop")
	p.Click("main button.primary")
	p.WantText(".note.good", "You can confirm by this passkey now, too.")
	p.WantText("h3", "Ada's laptop")
	p.check()
	if n := authenticator.Passkeys(); n != 1 {
		t.Fatalf("the authenticator has %d passkeys", n)
	}

	p.Click(`a[aria-label="Remove the passkey Ada's laptop"]`)
	p.WantText("h1", "Remove this passkey?")
	p.check()
	p.Click("button.danger")
	p.byPasskey()
	p.WantText(".note.good", "The passkey is removed.")
	if got := browsertest.Eval[int](p.Tab, `document.querySelectorAll(".card").length`); got != 0 {
		t.Errorf("%d ways are left", got)
	}
}

// byPasskey confirms what the page asks by the passkey of this browser.
func (p *portal) byPasskey() {
	p.Helper()
	p.WantText("h1", "Please confirm")
	p.Click("#another")
	p.Click(`button[data-method="passkey"]`)
}

func (h *house) sql(statement string, args ...any) {
	h.Helper()
	_, err := h.process.Lasting().Writes().ExecContext(h.Context(), statement, args...)
	h.must(err)
}

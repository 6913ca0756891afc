package component_test

import (
	"strings"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/phone"
)

// older is a browser with passkeys that does not read their options as JSON, nor write them: Safari before 18.4, Chrome before 129.
const older = `for (const name of ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"]) delete PublicKeyCredential[name];
delete PublicKeyCredential.prototype.toJSON;`

func TestAPasskeyIsMadeAndUsedInABrowserThatDoesNotReadItsOptions(t *testing.T) {
	h := newHouse(t)
	h.passkeys("localhost")
	h.page.script.Store(new(older))
	tab := browsertest.New(t)
	authenticator := tab.Authenticator()
	w := h.on(tab, h.ask())
	w.Click(choice("passkey"))
	w.wantEnd("approved", "passkey")
	if n := authenticator.Passkeys(); n != 1 {
		t.Fatalf("the authenticator has %d passkeys", n)
	}
	w = h.on(tab, h.ask())
	w.Click("#unlock")
	w.wantEnd("approved", "passkey")
	if browsertest.Eval[bool](tab, `"parseCreationOptionsFromJSON" in PublicKeyCredential || "toJSON" in PublicKeyCredential.prototype`) {
		t.Error("the browser is none of those")
	}
}

func TestTheNumberIsSaidNoMoreOnceTheLoginIsOver(t *testing.T) {
	h := newHouse(t)
	p := h.phone("Anna")
	a := h.ask()
	w := h.on(browsertest.New(t), a)
	number := strings.Join(strings.Split(a.Number, ""), ", ")
	w.WantText(".sr", number)
	h.decide(p, a, phone.Approve, a.Number)
	w.wantEnd("approved", "push")
	w.WantText(".sr", "Confirmed")
	if said := browsertest.Eval[string](w.Tab, `document.querySelector("jawort-wait").shadowRoot.querySelector(".sr").textContent`); strings.Contains(said, number) {
		t.Errorf("a screen reader still finds %q", said)
	}
	if n := browsertest.Eval[int](w.Tab, `document.querySelector("jawort-wait").shadowRoot.querySelector(".sr").childElementCount`); n != 1 {
		t.Errorf("it finds %d things, and not the end only", n)
	}
}

package demo

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhoIsSignedInIsLedToTheirOwnSecuritySettingsAndNobodyElse(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	p := register(t, v)
	approve(t, v, p, func() {
		if status, _ := v.get("/security"); status != http.StatusUnauthorized {
			t.Errorf("before the phone approved, the portal got %d", status)
		}
	})
	if _, welcome := v.get("/welcome"); !strings.Contains(welcome, `href="/security"`) {
		t.Errorf("the page has no way to it: %s", welcome)
	}
	// Scripts press the button of the page that it leads to; this visitor has none.
	status, page := v.get("/security")
	if address := "/portal/open/"; status != http.StatusOK || !strings.Contains(page, `action="`+address) {
		t.Errorf("the portal got %d: %s", status, page)
	}
	if status, _ := newVisitor(t, h.siteURL).get("/security"); status != http.StatusUnauthorized {
		t.Errorf("a stranger's portal got %d", status)
	}
}

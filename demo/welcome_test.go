package demo

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/client"
)

func TestTheWelcomePageSaysHowTheLoginWasConfirmed(t *testing.T) {
	t.Parallel()
	words := regexp.MustCompile(`<[^>]*>`)
	for _, c := range []struct {
		a      client.Approval
		de, en string
	}{
		{client.Approval{Method: "push", Device: &client.Decider{Holder: "Anna", Label: "Pixel"}}, "von Anna auf „Pixel“ bestätigt", "by Anna on “Pixel”"},
		{client.Approval{Method: "passkey", Passkey: &client.UsedPasskey{Label: "Safari, macOS"}}, "durch den Passkey „Safari, macOS“ bestätigt", "by the passkey “Safari, macOS”"},
		{client.Approval{Method: "passkey", Passkey: &client.UsedPasskey{}}, "durch einen Passkey bestätigt", "by a passkey"},
		{client.Approval{Method: "totp"}, "Code der Authenticator-App", "code of the authenticator app"},
		{client.Approval{Method: "sms"}, "durch einen Code bestätigt", "by a code"},
		{client.Approval{Method: "recovery"}, "durch einen Code bestätigt", "by a code"},
		{client.Approval{Method: "trusted_browser"}, "Diesem Browser wird vertraut", "this browser is trusted"},
		{client.Approval{Method: "not_enforced"}, "brauchte keine Bestätigung.", "needed no confirmation."},
	} {
		c.a.Account = "4711"
		for lang, want := range map[language]string{"de": c.de, "en": c.en} {
			if said := words.ReplaceAllString(string(how(lang, c.a)), ""); !strings.HasPrefix(said, "Login 4711 ") || !strings.Contains(said, want) {
				t.Errorf("%s in %s: %q", c.a.Method, lang, said)
			}
		}
	}
}

func TestWhoSignedInSavesTheReceiptAndNobodyElse(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	p := register(t, v)
	approve(t, v, p, func() {
		if status, _ := v.get("/receipt"); status != http.StatusUnauthorized {
			t.Errorf("before the phone approved, the receipt got %d", status)
		}
	})
	_, welcome := v.get("/welcome")
	status, receipt := v.get("/receipt")
	says, signature := cutSignature(receipt) // which is made anew each time
	if status != http.StatusOK || len(signature) < 80 || !strings.Contains(welcome, ">"+says+".") {
		t.Errorf("the receipt got %d: %s", status, receipt)
	}
	if status, _ := newVisitor(t, h.siteURL).get("/receipt"); status != http.StatusUnauthorized {
		t.Errorf("a stranger's receipt got %d", status)
	}
}

func cutSignature(jws string) (signed, signature string) {
	last := strings.LastIndex(jws, ".")
	return jws[:last], jws[last+1:]
}

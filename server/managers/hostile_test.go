package managers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db/pgtest"
)

func TestWhateverAnAddressOrAFormSaysThePortalAnswersAndSaysItNowhereAsMarkup(t *testing.T) {
	t.Parallel()
	h := newHouseOn(t, pgtest.New(t))
	h.account(broker, "Office South", account.Edit{})
	h.account("200001", "Erika Muster", account.Edit{Manager: account.Set(broker)})
	b := h.in(broker)
	for _, value := range []string{"\x00", "a\x00b", "\xff\xfe", "1\r\nSet-Cookie: a=b", "-1", "99999999999999999999", "9223372036854775807", "..", "a.b", "9223372036854775807.x", "1.\x00", "1.\xff",
		"' OR 1=1 --", "%", "\u202e", "{{.}}", "<script>alert(1)</script>", strings.Repeat("x", 2000), "2026-Q9", "0000-Q1", "9999-Q4"} {
		all := url.Values{}
		for _, name := range []string{"after", "q", "quarter", "who", "number", "way", "idle", "sms", "group", "enrolled", "application", "days", "phone", "email", "on", "label", "holder", "code", "reason", "passkey", "seen", "confirmed", "kind", "name"} {
			all.Set(name, value)
		}
		odd := url.PathEscape(value)
		for _, page := range []string{
			"customers", "customers/" + odd, "customers/" + odd + "/sms", "customers/" + odd + "/phone", "customers/many", "customers/many/work", "rollout", "rollout/" + odd, "rollout/invite", "costs", "costs/usage.csv",
			"devices", "devices/" + odd, "devices/" + odd + "/remove", "add", "add/" + odd, "add/" + odd + "/moved", "interval", "logins", "logins/" + odd, "browsers", "methods", "methods/" + odd + "/remove", "methods/passkey/" + odd + "/remove",
			"data", "confirm/" + odd, "open/" + odd, "customers/" + odd + "/interval", "customers/" + odd + "/" + odd, "customers/many/preview", "customers/many/set", "browsers/" + odd, "methods/" + odd, "methods/totp", "methods/sms", "methods/email",
			"methods/" + odd + "/code", "methods/totp/code", "methods/passkey/made", "confirm/" + odd + "/cancel",
		} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				got := b.Do(method, "/portal/"+page+"?"+all.Encode(), all)
				if got.Status >= http.StatusInternalServerError || strings.Contains(got.Text, "<script>alert(1)") || got.Header.Get("Set-Cookie") != "" {
					t.Errorf("%s %.80s with %.20q: %d", method, page, value, got.Status)
				}
			}
		}
	}
}

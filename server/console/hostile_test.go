package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/store/db/pgtest"
)

// hostile are what somebody makes up who looks for what a page does not expect.
var hostile = []string{"\x00", "a\x00b", "\xff\xfe", "1\r\nSet-Cookie: a=b", "-1", "99999999999999999999", "9223372036854775807", ".", "..", "a.b", "9223372036854775807.x", "1.\x00", "1.\xff",
	"' OR 1=1 --", "%", "\u202e", "{{.}}", "<script>alert(1)</script>", strings.Repeat("x", 5000), "2026-Q9", "0000-Q1", "9999-Q4", "0001-01-01", "9999-12-31"}

// names are of all that addresses and forms say.
var names = []string{"after", "q", "quarter", "kind", "account", "actor", "from", "to", "known", "name", "role", "tenant", "contact", "reason", "hours", "uses", "seen", "currency", "time_zone",
	"price.prefix", "price.amount", "budget.of", "budget.country", "budget.limit", "limit.number.max", "limit.number.per", "limit.number.unit", "scopes", "url", "events", "list", "agreed", "interval.min", "enforced_from[Portal]", "origins", "language", "label"}

func TestWhateverAnAddressOrAFormSaysTheConsoleAnswersAndSaysItNowhereAsMarkup(t *testing.T) {
	h := consoletest.New(t, func(o *process.Options) { o.Config.Database = pgtest.New(t) })
	ada, account := h.In(operator.Administrator, ""), h.AccountID()
	for _, route := range server.ConsoleRoutes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		for _, value := range hostile {
			if strings.HasSuffix(pattern, "/sign-out") || strings.HasSuffix(pattern, "/export") {
				continue
			}
			parts := strings.Split(pattern, "/")
			for i, part := range parts {
				switch {
				case part == "{tenant}":
					parts[i] = h.Tenant.ID
				case part == "{account}" && i+2 < len(parts):
					parts[i] = account
				case strings.HasPrefix(part, "{"):
					parts[i] = url.PathEscape(value)
				}
			}
			all := url.Values{}
			for _, name := range names {
				all.Set(name, value)
			}
			address, form := strings.Join(parts, "/"), url.Values(nil)
			if method == http.MethodPost {
				form = all
			}
			got := ada.Do(method, address+"?"+all.Encode(), form)
			if got.Status >= http.StatusInternalServerError || strings.Contains(got.Text, "<script>alert(1)") || got.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s with %.20q: %d", route.Pattern, value, got.Status)
			}
		}
	}
}

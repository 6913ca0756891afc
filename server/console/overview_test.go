package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
)

func TestATenantsOverviewSaysWhatIsThereAndWhatIsMissing(t *testing.T) {
	h := newHouse(t)
	ada, support := h.In(operator.Administrator, ""), h.In(operator.Support, h.Tenant.ID)
	base := "/console/tenants/" + h.Tenant.ID
	ada.Get(base).Want(http.StatusOK).Says("None yet. The login service needs one, with a key.", "None. Everybody is asked at every login.", "Nobody is named whom people can turn to.",
		"No accounts yet.", "Nobody is told what happens.", "No prices are set, so no SMS are sent.")
	app, _, _ := strings.Cut(ada.Post(base+"/applications/new", with(url.Values{}, "name", "Portal", "origins", "https://login.example", "preset", "standard", "offline", "refused", "totp_skew", "1")).Want(http.StatusSeeOther).To(), "?")
	ada.Get(base).Says("No API key is valid, so no login service can call Jawort.")
	ada.Post(app+"/keys", url.Values{"scopes": {"login"}}).Want(http.StatusOK)
	ada.Post(base+"/groups/new", with(url.Values{}, customers...)).Want(http.StatusSeeOther)
	ada.Post(base+"/webhooks/new", url.Values{"url": {"https://hooks.example/in"}}).Want(http.StatusOK)
	settings := with(formOf(ada.Get(base+"/settings").Want(http.StatusOK)), "name", h.Tenant.Name, "language", "en", "time_zone", "UTC", "support.en", "Call 030 1234.")
	ada.Post(base+"/settings", settings).Want(http.StatusSeeOther)
	ada.Get(base).Want(http.StatusOK).Says("In use: 1, with valid API keys: 1", "One group", "One receiver", "how long data are kept").Silent("None", "Nobody", "<p></p>")
	support.Get(base).Want(http.StatusOK).Says("No accounts yet.", "One receiver").Silent("API keys", "One group", "prices")
}

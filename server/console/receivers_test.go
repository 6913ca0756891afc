package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
)

func TestReceiversAreAddedTestedChangedAndDeletedAndTheirSecretsShownOnce(t *testing.T) {
	h := newHouse(t)
	other := h.newTenant("Another AG")
	ada, bo, foreign := h.in(operator.Administrator, h.tenant.ID), h.in(operator.Support, h.tenant.ID), h.in(operator.Administrator, other.ID)
	base := "/console/tenants/" + h.tenant.ID + "/webhooks"
	ada.post(base+"/new", url.Values{"url": {"http://10.0.0.1/"}}).want(http.StatusUnprocessableEntity).says("must be https")
	made := ada.post(base+"/new", url.Values{"url": {"https://hooks.example/in"}, "description": {"<script>x</script>"}, "events": {"device.revoked", "account.reset"}}).want(http.StatusOK).says("shown only now")
	secret, one := made.found(`(whsec_[A-Za-z0-9+/=]+)`), made.found(`href="([^"]*/webhooks/whk_[^"]*)"`)
	ada.get(one).want(http.StatusOK).says("hooks.example", "<script>x</script>").silent(secret)
	bo.get(one).want(http.StatusOK).says("hooks.example").silent("Send a test", "Delete")
	ada.post(one+"/test", nil).want(http.StatusSeeOther)
	ada.get(one + "?state=pending").want(http.StatusOK).says("ping")
	delivery := h.one(`SELECT id FROM webhook_deliveries`)
	theirs := "/console/tenants/" + other.ID + "/webhooks"
	for _, path := range []string{"/rotate", "/test", "/delete", "/retry/" + delivery, ""} {
		foreign.post(one+path, url.Values{"url": {"https://evil.example/"}}).want(http.StatusNotFound)
		foreign.post(theirs+strings.TrimPrefix(one, base)+path, url.Values{"url": {"https://evil.example/"}, "enabled": {"on"}}).want(http.StatusNotFound)
		bo.post(one+path, url.Values{"url": {"https://evil.example/"}}).want(http.StatusForbidden)
	}
	ada.post(one+"/retry/"+delivery, nil).want(http.StatusSeeOther)
	ada.post(one+"/rotate", nil).want(http.StatusOK).says("signs too until").silent(secret)
	ada.post(one, url.Values{"url": {"https://hooks.example/in"}}).want(http.StatusSeeOther)
	ada.get(one).says("Disabled")
	ada.post(one+"/test", nil).want(http.StatusConflict).says("Enable it first")
	ada.post(one+"/delete", nil).want(http.StatusSeeOther)
	ada.get(one).want(http.StatusNotFound)
	for _, kind := range []string{"webhook.created", "webhook.rotated", "webhook.changed", "webhook.deleted", "webhook.tested", "webhook.retried"} {
		if h.byOperator(kind, ada.operator.ID) != 1 {
			t.Errorf("%s is not recorded as hers", kind)
		}
	}
}

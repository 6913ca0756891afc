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
	ada, bo, foreign := h.In(operator.Administrator, h.Tenant.ID), h.In(operator.Support, h.Tenant.ID), h.In(operator.Administrator, other.ID)
	base := "/console/tenants/" + h.Tenant.ID + "/webhooks"
	ada.Post(base+"/new", url.Values{"url": {"http://10.0.0.1/"}}).Want(http.StatusUnprocessableEntity).Says("must be https")
	made := ada.Post(base+"/new", url.Values{"url": {"https://hooks.example/in"}, "description": {"<script>x</script>"}, "events": {"device.revoked", "account.reset"}}).Want(http.StatusOK).Says("shown only now")
	secret, one := made.Found(`(whsec_[A-Za-z0-9+/=]+)`), made.Found(`href="([^"]*/webhooks/whk_[^"]*)"`)
	ada.Get(one).Want(http.StatusOK).Says("hooks.example", "<script>x</script>").Silent(secret)
	bo.Get(one).Want(http.StatusOK).Says("hooks.example").Silent("Send a test", "Delete")
	ada.Post(one+"/test", nil).Want(http.StatusSeeOther)
	ada.Get(one + "?state=pending").Want(http.StatusOK).Says("ping")
	delivery := h.One(`SELECT id FROM webhook_deliveries`)
	theirs := "/console/tenants/" + other.ID + "/webhooks"
	for _, path := range []string{"/rotate", "/test", "/delete", "/retry/" + delivery, ""} {
		foreign.Post(one+path, url.Values{"url": {"https://evil.example/"}}).Want(http.StatusNotFound)
		foreign.Post(theirs+strings.TrimPrefix(one, base)+path, url.Values{"url": {"https://evil.example/"}, "enabled": {"on"}}).Want(http.StatusNotFound)
		bo.Post(one+path, url.Values{"url": {"https://evil.example/"}}).Want(http.StatusForbidden)
	}
	ada.Post(one+"/retry/"+delivery, nil).Want(http.StatusSeeOther)
	ada.Post(one+"/rotate", nil).Want(http.StatusOK).Says("signs too until").Silent(secret)
	ada.Post(one, url.Values{"url": {"https://hooks.example/in"}}).Want(http.StatusSeeOther)
	ada.Get(one).Says("Disabled")
	ada.Post(one+"/test", nil).Want(http.StatusConflict).Says("Enable it first")
	ada.Post(one+"/delete", nil).Want(http.StatusSeeOther)
	ada.Get(one).Want(http.StatusNotFound)
	for _, kind := range []string{"webhook.created", "webhook.rotated", "webhook.changed", "webhook.deleted", "webhook.tested", "webhook.retried"} {
		if h.byOperator(kind, ada.Operator.ID) != 1 {
			t.Errorf("%s is not recorded as hers", kind)
		}
	}
}

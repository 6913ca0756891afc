package docs_test

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/ledger"
)

// playUsage prices SMS, has some sent, and asks what they cost.
func (h *house) playUsage() {
	const settings = `{"time_zone":"Europe/Berlin","prices":{"+49":"0.10"},"budgets":[{"scope":"country","subject":"DE","period":"month","limit":"50"}],"limits":{"number":["5/10m"]}}`
	h.say("200", "PUT", h.url+"/v1/sms/settings", settings, bearer(h.key))
	h.say("200", "GET", h.url+"/v1/sms/settings", "", bearer(h.key))
	h.say("422 invalid-request", "PUT", h.url+"/v1/sms/settings", `{"prices":{"+49":"a lot"}}`, bearer(h.key))
	h.sendSMS("usage-1")
	h.sendSMS("usage-2")

	quarter := domain.QuarterOf(h.now(), time.UTC)
	usage := h.url + "/v1/usage?quarter=" + quarter.String()
	if got := h.say("200", "GET", usage+"&limit=1", "", bearer(h.key)); !strings.Contains(got, `"amount":"0.20"`) || !strings.Contains(got, `"next"`) {
		h.Errorf("the first page is %s", got)
	}
	if got := h.say("200", "GET", usage+"&payer=usage-2", "", bearer(h.key)); !strings.Contains(got, `"account":"usage-2","messages":1`) {
		h.Errorf("the payer's usage is %s", got)
	}
	if got := h.say("200", "GET", usage+"&format=csv", "", bearer(h.key)); !strings.Contains(got, `"usage-1","usage-1","1","0.10","EUR","0","0.00"`) {
		h.Errorf("the export is %s", got)
	}
	h.say("409 quarter-running", "POST", h.url+"/v1/usage/close", `{"quarter":"`+quarter.String()+`"}`, bearer(h.key))
	h.say("422 invalid-request", "POST", h.url+"/v1/usage/close", `{"quarter":"2024"}`, bearer(h.key))
	h.say("200", "POST", h.url+"/v1/usage/close", `{"quarter":"2024-Q1"}`, bearer(h.key))
	if got := h.say("200", "GET", h.url+"/v1/usage?quarter=2024-Q1", "", bearer(h.key)); !strings.Contains(got, `"exported_at"`) {
		h.Errorf("the closed quarter is %s", got)
	}
}

// sendSMS charges an SMS to a new account, as who queues and delivers it does.
func (h *house) sendSMS(login string) {
	ctx, store := h.Context(), h.process.Lasting()
	set, err := keys.Generate() // the ledger compares numbers within one store only
	h.must(err)
	application, err := h.ownApplication()
	h.must(err)
	a, _, err := store.PutAccount(ctx, account.Account{ID: h.newID(id.Account), Tenant: application.Tenant, ExternalID: login})
	h.must(err)
	book := &ledger.Store{DB: store.DB, Keys: set}
	r := domain.Reservation{
		Message: h.newID(id.Message), Tenant: a.Tenant, Application: application.ID, Account: a.ID, Payer: a.ID, Number: "+4915112345678",
	}
	h.must(store.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := book.Reserve(ctx, tx, r); err != nil {
			return err
		}
		return book.Settle(ctx, tx, r.Message, courier.Sent)
	}))
}

func (h *house) ownApplication() (account.Application, error) {
	_, application, err := h.process.Lasting().KeyByHash(h.Context(), account.HashSecret(h.key))
	return application, err
}

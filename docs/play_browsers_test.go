package docs_test

import (
	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/phone"
)

// playBrowsers has a browser confirm and be trusted, until it is ended; then all of them.
func (h *house) playBrowsers(p *phone.Phone) {
	ctx, store := h.Context(), h.process.Lasting()
	group, err := store.PutGroup(ctx, store.Writes(), account.Group{
		ID: h.newID(id.Group), Tenant: h.tenant.ID, Name: "daily", Policy: account.GroupPolicy{Interval: account.Interval{Max: 1, Default: 1}},
	})
	h.must(err)
	_, err = store.Writes().ExecContext(ctx, `UPDATE accounts SET group_id = $1 WHERE tenant = $2 AND external_id = 'AB1234'`, group.ID, h.tenant.ID)
	h.must(err)
	a := h.askFrom("192.0.2.7")
	h.decided("approved")(p.Decide(ctx, h.item(p, a), phone.Approve, a.Number))
	end, err := h.client.Approval(ctx, a.ID)
	h.must(err)
	trusting := client.Request{Account: "AB1234", Browser: client.Browser{IP: "192.0.2.7", UserAgent: "Mozilla/5.0", TrustToken: end.TrustToken}}
	again, err := h.client.CreateApproval(ctx, trusting)
	h.must(err)
	if again.Status != client.Approved || again.Method != "trusted_browser" || again.Reason.Code != "trusted" {
		h.Errorf("a trusted browser: %+v", again)
	}
	list, err := h.client.TrustedBrowsers(ctx, "AB1234")
	h.must(err)
	h.must(h.client.EndTrustedBrowser(ctx, "AB1234", list[0].ID))
	h.refused("unknown-browser", h.client.EndTrustedBrowser(ctx, "AB1234", h.newID(id.Browser)))
	h.must(h.client.EndTrustedBrowsers(ctx, "AB1234"))
	n, err := h.client.LiftReports(ctx, "AB1234")
	h.must(err)
	if n != 1 {
		h.Errorf("%d reports lifted", n)
	}
}

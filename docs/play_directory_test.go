package docs_test

import (
	"context"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/id"
)

// playDirectory looks after accounts.
func (h *house) playDirectory() {
	ctx, c := h.Context(), h.client.For("Erika Muster")
	store := h.process.Lasting()
	tenants, err := store.Tenants(ctx)
	h.must(err)
	_, err = store.PutGroup(ctx, store.Writes(), account.Group{
		ID: h.newID(id.Group), Tenant: tenants[0].ID, Name: "customer", Policy: account.GroupPolicy{Interval: account.Interval{Max: 1}},
	})
	h.must(err)
	one := 1
	for _, login := range []string{"KD1", "KD2"} {
		a, err := c.ChangeAccount(ctx, login, client.AccountChange{Group: text("customer"), Manager: text("AB1234"), Phone: text("+49 151 23456789"), Interval: &one})
		h.must(err)
		if a.Phone != "+4915123456789" || a.Manager != "AB1234" {
			h.Errorf("kept %+v", a)
		}
	}
	_, err = c.ChangeAccount(ctx, "KD1", client.AccountChange{Email: text("kd@example.com"), Clear: []string{"phone", "interval"}})
	h.must(err)
	_, err = c.ChangeAccount(ctx, "KD1", client.AccountChange{Phone: text("+49 30 303986300")})
	h.refused("cannot-receive-sms", err)
	two := 2
	_, err = c.ChangeAccount(ctx, "KD1", client.AccountChange{Interval: &two})
	h.refused("invalid-request", err)
	h.playIntervals(c, one, two)
	h.playLists(c)
	h.playInvitations(h.withoutMail().client.For("Nora"))
	h.must(c.ResetAccount(ctx, "KD1", "phone lost"))
	h.refused("unknown-account", c.ResetAccount(ctx, "nobody", "phone lost"))
	h.must(c.PasswordChanged(ctx, "KD1"))
	dossier, err := c.ExportAccount(ctx, "AB1234")
	h.must(err)
	if !strings.Contains(string(dossier), "AB1234") {
		h.Errorf("an export without its account: %s", dossier)
	}
	h.must(c.EraseAccount(ctx, "KD1"))
	h.refused("unknown-account", c.EraseAccount(ctx, "KD1"))
}

func text(s string) *string { return &s }

func (h *house) playIntervals(c *client.Client, one, two int) {
	ctx := h.Context()
	h.must(c.SetInterval(ctx, "KD1", &one))
	h.must(c.SetInterval(ctx, "KD1", nil))
	h.refused("invalid-request", c.SetInterval(ctx, "KD1", &two))
	h.refused("unknown-account", c.SetInterval(ctx, "nobody", &one))
	set, err := c.SetManagedInterval(ctx, "AB1234", &one)
	h.must(err)
	if set.Managed != 2 || set.Changed != 1 {
		h.Errorf("set %+v", set)
	}
	set, err = c.SetGroupInterval(ctx, "AB1234", "customer", &one)
	h.must(err)
	if set.Managed != 2 || set.Changed != 0 {
		h.Errorf("set %+v", set)
	}
	_, err = c.SetGroupInterval(ctx, "AB1234", "nobody", &one)
	h.refused("invalid-request", err)
	_, err = c.SetManagedInterval(ctx, "AB1234", &two)
	h.refused("invalid-request", err)
	_, err = c.SetManagedInterval(ctx, "nobody", &one)
	h.refused("unknown-account", err)
}

func (h *house) playLists(c *client.Client) {
	ctx := h.Context()
	page, err := c.Accounts(ctx, client.AccountFilter{Manager: "AB1234", Lacks: []string{"phone"}, SMS: "off", Application: "Portal", Used: "never", Interval: "1", Query: "kd", Group: "customer"})
	h.must(err)
	if len(page.Accounts) != 1 || page.Accounts[0].ExternalID != "KD1" {
		h.Errorf("listed %+v", page)
	}
	managed, err := c.Managed(ctx, "AB1234", client.AccountFilter{})
	h.must(err)
	if len(managed.Accounts) != 2 {
		h.Errorf("managed %+v", managed)
	}
	var list strings.Builder
	h.must(c.AccountsCSV(ctx, client.AccountFilter{Prefix: "KD"}, &list))
	if strings.Count(list.String(), "\n") != 3 {
		h.Errorf("the list is %s", list.String())
	}
}

// playLetters asks people to enrol.
func (h *house) playLetters() {
	ctx := h.Context()
	_, err := h.client.ChangeAccount(ctx, "KD1", client.AccountChange{Email: text("kd@example.com")})
	h.must(err)
	for _, ask := range []func(context.Context, client.Invited) (client.Letters, error){h.client.Invite, h.client.Remind} {
		asked, err := ask(ctx, client.Invited{Accounts: []string{"KD1", "nobody"}})
		h.must(err)
		if asked.Queued != 1 || len(asked.Skipped) != 1 {
			h.Errorf("asked %+v", asked)
		}
		h.pass(25 * time.Hour)
	}
}

func (h *house) playInvitations(c *client.Client) {
	ctx := h.Context()
	_, err := c.Invite(ctx, client.Invited{Accounts: []string{"KD1"}})
	h.refused("mail-not-configured", err)
	_, err = c.Remind(ctx, client.Invited{Filter: &client.InvitedFilter{Group: "customer"}})
	h.refused("mail-not-configured", err)
	p, err := c.InvitationProgress(ctx, client.ProgressFilter{Group: "customer"})
	h.must(err)
	if p.Invited != 0 {
		h.Errorf("progress %+v", p)
	}
}

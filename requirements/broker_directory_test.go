package requirements_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
)

// (m) The list of customers can be filtered by who uses the portal or the app and by who has no number.
func TestCustomersAreFilteredByUseOfPortalOrAppAndByMissingNumber(t *testing.T) {
	h := brokers(t)
	begin := h.now()
	h.login(portal, customer, laptop).passed("not_enforced")
	h.login(app, bySMS, tablet).passed("not_enforced")
	mine := client.AccountFilter{Group: "customers", Manager: broker}
	for _, c := range []struct {
		narrower func(*client.AccountFilter)
		want     []string
	}{
		{func(*client.AccountFilter) {}, []string{customer, bySMS, withoutNumber}},
		{func(f *client.AccountFilter) { f.Lacks = []string{"phone"} }, []string{withoutNumber}},
		{func(f *client.AccountFilter) { f.Has = []string{"phone"} }, []string{customer, bySMS}},
		{func(f *client.AccountFilter) {
			f.Application, f.Used = portal, "since:"+begin.UTC().Format(time.RFC3339)
		}, []string{customer}},
		{func(f *client.AccountFilter) { f.Application, f.Used = app, "since:"+begin.UTC().Format(time.RFC3339) }, []string{bySMS}},
		{func(f *client.AccountFilter) { f.Application, f.Used = app, "never" }, []string{customer, withoutNumber}},
	} {
		filter := mine
		c.narrower(&filter)
		h.listed(filter, c.want)
	}
}

// listed waits for a list: who uses what is noted soon after the login.
func (h *house) listed(f client.AccountFilter, want []string) {
	h.Helper()
	tick := time.NewTicker(lookAgainIn)
	defer tick.Stop()
	var got []string
	for late := time.Now().Add(patience); time.Now().Before(late); <-tick.C {
		page, err := h.at(portal).Accounts(h.Context(), f)
		h.must(err)
		got = nil
		for _, a := range page.Accounts {
			got = append(got, a.ExternalID)
		}
		if slices.Equal(got, want) {
			return
		}
	}
	h.Errorf("%+v lists %q, want %q", f, got, want)
}

package support_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/server/pages/pagestest"
	"github.com/jawort/jawort/store/lasting"
)

// people is where a tenant's accounts are looked up, and person where its first one is shown.
func people(s *consoletest.Service) string { return "/console/tenants/" + s.Tenant.ID + "/people" }

func person(s *consoletest.Service) string { return people(s) + "/" + s.AccountID() }

// known gives the account a number and an address.
func known(s *consoletest.Service, login, phone, email string) {
	s.House.Helper()
	change := account.Edit{Phone: account.Set(phone), Email: account.Set(email)}
	_, _, err := s.House.Process.Lasting().ChangeAccount(s.House.Context(), lasting.Put{
		ID: s.House.NewID("acc_"), Tenant: s.Tenant.ID, ExternalID: login, Change: change,
	}, lasting.By{})
	s.House.Must(err)
}

func TestSupportFindsAnAccountByTheBeginningOfItsNumberOrName(t *testing.T) {
	h := consoletest.New(t)
	p := h.In(operator.Support, "")
	for _, q := range []string{"4711", "47", "office s", "OFFICE"} {
		p.Get(people(h.Service)+"?q="+url.QueryEscape(q)).Want(http.StatusOK).Says("Office South", person(h.Service))
	}
	for _, q := range []string{"4712", "south", "%", "_711", "' OR 1=1 --"} {
		p.Get(people(h.Service) + "?q=" + url.QueryEscape(q)).Want(http.StatusOK).Says("Nobody was found").Silent("Office South")
	}
	p.Get(people(h.Service)).Want(http.StatusOK).Silent("Office South", "Nobody was found")
	p.Get(people(h.Service) + "?q=a%00b").Want(http.StatusUnprocessableEntity)
}

func TestALongListIsReadPageByPage(t *testing.T) {
	h := consoletest.New(t)
	for i := range 120 {
		_, err := h.Client.PutAccount(h.Context(), "KD"+string(rune('A'+i/26))+string(rune('A'+i%26)), "Customer")
		h.Must(err)
	}
	all := h.In(operator.Support, "").Walk(people(h.Service)+"?q=kd", `>(KD[A-Z]+)<`, nil)
	slices.Sort(all)
	if distinct := len(slices.Compact(slices.Clone(all))); len(all) != 120 || distinct != 120 {
		t.Errorf("%d were listed, %d of them distinct", len(all), distinct)
	}
}

func TestSupportFindsAnAccountByTheWholeNumberOrAddressAndSeesItMasked(t *testing.T) {
	h := consoletest.New(t)
	known(h.Service, consoletest.Login, "+4915123456789", "Erika@example.org")
	p := h.In(operator.Support, "")
	find := func(contact string) pagestest.Page {
		return p.Post(people(h.Service), url.Values{"contact": {contact}})
	}
	for _, contact := range []string{"+4915123456789", "+49 151 2345 6789", " Erika@example.org ", "Erika@EXAMPLE.org"} {
		if to := find(contact).Want(http.StatusSeeOther).To(); to != person(h.Service) {
			t.Errorf("%q leads to %s", contact, to)
		}
	}
	find("erika@example.org").Want(http.StatusOK).Says("Nobody was found")
	find("+4915123456780").Want(http.StatusOK).Says("Nobody was found")
	for _, part := range []string{"2345", "", "+49", "@example.org", "Erika"} {
		find(part).Want(http.StatusUnprocessableEntity).Says("Type the whole phone number or e-mail address")
	}
	known(h.Service, "4712", "+4915123456789", "other@example.org")
	find("+4915123456789").Want(http.StatusOK).Says("4711", "4712", "•").Silent("23456789", "other@example.org")
	p.Get(person(h.Service)).Want(http.StatusOK).Says("E•••@example.org").Silent("23456789", "Erika@")
	if h.Log.Has("23456789") || h.Log.Has("rika@") {
		t.Error("the log has a whole number or address")
	}
}

func TestWhatIsLookedForByNumberIsNoAddressOfAPage(t *testing.T) {
	h := consoletest.New(t)
	known(h.Service, consoletest.Login, "+4915123456789", "erika@example.org")
	h.In(operator.Support, "").Get(people(h.Service) + "?contact=%2B4915123456789").Silent("Office South")
}

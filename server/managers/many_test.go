package managers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
)

func TestAnIntervalForATickedSelectionSaysFirstWhatWillHappen(t *testing.T) {
	h := brokers(t)
	h.account("200002", "", account.Edit{Interval: account.Set(5)})
	b := h.in(broker)
	ticked := func(days string) url.Values {
		return url.Values{"who": {"ticked"}, "account": {h.id("200001"), h.id("200002")}, "days": {days}}
	}
	b.Post("/portal/customers/many", url.Values{"who": {"ticked"}}).Want(http.StatusUnprocessableEntity).Says("You have selected nobody.")
	b.Post("/portal/customers/many", ticked("")).Want(http.StatusOK).Says("For 2 selected accounts.", "do not ask for 7 days")
	b.Post("/portal/customers/many/preview", ticked("3")).Want(http.StatusOK).Says("For 2 accounts something else holds", "1 of them is asked less often.", "1 of them is asked more often.", "Change for 2 accounts")
	for _, odd := range []string{"\x00", "\xff"} {
		b.Post("/portal/customers/many", url.Values{"who": {"ticked"}, "account": {odd}}).Want(http.StatusNotFound)
	}
	b.Post("/portal/customers/many/preview", ticked("9")).Want(http.StatusUnprocessableEntity)
	if h.interval("200001") != "-1" || h.interval("200002") != "5" {
		t.Error("looking changed something")
	}
	shown, after := b.confirmed(b.Post("/portal/customers/many/set", ticked("3")))
	after.Says("Saved.")
	if !strings.Contains(shown, "Ask many accounts less often") || !strings.Contains(shown, "2 accounts, do not ask for 3 days") {
		t.Errorf("the phone shows %s", shown)
	}
	if h.interval("200001") != "3" || h.interval("200002") != "3" || h.interval("100101") != "-1" {
		t.Error("it was not done, or also for others")
	}
	b.Post("/portal/customers/many/preview", ticked("3")).Says("Nothing: that holds for all already.")
	b.Get(b.Post("/portal/customers/many/set", ticked("0")).Want(http.StatusSeeOther).To()).Says("Saved.") // more often: nothing is to be confirmed
	if h.interval("200001") != "0" {
		t.Error("the shorter one was not set")
	}
}

func TestWhatTheGroupsOfAllDoNotAllowIsNotOfferedAndRefused(t *testing.T) {
	h := brokers(t)
	b := h.in(broker)
	b.Get("/portal/customers/many").Want(http.StatusOK).Says("For all whom you look after: 3 accounts.", "In the group employees it has to be asked more often.", "do not ask for a day").Silent("do not ask for 2 days")
	b.Post("/portal/customers/many/set", url.Values{"who": {"all"}, "days": {"7"}}).Want(http.StatusUnprocessableEntity)
	b.Get("/portal/customers/many?group=customers").Says("For all of the group customers whom you look after: 2 accounts.", "do not ask for 7 days")
	b.Get("/portal/customers/many?group=nobodys").Want(http.StatusUnprocessableEntity)
	_, after := b.confirmed(b.Post("/portal/customers/many/set", url.Values{"who": {"all"}, "group": {"customers"}, "days": {"7"}}))
	after.Says("Done: 2 accounts are changed.")
	if h.interval("200001") != "7" || h.interval("100101") != "-1" || h.interval("300001") != "-1" {
		t.Error("it was not done, or also for others")
	}
}

func TestAnIntervalForThousandsIsSetAPartAtATimeAndShowsHowFarItIs(t *testing.T) {
	h := brokers(t)
	for from := range 2 {
		h.sql(`INSERT INTO accounts (id, tenant, external_id, label, sought_id, sought_label, created_at, group_id, manager)
			WITH RECURSIVE n (i) AS (SELECT $3 * 300 UNION ALL SELECT i + 1 FROM n WHERE i < $3 * 300 + 299)
			SELECT 'acc_many' || i, $1, 'M' || i, 'M', 'm' || i, 'm', 1, (SELECT id FROM groups WHERE name = 'customers'), $2 FROM n`, h.tenant.ID, h.id(broker), from)
	}
	b := h.in(broker)
	customers := url.Values{"who": {"all"}, "group": {"customers"}, "days": {"7"}}
	b.Post("/portal/customers/many/preview", customers).Says("Change for 602 accounts")
	_, going := b.confirmed(b.Post("/portal/customers/many/set", customers))
	going.Says("Changed: 500 of 602.", `max="602" value="500"`, "data-submit")
	b.Get("/portal/customers").Says("A change for many is not finished yet.")
	other := h.in(broker)
	other.Get("/portal/customers/many/work").Want(http.StatusNotFound)
	other.Post("/portal/customers/many/work", nil).Want(http.StatusNotFound)
	b.Get(b.Post("/portal/customers/many/work", nil).Want(http.StatusSeeOther).To()).Says("Done: 602 accounts are changed.")
	h.account("200001", "", account.Edit{Interval: account.Set(0)})
	b.Post("/portal/customers/many/work", nil).Want(http.StatusSeeOther)
	if got := h.interval("200001"); got != "0" {
		t.Errorf("what has ended was done again: %s", got)
	}
	if n := h.count(`accounts WHERE interval_days = 7`); n != 601 {
		t.Errorf("%d have it", n)
	}
}

func TestLettersToManySayFirstHowManyAndGoOutAFewAtATime(t *testing.T) {
	h := brokers(t)
	for i := range 30 {
		h.account(fmt.Sprintf("4%05d", i), "Long", account.Edit{Manager: account.Set(broker), Email: account.Set(fmt.Sprintf("long%d@post.example", i))})
	}
	b := h.in(broker)
	b.Get("/portal/rollout").Want(http.StatusOK).Says("Set up: 0 of 33.", "Invite 32", "Erika Muster", "Not invited yet.", "Assistant", "no e-mail address", "ask support to put an address on record").Silent("Remind", "Somebody Else's")
	b.Get("/portal/rollout/invite").Says("32 people will be invited.", "Send 32 e-mails")
	if h.count(`invitations`) != 0 {
		t.Error("looking invited somebody")
	}
	going := b.Post("/portal/rollout/invite", nil).Want(http.StatusOK).Says("25 invitations are on their way.", "data-submit")
	next := url.Values{"after": {going.Found(`name="after" value="([^"]*)"`)}, "asked": {going.Found(`name="asked" value="([^"]*)"`)}}
	b.Post("/portal/rollout/invite", next).Says("32 invitations are on their way.").Silent("data-submit")
	b.Post("/portal/rollout/invite", nil).Says("0 invitations are on their way.")
	if n := h.count(`messages WHERE channel = 'email'`); n != 32 || h.count(`invitations`) != 32 {
		t.Errorf("%d letters are queued", n)
	}
	b.Get("/portal/rollout").Says("Invited on").Silent("Invite 32", "Remind")
	b.Get("/portal/rollout/remind").Says("There is nobody to write to at the moment.")
	h.pass(account.Day + 1)
	h.enrol("200001", "Erika")
	b = h.in(broker)
	b.Get("/portal/rollout").Says("Set up: 1 of 33.", "Remind 31").Silent("Erika")
	b.Get("/portal/rollout/elsewhere").Want(http.StatusNotFound)
}

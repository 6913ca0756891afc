package phone_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// news tells the account's phones that it has another number.
func (h *house) news(name, number string) {
	h.t.Helper()
	now := time.Now()
	check(h.t, h.lasting.PutNews(h.t.Context(), lasting.News{
		Tenant: h.tenant.ID, Account: h.account.ID, Occasion: courier.ChangedNumber, Fact: number, About: now, At: now,
	}, func(installation string) (string, error) { return id.Notice + name + installation, nil }))
}

func (h *house) recovery() account.Recovery {
	h.t.Helper()
	return must(h.lasting.AnnounceRecovery(h.t.Context(), account.Recovery{
		ID: newID(h.t, id.Recovery), Tenant: h.tenant.ID, Application: h.application.ID, Account: h.account.ID,
	}, "lost", outbox.Actor{}))(h.t)
}

func TestAPhoneReadsNotices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, other := h.newPhone("Anna"), h.newPhone("Bernd")
	h.news("1", "+49 *** **99")
	all := must(p.Notices(t.Context()))(t)
	if len(all) != 1 || all[0].Server != h.url || all[0].Occasion != "changed-number" || !strings.Contains(all[0].Text, "+49 *** **99") ||
		all[0].Account.Label != h.account.Label || all[0].Tenant.Name != h.tenant.Name || all[0].At.IsZero() {
		t.Fatalf("notices %+v", all)
	}
	check(t, p.ReadNotice(t.Context(), all[0]))
	if left := must(p.Notices(t.Context()))(t); len(left) != 0 {
		t.Errorf("read, and still there: %+v", left)
	}
	if left := must(other.Notices(t.Context()))(t); len(left) != 1 {
		t.Errorf("on the other phone: %+v", left)
	}
}

func TestTheTerminalShowsWhatHappenedWhenItOpensAndWhileItIsOpenEachOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	h.news("1", "first")
	anna := sit(t, p)
	anna.runs()
	anna.reads("Büro Süd at Muster Makler AG:")
	anna.reads("another number: first.")
	h.news("2", "second")
	h.ask() // the phone is woken, and asks for everything once it is answered
	anna.reads("[l]ater > ")
	anna.types("d")
	text := anna.reads("another number: second.")
	if strings.Contains(text, "first") {
		t.Errorf("shown again: %s", text)
	}
	late := time.Now().Add(20 * time.Second)
	for len(must(p.Notices(t.Context()))(t)) > 0 {
		if time.Now().After(late) {
			t.Fatal("what was shown is not read")
		}
	}
}

func TestTheTerminalShowsARecoveryWhenItOpensAndStopsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	r := h.recovery()
	anna := sit(t, p)
	anna.runs()
	anna.reads("gets a new one for Büro Süd at Muster Makler AG, from " + r.OpensAt.Local().Format("2 Jan 15:04"))
	anna.reads("type stop to stop it.")
	anna.types("Stop")
	anna.reads("Stopped. Nobody gets a phone for Büro Süd by it.")
	if left := must(p.Recoveries(t.Context()))(t); len(left) != 0 {
		t.Errorf("still running: %+v", left)
	}
	anna.types("stop")
	anna.reads("There is nothing to stop.")
}

func TestARecoveryThatEndedMeanwhileIsSaidToHaveEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	r := h.recovery()
	anna := sit(t, p)
	anna.runs()
	anna.reads("type stop to stop it.")
	must(db.Exec(t.Context(), h.lasting.Writes(), `UPDATE recoveries SET expires_at = 1 WHERE id = $1`, r.ID))(t)
	anna.types("stop")
	anna.reads("recovery")
}

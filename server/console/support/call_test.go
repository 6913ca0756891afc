package support_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/server/pages/pagestest"
)

// called is support with a question that waits for the caller's phone.
func called(h *consoletest.House) (p *consoletest.Person, path, number string) {
	h.Helper()
	p = h.In(operator.Support, "")
	path = p.Post(person(h.Service)+"/call", nil).Want(http.StatusSeeOther).To()
	return p, path, p.Get(path).Want(http.StatusOK).Says("read this number out").Found(`class="number">([0-9]+)<`)
}

func TestThePhoneOfTheCallerProvesToSupportWhoIsCalling(t *testing.T) {
	h := consoletest.New(t)
	ada := h.Phone("Ada")
	p, path, number := called(h)
	item := answer(h, ada, phone.Approve, number)
	p.Get(path).Want(http.StatusOK).Says("It is really the person", "Ada", "Ada's phone").Silent("read this number out")

	d := item.Document
	var shown []string
	for _, one := range d.Details {
		shown = append(shown, one.Label+": "+one.Value)
	}
	said := strings.Join(shown, "\n")
	for _, want := range []string{"Are you on the phone with support?", "Support of: Muster Makler AG", "With: Anna, Desk 2", "they read the number out to you"} {
		if !strings.Contains(said, want) {
			t.Errorf("the phone does not show %q: %s", want, said)
		}
	}
	if d.Browser != (phone.Browser{}) || d.Match.Kind != approval.MatchEnter {
		t.Errorf("the phone shows %+v, %+v", d.Browser, d.Match)
	}
	if e := told(h, "support.asked"); !strings.HasPrefix(e, "operator:"+p.Operator.ID) {
		t.Errorf("told as %s", e)
	}
}

func TestWhoIsAskedInGermanReadsGerman(t *testing.T) {
	h := consoletest.New(t)
	ada := h.Phone("Ada")
	h.SQL(`UPDATE accounts SET language = 'de'`)
	_, _, number := called(h)
	if d := answer(h, ada, phone.Approve, number).Document; d.Details[0].Value != "Telefonieren Sie gerade mit dem Kundendienst?" {
		t.Errorf("%+v", d.Details)
	}
}

func TestAPhoneThatDeniesOrReportsTellsSupportToChangeNothing(t *testing.T) {
	for decision, says := range map[phone.Decision]string{phone.Deny: "that is not me", phone.Report: "reports fraud"} {
		t.Run(string(decision), func(t *testing.T) {
			h := consoletest.New(t)
			ada := h.Phone("Ada")
			p, path, _ := called(h)
			answer(h, ada, decision, "")
			p.Get(path).Want(http.StatusOK).Says(says, "Change nothing").Silent("It is really the person")
		})
	}
}

func TestWhoDoesNotHearTheNumberProvesNothing(t *testing.T) {
	h := consoletest.New(t)
	ada := h.Phone("Ada")
	p, path, number := called(h)
	items, err := ada.Pending(t.Context(), 0, nil)
	h.Must(err)
	wrong := "00"
	if number == wrong {
		wrong = "01"
	}
	if _, err := ada.Decide(t.Context(), items[0], phone.Approve, wrong); err == nil {
		t.Error("a wrong number was taken")
	}
	p.Get(path).Silent("It is really the person").Says("read this number out")
}

func TestAnAnswerThatDoesNotComeProvesNothing(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p, path, _ := called(h)
	h.Pass(3 * time.Minute)
	p.Get(path).Want(http.StatusOK).Says("Nobody has answered", "That proves nothing")
}

func TestAConfirmedCallLetsNobodyInAndHasNoBrowserTrusted(t *testing.T) {
	h := consoletest.New(t)
	ada := h.Phone("Ada")
	p, _, number := called(h)
	answer(h, ada, phone.Approve, number)
	if n := h.Count(`trusted_browsers`); n != 0 {
		t.Errorf("%d browsers are trusted", n)
	}
	if got := h.One(`SELECT kind FROM outcomes`); got != string(approval.Transaction) {
		t.Errorf("it is a %s", got)
	}
	if a := ask(h.Service); a.Status != "pending" {
		t.Errorf("the next login is %s", a.Status)
	}
	p.Get(person(h.Service)).Says("None yet.") // it is no login
}

func TestSupportTakesAQuestionBack(t *testing.T) {
	h := consoletest.New(t)
	ada := h.Phone("Ada")
	p, path, _ := called(h)
	p.Post(path, nil).Want(http.StatusSeeOther)
	if items, err := ada.Pending(t.Context(), 0, nil); err != nil || len(items) != 0 {
		t.Errorf("%v, %v", items, err)
	}
	p.Get(path).Says("The question was taken back")
}

func TestThePageThatWaitsIsToldWhenItMoves(t *testing.T) {
	h := consoletest.New(t)
	ada := h.Phone("Ada")
	p, path, number := called(h)
	p.Get(path + "/moved?known=expired").Want(http.StatusOK).Says(`{"moved":true}`)
	moved := make(chan pagestest.Page, 1)
	go func() { moved <- p.Get(path + "/moved?known=pending") }()
	answer(h, ada, phone.Approve, number)
	(<-moved).Want(http.StatusOK).Says(`{"moved":true}`)
}

// An operator must not read the number of somebody's login, which would let whoever asked in once the person is talked into it.
func TestNobodysLoginAndNoOtherOperatorsCallIsShown(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p, path, _ := called(h)
	login := ask(h.Service)
	transaction, err := h.Client.CreateApproval(t.Context(), client.Request{
		Account: consoletest.Login, Kind: "transaction", Details: []client.Detail{{Label: "To", Value: "Eve"}}, Browser: client.Browser{IP: "203.0.113.8", Session: "s"},
	})
	h.Must(err)
	for _, foreign := range []string{login.ID, transaction.ID, h.NewID("apr_0")} {
		at := person(h.Service) + "/call/" + foreign
		p.Get(at).Want(http.StatusNotFound)
		p.Get(at + "/moved?known=x").Want(http.StatusNotFound)
		p.Post(at, nil).Want(http.StatusNotFound)
	}
	if a, err := h.Client.Approval(t.Context(), login.ID); err != nil || a.Status != "pending" {
		t.Errorf("the login is %s, %v", a.Status, err)
	}
	other := h.In(operator.Administrator, "")
	other.Get(path).Want(http.StatusNotFound)
	other.Post(path, nil).Want(http.StatusNotFound)

	elsewhere := h.NewService("Other AG")
	p.Get(strings.Replace(path, person(h.Service), person(elsewhere), 1)).Want(http.StatusNotFound)
}

func TestWithoutAPhoneThereIsNothingToAsk(t *testing.T) {
	h := consoletest.New(t)
	p := h.In(operator.Support, "")
	p.Get(person(h.Service) + "/call").Want(http.StatusOK).Says("no phone that could answer")
	p.Post(person(h.Service)+"/call", nil).Want(http.StatusConflict).Says("No phone of this account can answer")
	if n := h.Count(`outbox WHERE kind = 'support.asked'`); n != 0 {
		t.Errorf("%d are told", n)
	}
}

func TestNoPhoneIsAskedWhereNoEntryCanSayWhoAsked(t *testing.T) {
	h := consoletest.New(t)
	ada := h.Phone("Ada")
	h.SQL(`CREATE TRIGGER untraced BEFORE INSERT ON outbox WHEN NEW.kind = 'support.asked' BEGIN SELECT RAISE(ABORT, 'full'); END`)
	if page := h.In(operator.Support, "").Post(person(h.Service)+"/call", nil); page.Status < http.StatusInternalServerError {
		t.Errorf("support is told %d", page.Status)
	}
	if items, err := ada.Pending(t.Context(), 0, nil); err != nil || len(items) != 0 || h.Count(`outcomes`) != 0 {
		t.Errorf("the phone was asked: %v, %v", items, err)
	}
}

func TestCallsAreBoundedAsAllQuestionsAre(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p := h.In(operator.Support, "")
	for range approval.MaxPending {
		p.Post(person(h.Service)+"/call", nil).Want(http.StatusSeeOther)
	}
	p.Post(person(h.Service)+"/call", nil).Want(http.StatusTooManyRequests).Says("Several questions wait")
}

func TestSupportIsToldWhereThePhonesAreNotWoken(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	for range 5 {
		h.Must(h.Client.CancelApproval(t.Context(), ask(h.Service).ID))
	}
	_, path, _ := called(h)
	if !strings.HasSuffix(path, "?asleep=1") {
		t.Errorf("led to %s", path)
	}
}

func TestAnApplicationWithoutNumbersHasOneReadOutAllTheSame(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	h.App.Policy.Match = account.MatchDigits(0)
	h.Must(h.Process.Lasting().UpdateApplication(t.Context(), h.Process.Lasting().Writes(), h.App))
	if _, _, number := called(h); len(number) != 2 {
		t.Errorf("the number is %q", number)
	}
}

package support_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/server/console/consoletest"
)

var because = url.Values{"reason": {"Showed a passport."}}

// ask has the login service ask about a login.
func ask(s *consoletest.Service) client.Approval {
	s.House.Helper()
	a, err := s.Client.CreateApproval(s.House.Context(), client.Request{Account: consoletest.Login, Browser: client.Browser{IP: "203.0.113.8", Session: "s"}})
	s.House.Must(err)
	return a
}

// answer has a phone answer the only question that waits for it.
func answer(h *consoletest.House, p *phone.Phone, d phone.Decision, number string) phone.Item {
	h.Helper()
	items, err := p.Pending(h.Context(), 0, nil)
	h.Must(err)
	if len(items) != 1 {
		h.Fatalf("%d questions wait for the phone", len(items))
	}
	_, err = p.Decide(h.Context(), items[0], d, number)
	h.Must(err)
	return items[0]
}

// told is the last event of a kind: its actor, and what is personal of it.
func told(h *consoletest.House, kind string) string {
	h.Helper()
	return h.One(`SELECT actor_kind || ':' || actor || ' ' || personal FROM outbox WHERE kind = $1 ORDER BY id DESC LIMIT 1`, kind)
}

func TestThePageOfAnAccountShowsHowItStands(t *testing.T) {
	h := consoletest.New(t)
	ada := h.Phone("Ada")
	answer(h, ada, phone.Approve, ask(h.Service).Number)
	p := h.In(operator.Support, "")
	p.Get(person(h.Service)).Want(http.StatusOK).Says("Office South", "Ada's phone", "Ada", "reach it", "203.0.113.8", "Let in", "Ask the caller’s phone", "Revoke", "Reset", "Code from support")

	answer(h, h.Phone("Bert"), phone.Report, ask(h.Service).Number)
	p.Get(person(h.Service)).Says("Bert's phone", "Logins were reported", "203.0.113.0/24", "Wake the phones again")
	p.Post(person(h.Service)+"/reports", nil).Want(http.StatusSeeOther)
	p.Get(person(h.Service)).Silent("Logins were reported")
	if by := told(h, "reports.lifted"); !strings.HasPrefix(by, "operator:"+p.Operator.ID) {
		t.Errorf("lifted by %s", by)
	}
}

func TestSupportRevokesAPhoneWithAReason(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p := h.In(operator.Support, "")
	device := person(h.Service) + "/devices/" + h.One(`SELECT id FROM devices`)
	p.Get(device).Want(http.StatusOK).Says("Ada's phone", "It is not asked any more", "the account’s only phone")
	p.Post(device, nil).Want(http.StatusUnprocessableEntity).Says("Say why")
	if h.Count(`credentials WHERE status = 'active'`) != 1 {
		t.Fatal("it was revoked without a reason")
	}
	p.Post(device, because).Want(http.StatusSeeOther)
	if h.Count(`credentials WHERE status = 'active'`) != 0 {
		t.Error("it was not revoked")
	}
	if e := told(h, "device.revoked"); !strings.HasPrefix(e, "operator:"+p.Operator.ID) || !strings.Contains(e, "Showed a passport.") {
		t.Errorf("told as %s", e)
	}
	p.Get(person(h.Service)+"?done=revoked").Says("The phone is revoked", "No phone is set up")
	p.Get(device).Want(http.StatusNotFound)
}

func TestSupportResetsAnAccountWithAReason(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p, reset := h.In(operator.Support, ""), person(h.Service)+"/reset"
	p.Get(reset).Want(http.StatusOK).Says("4711", "Phones that end: 1", "It cannot be undone")
	p.Post(reset, nil).Want(http.StatusUnprocessableEntity).Says("Say why")
	if h.Count(`credentials WHERE status = 'active'`) != 1 {
		t.Fatal("it was reset without a reason")
	}
	p.Post(reset, because).Want(http.StatusSeeOther)
	if a := ask(h.Service); a.Activate == nil {
		t.Errorf("the next login is %+v", a)
	}
	if e := told(h, "account.reset"); !strings.HasPrefix(e, "operator:"+p.Operator.ID) || !strings.Contains(e, "Showed a passport.") {
		t.Errorf("told as %s", e)
	}
}

func TestSupportHandsOutACodeThatIsShownOnceAndLetsSomebodyInOnce(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p, bypass := h.In(operator.Support, ""), person(h.Service)+"/bypass"
	p.Get(bypass).Want(http.StatusOK).Says("Whoever has the password and this code is let in")
	for name, form := range map[string]url.Values{
		"no reason": {"hours": {"1"}, "uses": {"1"}}, "for ever": {"reason": {"r"}, "hours": {"25"}, "uses": {"1"}},
		"no time": {"reason": {"r"}, "uses": {"1"}}, "too often": {"reason": {"r"}, "hours": {"1"}, "uses": {"21"}}, "no number": {"reason": {"r"}, "hours": {"1"}, "uses": {"x"}},
	} {
		if page := p.Post(bypass, form); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, page.Status)
		}
	}
	page := p.Post(bypass, url.Values{"reason": {"Lost the phone on a train."}, "hours": {"4"}, "uses": {"1"}}).Want(http.StatusOK)
	code := page.Found(`class="number secret">([^<]+)<`)
	p.Get(person(h.Service)).Says("Code from support").Silent(code)
	if h.Log.Has(code) {
		t.Error("the log has the code")
	}
	for _, want := range []int{http.StatusOK, http.StatusConflict} {
		if got := h.Call("POST", "/v1/approvals/"+ask(h.Service).ID+"/code", `{"method":"bypass","code":"`+code+`"}`); got != want {
			t.Errorf("the code is answered %d, want %d", got, want)
		}
	}
	if e := told(h, "bypass.created"); !strings.HasPrefix(e, "operator:"+p.Operator.ID) || !strings.Contains(e, "on a train") {
		t.Errorf("told as %s", e)
	}
}

func TestSupportEndsTrustAndStopsARecovery(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	recovery, err := h.Client.AnnounceRecovery(h.Context(), consoletest.Login, "The phone is lost.")
	h.Must(err)
	p := h.In(operator.Support, "")
	p.Get(person(h.Service)).Says("A recovery is under way", "Stop the recovery")
	p.Post(person(h.Service)+"/recoveries/"+h.NewID("rec_"), nil).Want(http.StatusNotFound)
	p.Post(person(h.Service)+"/recoveries/"+recovery.ID, nil).Want(http.StatusSeeOther)
	p.Get(person(h.Service)).Silent("A recovery is under way")
	p.Post(person(h.Service)+"/browsers", nil).Want(http.StatusSeeOther)
	for _, kind := range []string{"recovery.stopped", "browsers.ended"} {
		if by := told(h, kind); !strings.HasPrefix(by, "operator:"+p.Operator.ID) {
			t.Errorf("%s by %s", kind, by)
		}
	}
}

func TestScriptInNamesIsText(t *testing.T) {
	h := consoletest.New(t)
	const script = `<script>alert(1)</script>`
	_, err := h.Client.PutAccount(h.Context(), consoletest.Login, script)
	h.Must(err)
	h.Phone(`"><img src=x onerror=alert(1)>`)
	p := h.In(operator.Support, "")
	device := person(h.Service) + "/devices/" + h.One(`SELECT id FROM devices`)
	for _, path := range []string{person(h.Service), device, people(h.Service) + "?q=" + url.QueryEscape(script), person(h.Service) + "/reset", person(h.Service) + "/bypass", person(h.Service) + "/call"} {
		page := p.Get(path).Want(http.StatusOK)
		if strings.Contains(page.Text, script) || strings.Contains(page.Text, "<img") || !strings.Contains(page.Header.Get("Content-Security-Policy"), "script-src 'self'") {
			t.Errorf("%s: %s", path, page.Text)
		}
	}
}

package auditing_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/account"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/store/lasting"
)

func log(s *consoletest.Service) string { return "/console/tenants/" + s.Tenant.ID + "/audit" }

// recorded waits until all that happened stands in the log.
func recorded(h *consoletest.House) {
	h.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(30 * time.Second); h.Count(`outbox WHERE sequenced_at = 0`) > 0; <-tick.C {
		if time.Now().After(late) {
			h.Fatal("what happened is not recorded")
		}
	}
}

func TestTheLogIsSearchedByKindAccountActorAndDay(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	support := h.In(operator.Support, "")
	people := "/console/tenants/" + h.Tenant.ID + "/people/" + h.AccountID()
	support.Post(people+"/browsers", nil).Want(http.StatusSeeOther)
	recorded(h)
	p := h.In(operator.Auditor, "")
	today, tomorrow := h.Now().UTC().Format(time.DateOnly), h.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	for query, c := range map[string]struct{ says, silent string }{
		"":                                       {">browsers.ended<", "no such entry"},
		"?kind=browsers.ended":                   {"operator:" + support.Operator.ID, ">device.enrolled<"},
		"?actor=operator:" + support.Operator.ID: {">browsers.ended<", ">device.enrolled<"},
		"?actor=operator:opr_none":               {"no such entry", ">browsers.ended<"},
		"?account=" + consoletest.Login:          {">device.enrolled<", ">tenant.created<"},
		"?account=" + h.AccountID():              {">device.enrolled<", ">tenant.created<"},
		"?from=" + today + "&to=" + today:        {">browsers.ended<", "no such entry"},
		"?from=" + tomorrow:                      {"no such entry", ">browsers.ended<"},
		"?to=2020-01-01":                         {"no such entry", ">browsers.ended<"},
		"?actor=system":                          {"The last 31 days were searched", "x-x"},
	} {
		p.Get(log(h.Service) + query).Want(http.StatusOK).Says(c.says).Silent(c.silent)
	}
	p.Get(log(h.Service) + "?account=nobody").Want(http.StatusUnprocessableEntity).Says("No account goes by that login number")
	p.Get(log(h.Service) + "?from=yesterday").Want(http.StatusUnprocessableEntity).Says("Choose a day")
	p.Get(log(h.Service) + "?after=x").Want(http.StatusUnprocessableEntity)
	p.Get(log(h.Service)).Says("<dt>Holder</dt><dd>Ada</dd>", `href="`+people+`"`)
}

func TestALongLogIsReadPageByPageWithWhatWasLookedFor(t *testing.T) {
	h := consoletest.New(t)
	for i := range 120 {
		_, err := h.Client.PutAccount(t.Context(), "KD"+string(rune('A'+i/26))+string(rune('A'+i%26)), "Customer")
		h.Must(err)
	}
	recorded(h)
	all := h.In(operator.Auditor, "").Walk(log(h.Service)+"?kind=account.created", `>entry ([0-9]+)<`, nil)
	slices.Sort(all)
	if distinct := len(slices.Compact(slices.Clone(all))); len(all) != 121 || distinct != 121 {
		t.Errorf("%d were listed, %d of them distinct", len(all), distinct)
	}
}

func TestACheckSaysThatTheLogHoldsAndWhereItDoesNot(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	recorded(h)
	p := h.In(operator.Auditor, "")
	recorded(h)
	p.Get(log(h.Service) + "/check").Want(http.StatusOK).Says("Check now").Silent("The log holds")
	page := p.Get(log(h.Service) + "/check?run=1").Want(http.StatusOK)
	page.Says("The log holds", "entries.", "</html>").Silent("does NOT hold")
	if strings.Contains(page.Text, "\x00") {
		t.Error("the mark is on the page")
	}
	h.SQL(`UPDATE audit_entries SET kind = 'nothing.happened' WHERE tenant = $1 AND sequence = 2`, h.Tenant.ID)
	p.Get(log(h.Service)+"/check?run=1").Want(http.StatusOK).Says("does NOT hold", "Entry 2", "</html>").Silent("The log holds")
	if !h.Log.Has("an audit log does not hold") {
		t.Error("our own log does not say so")
	}
}

func TestTheLogIsTakenAwayAndVerifiedWithoutUs(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	recorded(h)
	page := h.In(operator.Auditor, "").Get(log(h.Service) + "/export").Want(http.StatusOK)
	if d := page.Header.Get("Content-Disposition"); !strings.Contains(d, h.Tenant.ID) {
		t.Errorf("it is called %s", d)
	}
	report, err := domain.Verify(bytes.NewReader([]byte(page.Text)), published(h))
	if err != nil || report.Tenant != h.Tenant.ID || report.Entries == 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestWhoTakesTheLogAwayStandsInIt(t *testing.T) {
	h := consoletest.New(t)
	for base, tenant := range map[string]string{log(h.Service): h.Tenant.ID, "/console/audit": ""} {
		p := h.In(operator.Auditor, "")
		p.Get(base + "/check")
		if h.Count(`outbox WHERE kind = 'audit.exported' AND tenant = $1`, tenant) != 0 {
			t.Error("who looks is told to have taken it away")
		}
		p.Get(base + "/export").Want(http.StatusOK)
		told := h.One(`SELECT actor_kind || ':' || actor || ' ' || data FROM outbox WHERE kind = 'audit.exported' AND tenant = $1`, tenant)
		if want := "operator:" + p.Operator.ID + ` {"entries":`; !strings.HasPrefix(told, want) {
			t.Errorf("%s is taken away: %s, want %s", base, told, want)
		}
	}
}

func TestNobodyTakesTheLogAwayWhereNoEntryCanSaySo(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p := h.In(operator.Auditor, "")
	recorded(h)
	h.SQL(`CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END`)
	p.Get(log(h.Service) + "/export").Want(http.StatusInternalServerError).Silent("device.enrolled")
}

func TestAnExportThatFailsIsAPageAndNoFile(t *testing.T) {
	h := consoletest.New(t)
	h.SQL(`UPDATE receipt_keys SET jwk = 'x'`)
	page := h.In(operator.Auditor, "").Get(log(h.Service) + "/export").Want(http.StatusInternalServerError).Says("</html>")
	if d := page.Header.Get("Content-Disposition"); d != "" || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the page is %s, %s", d, page.Header.Get("Content-Type"))
	}
}

func TestNumbersAndAddressesAreWholeInTheExportAlone(t *testing.T) {
	h := consoletest.New(t)
	for _, to := range [][2]string{{"+4915123456789", "erika@example.org"}, {"+4915198765432", "frieda@example.org"}} {
		change := account.Edit{Phone: account.Set(to[0]), Email: account.Set(to[1])}
		_, _, err := h.Process.Lasting().ChangeAccount(h.Context(), lasting.Put{ID: h.NewID("acc_"), Tenant: h.Tenant.ID, ExternalID: consoletest.Login, Change: change}, lasting.By{})
		h.Must(err)
	}
	recorded(h)
	p, whole := h.In(operator.Auditor, ""), []string{"23456789", "98765432", "erika@", "frieda@"}
	for _, kind := range []string{"account.changed", "account.phone_changed", "account.email_changed"} {
		p.Get(log(h.Service)+"?kind="+kind).Want(http.StatusOK).Says(kind, "•••").Silent(whole...)
	}
	p.Get(log(h.Service) + "/export").Want(http.StatusOK).Says(whole...)
}

func TestHeadChecksNothing(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p := h.In(operator.Auditor, "")
	recorded(h)
	h.SQL(`UPDATE audit_entries SET kind = 'nothing.happened' WHERE tenant = $1 AND sequence = 2`, h.Tenant.ID)
	p.Head(log(h.Service) + "/check?run=1").Want(http.StatusOK)
	p.Head(log(h.Service) + "/export").Want(http.StatusOK)
	if h.Log.Has("an audit log does not hold") || h.Count(`outbox WHERE kind = 'audit.exported'`) != 0 {
		t.Error("the whole log was read")
	}
}

func published(h *consoletest.House) (set jose.JSONWebKeySet) {
	h.Helper()
	kept, err := h.Process.Lasting().ReceiptKeys(h.Context())
	h.Must(err)
	for _, b := range kept {
		var key jose.JSONWebKey
		h.Must(json.Unmarshal(b, &key))
		set.Keys = append(set.Keys, key)
	}
	return set
}

func TestWhatOperatorsDoAsSuchStandsInTheInstallationsOwnLog(t *testing.T) {
	h := consoletest.New(t)
	p := h.In(operator.Auditor, "")
	recorded(h)
	p.Get("/console/audit").Want(http.StatusOK).Says(">operator.joined<").Silent(">tenant.created<")
	p.Get("/console/audit/check?run=1").Want(http.StatusOK).Says("The log holds")
	p.Get("/console/audit/export").Want(http.StatusOK).Says("operator.joined")
}

func TestOnlyWhoReadsTheLogSeesItAndNobodySeesAnothers(t *testing.T) {
	h := consoletest.New(t)
	other := h.NewService("Other AG")
	recorded(h)
	for _, path := range []string{"", "/check", "/check?run=1", "/export"} {
		h.In(operator.Support, "").Get(log(h.Service) + path).Want(http.StatusForbidden)
		h.In(operator.Support, "").Get("/console/audit" + path).Want(http.StatusForbidden)
		for _, role := range operator.Roles {
			p := h.In(role, h.Tenant.ID)
			p.Get(log(other) + path).Want(http.StatusNotFound).Silent("Other AG")
			p.Get("/console/audit" + path).Want(http.StatusNotFound)
		}
		h.In(operator.Auditor, h.Tenant.ID).Get(log(h.Service) + path).Want(http.StatusOK).Silent(other.Tenant.ID)
	}
	h.In(operator.Auditor, h.Tenant.ID).Get(log(h.Service) + "?account=" + other.AccountID()).Want(http.StatusOK).Says("no such entry")
}

func TestWhatAnEntryHoldsIsSaidInWordsAndNothingOfItIsLeftOut(t *testing.T) {
	h := consoletest.New(t)
	h.SQL(`INSERT INTO outbox (kind, tenant, application, account, subject, installation, actor_kind, actor, data, personal, created_at)
		VALUES ('account.changed', $1, '', '', 's', '', 'system', '', '{"method":"push","changed":["label","phone"],"odd":{"a":[1,2]},"count":3,"none":[],"null":null,"odder":["a, b",null]}',
		'{"label.old":"North","label.new":"South","phone.new":"+4915112345678","strange.old":"y"}', jawort_now())`, h.Tenant.ID)
	recorded(h)
	page := h.In(operator.Auditor, "").Get(log(h.Service) + "?kind=account.changed").Want(http.StatusOK)
	page.Says("<option value=\"account.changed\" selected>", "<dt>Name before</dt><dd>North</dd>", "<dt>Name now</dt><dd>South</dd>", "<dt>Phone number now</dt><dd>+49 ••• ••78</dd>", "<dt>strange.old</dt><dd>y</dd>",
		`<dt>Way to confirm</dt><dd class="code">push</dd>`, `<dt>Changed</dt><dd class="code">label, phone</dd>`, `<dt>odd</dt><dd class="code">{"a":[1,2]}</dd>`, `<dt>Number</dt><dd class="code">3</dd>`,
		`<dt>none</dt><dd class="code">[]</dd>`, `<dt>null</dt><dd class="code">null</dd>`, `<dt>odder</dt><dd class="code">["a, b",null]</dd>`)
	page.Silent("15112345678")
}

func TestScriptInWhatIsRecordedIsText(t *testing.T) {
	h := consoletest.New(t)
	h.SQL(`INSERT INTO outbox (kind, tenant, application, account, subject, installation, actor_kind, actor, data, personal, created_at)
		VALUES ('x.y', $1, '', '', '<b>', '', 'operator', '"><script>', '{"a":"<img src=x>"}', '{"holder":"<script>alert(1)</script>"}', jawort_now())`, h.Tenant.ID)
	recorded(h)
	page := h.In(operator.Auditor, "").Get(log(h.Service) + `?kind=x.y&account=&actor=`).Want(http.StatusOK)
	for _, raw := range []string{"<script>alert", "<img", `"><script>`, "<b>"} {
		if strings.Contains(page.Text, raw) {
			t.Errorf("%s is on the page", raw)
		}
	}
	if page := h.In(operator.Auditor, "").Get(log(h.Service) + `?kind=%22%3E%3Cscript%3E`); strings.Contains(page.Text, `"><script>`) {
		t.Error("what was looked for is no text")
	}
}

package portal_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// login is somebody who signs in at the login service.
func (h *house) login() client.Request {
	h.Helper()
	return client.Request{Account: login, Browser: client.Browser{
		IP: "203.0.113.9", Session: h.newID(""), UserAgent: "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
	}}
}

// signIn has somebody sign in at the login service, and a phone approve.
func (h *house) signIn(p *phone.Phone) client.Approval {
	h.Helper()
	a, err := h.client.CreateApproval(h.Context(), h.login())
	h.must(err)
	h.answer(p, phone.Approve, a.Number)
	a, err = h.client.Approval(h.Context(), a.ID)
	h.must(err)
	return a
}

func TestTheIntervalIsChosenWithinItsBoundsAndALongerOneIsConfirmed(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{Interval: account.Interval{Min: 0, Max: 3, Default: 1}})
	anna := h.phone("Anna")
	b := h.in()
	b.get("/portal/interval").want(http.StatusOK).says("does not ask again for a day", "That is what is set for accounts like yours.", "do not ask for 3 days").silent("4 days")
	b.post("/portal/interval", url.Values{"days": {"4"}}).want(http.StatusUnprocessableEntity).says("Choose one of those that are offered.")
	b.post("/portal/interval", url.Values{"days": {"x"}}).want(http.StatusUnprocessableEntity)
	if got := h.count(`accounts WHERE interval_days IS NOT NULL`); got != 0 {
		t.Error("something was chosen")
	}
	done := b.post("/portal/interval", url.Values{"days": {"0"}}).want(http.StatusSeeOther).to()
	b.get(done).says("Saved.", "You are asked at every login.", "That is what was chosen for your account.")
	if got := h.actor("account.changed"); got != "person" {
		t.Errorf("it was changed by %q", got)
	}
	longer := b.post("/portal/interval", url.Values{"days": {""}}).want(http.StatusSeeOther).to()
	if !strings.HasPrefix(longer, "/portal/confirm/") {
		t.Fatalf("back to the default, which is longer, leads to %s", longer)
	}
	confirm := b.post("/portal/interval", url.Values{"days": {"2"}}).want(http.StatusSeeOther).to()
	if got := h.count(`accounts WHERE interval_days = 0`); got != 1 {
		t.Error("a longer interval holds before it is confirmed")
	}
	h.answer(anna, phone.Approve, b.get(confirm).says("Ask less often").number())
	b.get(b.post(confirm, nil).want(http.StatusSeeOther).to()).says("Saved.", "does not ask again for 2 days")
}

func TestAnIntervalThatNobodyMayChooseIsShownOnly(t *testing.T) {
	h := newHouse(t)
	h.in().get("/portal/interval").want(http.StatusOK).says("You are asked at every login.", "You cannot change this here.").silent("<fieldset>")
}

func TestPeopleSeeTheirLoginsAndReportOne(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 7}})
	anna := h.phone("Anna")
	a := h.signIn(anna)
	if a.TrustToken == "" {
		t.Fatal("the browser is not trusted")
	}
	b := h.in()
	b.get("/portal/logins").want(http.StatusOK).says("Confirmed", "Chrome, Windows", "203.0.113.9", "Anna (Anna's phone)", "Portal", "This was not me")
	at := "/portal/logins/" + a.ID
	b.get(at).want(http.StatusOK).says("Somebody may know your password.")
	if h.count(`late_reports`) != 0 {
		t.Fatal("looking at the page reports")
	}
	b.get(b.post(at, nil).want(http.StatusSeeOther).to()).says("The login is reported.", "reported").silent(`href="` + at)
	b.post(at, nil).want(http.StatusSeeOther) // again: nothing more happens
	if h.count(`late_reports`) != 1 || h.count(`report_pauses`) != 1 || h.count(`trusted_browsers WHERE ended_at = 0`) != 0 || h.count(`outbox WHERE kind = 'approval.late_report'`) != 1 {
		t.Error("the report does not do what a phone's does")
	}
	if got := h.actor("approval.late_report"); got != "person" {
		t.Errorf("it was reported by %q", got)
	}
	told, err := h.client.Approval(t.Context(), a.ID)
	h.must(err)
	if len(told.LateReports) != 1 || told.LateReports[0].Device != "" {
		t.Errorf("the login service is told %+v", told.LateReports)
	}
}

func TestAConfirmationInThePortalDoesNotLookLikeALogin(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	confirm := b.post("/portal/devices/"+h.device("Anna")+"/remove", nil).to()
	h.answer(anna, phone.Approve, b.get(confirm).number())
	h.in("locale", "de").get("/portal/logins").want(http.StatusOK).says("Keine Anmeldung: Das haben Sie in diesem Bereich bestätigt.", "Ein Telefon entfernen", "<dt>Telefon</dt><dd>Anna's phone</dd>").silent("Remove a phone")
	at := "/portal/logins/" + strings.TrimPrefix(confirm, "/portal/confirm/")
	b.get(at).want(http.StatusOK).says("You report the confirmation of", "Remove a phone")
	h.signIn(anna)
	if text := b.get("/portal/logins").text; strings.Count(text, "Not a login") != 1 || strings.Count(text, "<h2>") != 2 {
		t.Errorf("a login and a confirmation are %s", text)
	}
}

func TestOlderLoginsAreOnFurtherPages(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	for range 22 {
		h.signIn(anna)
		h.pass(time.Second)
	}
	b := h.in()
	first := b.get("/portal/logins").want(http.StatusOK)
	rest := b.get(first.found(`href="(/portal/logins\?before=[0-9]+)"`)).want(http.StatusOK).silent("Older logins")
	if n, m := strings.Count(first.text, "This was not me"), strings.Count(rest.text, "This was not me"); n != 20 || m != 2 {
		t.Errorf("%d and %d logins", n, m)
	}
	b.get("/portal/logins?before=x").want(http.StatusNotFound)
}

func TestAnothersLoginIsNeitherSeenNorReported(t *testing.T) {
	h := newHouse(t)
	a := h.signIn(h.phone("Anna"))
	_, err := h.client.PutAccount(t.Context(), "4712", "Office North")
	h.must(err)
	b := h.in("account", "4712")
	b.get("/portal/logins").want(http.StatusOK).says("None yet.")
	b.get("/portal/logins/" + a.ID).want(http.StatusNotFound)
	b.post("/portal/logins/"+a.ID, nil).want(http.StatusNotFound)
	if h.count(`late_reports`) != 0 {
		t.Error("it was reported")
	}
}

func TestWhereALoginIsSharedThePageSaysWhyOneOfOnesOwnIsBetterAndWhatToDo(t *testing.T) {
	h := newHouse(t)
	h.sql(`UPDATE tenants SET policy = '{"language":"en","support":{"en":"Call 030 123."}}'`)
	h.phone("Anna")
	b := h.in()
	b.get("/portal/devices").silent("Several people")
	h.phone("Eve")
	h.sql(`UPDATE devices SET holder = 'anna ' WHERE holder = 'Eve'`) // the same person, typed otherwise
	b.get("/portal/devices").silent("Several people")
	h.phone("Bert")
	b.get("/portal/devices").says("Several people use this login", "it is always clear who signed in", "Ask Muster Makler AG for a login of their own", "Call 030 123.", "remove their phones here")
	h.policy(account.GroupPolicy{Sharing: account.SharingForbidden})
	b.get("/portal/devices").says("It is meant for one person.", `note warn`)
}

func TestTrustInBrowsersIsEnded(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 7}})
	anna := h.phone("Anna")
	h.signIn(anna)
	h.signIn(anna)
	_, err := h.client.PutAccount(t.Context(), "4712", "Office North")
	h.must(err)
	b := h.in()
	b.get("/portal/browsers").want(http.StatusOK).says("Chrome, Windows", "203.0.113.9", "Portal", "Trust none of them")
	one := h.one(`SELECT id FROM trusted_browsers ORDER BY id LIMIT 1`)
	h.in("account", "4712").post("/portal/browsers/"+one, nil).want(http.StatusNotFound)
	b.get(b.post("/portal/browsers/"+one, nil).want(http.StatusSeeOther).to()).says("This browser asks again next time.", "Chrome, Windows")
	b.get(b.post("/portal/browsers", nil).want(http.StatusSeeOther).to()).says("All browsers ask again next time.", "every browser asks")
	if got := h.actor("browsers.ended"); got != "person" {
		t.Errorf("they were ended by %q", got)
	}
}

func TestPeopleTakeTheirDataWithThem(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	b.get("/portal/data").want(http.StatusOK).says("you confirm this in the next step")
	confirm := b.post("/portal/data", nil).want(http.StatusSeeOther).to()
	b.post(confirm, nil).want(http.StatusConflict).silent("4711")
	h.answer(anna, phone.Approve, b.get(confirm).says("Download your data").number())
	b.get(confirm).says("The file is ready.", "Download the file").silent("data-submit")
	p := b.post(confirm, nil).want(http.StatusOK)
	b.post(confirm, nil).want(http.StatusConflict)
	var kept map[string]any
	h.must(json.Unmarshal([]byte(p.text), &kept))
	if kept["account"] == nil || len(kept["devices"].([]any)) != 1 || !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("got %s", p.text)
	}
}

func TestAMethodIsAddedAndRemovedWithAConfirmation(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	b.get("/portal/methods").want(http.StatusOK).says("None yet.", "Set up an authenticator app")
	confirm := b.post("/portal/methods/totp", nil).want(http.StatusSeeOther).to()
	b.post("/portal/methods/totp/code", url.Values{"code": {"123456"}}).says("Begin again.")
	h.answer(anna, phone.Approve, b.get(confirm).says("Add a way to confirm").number())
	shown := b.post(confirm, nil).want(http.StatusOK).says("QR code for the authenticator app")
	code, err := totp.GenerateCode(strings.ReplaceAll(shown.found(`<strong class="key">([A-Z2-7 ]+)</strong>`), " ", ""), h.now())
	h.must(err)
	b.post("/portal/methods/totp/code", url.Values{"code": {"000000"}}).want(http.StatusUnprocessableEntity).says("This code is not right.")
	b.get(b.post("/portal/methods/totp/code", url.Values{"code": {code}}).want(http.StatusSeeOther).to()).says("You can confirm in this way now, too.", "authenticator app")
	if got := h.actor("method.activated"); got != "person" {
		t.Errorf("it was activated by %q", got)
	}

	confirm = b.post("/portal/methods/recovery", nil).want(http.StatusSeeOther).to()
	h.answer(anna, phone.Approve, b.get(confirm).number())
	codes := b.post(confirm, nil).want(http.StatusOK).says("You see them only now.")
	if n := strings.Count(codes.text, "<code>"); n != 10 {
		t.Errorf("%d recovery codes", n)
	}
	b.post(confirm, nil).want(http.StatusConflict).silent("<code>")

	b.get("/portal/methods/totp/remove").want(http.StatusOK).says("you cannot confirm in this way any more")
	b.get("/portal/methods/sms/remove").want(http.StatusNotFound)
	confirm = b.post("/portal/methods/totp/remove", nil).want(http.StatusSeeOther).to()
	h.answer(anna, phone.Approve, b.get(confirm).number())
	b.get(b.post(confirm, nil).want(http.StatusSeeOther).to()).says("This way is removed.")
	if h.count(`methods WHERE method = 'totp' AND active_since > 0`) != 0 {
		t.Error("the method is still there")
	}
}

func TestWhoHasNoAddressOnRecordGivesOneAndNobodyDoesWherePolicyForbidsIt(t *testing.T) {
	h := newHouseWithMail(t)
	anna := h.phone("Anna")
	b := h.in()
	b.post("/portal/methods/email", nil).want(http.StatusOK).says("Your e-mail address")
	b.post("/portal/methods/email", url.Values{"to": {"anna@"}}).want(http.StatusUnprocessableEntity).says("No code can be sent there.", "anna@")
	confirm := b.post("/portal/methods/email", url.Values{"to": {"anna@Praxis.example"}}).want(http.StatusSeeOther).to()
	h.answer(anna, phone.Approve, b.get(confirm).says("a•••@praxis.example").silent("anna@").number())
	b.post(confirm, nil).want(http.StatusOK).says("a•••@praxis.example").silent("anna@")
	if n := h.count(`activations WHERE method = 'email'`); n != 1 {
		t.Errorf("%d are being activated", n)
	}
	h.policy(account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord})
	b.post("/portal/methods/email", url.Values{"to": {"eve@other.example"}}).want(http.StatusForbidden).says("only go to the number and the address on record")
}

func TestNobodyIsAskedAboutWhatDoesNotExist(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	for _, odd := range []string{"%00", "%ff", "pigeon"} {
		b.post("/portal/methods/"+odd, nil).want(http.StatusNotFound)
		b.post("/portal/methods/"+odd+"/remove", nil).want(http.StatusNotFound)
	}
	b.post("/portal/methods/totp/remove", nil).want(http.StatusNotFound) // it has none
	for _, odd := range []string{"\x00", "\xff", "dev_none"} {
		for _, by := range []string{"approval", "device"} {
			b.post("/portal/add", url.Values{"by": {by}, "replaces": {odd}}).want(http.StatusNotFound).says("This phone does not exist")
		}
	}
	if items, err := anna.Pending(t.Context(), 0, nil); err != nil || len(items) != 0 {
		t.Errorf("%d questions wait: %v", len(items), err)
	}
}

func TestAThiefWhoBeganAFirstMethodDoesNotFinishItOnceTheOwnerHasAPhone(t *testing.T) {
	h := newHouse(t)
	thief := h.in()
	shown := thief.post("/portal/methods/totp", nil).want(http.StatusOK)
	h.phone("Anna")
	code, err := totp.GenerateCode(strings.ReplaceAll(shown.found(`<strong class="key">([A-Z2-7 ]+)</strong>`), " ", ""), h.now())
	h.must(err)
	thief.post("/portal/methods/totp/code", url.Values{"code": {code}}).says("Begin again.")
	if n := h.count(`methods WHERE active_since > 0`); n != 0 {
		t.Errorf("%d methods are active", n)
	}
}

func TestAFirstMethodIsAnOperatorsWherePolicySaysSo(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{FirstBinding: account.BindingOperator})
	b := h.in()
	b.get("/portal/methods").want(http.StatusOK).silent("Set up an authenticator app")
	b.post("/portal/methods/totp", nil).want(http.StatusConflict)
	if h.count(`activations`) != 0 {
		t.Error("something is being activated")
	}
}

func TestAllPagesAreThereInGerman(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	h.signIn(anna)
	b := h.in("locale", "de")
	for address, says := range map[string]string{
		"/portal/devices": "Telefone", "/portal/add": "Wer erlaubt das?", "/portal/interval": "Sie werden bei jeder Anmeldung gefragt.", "/portal/logins": "Das war ich nicht",
		"/portal/browsers": "Jeder Browser fragt nach.", "/portal/methods": "Weitere Wege", "/portal/data": "Herunterladen", "/portal/devices/" + h.device("Anna") + "/remove": "Telefon entfernen?",
	} {
		b.get(address).want(http.StatusOK).says(says, `<html lang="de">`)
	}
	b.get("/portal/nothing").want(http.StatusNotFound).says("Diese Seite gibt es nicht")
}

package portal_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

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
	b.Get("/portal/interval").Want(http.StatusOK).Says("does not ask again for a day", "That is what is set for accounts like yours.", "do not ask for 3 days").Silent("4 days")
	b.Post("/portal/interval", url.Values{"days": {"4"}}).Want(http.StatusUnprocessableEntity).Says("Choose one of those that are offered.")
	b.Post("/portal/interval", url.Values{"days": {"x"}}).Want(http.StatusUnprocessableEntity)
	if got := h.count(`accounts WHERE interval_days IS NOT NULL`); got != 0 {
		t.Error("something was chosen")
	}
	done := b.Post("/portal/interval", url.Values{"days": {"0"}}).Want(http.StatusSeeOther).To()
	b.Get(done).Says("Saved.", "You are asked at every login.", "That is what was chosen for your account.")
	if got := h.actor("account.changed"); got != "person" {
		t.Errorf("it was changed by %q", got)
	}
	longer := b.Post("/portal/interval", url.Values{"days": {""}}).Want(http.StatusSeeOther).To()
	if !strings.HasPrefix(longer, "/portal/confirm/") {
		t.Fatalf("back to the default, which is longer, leads to %s", longer)
	}
	confirm := b.Post("/portal/interval", url.Values{"days": {"2"}}).Want(http.StatusSeeOther).To()
	if got := h.count(`accounts WHERE interval_days = 0`); got != 1 {
		t.Error("a longer interval holds before it is confirmed")
	}
	h.answer(anna, phone.Approve, b.Get(confirm).Says("Ask less often").Number())
	b.Get(b.Post(confirm, nil).Want(http.StatusSeeOther).To()).Says("Saved.", "does not ask again for 2 days")
}

func TestAnIntervalThatNobodyMayChooseIsShownOnly(t *testing.T) {
	h := newHouse(t)
	h.in().Get("/portal/interval").Want(http.StatusOK).Says("You are asked at every login.", "You cannot change this here.").Silent("<fieldset>")
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
	b.Get("/portal/logins").Want(http.StatusOK).Says("Confirmed", "Chrome, Windows", "203.0.113.9", "Anna (Anna's phone)", "Portal", "This was not me")
	at := "/portal/logins/" + a.ID
	b.Get(at).Want(http.StatusOK).Says("Somebody may know your password.")
	if h.count(`late_reports`) != 0 {
		t.Fatal("looking at the page reports")
	}
	b.Get(b.Post(at, nil).Want(http.StatusSeeOther).To()).Says("The login is reported.", "reported").Silent(`href="` + at)
	b.Post(at, nil).Want(http.StatusSeeOther) // again: nothing more happens
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
	confirm := b.Post("/portal/devices/"+h.device("Anna")+"/remove", nil).To()
	h.answer(anna, phone.Approve, b.Get(confirm).Number())
	h.in("locale", "de").Get("/portal/logins").Want(http.StatusOK).Says("Keine Anmeldung: Das haben Sie in diesem Bereich bestätigt.", "Ein Telefon entfernen", "<dt>Telefon</dt><dd>Anna's phone</dd>").Silent("Remove a phone")
	at := "/portal/logins/" + strings.TrimPrefix(confirm, "/portal/confirm/")
	b.Get(at).Want(http.StatusOK).Says("You report the confirmation of", "Remove a phone")
	h.signIn(anna)
	if text := b.Get("/portal/logins").Text; strings.Count(text, "Not a login") != 1 || strings.Count(text, "<h2>") != 2 {
		t.Errorf("a login and a confirmation are %s", text)
	}
}

func TestAStepThatWasCancelledIsNotSaidToBeConfirmed(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	b := h.in()
	confirm := b.Post("/portal/devices/"+h.device("Anna")+"/remove", nil).To()
	b.Get(confirm).Says("<h1>Please confirm</h1>")
	b.Post(confirm+"/cancel", nil).Want(http.StatusSeeOther)
	b.Get(confirm).Says("<h1>Not confirmed</h1>", "This was cancelled.")
	b.Get("/portal/logins").Says("Not a login: you began this here.", "Cancelled").Silent("you confirmed this")
}

func TestABrowserOfWhichNothingIsKnownIsCalledUnknown(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	b := h.in()
	b.Post(b.Post("/portal/devices/"+h.device("Anna")+"/remove", nil, "User-Agent", "curl/8").Want(http.StatusSeeOther).To()+"/cancel", nil).Want(http.StatusSeeOther)
	h.in("locale", "de").Get("/portal/logins").Says("Unbekannter Browser (").Silent("unknown")
}

func TestAnothersLoginIsNeitherSeenNorReported(t *testing.T) {
	h := newHouse(t)
	a := h.signIn(h.phone("Anna"))
	_, err := h.client.PutAccount(t.Context(), "4712", "Office North")
	h.must(err)
	b := h.in("account", "4712")
	b.Get("/portal/logins").Want(http.StatusOK).Says("None yet.")
	b.Get("/portal/logins/" + a.ID).Want(http.StatusNotFound)
	b.Post("/portal/logins/"+a.ID, nil).Want(http.StatusNotFound)
	if h.count(`late_reports`) != 0 {
		t.Error("it was reported")
	}
}

func TestWhereALoginIsSharedThePageSaysWhyOneOfOnesOwnIsBetterAndWhatToDo(t *testing.T) {
	h := newHouse(t)
	h.sql(`UPDATE tenants SET policy = '{"language":"en","support":{"en":"Call 030 123."}}'`)
	h.phone("Anna")
	b := h.in()
	b.Get("/portal/devices").Silent("Several people")
	h.phone("Eve")
	h.sql(`UPDATE devices SET holder = 'anna ' WHERE holder = 'Eve'`) // the same person, typed otherwise
	b.Get("/portal/devices").Silent("Several people")
	h.phone("Bert")
	b.Get("/portal/devices").Says("Several people use this account", "it is always clear who signed in", "Ask Muster Makler AG for an account of their own", "Call 030 123.", "remove their phones here")
	h.policy(account.GroupPolicy{Sharing: account.SharingForbidden})
	b.Get("/portal/devices").Says("It is meant for one person.", `note warn`)
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
	b.Get("/portal/browsers").Want(http.StatusOK).Says("Chrome, Windows", "203.0.113.9", "Portal", "Trust none of them")
	one := h.one(`SELECT id FROM trusted_browsers ORDER BY id LIMIT 1`)
	h.in("account", "4712").Post("/portal/browsers/"+one, nil).Want(http.StatusNotFound)
	b.Get(b.Post("/portal/browsers/"+one, nil).Want(http.StatusSeeOther).To()).Says("This browser asks again next time.", "Chrome, Windows")
	b.Get(b.Post("/portal/browsers", nil).Want(http.StatusSeeOther).To()).Says("All browsers ask again next time.", "every browser asks")
	if got := h.actor("browsers.ended"); got != "person" {
		t.Errorf("they were ended by %q", got)
	}
}

func TestPeopleTakeTheirDataWithThem(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	b.Get("/portal/data").Want(http.StatusOK).Says("you confirm this in the next step")
	confirm := b.Post("/portal/data", nil).Want(http.StatusSeeOther).To()
	b.Post(confirm, nil).Want(http.StatusConflict).Silent("4711")
	h.answer(anna, phone.Approve, b.Get(confirm).Says("Download your data").Number())
	b.Get(confirm).Says("The file is ready.", "Download the file").Silent("data-submit")
	p := b.Post(confirm, nil).Want(http.StatusOK)
	b.Post(confirm, nil).Want(http.StatusConflict)
	var kept map[string]any
	h.must(json.Unmarshal([]byte(p.Text), &kept))
	if kept["account"] == nil || len(kept["devices"].([]any)) != 1 || !strings.HasPrefix(p.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("got %s", p.Text)
	}
}

func TestAMethodIsAddedAndRemovedWithAConfirmation(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	b.Get("/portal/methods").Want(http.StatusOK).Says("None yet.", "Set up an authenticator app")
	confirm := b.Post("/portal/methods/totp", nil).Want(http.StatusSeeOther).To()
	b.Post("/portal/methods/totp/code", url.Values{"code": {"123456"}}).Says("Begin again.")
	h.answer(anna, phone.Approve, b.Get(confirm).Says("Add a way to confirm").Number())
	shown := b.Post(confirm, nil).Want(http.StatusOK).Says("QR code for the authenticator app")
	code, err := totp.GenerateCode(strings.ReplaceAll(shown.Found(`<strong class="key">([A-Z2-7 ]+)</strong>`), " ", ""), h.now())
	h.must(err)
	b.Post("/portal/methods/totp/code", url.Values{"code": {"000000"}}).Want(http.StatusUnprocessableEntity).Says("This code is not right.")
	b.Get(b.Post("/portal/methods/totp/code", url.Values{"code": {code}}).Want(http.StatusSeeOther).To()).Says("You can confirm in this way now, too.", "Authenticator app")
	if got := h.actor("method.activated"); got != "person" {
		t.Errorf("it was activated by %q", got)
	}

	confirm = b.Post("/portal/methods/recovery", nil).Want(http.StatusSeeOther).To()
	h.answer(anna, phone.Approve, b.Get(confirm).Number())
	codes := b.Post(confirm, nil).Want(http.StatusOK).Says("You see them only now.")
	if n := strings.Count(codes.Text, "<code>"); n != 10 {
		t.Errorf("%d recovery codes", n)
	}
	b.Post(confirm, nil).Want(http.StatusConflict).Silent("<code>")

	b.Get("/portal/methods/totp/remove").Want(http.StatusOK).Says("you cannot confirm in this way any more")
	b.Get("/portal/methods/sms/remove").Want(http.StatusNotFound)
	confirm = b.Post("/portal/methods/totp/remove", nil).Want(http.StatusSeeOther).To()
	h.answer(anna, phone.Approve, b.Get(confirm).Number())
	b.Get(b.Post(confirm, nil).Want(http.StatusSeeOther).To()).Says("This way is removed.")
	if h.count(`methods WHERE method = 'totp' AND active_since > 0`) != 0 {
		t.Error("the method is still there")
	}
}

func TestWhoHasNoAddressOnRecordGivesOneAndNobodyDoesWherePolicyForbidsIt(t *testing.T) {
	h := newHouseWithMail(t)
	anna := h.phone("Anna")
	b := h.in()
	b.Post("/portal/methods/email", nil).Want(http.StatusOK).Says("Your e-mail address")
	b.Post("/portal/methods/email", url.Values{"to": {"anna@"}}).Want(http.StatusUnprocessableEntity).Says("No code can be sent there.", "anna@")
	confirm := b.Post("/portal/methods/email", url.Values{"to": {"anna@Praxis.example"}}).Want(http.StatusSeeOther).To()
	h.answer(anna, phone.Approve, b.Get(confirm).Says("a•••@praxis.example").Silent("anna@").Number())
	b.Post(confirm, nil).Want(http.StatusOK).Says("a•••@praxis.example").Silent("anna@")
	if n := h.count(`activations WHERE method = 'email'`); n != 1 {
		t.Errorf("%d are being activated", n)
	}
	h.policy(account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord})
	b.Post("/portal/methods/email", url.Values{"to": {"eve@other.example"}}).Want(http.StatusForbidden).Says("only go to the number and the address on record")
}

func TestNobodyIsAskedAboutWhatDoesNotExist(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	for _, odd := range []string{"%00", "%ff", "pigeon"} {
		b.Post("/portal/methods/"+odd, nil).Want(http.StatusNotFound)
		b.Post("/portal/methods/"+odd+"/remove", nil).Want(http.StatusNotFound)
	}
	b.Post("/portal/methods/totp/remove", nil).Want(http.StatusNotFound) // it has none
	for _, odd := range []string{"\x00", "\xff", "dev_none"} {
		for _, by := range []string{"approval", "device"} {
			b.Post("/portal/add", url.Values{"by": {by}, "replaces": {odd}}).Want(http.StatusNotFound).Says("This phone does not exist")
		}
	}
	if items, err := anna.Pending(t.Context(), 0, nil); err != nil || len(items) != 0 {
		t.Errorf("%d questions wait: %v", len(items), err)
	}
}

func TestAThiefWhoBeganAFirstMethodDoesNotFinishItOnceTheOwnerHasAPhone(t *testing.T) {
	h := newHouse(t)
	thief := h.in()
	shown := thief.Post("/portal/methods/totp", nil).Want(http.StatusOK)
	h.phone("Anna")
	code, err := totp.GenerateCode(strings.ReplaceAll(shown.Found(`<strong class="key">([A-Z2-7 ]+)</strong>`), " ", ""), h.now())
	h.must(err)
	thief.Post("/portal/methods/totp/code", url.Values{"code": {code}}).Says("Begin again.")
	if n := h.count(`methods WHERE active_since > 0`); n != 0 {
		t.Errorf("%d methods are active", n)
	}
}

func TestAFirstMethodIsAnOperatorsWherePolicySaysSo(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{FirstBinding: account.BindingOperator})
	b := h.in()
	b.Get("/portal/methods").Want(http.StatusOK).Silent("Set up an authenticator app")
	b.Post("/portal/methods/totp", nil).Want(http.StatusConflict)
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
		b.Get(address).Want(http.StatusOK).Says(says, `<html lang="de">`)
	}
	b.Get("/portal/nothing").Want(http.StatusNotFound).Says("Diese Seite gibt es nicht")
}

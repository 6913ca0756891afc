package managers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/phone"
	kept "github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
)

func (h *house) interval(externalID string) string {
	h.Helper()
	return h.one(`SELECT CAST(COALESCE(interval_days, -1) AS TEXT) FROM accounts WHERE external_id = $1`, externalID)
}

// prices has one SMS to Germany cost so much.
func (h *house) prices(price ledger.Amount) *kept.Store {
	h.Helper()
	store := &kept.Store{DB: h.process.Lasting().DB, Keys: h.keys}
	often := []ledger.Rate{{Max: 1000, Per: time.Minute}}
	limits := ledger.Limits{Number: often, Account: often, Prefix: often}
	_, err := store.PutSettings(h.Context(), h.tenant.ID, ledger.Settings{Prices: ledger.PriceBook{"+49": price}, TimeZone: "Europe/Berlin", Limits: limits}, outbox.Actor{Kind: outbox.BySystem})
	h.must(err)
	return store
}

func TestTheIntervalOfOneIsWithinItsGroupsBoundsAndALongerOneIsConfirmed(t *testing.T) {
	h := brokers(t)
	b, at := h.in(broker), h.of("200001")+"/interval"
	b.Post(h.of("100101")+"/interval", url.Values{"days": {"2"}}).Want(http.StatusUnprocessableEntity).Says("Choose one of those that are offered.")
	b.Post(at, url.Values{"days": {"8"}}).Want(http.StatusUnprocessableEntity)
	b.Post(at, url.Values{"days": {"x"}}).Want(http.StatusUnprocessableEntity)
	shown, after := b.confirmed(b.Post(at, url.Values{"days": {"7"}}))
	after.Says("Saved.", "does not ask again for 7 days", "That is what was chosen for this account.")
	if !strings.Contains(shown, "Ask an account less often") || !strings.Contains(shown, "200001, do not ask for 7 days") || strings.Contains(shown, "Erika") {
		t.Errorf("the phone shows %s", shown)
	}
	if got, want := h.actor("account.changed"), "person:"+h.session(); got != want {
		t.Errorf("it was changed by %s, want %s", got, want)
	}
	b.Get(b.Post(at, url.Values{"days": {"1"}}).Want(http.StatusSeeOther).To()).Says("Saved.", "for a day")
	b.Get(b.Post(at, url.Values{"days": {""}}).Want(http.StatusSeeOther).To()).Says("Saved.", "They are asked at every login.")
	if got := h.interval("200001"); got != "-1" {
		t.Errorf("the interval is %s", got)
	}
}

func TestAStepThatIsDeniedIsNotTaken(t *testing.T) {
	h := brokers(t)
	b := h.in(broker)
	planned := b.Post(h.of("200001")+"/phone", url.Values{"phone": {"0171 3920099"}}).Want(http.StatusSeeOther).To()
	h.answer(phone.Deny, "")
	b.Post(planned, nil).Want(http.StatusConflict)
	if got := h.one(`SELECT phone FROM accounts WHERE external_id = '200001'`); got != "+491713920010" {
		t.Errorf("the number is %s", got)
	}
	b.Post(planned+"/cancel", nil).Want(http.StatusSeeOther)
}

func TestANumberIsCorrectedOnceThatIsConfirmed(t *testing.T) {
	h := brokers(t)
	h.enrol("200001", "Erika")
	b, at := h.in(broker), h.of("200001")+"/phone"
	b.Get(at).Says("On record so far: +49 ••• ••10", "The number so far is told about it.").Silent("1713920010")
	for _, typed := range []string{"", "123", "069 1234567", "+49 171 392001x", "<script>"} {
		b.Post(at, url.Values{"phone": {typed}}).Want(http.StatusUnprocessableEntity).Says("This is no mobile number that can receive SMS.")
	}
	_, same := b.confirmed(b.Post(at, url.Values{"phone": {"0171 392 0010"}})) // asked all the same: else it would tell what is masked
	same.Says("on record already")
	shown, after := b.confirmed(b.Post(at, url.Values{"phone": {"0171 392 0099"}}))
	after.Says("The phone number is changed.", "+49 ••• ••99", "No codes go to it until")
	if !strings.Contains(shown, "Change a phone number") || !strings.Contains(shown, "200001, +49 ••• ••99") || strings.Contains(shown, "3920099") {
		t.Errorf("the phone shows %s", shown)
	}
	if got := h.one(`SELECT phone FROM accounts WHERE external_id = '200001'`); got != "+491713920099" {
		t.Errorf("the number is %s", got)
	}
	if got, want := h.actor("account.phone_changed"), "person:"+h.session(); got != want {
		t.Errorf("it was changed by %s, want %s", got, want)
	}
}

func TestPaidSMSIsSwitchedOnWithItsPriceOnceThatIsConfirmed(t *testing.T) {
	h := brokers(t)
	h.prices(750)
	b, at := h.in(broker), h.of("200001")
	b.Get(at).Says("Codes by SMS are switched off.", "Each SMS costs 0.075 EUR.", "You pay that.")
	b.Get(at+"/sms").Says("Each SMS costs 0.075 EUR.", "You pay that.", "Switch SMS on")
	b.Get(h.of("200002") + "/sms").Says("There is no phone number on record")
	h.in(broker, "de").Get(at + "/sms").Says("Jede SMS kostet 0,075 EUR.")
	b.Post(at+"/sms", url.Values{"sms": {"maybe"}}).Want(http.StatusUnprocessableEntity)
	shown, after := b.confirmed(b.Post(at+"/sms", url.Values{"sms": {"on"}}))
	after.Says("Codes by SMS are switched on.")
	if !strings.Contains(shown, "Switch on codes by SMS") || !strings.Contains(shown, "200001, 0.075 EUR") {
		t.Errorf("the phone shows %s", shown)
	}
	b.Get(at + "/sms").Says("From then on no codes come by SMS")
	b.Get(b.Post(at+"/sms", url.Values{"sms": {"off"}}).Want(http.StatusSeeOther).To()).Says("Codes by SMS are switched off.")
}

func TestWhatAGroupSaysOfSMSNoManagerChanges(t *testing.T) {
	h := brokers(t)
	h.group("customers", account.GroupPolicy{SMS: account.SMS{Switch: account.SwitchOff}})
	h.group("employees", account.GroupPolicy{SMS: account.SMS{Switch: account.SwitchOn, Payer: account.PayerAccount}})
	b := h.in(broker)
	b.Get(h.of("200001")).Says("There are no codes by SMS for this account.").Silent("Switch SMS")
	b.Get(h.of("100101")).Says("Codes by SMS are switched on.", "Whose account it is pays that.", "This is set for the whole group").Silent("Switch SMS")
	for _, login := range []string{"200001", "100101"} {
		b.Get(h.of(login) + "/sms").Want(http.StatusConflict)
		b.Post(h.of(login)+"/sms", url.Values{"sms": {"on"}}).Want(http.StatusConflict)
		b.Post(h.of(login)+"/sms", url.Values{"sms": {"off"}}).Want(http.StatusConflict)
	}
}

func TestSomebodyIsInvitedAndRemindedAndLeftAloneForADay(t *testing.T) {
	h := brokers(t)
	b, at := h.in(broker), h.of("200001")
	b.Post(at+"/remind", nil).Want(http.StatusConflict).Says("Invite first.")
	b.Get(b.Post(at+"/invite", nil).Want(http.StatusSeeOther).To()).Says("The invitation is on its way.", "Invited on", "Written to a short time ago.")
	b.Post(at+"/invite", nil).Want(http.StatusConflict).Says("Written to a short time ago.")
	b.Post(h.of("100101")+"/invite", nil).Want(http.StatusConflict).Says("Without an e-mail address")
	b.Post(at+"/elsewhere", nil).Want(http.StatusNotFound)
	h.pass(25 * time.Hour)
	b = h.in(broker)
	b.Get(b.Post(at+"/remind", nil).Want(http.StatusSeeOther).To()).Says("The reminder is on its way.", "Reminded: once")
	if n := h.count(`messages WHERE channel = 'email'`); n != 2 {
		t.Errorf("%d letters are queued", n)
	}
	if got, want := h.actor("account.reminded"), "person:"+h.session(); got != want {
		t.Errorf("it was done by %s, want %s", got, want)
	}
	h.enrol("200001", "Erika")
	b.Get(at).Says("This account is set up.").Silent("Invite<")
	b.Post(at+"/remind", nil).Want(http.StatusConflict).Says("set up already")
}

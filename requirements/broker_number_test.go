package requirements_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
)

// (g) The number on record is what lets phones in, so whoever gets it corrected gets no further for a day, and everybody who could know better
// is told: who has the old number, and who holds a phone.
func TestACorrectedNumberIsToldToTheOldOneAndToEachPhoneAndConfirmsNothingForADay(t *testing.T) {
	fcm, configured := firebase(t)
	h := brokers(t, configured)
	h.until(enforcement)
	nora, kai := h.wakeable("Nora", fcm), h.wakeable("Kai", fcm)
	h.must(h.register(nora.Phone, broker, "Nora"))
	h.must(h.bind(portal, kai.Phone, "Kai", client.NewEnrolment{Account: broker, Authorize: client.ByDevice}, nora.Phone))
	others := h.wakeable("Emil", fcm)
	h.must(h.register(others.Phone, employee, "Emil"))
	key, methods := h.at(portal).key, "/v1/accounts/"+broker+"/methods"
	h.call(key, "POST", methods+"/sms", body{}).want()
	h.call(key, "POST", methods+"/sms/confirm", body{"code": h.sms(brokersNumber)}).want()
	h.login(portal, broker, laptop).bySMS(brokersNumber).approved("sms")

	waiting := h.login(portal, broker, laptop) // offers SMS
	corrected := customerNumber
	_, err := h.at(portal).For("Support").ChangeAccount(t.Context(), broker, client.AccountChange{Phone: &corrected})
	h.must(err)
	h.smsSaying(brokersNumber, "+49 *** **42")
	for _, p := range []pushed{nora, kai} {
		if n := h.told(p, "changed-number"); !strings.Contains(n.Text, "+49 ••• ••42") || strings.Contains(n.Text, corrected) {
			t.Errorf("%s is told %q", p.holder, n.Text)
		}
	}
	waiting.page("/codes", body{"method": "sms"}).refused("number-changed")
	waiting.giveUp()
	h.numberConfirmsNothing(broker)
	h.pass(day - time.Minute)
	h.numberConfirmsNothing(broker)
	h.pass(time.Minute)
	h.login(portal, broker, laptop).bySMS(corrected).approved("sms")

	shown, err := others.Notices(t.Context())
	h.must(err)
	if len(shown) > 0 || len(others.inbox) > 0 {
		t.Errorf("the phone of another login is told %+v, and woken %d times", shown, len(others.inbox))
	}
	for _, m := range h.carrier.Taken() {
		if m.To == corrected && !codeInSMS.MatchString(m.Body) {
			t.Errorf("whoever has the new number is told %q", m.Body)
		}
	}
}

// numberConfirmsNothing wants the number of an account neither to get a code for a login nor to let in a phone that its person is to help with.
func (h *house) numberConfirmsNothing(account string) {
	h.Helper()
	l := h.login(portal, account, laptop)
	if !same(l.Methods, []string{"push"}) {
		h.Errorf("the login of %s can be confirmed by %v", account, l.Methods)
	}
	l.page("/codes", body{"method": "sms"}).refused("method-not-offered")
	l.giveUp()
	_, err := h.at(portal).Enrol(h.Context(), client.NewEnrolment{
		Account: withoutNumber, Authorize: client.ByOperator, Reason: "has no smartphone", Helper: account,
	})
	h.refused("number-changed", err)
	h.supported(err)
}

package requirements_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/phone"
)

// (w) Support resets a user who lost the phone; who still has another method uses that.
func TestSupportResetsWhoLostThePhoneAndWhoHasAnotherMethodUsesThat(t *testing.T) {
	h := publisher(t)
	lost := h.login(centre, erika, laptop)
	app := lost.beginApp() // on the phone that gets lost
	trusted := lost.approved("totp")
	two := h.login(centre, jane, laptop)
	two.beginApp() // likewise
	two.page("/activations", body{"method": "email"}).want()
	two.page("/activations/email", body{"code": h.mailed(janesMail)}).want()
	h.pass(time.Hour)

	h.login(centre, jane, laptop).byMail(janesMail).approved("email")
	methods := "/v1/accounts/" + jane + "/methods"
	h.call(h.at(centre).key, "DELETE", methods+"/totp", nil).want()
	anew := h.authenticator(h.call(h.at(centre).key, "POST", methods+"/totp", body{}))
	h.call(h.at(centre).key, "POST", methods+"/totp/confirm", body{"code": anew.shows(h.now())}).want()

	stuck := h.login(centre, erika, tablet)
	stuck.asked("unknown_browser")
	h.must(h.at(centre).For("Support").ResetAccount(t.Context(), erika, "lost the phone"))
	stuck.confirm("totp", app.shows(h.now())).refused("method-not-active")
	first := h.login(centre, erika, with(laptop, trusted))
	first.asked("first_login")
	if first.Support.German == "" || first.Support.English == "" {
		t.Errorf("whom to ask: %+v", first.Support)
	}
	first.beginMail(erikasMail)
	first.approved("email")
	h.login(centre, erika, with(laptop, trusted)).asked("unknown_browser") // who has the old laptop is as unknown as anybody
	h.login(centre, jane, tablet).byMail(janesMail).approved("email")      // nobody else was reset
}

// The same where the publisher lets phones confirm.
func TestTheLostPhoneConfirmsNothingOnceSupportHasResetItsUser(t *testing.T) {
	h := publisher(t)
	h.letPhonesConfirm()
	lost, hers := h.newPhone(), h.newPhone()
	h.must(h.registerAt(centre, lost, erika, "Erika"))
	h.must(h.registerAt(centre, hers, jane, "Jane"))
	h.login(centre, erika, laptop).byPhone(lost)
	open := h.login(centre, erika, laptop)
	item, _ := open.shown(lost)

	h.must(h.at(centre).For("Support").ResetAccount(t.Context(), erika, "lost the phone"))
	_, err := lost.Decide(t.Context(), item, phone.Approve, open.Number)
	h.refused("unauthorized", err)
	h.login(centre, erika, laptop).asked("first_login")
	h.login(centre, jane, laptop).byPhone(hers) // nobody else was reset
}

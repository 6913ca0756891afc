package requirements_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/client"
)

// The licences of publisher-licences.csv, and where their codes go.
const (
	erika, erikasMail = "tv-0001", "erika@praxis.example"
	jane, janesMail   = "tv-0002", "jane@clinic.example"
	anybody           = "+4915123456789"
)

const (
	centre   = "Test Centre"
	platform = "Global Platform"
	ipad     = "iPad App"
)

// (n) A web centre, a global platform and an iPad app; personal licences.
func TestAWebCentreAPlatformAndAnIPadAppTakePersonalLicences(t *testing.T) {
	h := publisher(t)
	h.login(centre, erika, laptop).beginMail(erikasMail)
	for _, application := range []string{centre, platform, ipad} {
		h.login(application, erika, laptop).byMail(erikasMail).approved("email")
	}
	h.login(platform, jane, laptop).beginMail(janesMail)
	hers, theirs := h.login(centre, jane, laptop), h.login(centre, erika, laptop)
	theirs.demand("email")
	code := h.mailed(erikasMail)
	hers.demand("email")
	h.mailed(janesMail)
	hers.confirm("email", code).refused("wrong-code")
	theirs.confirm("email", code).want()
}

// (o) At the first login at least one of e-mail code, SMS code, authenticator app is activated; two are recommended.
func TestTheFirstLoginActivatesAtLeastOneMethodAndTwoAreRecommended(t *testing.T) {
	h := publisher(t)
	for method, begin := range map[string]func(login){
		"email": func(l login) { l.beginMail(janesMail) },
		"totp":  func(l login) { l.beginApp() },
		"sms": func(l login) {
			l.page("/activations", body{"method": "sms", "phone": anybody}).want()
			l.page("/activations/sms", body{"code": l.sms(anybody)}).want()
		},
	} {
		licence := "new-" + method
		group, address := "licence holders", janesMail
		_, err := h.at(centre).ChangeAccount(t.Context(), licence, client.AccountChange{Group: &group, Email: &address})
		h.must(err)
		first := h.login(centre, licence, laptop)
		first.asked("first_login")
		if a := first.Activate; a == nil || !same(a.Methods, []string{"totp", "sms", "email"}) || a.Required != 1 || a.Recommended != 2 {
			t.Errorf("%s may activate %+v", licence, a)
		}
		if first.outcome().Status != client.Pending {
			t.Error("the first login passed without any method")
		}
		begin(first)
		first.approved(method)
		if next := h.login(centre, licence, tablet); next.Activate != nil || !same(next.Methods, []string{method}) {
			t.Errorf("%s is asked for %v, and may activate %+v", licence, next.Methods, next.Activate)
		}
	}
}

// The page that activated the first method offers the second one.
func TestThePageOfTheFirstLoginGoesOnToTheSecondMethod(t *testing.T) {
	h := publisher(t)
	first := h.login(centre, erika, laptop)
	first.beginApp()
	first.page("/activations", body{"method": "email"}).want()
	both := first.page("/activations/email", body{"code": h.mailed(erikasMail)}).want()
	if active, _ := both.body["active"].([]any); len(active) != 2 || both.body["recommended"] != 2.0 {
		t.Errorf("the page is told %v", both.body)
	}
	first.approved("totp")
}

// (p) Later the user chooses among the activated ones, and may change them.
func TestTheUserChoosesAmongTheActivatedMethodsAndChangesThem(t *testing.T) {
	h := publisher(t)
	first := h.login(centre, erika, laptop)
	app := first.beginApp()
	first.page("/activations", body{"method": "email"}).want()
	first.page("/activations/email", body{"code": h.mailed(erikasMail)}).want()
	h.pass(time.Minute)

	choice := h.login(centre, erika, laptop)
	if !same(choice.Methods, []string{"totp", "email"}) {
		t.Errorf("the choice is %v", choice.Methods)
	}
	choice.confirm("totp", app.shows(h.now())).want()
	choice.approved("totp")
	h.login(centre, erika, laptop).byMail(erikasMail).approved("email")

	key, methods := h.at(centre).key, "/v1/accounts/"+erika+"/methods"
	h.call(key, "POST", methods+"/sms", body{"phone": anybody}).want()
	h.call(key, "POST", methods+"/sms/confirm", body{"code": h.sms(anybody)}).want()
	h.call(key, "DELETE", methods+"/totp", nil).want()
	if early := h.login(centre, erika, laptop); !same(early.Methods, []string{"email"}) { // a number that is new confirms nothing for 24 hours
		t.Errorf("right after the change the choice is %v", early.Methods)
	}
	h.pass(day)
	changed := h.login(centre, erika, laptop)
	if !same(changed.Methods, []string{"sms", "email"}) {
		t.Errorf("after the change the choice is %v", changed.Methods)
	}
	changed.bySMS(anybody).approved("sms")
	h.call(key, "DELETE", methods+"/email", nil).want()
	h.call(key, "DELETE", methods+"/sms", nil).refused("last-method")
}

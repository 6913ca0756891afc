package journeys_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/operator"
)

// authenticator is an authenticator app that was given a key.
type authenticator struct {
	*organised
	key string
}

// shows is what it shows now.
func (a authenticator) shows() string {
	a.Helper()
	at := a.now().UTC().Format("2006-01-02 15:04:05 UTC")
	out, err := exec.CommandContext(a.Context(), "oathtool", "--totp", "--now", at, "--base32", a.key).Output()
	a.must(err)
	return strings.TrimSpace(string(out))
}

const (
	erika, erikasMail = "tv-0001", "erika@praxis.example"
	jane, janesMail   = "tv-0002", "jane@clinic.example"
)

// The publisher of psychological tests: the first login with two methods, another method later, and a phone that is lost, with a second method and without.
func TestAPublishersPeopleSetUpTwoWaysChangeThemAndGetOverALostPhone(t *testing.T) {
	o := organise(t, "2026-12-10 09:00")
	o.publisher(o.operator("Ruth", operator.Administrator, desk))

	// Her first login sets up the authenticator app, and then codes by e-mail.
	e := o.customer(erika)
	e.begin()
	e.choose("totp")
	app := authenticator{o, strings.ReplaceAll(e.Text(`[part~="key"]`), " ", "")}
	e.send(app.shows())
	e.choose("email")
	e.send(o.mailed(erikasMail))
	e.in()
	o.pass(13 * time.Hour) // longer than a confirmation holds there
	e.begin()
	e.choose("email")
	e.send(o.mailed(erikasMail))
	e.in()

	// The phone with the app is lost: she still gets in by e-mail, takes the app away, and sets it up on the new phone.
	o.pass(13 * time.Hour)
	e.begin()
	e.choose("email")
	e.send(o.mailed(erikasMail))
	e.in()
	e.portal("methods", "Other ways to confirm")
	e.Click(`a[href="/portal/methods/totp/remove"]`)
	e.Click("button.danger")
	e.choose("email")
	e.send(o.mailed(erikasMail))
	e.WantText(".note.good", "This way is removed.")
	e.Click(`form[action="/portal/methods/totp"] button`)
	e.choose("email")
	e.send(o.mailed(erikasMail))
	e.Wait("#code")
	again := authenticator{o, strings.ReplaceAll(e.Text("main strong"), " ", "")}
	e.Type("#code", again.shows())
	e.Click("main button.primary")
	e.WantText(".note.good", "You can confirm in this way now, too.")

	// She would rather have codes by SMS: the portal takes her number, and the new phone counts from then on.
	e.Click(`form[action="/portal/methods/sms"] button`)
	e.Type("#to", "+49 151 23456789")
	e.Click("main button.primary")
	e.choose("email")
	e.send(o.mailed(erikasMail))
	e.Type("#code", o.texted("+4915123456789"))
	e.Click("main button.primary")
	e.WantText(".note.good", "You can confirm in this way now, too.")
	o.pass(25 * time.Hour) // a number that is new confirms nothing for a day
	e.begin()
	e.choose("sms")
	e.send(o.texted("+4915123456789"))
	e.in()

	// Jane set up the app alone. Without a second way she is told whom to ask, and support resets her login.
	j := o.customer(jane)
	j.begin()
	j.choose("totp")
	hers := authenticator{o, strings.ReplaceAll(j.Text(`[part~="key"]`), " ", "")}
	j.send(hers.shows())
	j.Click("#next")
	j.in()
	o.pass(13 * time.Hour)
	j.begin()
	j.WantText(`[part~="support"]`, "help@testverlag.example")
	sam := o.operator("Sam", operator.Support, desk)
	sam.reset("/console/tenants/"+o.tenant.ID, jane)
	j.begin()
	j.choose("email")
	j.send(o.mailed(janesMail))
	j.Click("#next")
	j.in()
}

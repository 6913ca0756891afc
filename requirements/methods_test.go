package requirements_test

import (
	"net/url"
	"os/exec"
	"strings"
	"time"
)

// authenticator is an authenticator app that was given a key: Debian's oathtool, which shares no code with Jawort.
type authenticator struct {
	*house
	secret string
}

// authenticator takes the key from what the page was told.
func (h *house) authenticator(started reply) authenticator {
	h.Helper()
	link, _ := started.want().body["url"].(string)
	u, err := url.Parse(link)
	h.must(err)
	return authenticator{h, u.Query().Get("secret")}
}

// shows returns the code at a time by the app's own clock.
func (a authenticator) shows(at time.Time) string {
	a.Helper()
	out, err := exec.CommandContext(a.Context(), "oathtool", "--totp", "--base32", "--now", at.UTC().Format("2006-01-02 15:04:05 UTC"), a.secret).Output()
	a.must(err)
	return strings.TrimSpace(string(out))
}

// beginApp, beginMail and beginSMS finish a first login by the method.
func (l login) beginApp() authenticator {
	l.Helper()
	app := l.authenticator(l.page("/activations", body{"method": "totp"}))
	l.page("/activations/totp", body{"code": app.shows(l.now())}).want()
	return app
}

func (l login) beginMail(address string) {
	l.Helper()
	l.page("/activations", body{"method": "email"}).want()
	l.page("/activations/email", body{"code": l.mailed(address)}).want()
}

func (l login) beginSMS(number string) {
	l.Helper()
	l.page("/activations", body{"method": "sms"}).want()
	l.page("/activations/sms", body{"code": l.sms(number)}).want()
}

// byMail confirms a login by a code that is sent for it.
func (l login) byMail(address string) login {
	l.Helper()
	l.demand("email")
	l.confirm("email", l.mailed(address)).want()
	return l
}

func (l login) bySMS(number string) login {
	l.Helper()
	l.demand("sms")
	l.confirm("sms", l.sms(number)).want()
	return l
}

// otherThan returns a code that differs in the last digit.
func otherThan(code string) string {
	last := len(code) - 1
	return code[:last] + string('0'+(code[last]-'0'+1)%10)
}

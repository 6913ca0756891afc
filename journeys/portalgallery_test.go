package journeys_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/edge/browsertest/album"
	"github.com/jawort/jawort/factor/mail/mailtest"
	simulated "github.com/jawort/jawort/phone"
)

// rooms walks through every page of the portal. A page is named by its template, and by what is special about it.
type rooms struct {
	*portal
	album *album.Album
	ada   *simulated.Phone
}

// changing is what differs from run to run, in pictures. The site's address has a port of its own.
var changing = map[string]string{
	".number": "42", `[part~="number"]`: "42", `[part~="time"]`: "142", ".house button": "12700148090", "main a.primary": "12700148090", ".key": "JBSWY3DPEHPK3PXP", ".codes code": "BCDFGHJK",
}

// reachable is where pushes for a phone go.
var reachable = &simulated.PushAddress{Provider: "fcm", App: "project", Token: "token"}

// simulate registers a phone that no browser is needed for; nil: it cannot be woken.
func (h *house) simulate(holder string, push *simulated.PushAddress) *simulated.Phone {
	h.Helper()
	e, p := h.link(login), simulated.New(simulated.Options{})
	digits, err := p.Enrol(h.Context(), e.Link, holder, holder+"'s phone", push)
	h.must(err)
	h.confirm(e, digits)
	return p
}

// approve answers the only question that waits, by the number that is shown.
func (h *house) approve(by *simulated.Phone, number string) {
	h.Helper()
	items, err := by.Pending(h.Context(), 10*time.Second, nil)
	h.must(err)
	if len(items) != 1 {
		h.Fatalf("%d questions wait for the phone", len(items))
	}
	_, err = by.Decide(h.Context(), items[0], simulated.Approve, notDigits.ReplaceAllString(number, ""))
	h.must(err)
}

func (r rooms) see(name string) {
	r.Helper()
	r.check()
	r.album.Show(name)
	if r.Failed() {
		r.Fatalf("at %s", name)
	}
}

func (r rooms) visit(path, name string) {
	r.Helper()
	r.look(path)
	r.album.Show(name)
}

// confirmed has the step that was begun by a click confirmed, until an element of what follows is there.
func (r rooms) confirmed(click, next string) {
	r.Helper()
	r.Click(click)
	r.approved(next)
}

func (r rooms) approved(next string) {
	r.Helper()
	r.Wait(`[part~="number"]`)
	r.house.approve(r.ada, r.Text(`[part~="number"] [aria-hidden]`))
	r.Wait(next)
}

func (r rooms) walk() {
	r.Helper()
	r.visit("methods", "methods-none")
	r.phones()
	for _, page := range []string{"interval", "logins", "browsers", "data"} {
		r.visit(page, page)
	}
	r.visit("nothing", "refused")
	r.look("logins")
	r.Click(".card a")
	r.Wait("button.danger")
	r.see("reporting")
	r.ways()
	r.look("data")
	r.confirmed("main form button", `form[action^="/portal/confirm/"] button.primary`)
	r.see("confirm-file")
	r.Click(".house button")
	r.Wait(`a[href="/portal"]`)
	r.visit("devices", "ended")
	r.visit("open/nothing", "over")
}

// doors are what people pass on their way in: the page that its own script leaves, and the one that asks before another account takes the place of the one that is open.
func (r rooms) doors(language string) {
	r.Helper()
	r.Scripts(false)
	r.Click("a")
	r.Wait("form[data-submit]")
	r.Scripts(true)
	r.see("open")
	r.Click("main button.primary")
	r.Wait("nav")
	r.house.account("4712", "Office North")
	other, err := r.house.client.CreatePortalSession(r.house.Context(), client.NewPortalSession{Account: "4712", ReturnURL: r.site + "/", Locale: language})
	r.house.must(err)
	r.Go(other.URL)
	r.Wait("[name=switch]")
	r.see("switch")
	r.Click(`main a[href="/portal"]`)
	r.Wait("nav")
}

// reaching asks where codes go, where nothing is on record.
func (r rooms) reaching() {
	r.Helper()
	for method, nonsense := range map[string]string{"sms": "069 1234567", "email": "ada"} {
		r.look("methods")
		r.Click(`form[action$="/` + method + `"] button`)
		r.Wait("#to")
		r.see("reaching-" + method)
		r.Type("#to", nonsense)
		r.Click("main button.primary")
		r.Wait(".note.bad")
		r.check()
	}
}

func (r rooms) phones() {
	r.Helper()
	r.visit("devices", "devices")
	r.Click(".card a") // rename
	r.Wait("#label")
	r.see("device")
	r.look("devices")
	r.Click(".card a:last-child")
	r.Wait("button.danger")
	r.see("removing")
	r.Click("button.danger")
	r.Wait(`[part~="number"]`)
	r.see("confirm")
	r.Click("main > form button.link") // cancel
	r.Wait(".cards")
	r.visit("add", "adding")
	r.Click("main button.primary")
	r.Wait(`[part~="number"]`)
	r.see("enrolment-asked")
	r.approved(".qr")
	r.see("enrolment")
}

func (r rooms) ways() {
	r.Helper()
	r.reaching()
	r.look("methods")
	r.confirmed(`form[action$="/totp"] button`, ".key")
	r.see("proving")
	code, err := totp.GenerateCode(strings.ReplaceAll(r.Text(".key"), " ", ""), r.house.now())
	r.house.must(err)
	r.Type("#code", code)
	r.Click("main button.primary")
	r.Wait(".note.good")
	r.confirmed(`form[action$="/recovery"] button`, ".codes")
	r.see("codes")
	r.printed()
	r.look("methods")
	r.confirmed(`form[action$="/passkey"] button`, "#label")
	r.see("passkey")
	r.Type("#label", "Laptop")
	r.Click("main button.primary")
	r.Wait("h3")
	r.see("methods")
	r.Click(`a[href^="/portal/methods/passkey/"]`)
	r.Wait("button.danger")
	r.see("removing-passkey")
	r.look("methods")
	r.Click(`a[href="/portal/methods/totp/remove"]`)
	r.Wait("button.danger")
	r.see("removing-method")
}

// printed wants the codes on paper, and nothing that only a screen needs.
func (r rooms) printed() {
	r.Helper()
	r.OnPaper(true)
	defer r.OnPaper(false)
	visible := func(selector string) int {
		return browsertest.Eval[int](r.Tab, `[...document.querySelectorAll("`+selector+`")].filter((e) => e.checkVisibility()).length`)
	}
	if codes, rest := visible(".codes code"), visible("nav, button, .button, .skip"); codes != 10 || rest != 0 {
		r.Errorf("on paper there are %d codes and %d things to press", codes, rest)
	}
	if pale := browsertest.Eval[string](r.Tab, `getComputedStyle(document.querySelector(".codes code")).color`); pale != "rgb(0, 0, 0)" {
		r.Errorf("the codes are printed in %s", pale)
	}
}

// wantAll wants a look at each template.
func (r rooms) wantAll() {
	r.Helper()
	pages, err := filepath.Glob("../server/portal/templates/*.html")
	if err != nil || len(pages) == 0 {
		r.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".html")
		if !slices.ContainsFunc(r.album.Names(), func(shown string) bool { return shown == name || strings.HasPrefix(shown, name+"-") }) {
			r.Errorf("nobody looks at %s", page)
		}
	}
}

func TestEveryPageOfThePortalIsAccessible(t *testing.T) {
	for name, w := range pageWalks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t, func(h *house) { h.mailPort = mailtest.Start(t, mailtest.Settings{Kind: "none"}).Port })
			h.accountsIn(account.GroupPolicy{Interval: account.Interval{Max: 3, Default: 1}, SMS: account.SMS{Switch: account.SwitchOn}})
			ada := h.simulate("Ada", nil)
			h.simulate("Bert", nil)
			a := h.ask()
			h.approve(ada, a.Number)
			h.want(a, client.Approved)
			p := h.atTheSite(w.screen)
			h.sql(`UPDATE applications SET rp_id = 'localhost'`)
			p.Authenticator()
			p.TextSize(w.text)
			r := rooms{p, album.Open(p.Tab, "portal", name, changing), ada}
			r.doors(w.screen.Language)
			r.walk()
			r.wantAll()
		})
	}
}

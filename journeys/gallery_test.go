package journeys_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/edge/browsertest/album"
)

// gallery walks through every screen of the app, as people meet them. A screen is named by its module, and by what is special about it.
type gallery struct {
	*phone
	album *album.Album
}

// fleeting is what differs from run to run, in pictures.
var fleeting = map[string]string{".left .clock": "142", ".digits": "482913", ".typed": "42"}

// look looks at a screen as those do who cannot see it, or not well.
func (g gallery) look(name string) {
	g.Helper()
	g.WantAccessible()
	g.WantNothingCutOff()
	g.album.Show(name)
	if g.Failed() {
		g.Fatalf("at %s", name)
	}
}

// wantAll wants a screen of each module that draws some.
func (g gallery) wantAll() {
	g.Helper()
	modules, err := filepath.Glob("../mobile-api/app/static/screens/*.js")
	if err != nil || len(modules) == 0 {
		g.Fatalf("%d screens, %v", len(modules), err)
	}
	for _, module := range modules {
		name := strings.TrimSuffix(filepath.Base(module), ".js")
		if !slices.ContainsFunc(g.album.Names(), func(shown string) bool { return shown == name || strings.HasPrefix(shown, name+"-") }) {
			g.Errorf("nobody looks at screens/%s.js", name)
		}
	}
}

func (g gallery) walk() {
	g.Helper()
	g.Before(grey)
	g.Go(g.house.url)
	g.Wait(".welcome")
	g.look("home-welcome")
	g.Click("nav a[href='#/history']")
	g.Wait(".quiet")
	g.look("history-empty")
	g.Allow(g.house.url)
	g.Before(noPushService)
	g.Before(browsers)
	g.unfit(g.house.link(login))
	g.adding(g.house.link(login))
	g.hints()
	g.logins()
	g.asking()
	g.transaction()
	g.history()
	g.ends()
	g.troubles()
	g.losses()
}

// grey is a camera that sees nothing.
const grey = `navigator.mediaDevices.getUserMedia = async () => {
	const canvas = document.createElement("canvas");
	canvas.width = canvas.height = 480;
	setInterval(() => { const c = canvas.getContext("2d"); c.fillStyle = "#888"; c.fillRect(0, 0, 480, 480); }, 50);
	return canvas.captureStream(20);
}`

const noCamera = `(navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("none", "NotFoundError"); }) !== null`

// screenLock comes true as the person gives the phone one.
const screenLock = `(PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = async () => true) !== null`

func (g gallery) adding(e client.Enrolment) {
	g.Helper()
	g.Go(g.house.url + "/#/add")
	g.Wait(".scan")
	g.look("add")
	g.Click(".scan")
	g.Until(`document.querySelector("video").videoWidth > 0`)
	g.look("scanner")
	g.Click(".screen > .secondary")
	_ = browsertest.Eval[bool](g.Tab, noCamera)
	g.Click(".scan")
	g.Wait(".trouble")
	g.look("scanner-no-camera")
	g.Click(".screen > .secondary")
	g.Type("[name=link]", "x")
	g.Click("form .secondary")
	g.Wait(".trouble")
	g.look("add-not-ours")
	g.Before(`if (location.pathname.endsWith("/enrol")) ` + noScreenLock)
	g.Go(e.Link)
	g.Wait(".lack")
	g.look("add-no-screen-lock")
	_ = browsertest.Eval[bool](g.Tab, screenLock)
	g.Click(".banner .secondary")
	g.Wait(".register")
	g.look("add-names")
	g.register()
	digits := g.digits()
	g.look("add-digits")
	g.house.confirm(e, digits)
	g.Wait(".active")
	g.look("add-ready")
	g.Click(".close")
}

func (g gallery) logins() {
	g.Helper()
	r, err := g.house.client.AnnounceRecovery(g.house.Context(), login, "The phone was stolen.")
	g.house.must(err)
	g.Reload()
	g.Wait(".banner button.danger")
	g.look("home-somebody-gets-a-phone")
	g.house.await("the notice", func() bool { return g.house.notices() > 0 })
	_, err = g.house.client.StopRecovery(g.house.Context(), r.ID)
	g.house.must(err)
	g.Reload()
	g.Gone(".banner button.danger")
	g.Wait(".notices")
	g.look("home-notices")
	_ = browsertest.Eval[bool](g.Tab, `document.querySelectorAll(".notices button").forEach((b) => b.click()) === undefined`)
	g.Gone(".notices")
	g.Click(".cards button")
	g.Wait(".leave")
	g.look("login")
	g.Click(".leave")
	g.look("login-remove")
	g.Click(".back")
	g.Click("nav a[href='#/settings']")
	g.Wait(".test")
	g.look("settings")
}

func (g gallery) asking() {
	g.Helper()
	a := g.house.ask()
	g.Wait(".keypad")
	g.look("question")
	g.keys(a.Number)
	g.look("keypad")
	g.Click(".key:last-child")
	g.Click(".key:last-child")
	g.digitsOf(wrong(a, 1))
	g.Wait(".trouble")
	g.look("question-wrong-number")
	_ = browsertest.Eval[bool](g.Tab, hanging)
	g.Click(".report")
	g.Wait(".busy")
	g.look("question-report")
	_ = browsertest.Eval[bool](g.Tab, `cancel() === undefined && delete navigator.credentials.get`)
	g.Wait(".trouble")
	g.Click(".back")
	g.Wait(".asking")
	g.look("home-asking")
	g.Click(".card.asking")
	g.digitsOf(a.Number)
	g.Wait(".outcome")
	g.look("over-confirmed")
	g.Click(".close")
}

// money is what somebody is asked to pay, by language.
var money = map[string][]client.Detail{
	"de": {{Label: "Betrag", Value: "4.950,00 €", Role: "amount"}, {Label: "Empfänger", Value: "Muster Bau GmbH", Role: "payee"}},
	"en": {{Label: "Amount", Value: "€4,950.00", Role: "amount"}, {Label: "Payee", Value: "Muster Bau GmbH", Role: "payee"}},
}

func (g gallery) transaction() {
	g.Helper()
	g.house.ask(func(r *client.Request) {
		r.Kind = client.Transaction
		r.Details = money[browsertest.Eval[string](g.Tab, `document.documentElement.lang`)]
	})
	g.Wait(".details")
	g.look("question-transaction")
	g.Click(".deny")
	g.Wait(".outcome")
	g.look("over-denied")
	g.Click(".close")
}

func (g gallery) history() {
	g.Helper()
	g.Click("nav a[href='#/history']")
	g.Wait(".history li")
	g.look("history")
	g.Click(".history .check")
	g.Wait(".late")
	g.look("answer")
	g.Click(".back")
}

// ends are those that were not shown yet.
func (g gallery) ends() {
	g.Helper()
	a := g.house.ask()
	g.Wait(".keypad")
	g.house.must(g.house.client.CancelApproval(g.house.Context(), a.ID))
	g.over("over-answered")
	a = g.house.ask()
	for by := range 3 {
		g.digitsOf(wrong(a, by+1))
		g.Wait(".trouble, .outcome")
		g.Until(`document.querySelector(".typed .full") === null`)
	}
	g.over("over-wrong-numbers")
	g.house.ask()
	g.Click(".report")
	g.over("over-reported")
}

func (g gallery) over(name string) {
	g.Helper()
	g.Wait(".outcome")
	g.look(name)
	g.Click(".close")
}

// later takes the page's clock to the end of a question, again and again: an answer of the server that was on its way tells it the time.
const later = `(() => {
	const real = performance.now.bind(performance);
	performance.now = () => real() + 150000;
	return document.querySelector(".outcome") !== null;
})()`

func (g gallery) troubles() {
	g.Helper()
	g.Click("nav a[href='#/']")
	g.Wait(".cards")
	g.Offline(true)
	g.Wait(".banner.warning")
	g.look("home-no-network")
	g.Offline(false)
	g.Gone(".banner.warning")
	a := g.house.ask()
	g.Wait(".keypad")
	g.Offline(true)
	g.digitsOf(a.Number)
	g.Wait(".busy")
	g.Until(`!document.querySelector(".keypad")`)
	g.look("question-no-network")
	g.Offline(false)
	g.Click(".close")
	a = g.house.ask()
	g.Wait(".keypad")
	g.Offline(true)
	g.Until(later)
	g.over("over-expired")
	g.house.must(g.house.client.CancelApproval(g.house.Context(), a.ID))
	g.Offline(false)
	g.Before(fmt.Sprintf(altered, `(text) => text.replace('"v":1', '"v":2')`))
	g.Reload()
	a = g.house.ask()
	g.Wait(".screen > .primary")
	g.Gone("nav")
	g.look("question-newer-than-the-app")
	g.house.must(g.house.client.CancelApproval(g.house.Context(), a.ID))
	g.over("over-gone")
}

// losses are of all that the server knows, then of all that the phone does.
func (g gallery) losses() {
	g.Helper()
	g.Block(g.house.url)
	g.Reload()
	g.Wait(".banner.warning")
	g.look("home-notifications-blocked")
	g.house.lose()
	g.Reload()
	g.Wait(".banner.danger .link")
	g.look("home-unknown-to-the-server")
	g.Click(".cards button")
	g.Wait(".leave")
	g.look("login-unknown-to-the-server")
	g.Allow(g.house.url)
	g.Go(g.house.url + "/v1/nothing")
	_ = browsertest.Eval[bool](g.Tab, `new Promise((resolve) => { indexedDB.deleteDatabase("jawort").onsuccess = () => resolve(true); })`)
	g.Go(g.house.url)
	g.Wait(".banner.danger")
	g.look("home-logins-deleted")
	g.refused(g.house.link(login))
	g.Before(`IDBFactory.prototype.open = () => { throw new DOMException("as in a private window", "SecurityError"); }`)
	g.Go(g.house.url)
	g.Gone("nav")
	g.Wait("main .lead")
	g.look("nothing-can-be-kept")
}

// refused is a registration whose digits somebody typed wrong, until it ended.
func (g gallery) refused(e client.Enrolment) {
	g.Helper()
	g.Go(e.Link)
	g.Wait(".lack")
	_ = browsertest.Eval[bool](g.Tab, screenLock)
	g.Click(".banner .secondary")
	g.register()
	digits := g.digits()
	wrong := digits[1:] + string('0'+'9'-digits[0])
	for range 3 {
		if _, err := g.house.client.ConfirmEnrolment(g.house.Context(), e.ID, wrong); err == nil {
			g.Fatalf("%s was confirmed", wrong)
		}
	}
	g.Wait(".over.bad")
	g.look("add-wrong-digits")
	g.Click(".close")
}

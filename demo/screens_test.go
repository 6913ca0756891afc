package demo

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/edge/browsertest/album"
	"github.com/jawort/jawort/phone"
)

// gallery walks through every page of the demo, with a phone in another tab. A screen is named by its page, and by what is special
// about it.
type gallery struct {
	*browsertest.Tab
	album    *album.Album
	language string
}

// look looks at a page as those do who cannot see it, or not well.
func (g gallery) look(name string) {
	g.Helper()
	g.WantAccessible()
	g.WantNothingCutOff()
	if lang := browsertest.Eval[[]string](g.Tab, languages); slices.ContainsFunc(lang, func(l string) bool { return l != g.language }) {
		g.Errorf("the page speaks %q", lang)
	}
	g.album.Show(name)
	if g.Failed() {
		g.Fatalf("at %s", name)
	}
}

func (g gallery) walk() {
	g.Helper()
	g.Wait("form")
	g.look("login")
	signInWith(g.Tab, "wrong")
	g.Wait(".problem")
	g.look("login-wrong-password")
	signIn(g.Tab)
	g.Wait(`button[data-method="push"]`)
	g.look("wait-first-login")
	g.Click(`button[data-method="push"]`)
	g.Wait("#here")
	g.look("wait-scan")
	first := app(g.Tab, "#here")
	g.Type("#field", registerIn(first))
	g.Press("\r")
	g.Wait("[data-at=received]")
	g.look("wait")
	confirm(g.Tab, first)
	g.Wait("details")
	g.look("welcome")
	g.Click("summary")
	g.look("welcome-evidence")
	if tall := browsertest.Eval[int](g.Tab, `document.querySelector(".receipt").offsetHeight`); tall > 300 {
		g.Errorf("the receipt is %d pixels tall", tall)
	}
	g.passkey()
	g.register()
}

// passkey adds one, and signs in by it.
func (g gallery) passkey() {
	g.Helper()
	authenticator := g.Authenticator()
	g.Click(`a[href="/passkey"]`)
	g.Wait("form button")
	g.look("passkey")
	authenticator.Refuse(true)
	g.Click("form button")
	g.Wait("[data-error]:not([hidden])")
	g.look("passkey-cancelled")
	authenticator.Refuse(false)
	g.Click("form button")
	g.Gone("form")
	g.look("passkey-added")
	g.Click(".button")
	signIn(g.Tab)
	g.Click("#another")
	choose(g.Tab, "passkey")
	g.Wait(`a[href="/phone"]`)
	g.look("welcome-passkey")
}

func (g gallery) register() {
	g.Helper()
	g.Click(`a[href="/phone"]`)
	g.Wait("ol")
	g.look("phone")
	link := browsertest.Eval[string](g.Tab, `document.querySelector("a[target]").href`)
	digits, err := phone.New(phone.Options{}).Enrol(g.Context(), link, "Anna", "Anna's tablet", nil)
	if err != nil {
		g.Fatal(err)
	}
	g.Type("[name=digits]", strings.Map(another, digits))
	g.Press("\r")
	g.Wait(".problem")
	g.look("phone-wrong-digits")
	g.Type("[name=digits]", digits)
	g.Press("\r")
	g.Gone("ol")
	g.look("phone-registered")
}

// languages are those of the page, and of what the component draws in it.
const languages = `[document, document.querySelector("jawort-wait")?.shadowRoot].flatMap((root) => [...root?.querySelectorAll("[lang]") ?? []]).map((e) => e.lang)`

// another is another digit.
func another(digit rune) rune { return '0' + (digit-'0'+1)%10 }

// wantAll wants a look at each page.
func (g gallery) wantAll() {
	g.Helper()
	pages, err := filepath.Glob("pages/*.html")
	if err != nil || len(pages) == 0 {
		g.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".html")
		if name != "layout" && !slices.Contains(g.album.Names(), name) {
			g.Errorf("nobody looks at %s", page)
		}
	}
}

// fleeting is what differs from run to run, in pictures.
var fleeting = map[string]string{`[part~="number"]`: "42", `[part~="time"]`: "142", "details > pre:first-of-type": "eyJhbGciOiJFZERTQSJ9"}

func walks() map[string]browsertest.Screen {
	if views := album.Views("de", "en"); views != nil {
		return views
	}
	return map[string]browsertest.Screen{
		"a desk":         {Width: 1280, Height: 900, Language: "en"},
		"a narrow phone": {Width: 320, Height: 568, Mobile: true, Dark: true, Language: "de"},
	}
}

func TestEveryPageIsAccessible(t *testing.T) {
	for name, s := range walks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			tab := browsertest.New(t)
			tab.Show(s)
			tab.Allow(h.phoneURL)
			tab.Go(h.siteURL)
			g := gallery{tab, album.Open(tab, "demo", name, fleeting), s.Language}
			g.walk()
			g.wantAll()
		})
	}
}

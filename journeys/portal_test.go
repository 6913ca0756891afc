package journeys_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// portal is somebody at a login service, on another site than Jawort, and in the portal to which it sends them.
type portal struct {
	*browsertest.Tab
	house *house
	site  string
}

// site is a login service's: a page with a link to the portal.
func (h *house) site(locale string) string {
	h.Helper()
	var origin string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/portal" {
			opened, err := h.client.CreatePortalSession(r.Context(), client.NewPortalSession{Account: login, ReturnURL: origin + "/", Locale: locale})
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			http.Redirect(w, r, opened.URL, http.StatusSeeOther)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><title>Broker</title><h1>Signed in</h1><a href="/portal">Security</a>`))
	}))
	h.Cleanup(s.Close)
	origin = s.URL // 127.0.0.1, which is another site than localhost
	origins, err := json.Marshal([]string{origin})
	h.must(err)
	_, err = h.process.Lasting().Writes().ExecContext(h.Context(), `UPDATE applications SET origins = $1`, string(origins))
	h.must(err)
	return origin
}

// atTheSite is somebody signed in, who has not opened the portal yet.
func (h *house) atTheSite(screen browsertest.Screen) *portal {
	h.Helper()
	p := &portal{browsertest.New(h.TB), h, h.site(screen.Language)}
	p.Show(screen)
	p.Go(p.site)
	return p
}

var desk = browsertest.Screen{Width: 1000, Height: 800, Language: "en"}

func TestSomebodyAddsAndRemovesAPhoneInThePortal(t *testing.T) {
	h := newHouse(t)
	ada := h.enrolled("Ada")
	p := h.atTheSite(desk)
	p.Click("a")
	p.WantText("h1", "Phones")
	p.WantText(".card h2", "Ada's phone")

	p.Click(`a[href="/portal/add"]`)
	p.WantText("h1", "Add a phone")
	p.Click("main button.primary")
	ada.confirms(p.Tab)
	link := browsertest.Eval[string](waited(p, ".qr"), `document.querySelector("a[href*='/enrol#']").href`)
	bert := h.newPhone("Bert")
	bert.Go(link)
	bert.register()
	digits := bert.digits()
	p.Wait("#code") // the page noticed by itself that the phone has got so far
	p.Type("#code", digits)
	p.Click("main button.primary")
	p.WantText(".note.good", "The phone is added.")
	bert.Heading("This phone is ready")

	p.Click(`a[aria-label="Remove Bert's phone"]`)
	p.WantText("h1", "Remove this phone?")
	p.Click("button.danger")
	p.WantText("h1", "Please confirm")
	ada.confirms(p.Tab)
	p.WantText(".note.good", "The phone is removed.") // nobody had to press anything
	if got := browsertest.Eval[int](p.Tab, `document.querySelectorAll(".card").length`); got != 1 {
		t.Errorf("%d phones are left", got)
	}

	p.Click(".house button")
	p.WantText("h1", "Signed in")
	p.Go(h.config.Server.PublicURL + "/portal/devices")
	p.WantText("h1", "Your session is over")
}

// waited is the tab once an element is there.
func waited(p *portal, selector string) *browsertest.Tab {
	p.Helper()
	p.Wait(selector)
	return p.Tab
}

func TestAnAddressThatAnotherBrowserOpenedLeadsBackToTheLoginService(t *testing.T) {
	h := newHouse(t)
	p := h.atTheSite(desk)
	p.Click("a")
	p.WantText("h1", "Phones")
	used := h.opened(p)
	other := browsertest.New(t)
	other.Go(used)
	other.WantText("h1", "This does not lead on at the moment")
	other.Click("main a.primary")
	other.WantText("h1", "Signed in")
}

// opened is an address that the tab has opened.
func (h *house) opened(p *portal) string {
	h.Helper()
	s, err := h.client.CreatePortalSession(h.Context(), client.NewPortalSession{Account: login, ReturnURL: p.site + "/", Locale: "en", Page: "logins"})
	h.must(err)
	p.Go(s.URL)
	p.WantText("h1", "Your recent logins")
	return s.URL
}

func (p *portal) look(path string) {
	p.Helper()
	p.Go(p.house.config.Server.PublicURL + "/portal/" + path)
	p.Wait("h1")
	p.check()
}

// menu goes to a page as people do, who open the menu first where it is closed.
func (p *portal) menu(page string) {
	p.Helper()
	p.Wait("nav")
	if browsertest.Eval[bool](p.Tab, `document.querySelector("nav summary").checkVisibility()`) {
		p.Click("nav summary")
	}
	p.Click(`nav a[href="/portal/` + page + `"]`)
}

func (p *portal) check() {
	p.Helper()
	p.WantAccessible()
	p.WantNothingCutOff()
	if wide := browsertest.Eval[bool](p.Tab, `document.documentElement.scrollWidth > innerWidth`); wide {
		p.Errorf("%s has to be moved sideways", p.URL())
	}
}

// accountsIn puts all accounts into a group.
func (h *house) accountsIn(policy account.GroupPolicy) {
	h.Helper()
	store := h.process.Lasting()
	g, err := store.PutGroup(h.Context(), store.Writes(), account.Group{ID: h.newID("grp_"), Tenant: h.tenant.ID, Name: "Brokers", Policy: policy})
	h.must(err)
	_, err = store.Writes().ExecContext(h.Context(), `UPDATE accounts SET group_id = $1`, g.ID)
	h.must(err)
}

func TestAScreenReaderSaysWhatThePortalIsAboutAndWhatWasDone(t *testing.T) {
	h := newHouse(t)
	h.enrolled("Ada")
	p := h.atTheSite(desk)
	p.Click("a")
	p.Wait(".card")
	said := strings.Join(p.Read(), "\n")
	for _, want := range []string{"link Skip to content", "navigation Sections", "heading Phones", "link Rename Ada's phone", "link Remove Ada's phone"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

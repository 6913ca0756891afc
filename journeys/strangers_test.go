package journeys_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/operator"
)

// evil is a site that frames other people's pages and sends forms to them. Asked for as localhost it is of the same site as Jawort, like another name below one's domain:
// the browser sends along every cookie. Asked for by its address it is another site.
func evil(t *testing.T) (near, far string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		q := r.URL.Query()
		to := html.EscapeString(q.Get("to"))
		if r.URL.Path == "/frame" {
			fmt.Fprintf(w, `<!doctype html><title>Win</title><h1>Win</h1><iframe src="%s"></iframe>`, to)
			return
		}
		fmt.Fprintf(w, `<!doctype html><title>Win</title><h1>Win</h1><form method="post" action="%s">`, to)
		for name := range q {
			fmt.Fprintf(w, `<input type="hidden" name="%s" value="%s">`, html.EscapeString(name), html.EscapeString(q.Get(name)))
		}
		fmt.Fprint(w, `<button>Win</button></form>`)
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1), s.URL
}

// tricked is somebody whom the pages have let in, and who opens one of the site's.
func tricked(tab *browsertest.Tab, address string) {
	tab.Helper()
	tab.Go(address)
	tab.WantText("h1", "Win")
}

func TestAnotherSiteFramesNoPageAndItsFormsChangeNothing(t *testing.T) {
	h := newHouse(t)
	h.simulate("Ada", nil)
	p := h.atTheSite(desk)
	p.Click("a")
	p.WantText("h1", "Phones")
	device := browsertest.Eval[string](p.Tab, `document.querySelector("a[href$='/remove']").pathname.replace("/remove", "")`)
	s := h.operator("Ruth", operator.Administrator, desk)
	own := h.config.Server.PublicURL
	near, far := evil(t)
	for _, site := range []string{near, far} {
		for _, c := range []struct {
			tab    *browsertest.Tab
			page   string
			form   string
			fields string
		}{
			{p.Tab, "/portal/devices", device, "&label=Taken"},
			{s.Tab, "/console/operators", "/console/sign-out", ""},
			{s.Tab, "/console/new-tenant", "/console/new-tenant", "&name=Taken"},
		} {
			tricked(c.tab, site+"/frame?to="+own+c.page)
			c.tab.WantComplaint("frame-ancestors")
			tricked(c.tab, site+"/form?to="+own+c.form+c.fields)
			c.tab.Click("button")
			c.tab.WantText("h1", "That did not work")
		}
	}
	p.Go(own + "/portal/devices")
	p.WantText(".card h2", "Ada's phone")
	s.at("/tenants") // and is still in
	s.WantText("main", "Muster Makler AG")
	if strings.Contains(s.Text("main"), "Taken") {
		t.Error("a form of another site has made a tenant")
	}
}

func TestScriptInNamesIsTextInPortalAndConsole(t *testing.T) {
	h := newHouse(t)
	const taken = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
	const short = `"><b onclick=alert(1)>`
	h.account(login, short+taken)
	h.namesake(short)
	h.simulate(short, nil)
	h.sql(`UPDATE tenants SET name = $1`, taken)
	h.sql(`UPDATE applications SET name = $1`, taken)
	p := h.atTheSite(desk)
	p.Click("a")
	p.Wait(".card")
	s := h.operator(short, operator.Administrator, desk)
	tenant := "/console/tenants/" + h.tenant.ID
	for _, at := range []struct {
		tab   *browsertest.Tab
		pages []string
	}{
		{p.Tab, []string{"/portal/devices", "/portal/interval", "/portal/logins", "/portal/data", "/portal/customers", "/portal/rollout"}},
		{s.Tab, []string{
			"/console", "/console/tenants", tenant, tenant + "/applications", tenant + "/groups", tenant + "/people?q=" + login, strings.TrimPrefix(h.person(), h.config.Server.PublicURL),
			tenant + "/audit", tenant + "/settings", "/console/operators",
		}},
	} {
		seen := 0
		for _, page := range at.pages {
			at.tab.Go(h.config.Server.PublicURL + page)
			at.tab.Wait("h1")
			if n := browsertest.Eval[int](at.tab, `document.querySelectorAll("[onclick], [onerror], main script:not([src])").length`); n != 0 || browsertest.Eval[string](at.tab, `document.title`) == "taken" {
				t.Errorf("%s: %d elements came from names", page, n)
			}
			if browsertest.Eval[bool](at.tab, `document.body.innerText.includes("<b onclick") || document.body.innerText.includes("<img src=x")`) {
				seen++
			}
		}
		if seen < 3 {
			t.Errorf("the names were read on %d pages only", seen)
		}
	}
}

// namesake is a customer of the broker, in a group: both have this name.
func (h *house) namesake(name string) {
	h.Helper()
	h.accountsIn(account.GroupPolicy{Interval: account.Interval{Max: 7}})
	h.sql(`UPDATE groups SET name = 'customers'`)
	h.customer("200001", name, "")
	h.sql(`UPDATE groups SET name = $1`, name)
}

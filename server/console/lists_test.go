package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/operator"
)

// odd is how the names of long lists begin: they stand in addresses and pages.
const odd = `<script>alert(1)</script> & "a.b" ?q=%00#ü `

// many returns so many names in their order.
func many(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("%s%03d", odd, i))
	}
	return names
}

func (h *house) newApplication(name string) account.Application {
	h.Helper()
	a := account.Application{ID: h.NewID(id.Application), Tenant: h.Tenant.ID, Name: name, Origins: []string{"https://login.example"}}
	h.Must(h.Process.Lasting().CreateApplication(h.Context(), a))
	return a
}

func (h *house) newGroup(name string) {
	h.Helper()
	store := h.Process.Lasting()
	_, err := store.PutGroup(h.Context(), store.Writes(), account.Group{ID: h.NewID(id.Group), Tenant: h.Tenant.ID, Name: name})
	h.Must(err)
}

func TestLongListsOfATenantAreReadPageByPageEachEntryOnce(t *testing.T) {
	h := newHouse(t)
	ada, base, names := h.In(operator.Administrator, ""), "/console/tenants/"+h.Tenant.ID, many(120)
	for _, name := range names {
		h.newApplication(name)
		h.newGroup(name)
	}
	for path, table := range map[string]string{"/applications": "applications", "/groups": "groups"} {
		pages := 1
		got := ada.Walk(base+path+"?done=saved", `<h2><a href="[^"]*">([^<]*)</a></h2>`, func() {
			// what a page ended with, and something that was read, go meanwhile
			h.SQL(`DELETE FROM `+table+` WHERE name IN ($1, $2)`, names[50*pages-1], names[7*pages])
			pages++
		})
		if !slices.Equal(got, names) || pages != 3 {
			t.Errorf("%s: %d entries on %d pages: %q", path, len(got), pages, got)
		}
		second := ada.Get(ada.Get(base + path).Found(`href="([^"]*after=[^"]*)"`))
		if strings.Contains(second.Text, "<script>alert") {
			t.Errorf("%s: a name is no text: %s", path, second.Text)
		}
		if got := second.Found(`href="([^"]*)">Back to the beginning`); got != base+path {
			t.Errorf("%s: the first page is %s", path, got)
		}
	}
}

func TestTenantsAndOperatorsAreReadPageByPage(t *testing.T) {
	h := newHouse(t)
	ada, names := h.In(operator.Administrator, ""), append(many(60), h.Tenant.Name)
	for _, name := range names[:60] {
		h.newTenant(name)
		h.Invite(name, operator.Support, "")
	}
	names = append(names[:60:60], "Muster Makler AG")
	if got := ada.Walk("/console/tenants", `<h2><a href="[^"]*">([^<]*)</a></h2>`, nil); !slices.Equal(got, names) {
		t.Errorf("%d tenants: %q", len(got), got)
	}
	got := ada.Walk("/console/operators", `<h2><a href="[^"]*">([^<]*)</a></h2>`, nil)
	slices.Sort(got)
	if want := append(names[:60:60], "Ada Lovelace"); !slices.Equal(got, want) {
		t.Errorf("%d operators: %q", len(got), got)
	}
}

func TestALongListIsSearchedByHowNamesBegin(t *testing.T) {
	h := newHouse(t)
	ada, base := h.In(operator.Auditor, h.Tenant.ID), "/console/tenants/"+h.Tenant.ID
	h.newGroup("Brokers")
	ada.Get(base + "/groups").Silent("Name begins with")
	for _, name := range many(60) {
		h.newGroup(name)
	}
	ada.Get(base + "/groups").Says("Name begins with").Silent(`value="a`)
	ada.Get(base+"/groups?q=+BROK").Want(http.StatusOK).Says(">Brokers<", `value="BROK"`).Silent(odd, ">More<")
	ada.Get(base + "/groups?q=%25").Want(http.StatusOK).Says("No name begins like this.").Silent("There is no group yet")
	found := ada.Walk(base+"/groups?q="+url.QueryEscape(strings.ToUpper(odd[:8])), `<h2><a href="[^"]*">([^<]*)</a></h2>`, nil)
	if !slices.Equal(found, many(60)) {
		t.Errorf("%d groups were found: %q", len(found), found)
	}
	for _, q := range []string{"a%00b", "%ff", strings.Repeat("a", 300), "%E2%80%AE"} {
		ada.Get(base + "/groups?q=" + q).Want(http.StatusUnprocessableEntity)
	}
}

func TestTheKeysOfAnApplicationAreReadPageByPageTheNewestFirst(t *testing.T) {
	h := newHouse(t)
	app := h.newApplication("Portal")
	ada, at := h.In(operator.Administrator, h.Tenant.ID), "/console/tenants/"+h.Tenant.ID+"/applications/"+app.ID
	var want []string
	for i := range 120 {
		k := account.Key{ID: fmt.Sprintf("key_%03d", i), Application: app.ID, Scopes: account.Scopes, Hash: fmt.Appendf(nil, "%d", i)}
		h.Must(h.Process.Lasting().CreateKey(t.Context(), k))
		want = append(want, k.ID)
	}
	h.SQL(`UPDATE api_keys SET created_at = 1764181234567890 WHERE id < 'key_090'`) // a file made them in one transaction
	slices.Reverse(want)
	if got := ada.Walk(at, `<h3 class="code">([^<]*)</h3>`, nil); !slices.Equal(got, want) {
		t.Errorf("%d keys: %q", len(got), got)
	}
	wrong := ada.Post(at+"/keys", nil).Want(http.StatusUnprocessableEntity)
	if got := wrong.Found(`href="([^"]*)">More<`); !strings.HasPrefix(got, at+"?") {
		t.Errorf("from the form that is shown again the list goes on at %s", got)
	}
}

func TestAPageAfterWhatNoPageEndedWithIsRefused(t *testing.T) {
	h := newHouse(t)
	app := h.newApplication("Portal")
	ada, base := h.In(operator.Administrator, ""), "/console/tenants/"+h.Tenant.ID
	for path, cursors := range map[string][]string{
		"/console/tenants": {"%00", "%ff", "x"}, "/console/operators": {"%00", "%ff"}, base + "/applications": {"%00.x", "%ff.x", "x"}, base + "/groups": {"%00.x", "%ff.x", "x"},
		base + "/applications/" + app.ID: {"%00", "x.key_1", "-1.key_1", "1"}, base + "/people": {"%00", "%ff"}, base + "/audit": {"x"},
	} {
		for _, after := range cursors {
			if p := ada.Get(path + "?q=a&after=" + after); p.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s after %s: %d %s", path, after, p.Status, p.Text)
			}
		}
		ada.Get(path + "?after=").Want(http.StatusOK)
	}
	ada.Get(base + "/groups?after=x").Says("The list does not go on from here.")
	ada.Get(base + "/groups?after=grp_x.%F4%8F%BF%BD").Want(http.StatusOK).Says("Back to the beginning").Silent("There is no group yet.")
}

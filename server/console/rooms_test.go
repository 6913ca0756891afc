package console

import (
	"crypto/rand"
	"log/slog"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/operator"
)

func TestAPageThatDoesNotSayWhoMayOpenItIsNotServed(t *testing.T) {
	t.Parallel()
	for pattern, a := range map[string]Access{
		"GET /console/x":                          {Reach: OfHouse},
		"GET /console/y":                          {Roles: Everyone},
		"GET /console/tenants/{tenant}/x":         {Roles: Everyone, Reach: OfOwn},
		"GET /console/live":                       {Roles: Everyone, Reach: OfTenant},
		"POST /console/tenants/{tenant}/x":        {Roles: Everyone, Reach: OfTenant},
		"POST /console/z":                         {Roles: Readers, Reach: OfHouse},
		"GET /console/tenants/{tenant}/x/{fresh}": {Roles: Everyone, Reach: OfTenant, Fresh: true},
	} {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Errorf("%s with %+v is served", pattern, a)
				}
			}()
			m := edge.NewMux(edge.Options{Service: "test", Log: slog.New(slog.DiscardHandler), Random: rand.Reader, Now: time.Now})
			(&Rooms{console: &Console{}, mux: m}).Page(pattern, a, nowhere)
		})
	}
}

func TestAMenuHasWhatItsOperatorMayOpen(t *testing.T) {
	t.Parallel()
	c := &Console{menus: []Entry{
		{Path: "/console/all", Text: "all", Roles: Everyone}, {Path: "/console/house", Text: "house", Roles: Everyone, House: true},
		{Path: "/console/heads", Text: "heads", Roles: Administrators}, {Path: "accounts", Text: "accounts", Roles: Helpers},
	}}
	for _, one := range []struct {
		operator operator.Operator
		base     string
		want     []string
	}{
		{operator.Operator{Role: operator.Administrator}, "", []string{"all", "house", "heads"}},
		{operator.Operator{Role: operator.Administrator, Tenant: "ten_x"}, "", []string{"all", "heads"}},
		{operator.Operator{Role: operator.Auditor}, "", []string{"all", "house"}},
		{operator.Operator{Role: operator.Auditor}, "/console/tenants/ten_x", nil},
		{operator.Operator{Role: operator.Support}, "/console/tenants/ten_x", []string{"accounts"}},
	} {
		links := c.menu(one.operator, one.base, "/console/tenants/ten_x/accounts/4711")
		if len(links) != len(one.want) {
			t.Errorf("%+v: %+v", one, links)
			continue
		}
		for i, link := range links {
			if link.Text != one.want[i] || link.Here != (link.Text == "accounts") {
				t.Errorf("%+v: %+v", one, link)
			}
		}
	}
}

func TestTwoSectionsMayNotCallTheirPagesTheSame(t *testing.T) {
	t.Parallel()
	twice := fstest.MapFS{
		"texts/de.json": {Data: []byte(`{"console.back":"x"}`)}, "texts/en.json": {Data: []byte(`{"console.back":"x"}`)},
		"templates/x.html": {Data: []byte(`{{define "content"}}{{end}}`)},
	}
	defer func() {
		if recover() == nil {
			t.Error("a text of the console was replaced")
		}
	}()
	m := edge.NewMux(edge.Options{Service: "test", Log: slog.New(slog.DiscardHandler), Random: rand.Reader, Now: time.Now})
	Console{PublicURL: "https://console.example", Sections: []Section{{Own: twice, Mount: func(*Rooms) {}}}}.Mount(m)
}

package server_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live"
)

// visitor is a browser in the portal.
func (i *instance) visitor(account string) *http.Client {
	i.Helper()
	jar, err := cookiejar.New(nil)
	i.must(err)
	visitor := &http.Client{Jar: jar}
	i.Cleanup(visitor.CloseIdleConnections)
	offered := i.call("POST", "/v1/portal-sessions", map[string]any{"account": account, "return_url": origin}).want(201, "")
	r, err := http.NewRequestWithContext(i.Context(), http.MethodPost, offered.text("url"), nil)
	i.must(err)
	i.read(visitor, r)
	return visitor
}

func (i *instance) read(visitor *http.Client, r *http.Request) string {
	i.Helper()
	resp, err := visitor.Do(r)
	i.must(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	i.must(err)
	if resp.StatusCode != http.StatusOK {
		i.Fatalf("%s: %d %s", r.URL, resp.StatusCode, text)
	}
	return string(text)
}

// Each page reads who asks (1), of which application (2), and then what is on it. However much that is, it is read at once.
func TestAPageOfThePortalCostsAFewRoundTripsHoweverMuchIsOnIt(t *testing.T) {
	t.Parallel()
	o := newOdometer(t, pgtest.New(t))
	w := newWorldOn(t, live.Embedded, o.url)
	i := w.serve()
	p := w.addPhone(w.app, "4711", "Ada's phone")
	w.put("4711", "customer", weekly)
	few := i.visitor("4711")
	costs := map[string]int64{"devices": 4, "add": 5, "interval": 3, "logins": 4, "browsers": 4, "methods": 5, "data": 2, "devices/" + p.device: 4, "devices/" + p.device + "/remove": 5}
	check := func(when string) {
		t.Helper()
		for page, want := range costs {
			got := o.least(func() {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, i.URL+"/portal/"+page, nil)
				w.must(err)
				if text := i.read(few, r); page == "logins" && when == "much" && strings.Count(text, "<h2>") != 20 {
					t.Fatalf("there are other logins than 20: %s", text)
				}
			})
			if got != want {
				t.Errorf("%s, with %s on it, costs %d round trips, want %d", page, when, got, want)
			}
		}
	}
	check("little")
	token, _ := i.confirm(p, ask("4711"))
	for range 22 {
		i.wantTrusted("trusted", ask("4711").trusting(token))
	}
	w.addPhone(w.app, "4711", "Bert's phone")
	costs["devices"]++ // of several people: whether policy allows that
	check("much")
}

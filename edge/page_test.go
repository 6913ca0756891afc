package edge_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"crypto/rand"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

// withPages is a Mux that shows refusals to people.
func withPages(sources *edge.Sources) *edge.Mux {
	m := edge.NewMux(edge.Options{
		Service: "test", Log: slog.New(slog.DiscardHandler), Random: rand.Reader, Now: time.Now, Sources: sources,
		Page: func(w http.ResponseWriter, r *http.Request, err error) error {
			status, shown := edge.Refused(r, err)
			if shown.Code == "unshowable" {
				return errors.New("no text")
			}
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, "page: %s", shown.Code)
			return nil
		},
	})
	m.HandlePage("GET /page", failing(refusal.New(refusal.Conflict, "first", "Something else was.")))
	m.HandlePage("GET /odd", failing(refusal.New(refusal.Conflict, "unshowable", "Something else was.")))
	m.HandlePage("GET /panic", func(http.ResponseWriter, *http.Request) error { panic("oh") })
	m.Handle("GET /v1/call", edge.Public, failing(refusal.New(refusal.Conflict, "first", "Something else was.")))
	return m
}

const ofBrowser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

func accepting(accept, method, path string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept", accept)
	return r
}

func TestWhoAsksForAPageIsRefusedByOneAndWhoCallsTheAPIByAProblem(t *testing.T) {
	t.Parallel()
	m := withPages(nil)
	for name, c := range map[string]struct {
		r      *http.Request
		status int
		page   string // empty: a problem
	}{
		"a page":                             {accepting(ofBrowser, "GET", "/page"), 409, "first"},
		"a panic":                            {accepting(ofBrowser, "GET", "/panic"), 500, "internal"},
		"nothing there":                      {accepting(ofBrowser, "GET", "/nothing"), 404, "not-found"},
		"the wrong method":                   {accepting(ofBrowser, "POST", "/page"), 405, "method-not-allowed"},
		"a call, opened in a browser":        {accepting(ofBrowser, "GET", "/v1/call"), 409, ""},
		"a script of the page":               {accepting("application/json", "GET", "/page"), 409, ""},
		"a program that takes anything":      {accepting("*/*", "GET", "/nothing"), 404, ""},
		"a page that cannot be shown":        {accepting(ofBrowser, "GET", "/odd"), 500, ""},
		"a program that does not say at all": {accepting("", "GET", "/page"), 409, ""},
	} {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, c.r)
		isPage := strings.HasPrefix(w.Body.String(), "page: ")
		if w.Code != c.status || isPage != (c.page != "") || (isPage && w.Body.String() != "page: "+c.page) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestWhoAsksTooOftenIsToldOnAPage(t *testing.T) {
	t.Parallel()
	m := withPages(edge.NewSources(edge.Proxies{}, edge.Limits{Requests: 1, Burst: 1}))
	var w *httptest.ResponseRecorder
	for range 2 {
		w = httptest.NewRecorder()
		m.ServeHTTP(w, accepting(ofBrowser, "GET", "/page"))
	}
	if w.Code != http.StatusTooManyRequests || w.Body.String() != "page: too-many-requests" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

package pages_test

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/looks"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/pages"
)

var some = fstest.MapFS{
	"texts/de.json":       {Data: []byte(`{"some.title":"Titel","refused.code.last-one":"Das ist das letzte."}`)},
	"texts/en.json":       {Data: []byte(`{"some.title":"Title","refused.code.last-one":"This is the last one."}`)},
	"templates/some.html": {Data: []byte(`{{define "content"}}<p>{{.Body}}</p>{{end}}`)},
	"templates/odd.html":  {Data: []byte(`{{define "content"}}{{.T "no.such.text"}}{{end}}`)},
	"templates/time.html": {Data: []byte(`{{define "content"}}<p>{{.When .Body}}</p>{{end}}`)},
}

func mux(t *testing.T) *edge.Mux {
	t.Helper()
	return edge.NewMux(edge.Options{Service: "test", Log: slog.New(slog.DiscardHandler), Random: rand.Reader, Now: time.Now})
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestAPageIsRefusedWhereATextIsMissingAndNothingOfItIsSent(t *testing.T) {
	t.Parallel()
	m, set := mux(t), pages.New(some, "https://jawort.example")
	m.HandlePage("GET /odd", func(w http.ResponseWriter, _ *http.Request) error {
		return set.Write(w, pages.Page{Name: "odd", Lang: "en", Title: "some.title"})
	})
	if w := get(m, "/odd"); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "<html") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestATimeIsToldInTheZoneAndLanguageOfThePage(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	m, set := mux(t), pages.New(some, "https://jawort.example")
	at := time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
	for lang, want := range map[string]string{"de": "02.03.2026, 00:30 Uhr", "en": "2 March 2026, 00:30", "fr": "2 March 2026, 00:30"} {
		m.HandlePage("GET /"+lang, func(w http.ResponseWriter, _ *http.Request) error {
			return set.Write(w, pages.Page{Name: "time", Lang: lang, Zone: berlin, Title: "some.title", Body: at})
		})
		if w := get(m, "/"+lang); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %s", lang, w.Body)
		}
	}
}

func TestATimeInUTCSaysSo(t *testing.T) {
	t.Parallel()
	m, set := mux(t), pages.New(some, "https://jawort.example")
	at := time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
	for lang, want := range map[string]string{"de": "01.03.2026, 23:30 Uhr (UTC)", "en": "1 March 2026, 23:30 (UTC)"} {
		m.HandlePage("GET /"+lang, func(w http.ResponseWriter, r *http.Request) error {
			body := at
			if r.URL.RawQuery == "never" {
				body = time.Time{}
			}
			page := pages.Page{Name: "time", Lang: lang, Title: "some.title", Body: body}
			if r.URL.RawQuery == "chosen" {
				page.Zone = time.UTC
			}
			return set.Write(w, page)
		})
		for _, query := range []string{"", "?chosen"} {
			if w := get(m, "/"+lang+query); !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s%s: %s", lang, query, w.Body)
			}
		}
		if w := get(m, "/"+lang+"?never"); strings.Contains(w.Body.String(), "UTC") {
			t.Errorf("%s: a time that is not given is told: %s", lang, w.Body)
		}
	}
}

func TestAnErrorIsAPageThatSaysWhatPeopleCanDoAndNothingInternal(t *testing.T) {
	t.Parallel()
	m, set := mux(t), pages.New(some, "https://jawort.example")
	for path, c := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"/code":     {refusal.New(refusal.Conflict, "last-one", "For developers."), 409, "Das ist das letzte."},
		"/class":    {refusal.New(refusal.Gone, "another", "For developers."), 410, "Das ist abgelaufen."},
		"/internal": {errors.New("secret inside"), 500, "req_"},
		"/fault":    {pages.Fault{Status: 403, Text: "refused.forbidden"}, 403, "Das ist hier nicht erlaubt."},
	} {
		m.HandlePage("GET "+path, func(w http.ResponseWriter, r *http.Request) error {
			return set.Refuse(w, r, pages.Page{Lang: "de"}, nil, c.err)
		})
		w := get(m, path)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "developers") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestWhatAllPagesLoadIsKeptForEverAndBeginsWithTheColoursOfTheApp(t *testing.T) {
	t.Parallel()
	m, set := mux(t), pages.New(some, "https://jawort.example")
	pages.Files{}.Mount(m)
	m.HandlePage("GET /time", func(w http.ResponseWriter, _ *http.Request) error {
		return set.Write(w, pages.Page{Name: "time", Lang: "en", Title: "some.title", Body: time.Time{}})
	})
	_, after, _ := strings.Cut(get(m, "/time").Body.String(), `rel="stylesheet" href="`)
	address, _, _ := strings.Cut(after, `"`)
	w := get(m, address)
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Body.String(), string(looks.Sheet())) {
		t.Errorf("%s: %d %v %.200s", address, w.Code, w.Header(), w.Body)
	}
	for _, path := range []string{strings.Replace(address, "/pages/", "/pages/x", 1), strings.Replace(address, "pages.css", "files.go", 1)} {
		if w := get(m, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestSeveralPutTheirPagesAndTextsIntoOneSet(t *testing.T) {
	t.Parallel()
	further := fstest.MapFS{
		"texts/de.json":       {Data: []byte(`{"more.title":"Mehr"}`)},
		"texts/en.json":       {Data: []byte(`{"more.title":"More"}`)},
		"templates/more.html": {Data: []byte(`{{define "content"}}<p>{{.T "some.title"}}</p>{{end}}`)},
	}
	m, set := mux(t), pages.New(some, "https://jawort.example", further)
	for _, name := range []string{"some", "more"} {
		m.HandlePage("GET /"+name, func(w http.ResponseWriter, _ *http.Request) error {
			return set.Write(w, pages.Page{Name: name, Lang: "de", Title: name + ".title"})
		})
	}
	if w := get(m, "/more"); !strings.Contains(w.Body.String(), "<h1>Mehr</h1>") || !strings.Contains(w.Body.String(), "<p>Titel</p>") {
		t.Errorf("%s", w.Body)
	}
	if w := get(m, "/some"); !strings.Contains(w.Body.String(), "<h1>Titel</h1>") {
		t.Errorf("%s", w.Body)
	}
}

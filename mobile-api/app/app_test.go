package app_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/mobile-api/app"
)

func open(t *testing.T) *app.App {
	t.Helper()
	a, err := app.New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(serve http.HandlerFunc, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	serve(w, r)
	return w
}

func TestThePageMayHaveNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	w := get(open(t).Page)
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %s: %s", want, policy)
		}
	}
	for _, never := range []string{"unsafe", "http:", "https:", "*"} {
		if strings.Contains(policy, never) {
			t.Errorf("the policy has %s: %s", never, policy)
		}
	}
	if inline := regexp.MustCompile(`<style|<script[^>]*>[^<]|\son\w+=|\sstyle=`).FindString(w.Body.String()); inline != "" {
		t.Errorf("inline: %s", inline)
	}
	if got := w.Header().Get("Permissions-Policy"); !strings.Contains(got, "camera=(self)") {
		t.Errorf("Permissions-Policy: %s", got)
	}
}

func TestFilesAreKeptForEverUnderTheNameOfTheirVersionOnly(t *testing.T) {
	t.Parallel()
	a := open(t)
	for name, want := range map[string]bool{"main.js": true, "vendor/htm-preact.js": true, "screens/home.js": false, "worker.d.ts": false, "nothing.js": false, "../app.go": false} {
		w := get(func(w http.ResponseWriter, r *http.Request) {
			if found := a.File(w, r, a.Version(), name); found != want {
				t.Errorf("%s: found is %t", name, found)
			}
		})
		if want && w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %v", name, w.Header())
		}
	}
	if w := get(func(w http.ResponseWriter, r *http.Request) {
		if a.File(w, r, "older", "main.js") {
			t.Error("another version's file was served")
		}
	}); w.Body.Len() > 0 {
		t.Error("something was written")
	}
	for name, serve := range map[string]http.HandlerFunc{"page": a.Page, "worker": a.Worker, "manifest": a.Manifest} {
		if w := get(serve); w.Header().Get("Cache-Control") != "no-cache" || !strings.Contains(w.Body.String(), a.Version()) {
			t.Errorf("%s: %v", name, w.Header())
		}
	}
}

func TestWhatABrowserHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	a := open(t)
	plain, zipped := get(a.Page), get(a.Page, "Accept-Encoding", "br, gzip")
	unzip, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzip)
	if err != nil || string(text) != plain.Body.String() || zipped.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("%v, %v", zipped.Header(), err)
	}
	tag := zipped.Header().Get("ETag")
	if tag == plain.Header().Get("ETag") {
		t.Error("both forms have the same tag")
	}
	if w := get(a.Page, "Accept-Encoding", "gzip", "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("got %d with %d bytes", w.Code, w.Body.Len())
	}
	if w := get(a.Page, "If-None-Match", tag); w.Code != http.StatusOK {
		t.Errorf("the other form's tag: got %d", w.Code)
	}
}

func TestAPhoneHasOneNameInAllGermanTexts(t *testing.T) {
	t.Parallel()
	other := regexp.MustCompile(`(?i)handy|smartphone|mobiltelefon`)
	for _, file := range []string{"static/texts/de.js", "../../server/component/jawort-wait.js", "../../locale/de.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte("Telefon")) {
			t.Errorf("%s does not speak of a Telefon", file)
		}
		if found := other.Find(text); found != nil {
			t.Errorf("%s speaks of a %s", file, found)
		}
	}
}

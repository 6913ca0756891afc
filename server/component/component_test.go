package component_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/component"
)

// most is what the component may cost a page, compressed.
const most = 20 << 10

func serve(t *testing.T) http.Handler {
	t.Helper()
	m := edge.NewMux(edge.Options{Service: "server", Log: slog.New(slog.DiscardHandler), Random: bytes.NewReader(make([]byte, 1<<16)), Now: time.Now})
	component.Feature{}.Mount(m)
	return m
}

func get(t *testing.T, h http.Handler, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", component.Path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAnyPageMayEmbedTheComponentAndKeepsItForGood(t *testing.T) {
	t.Parallel()
	w := get(t, serve(t), "Origin", "https://login.example")
	for name, want := range map[string]string{
		"Content-Type": "text/javascript; charset=utf-8", "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*",
		"Cache-Control": "public, max-age=31536000, immutable", "Cross-Origin-Resource-Policy": "cross-origin", "Vary": "Accept-Encoding",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !bytes.Equal(w.Body.Bytes(), component.Source) {
		t.Error("it is not the file")
	}
}

func TestWhoHasTheFileIsNotSentItAgain(t *testing.T) {
	t.Parallel()
	h := serve(t)
	for _, encoding := range []string{"identity", "gzip, br"} {
		tag := get(t, h, "Accept-Encoding", encoding).Header().Get("ETag")
		if w := get(t, h, "Accept-Encoding", encoding, "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("%s: %d with %d bytes for the tag %q", encoding, w.Code, w.Body.Len(), tag)
		}
	}
}

func TestTheComponentIsSmallOverTheWire(t *testing.T) {
	t.Parallel()
	w := get(t, serve(t), "Accept-Encoding", "gzip")
	t.Logf("%d bytes compressed, %d before", w.Body.Len(), len(component.Source))
	if w.Body.Len() > most {
		t.Errorf("%d bytes, may be %d", w.Body.Len(), most)
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, component.Source) {
		t.Errorf("it is not the file: %v", err)
	}
}

func TestTheDocumentationNamesTheHashOfTheFile(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/waiting-page.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := component.Path + `"`; !strings.Contains(string(page), want) {
		t.Errorf("docs/waiting-page.md does not name %s", want)
	}
	if want := `integrity="` + component.Integrity() + `"`; !strings.Contains(string(page), want) {
		t.Errorf("docs/waiting-page.md must name the file as it is: %s", want)
	}
}

package journeys_test

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jawort/jawort/mobile-api/app"
)

// front stands before the house as a proxy does, and makes a newer version of its companion app: one with another first heading.
type front struct {
	older, newer string // names of the versions
	page, rest   atomic.Bool
}

const newHeading = "All your logins"

// versions returns a house whose app can be renewed.
func versions(t *testing.T) (*house, *front) {
	t.Helper()
	t.Parallel()
	a, err := app.New()
	if err != nil {
		t.Fatal(err)
	}
	f := &front{older: a.Version(), newer: "n" + a.Version()[1:]}
	return build(t, func(h *house) { h.front = f }), f
}

// release serves the newer version, and the older one no more.
func (f *front) release() {
	f.page.Store(true)
	f.rest.Store(true)
}

// begin serves the newer version but for its page, as one of several servers that are renewed one by one.
func (f *front) begin() { f.rest.Store(true) }

// before returns the address at which it stands before another one.
func (f *front) before(t testing.TB, behind string) string {
	t.Helper()
	target, err := url.Parse(behind)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { f.ask(target, r) }, ModifyResponse: f.answer,
		ErrorLog: log.New(io.Discard, "", 0), // of pages that have gone
	})
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
}

func (f *front) ask(target *url.URL, r *httputil.ProxyRequest) {
	r.SetURL(target)
	r.Out.Header.Del("Accept-Encoding")
	r.Out.Header.Del("If-None-Match")
	if f.rest.Load() {
		path := strings.Replace(r.Out.URL.Path, "/app/"+f.older, "/app/gone", 1)
		r.Out.URL.Path = strings.Replace(path, "/app/"+f.newer, "/app/"+f.older, 1)
	}
}

func (f *front) answer(r *http.Response) error {
	path := r.Request.URL.Path
	renewed := f.rest.Load()
	if path == "/" {
		renewed = f.page.Load()
	}
	if !renewed || strings.HasPrefix(path, "/v1/") || strings.HasSuffix(path, ".png") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	body = bytes.ReplaceAll(body, []byte(f.older), []byte(f.newer))
	body = bytes.ReplaceAll(body, []byte(`"Your logins"`), []byte(`"`+newHeading+`"`))
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	r.Header.Del("ETag")
	r.ContentLength = int64(len(body))
	return nil
}

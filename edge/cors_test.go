package edge_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

const portal = "https://portal.example"

func shared(origins ...string) rig {
	g := newRig()
	c := edge.CORS{Origins: func(*http.Request) ([]string, error) { return origins, nil }}
	g.HandleCORS("GET /v1/approvals/{id}", c, edge.Public, fine)
	g.HandleCORS("POST /v1/approvals/{id}/resend", c, edge.Public, failing(refusal.New(refusal.TooMany, "soon", "Wait.").After(1)))
	g.HandleCORS("DELETE /v1/approvals/{id}", c, edge.Public, fine)
	g.Handle("POST /v1/approvals", edge.Public, fine)
	return g
}

func from(origin, method, path string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	return r
}

func TestAPreflightNamesTheMethodsOfThePath(t *testing.T) {
	t.Parallel()
	w := shared(portal).ask(from(portal, http.MethodOptions, "/v1/approvals/1"))
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":      portal,
		"Access-Control-Allow-Methods":     "GET, DELETE",
		"Access-Control-Allow-Headers":     "Authorization, Content-Type, Idempotency-Key",
		"Access-Control-Allow-Credentials": "",
		"Vary":                             "Origin",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if w.Code != http.StatusNoContent {
		t.Errorf("status %d", w.Code)
	}
}

func TestARefusalCanBeReadByThePageToo(t *testing.T) {
	t.Parallel()
	w := shared(portal).ask(from(portal, http.MethodPost, "/v1/approvals/1/resend"))
	wantProblem(t, w, http.StatusTooManyRequests, "soon")
	if w.Header().Get("Access-Control-Allow-Origin") != portal || w.Header().Get("Access-Control-Expose-Headers") != "Retry-After, X-Request-Id" {
		t.Errorf("headers %v", w.Header())
	}
}

func TestAForeignOriginReadsNothing(t *testing.T) {
	t.Parallel()
	for _, origins := range [][]string{nil, {portal}, {"*"}} {
		g := shared(origins...)
		for _, origin := range []string{"https://evil.example", "null", "*", "https://portal.example.evil", ""} {
			w := g.ask(from(origin, http.MethodGet, "/v1/approvals/1"))
			if w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("Vary") != "Origin" {
				t.Errorf("%v from %q: %v", origins, origin, w.Header())
			}
			wantProblem(t, g.ask(from(origin, http.MethodOptions, "/v1/approvals/1")), http.StatusForbidden, "origin-not-allowed")
		}
	}
}

func TestARouteWithoutCORSAnswersNoPreflight(t *testing.T) {
	t.Parallel()
	wantProblem(t, shared(portal).ask(from(portal, http.MethodOptions, "/v1/approvals")), http.StatusMethodNotAllowed, "method-not-allowed")
}

func TestUnknownOriginsOpenNothing(t *testing.T) {
	t.Parallel()
	g := newRig()
	c := edge.CORS{Origins: func(*http.Request) ([]string, error) { return []string{portal}, errors.New("store is gone") }}
	done := false
	g.HandleCORS("GET /x", c, edge.Public, func(http.ResponseWriter, *http.Request) error { done = true; return nil })
	w := g.ask(from(portal, http.MethodGet, "/x"))
	if wantProblem(t, w, http.StatusInternalServerError, "internal"); done || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("done %v, headers %v", done, w.Header())
	}
	wantProblem(t, g.ask(from(portal, http.MethodOptions, "/x")), http.StatusInternalServerError, "internal")
}

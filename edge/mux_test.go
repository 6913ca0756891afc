package edge_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

func TestAHandlerSeesWhatTheGuardFound(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /v1/things/{id}", known, func(w http.ResponseWriter, r *http.Request) error {
		return edge.JSON(w, http.StatusOK, []any{r.Context().Value(ctxKey{}), r.PathValue("id")})
	})
	if got := g.ask(get("/v1/things/7")).Body.String(); got != `["somebody","7"]`+"\n" {
		t.Errorf("got %s", got)
	}
}

func TestAHandlerDoesNotRunWhereTheGuardRefuses(t *testing.T) {
	t.Parallel()
	g := newRig()
	ran := false
	refuse := func(r *http.Request) (context.Context, error) {
		return r.Context(), refusal.New(refusal.Unauthorized, "unauthorized", "Who are you?")
	}
	g.Handle("GET /v1/things", refuse, func(http.ResponseWriter, *http.Request) error { ran = true; return nil })
	w := g.ask(get("/v1/things"))
	wantProblem(t, w, http.StatusUnauthorized, "unauthorized")
	if ran {
		t.Error("the handler ran")
	}
	if w.Header().Get("WWW-Authenticate") != "Bearer" {
		t.Error("no WWW-Authenticate")
	}
}

func TestARouteWithoutGuardOrMethodDoesNotStart(t *testing.T) {
	t.Parallel()
	for name, add := range map[string]func(*edge.Mux){
		"no guard":   func(m *edge.Mux) { m.Handle("GET /x", nil, fine) },
		"no handler": func(m *edge.Mux) { m.Handle("GET /x", edge.Public, nil) },
		"no method":  func(m *edge.Mux) { m.Handle("/x", edge.Public, fine) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it started")
				}
			}()
			add(newRig().Mux)
		})
	}
}

func TestWhatIsNotThereIsAProblem(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /v1/things", edge.Public, fine)
	wantProblem(t, g.ask(get("/v1/other")), http.StatusNotFound, "not-found")
	wantProblem(t, g.ask(get("/v1//things")), http.StatusNotFound, "not-found")
	w := g.ask(post("/v1/things", "{}"))
	wantProblem(t, w, http.StatusMethodNotAllowed, "method-not-allowed")
	if got := w.Header().Get("Allow"); got != "GET, HEAD" {
		t.Errorf("Allow: %q", got)
	}
}

func TestRoutesAreListedAsAdded(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("POST /v1/b", edge.Public, fine)
	g.HandleCORS("GET /v1/a", edge.CORS{}, edge.Public, fine)
	g.HandlePage("GET /b", fine)
	g.HandleUpload("POST /a", 1, fine)
	if got := g.Routes(); !slices.Equal(got, []string{"POST /v1/b", "GET /v1/a"}) {
		t.Errorf("got %v", got)
	}
	if got := g.Pages(); !slices.Equal(got, []string{"GET /b", "POST /a"}) {
		t.Errorf("the pages are %v", got)
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /v1/things", edge.Public, fine)
	for _, path := range []string{"/v1/things", "/nowhere"} {
		h := g.ask(get(path)).Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options":    "nosniff",
			"Cache-Control":             "no-store",
			"Content-Security-Policy":   "default-src 'none'; frame-ancestors 'none'",
			"Referrer-Policy":           "no-referrer",
			"Strict-Transport-Security": "",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if !strings.HasPrefix(h.Get("X-Request-Id"), "req_") {
			t.Errorf("%s: X-Request-Id is %q", path, h.Get("X-Request-Id"))
		}
	}
	overTLS := httptest.NewRequest(http.MethodGet, "https://api.example/v1/things", nil)
	if g.ask(overTLS).Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over TLS")
	}
}

func TestARequestLeavesOneLineThatNamesTheRouteAndNotThePath(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /v1/accounts/{external_id}", edge.Public, func(w http.ResponseWriter, r *http.Request) error {
		edge.Annotate(r.Context(), slog.String("approval", "apr_1"))
		return fine(w, r)
	})
	w := g.ask(get("/v1/accounts/4711?prefix=secret"))
	all := g.log.requests(t)
	if len(all) != 1 {
		t.Fatalf("%d lines: %s", len(all), g.log.String())
	}
	for name, want := range map[string]any{
		"service": "test", "method": "GET", "route": "GET /v1/accounts/{external_id}", "status": 200.0,
		"bytes": float64(w.Body.Len()), "request_id": w.Header().Get("X-Request-Id"), "approval": "apr_1", "level": "INFO",
	} {
		if all[0][name] != want {
			t.Errorf("%s is %v, want %v", name, all[0][name], want)
		}
	}
	if _, ok := all[0]["duration_ms"].(float64); !ok {
		t.Error("no duration_ms")
	}
	if text := g.log.String(); strings.Contains(text, "4711") || strings.Contains(text, "secret") {
		t.Errorf("the log repeats what was asked: %s", text)
	}
}

func TestStrangersDoNotWriteIntoLogOrMetrics(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.ask(httptest.NewRequest("BREW", "/teapot", nil))
	line := g.log.requests(t)[0]
	if line["method"] != "other" || line["route"] != "none" {
		t.Errorf("got %v", line)
	}
}

func TestAFaultIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /v1/things", edge.Public, failing(errors.New("dial tcp 10.0.0.7:5432")))
	w := g.ask(get("/v1/things"))
	doc := wantProblem(t, w, http.StatusInternalServerError, "internal")
	if strings.Contains(w.Body.String(), "10.0.0.7") {
		t.Errorf("shown: %s", w.Body)
	}
	line := g.log.requests(t)[0]
	if line["error"] != "dial tcp 10.0.0.7:5432" || line["level"] != "ERROR" || line["request_id"] != doc["request_id"] {
		t.Errorf("logged: %v", line)
	}
}

func TestAPanicIsA500WithAStackInTheLog(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /v1/things", edge.Public, func(http.ResponseWriter, *http.Request) error { panic("boom") })
	wantProblem(t, g.ask(get("/v1/things")), http.StatusInternalServerError, "internal")
	if text := g.log.String(); !strings.Contains(text, "boom") || !strings.Contains(text, "mux_test.go") {
		t.Errorf("no stack: %s", text)
	}
	if got := len(g.log.requests(t)); got != 1 {
		t.Errorf("%d lines", got)
	}
}

func TestAnAbortPassesAndAPanicAfterTheAnswerBeganCutsTheConnection(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]edge.HandlerFunc{
		"abort": func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) },
		"late":  func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(http.StatusOK); panic("boom") },
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig()
			g.Handle("GET /v1/things", edge.Public, handler)
			defer func() {
				if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
					t.Errorf("recovered %v", err)
				}
				if all := g.log.requests(t); len(all) != 1 || all[0]["aborted"] != true {
					t.Errorf("logged: %v", all)
				}
			}()
			g.ask(get("/v1/things"))
		})
	}
}

func TestAnErrorAfterTheAnswerBeganIsOnlyLogged(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /v1/things", edge.Public, func(w http.ResponseWriter, r *http.Request) error {
		return errors.Join(fine(w, r), errors.New("too late"))
	})
	w := g.ask(get("/v1/things"))
	if w.Code != http.StatusOK || w.Body.String() != `{"say":"fine"}`+"\n" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if g.log.requests(t)[0]["error"] != "too late" {
		t.Errorf("logged: %s", g.log.String())
	}
}

func TestRequestsAreCountedByRouteAndClass(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /v1/things/{id}", edge.Public, fine)
	g.ask(get("/v1/things/1"))
	g.ask(get("/v1/things/2"))
	g.ask(get("/nowhere"))
	got := g.counts(t)
	want := map[string]float64{"GET /v1/things/{id} 2xx": 2, "none 4xx": 1}
	for _, name := range []string{"jawort_http_requests_total", "jawort_http_request_duration_seconds"} {
		if !maps.Equal(got[name], want) {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
}

func TestTwoServicesShareARegistry(t *testing.T) {
	t.Parallel()
	g := newRig()
	for _, service := range []string{"test", "other"} {
		edge.NewMux(edge.Options{Service: service, Metrics: g.reg})
	}
}

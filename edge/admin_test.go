package edge_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

func adminAsks(path string, ready error) *httptest.ResponseRecorder {
	reg := prometheus.NewRegistry()
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "jawort_test_total"})
	reg.MustRegister(counter)
	w := httptest.NewRecorder()
	edge.AdminHandler(reg, func(context.Context) error { return ready }).ServeHTTP(w, get(path))
	return w
}

func TestTheAdminPortTellsHealthReadinessAndMetrics(t *testing.T) {
	t.Parallel()
	gone := refusal.ErrUnavailable.Because(errors.New("dial tcp 10.0.0.7"))
	for _, c := range []struct {
		path   string
		ready  error
		status int
		says   string
	}{
		{"/healthz", gone, http.StatusOK, "ok"},
		{"/readyz", nil, http.StatusOK, "ready"},
		{"/readyz", gone, http.StatusServiceUnavailable, "unavailable"},
		{"/metrics", nil, http.StatusOK, "jawort_test_total 0"},
		{"/debug/pprof/", nil, http.StatusOK, "goroutine"},
		{"/debug/pprof/heap?debug=1", nil, http.StatusOK, "heap profile"},
		{"/debug/pprof/cmdline", nil, http.StatusNotFound, ""},
		{"/elsewhere", nil, http.StatusNotFound, ""},
	} {
		w := adminAsks(c.path, c.ready)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || strings.Contains(w.Body.String(), "10.0.0.7") {
			t.Errorf("%s: %d %.200s", c.path, w.Code, w.Body)
		}
	}
}

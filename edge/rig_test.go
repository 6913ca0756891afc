package edge_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/logtest"
)

// rig is a Mux whose log and metrics can be read.
type rig struct {
	*edge.Mux
	log *lines
	reg *prometheus.Registry
}

func newRig() rig {
	log, reg := &lines{}, prometheus.NewRegistry()
	return rig{log: log, reg: reg, Mux: edge.NewMux(edge.Options{
		Service: "test", Log: slog.New(slog.NewJSONHandler(log, nil)), Metrics: reg, Random: rand.Reader, Now: time.Now,
	})}
}

// ask sends one request through the Mux, without a network.
func (g rig) ask(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }

func post(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func fine(w http.ResponseWriter, _ *http.Request) error {
	return edge.JSON(w, http.StatusOK, map[string]string{"say": "fine"})
}

func failing(err error) edge.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

// lines are log lines.
type lines struct{ logtest.Log }

func (l *lines) requests(t *testing.T) []map[string]any {
	t.Helper()
	var all []map[string]any
	for dec := json.NewDecoder(strings.NewReader(l.String())); ; {
		var one map[string]any
		if err := dec.Decode(&one); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if one["msg"] == "request" {
			all = append(all, one)
		}
	}
}

func problem(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("Content-Type %q, body %q", got, w.Body)
	}
	var doc map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, code string) map[string]any {
	t.Helper()
	doc := problem(t, w)
	if w.Code != status || doc["type"] != "urn:jawort:problem:"+code || doc["status"] != float64(status) {
		t.Fatalf("got %d %s, want %d %s", w.Code, w.Body, status, code)
	}
	return doc
}

type ctxKey struct{}

func known(r *http.Request) (context.Context, error) {
	return context.WithValue(r.Context(), ctxKey{}, "somebody"), nil
}

// counts returns how many requests each metric has seen, by "route class".
func (g rig) counts(t *testing.T) map[string]map[string]float64 {
	t.Helper()
	families, err := g.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]map[string]float64{}
	for _, family := range families {
		series := map[string]float64{}
		for _, m := range family.GetMetric() {
			labels := map[string]string{}
			for _, pair := range m.GetLabel() {
				labels[pair.GetName()] = pair.GetValue()
			}
			series[labels["route"]+" "+labels["class"]] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
		counts[family.GetName()] = series
	}
	return counts
}

package pagestest

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const warmRequests = 200

// Measured is a request for a page that a benchmark makes again and again.
type Measured struct {
	Name string     // empty: as the pattern of the page
	At   string     // the address; empty: the path of the pattern
	Form url.Values // that is sent, where the pattern says POST
	Want int        // 0: 200

}

// Measure sends the request of a page with such a pattern, and reports how long the answers take. Fill completes address and form with what there is, before
// each request.
func (m Measured) Measure(b *testing.B, pattern string, browser *Browser, fill func(path string, form url.Values) (string, url.Values)) {
	b.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	if m.At != "" {
		path = m.At
	}
	want := cmp.Or(m.Want, http.StatusOK)
	ask := func() time.Duration {
		at, form := fill(path, m.Form)
		started := time.Now()
		browser.Do(method, at, form).Want(want)
		return time.Since(started)
	}
	ask()
	took := make([]time.Duration, warmRequests)
	for b.Loop() {
		for i := range took {
			took[i] = ask()
		}
	}
	slices.Sort(took)
	for name, i := range map[string]int{"p05-ms": warmRequests / 20, "p50-ms": warmRequests / 2, "p95-ms": warmRequests * 95 / 100} { // p05: what it costs where nothing else runs beside
		b.ReportMetric(float64(took[i].Microseconds())/1000, name)
	}
	b.ReportMetric(0, "ns/op")
}

// AllMeasured fails the test unless each page below an address is measured, or somebody has written down why it is not.
func AllMeasured(t *testing.T, below string, pages []string, measured map[string][]Measured, not map[string]string) {
	t.Helper()
	known := map[string]bool{}
	for _, pattern := range pages {
		_, path, _ := strings.Cut(pattern, " ")
		if path != below && !strings.HasPrefix(path, below+"/") {
			continue
		}
		known[pattern] = true
		if (len(measured[pattern]) > 0) == (not[pattern] != "") {
			t.Errorf("%s has to be measured, or somebody to say why not", pattern)
		}
	}
	for _, pattern := range slices.Concat(slices.Collect(maps.Keys(measured)), slices.Collect(maps.Keys(not))) {
		if !known[pattern] {
			t.Errorf("there is no %s", pattern)
		}
	}
}

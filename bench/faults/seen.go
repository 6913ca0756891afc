package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/bench"
)

// settle is the end of the window, in which everything must be well again.
const settle = time.Second

// seen tells what people saw, and the longest time in which no login was finished.
func (r *run) seen() (string, float64) {
	logins := r.load.Journal().Logins()
	var finished, unwoken int
	ends := []time.Time{r.window.Begin}
	for _, l := range logins {
		if l.Unwoken {
			unwoken++
		}
		if l.Ended.IsZero() {
			continue
		}
		finished++
		if l.Ended.After(r.window.Begin) && l.Ended.Before(r.window.End) {
			ends = append(ends, l.Ended)
		}
	}
	ends = append(ends, r.window.End)
	parts := []string{fmt.Sprintf("%d of %d logins finished", finished, len(logins))}
	if unwoken > 0 {
		parts = append(parts, fmt.Sprintf("%d opened the app unwoken", unwoken))
	}
	if failed := r.load.Journal().Errors(); len(failed) > 0 {
		parts = append(parts, "errors: "+counted(failed))
	}
	m := r.load.Measure(r.window)
	if create, decided := bench.PercentilesOf(m.Create), bench.PercentilesOf(m.Decided); create != nil && decided != nil {
		parts = append(parts, fmt.Sprintf("p99 %.1f s to ask, %.1f s from answer to page", create.P99/1000, decided.P99/1000))
	}
	return strings.Join(parts, "; "), longestGap(ends)
}

func longestGap(ends []time.Time) float64 {
	slices.SortFunc(ends, time.Time.Compare)
	var longest time.Duration
	for i := range len(ends) - 1 {
		longest = max(longest, ends[i+1].Sub(ends[i]))
	}
	return longest.Round(100 * time.Millisecond).Seconds()
}

// mostKinds is how many kinds of errors the table names.
const mostKinds = 4

func counted(failed map[string]int) string {
	var names []string
	for name := range failed {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if failed[a] != failed[b] {
			return failed[b] - failed[a]
		}
		return strings.Compare(a, b)
	})
	var all []string
	for _, name := range names[:min(len(names), mostKinds)] {
		all = append(all, fmt.Sprintf("%d × %s", failed[name], name))
	}
	if more := len(names) - mostKinds; more > 0 {
		all = append(all, fmt.Sprintf("%d more kinds", more))
	}
	return strings.Join(all, ", ")
}

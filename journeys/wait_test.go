package journeys_test

import "time"

const patience = 20 * time.Second

// await looks again and again until something holds.
func (h *house) await(what string, holds func() bool) {
	h.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(patience); time.Now().Before(late); <-tick.C {
		if holds() {
			return
		}
	}
	h.Fatalf("waited for %s", what)
}

package journeys_test

import (
	"time"

	"github.com/jawort/jawort/store/db"
)

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

// notices counts what phones have to be told.
func (h *house) notices() int {
	h.Helper()
	n, err := db.One(h.Context(), h.process.Lasting().Reads(), db.ScanInt, `SELECT COUNT(*) FROM notices`)
	h.must(err)
	return n
}

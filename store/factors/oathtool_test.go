package factors_test

import (
	"encoding/hex"
	"os/exec"
	"strings"
	"time"

	"github.com/jawort/jawort/factor"
)

// code returns what an authenticator app shows whose clock is off by so many steps: oathtool is one that shares
// nothing with ours.
func (w *world) code(key factor.TOTPKey, steps int) string {
	w.Helper()
	now, err := w.d.Now(w.Context())
	must(w.T, err)
	at := now.Add(time.Duration(steps) * factor.TOTPPeriod)
	out, err := exec.CommandContext(w.Context(), "oathtool", "--totp", "--now", at.UTC().Format("2006-01-02 15:04:05 UTC"),
		hex.EncodeToString(key.Bytes())).CombinedOutput()
	if err != nil {
		w.Fatalf("oathtool: %v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// settleStep keeps the test clear of the end of a time step, so that a code lives while it is used: it moves the clock
// to the beginning of one that is d ahead.
func (w *world) settleStep(d time.Duration) {
	w.Helper()
	w.after(0)
	now, err := w.d.Now(w.Context())
	must(w.T, err)
	ahead := now.Add(d).Truncate(factor.TOTPPeriod).Add(factor.TOTPPeriod)
	w.after(ahead.Sub(now))
}

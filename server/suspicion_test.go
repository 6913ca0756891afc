package server_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server"
)

// deaf is a lasting store that cannot keep a suspicion, once.
type deaf struct {
	server.Lasting
	failed atomic.Bool
}

func (d *deaf) Suspect(ctx context.Context, p approval.Pending, browser, reason string) error {
	if d.failed.CompareAndSwap(false, true) {
		return refusal.ErrUnavailable
	}
	return d.Lasting.Suspect(ctx, p, browser, reason)
}

func TestASuspicionThatCouldNotBeKeptIsToldByTheRepetitionAndOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve(func(o *server.Options) { o.Countries, o.Lasting = somewhere{}, &deaf{Lasting: o.Lasting} })
	p := w.addPhone(w.app, "4711", "Ada's phone")
	w.put("4711", "customer", weekly)
	token, _ := i.confirm(p, ask("4711"))
	abroad, key := ask("4711").trusting(token), header("Idempotency-Key", "once")
	abroad["browser"].(map[string]any)["ip"] = "198.51.100.7"
	i.call("POST", "/v1/approvals", abroad, key).want(503, "unavailable")
	for range 3 {
		i.wantWaiting(i.call("POST", "/v1/approvals", abroad, key))
	}
	i.wantSuspected(p, "country_changed")
}

package server_test

import (
	"net/http"
	"testing"

	"github.com/jawort/jawort/server/ending"
)

// counted adds up the series of a counter.
func (i *instance) counted(name string) (n int) {
	i.Helper()
	families, err := i.metrics.Gather()
	i.must(err)
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				n += int(m.GetCounter().GetValue())
			}
		}
	}
	return n
}

func TestAnApprovalIsCountedOnceHoweverOftenItIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "Ada's phone")
	for range 3 {
		i.call("POST", "/v1/approvals", ask("4711"), header("Idempotency-Key", "k")).want(http.StatusCreated, "")
	}
	i.call("POST", "/v1/approvals", ask("4712")).want(http.StatusNotFound, "unknown-account")
	if n := i.counted("jawort_approvals_created_total"); n != 1 {
		t.Errorf("%d were counted", n)
	}
}

func TestAnEndIsCountedWhoeverWroteIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "Ada's phone")
	cancelled := i.create("4711")
	i.call("POST", "/v1/approvals/"+cancelled.text("id")+"/cancel", nil).want(http.StatusOK, "")
	for range 2 {
		i.ticks.done(ending.OutboxEvery)
	}
	if n := i.counted("jawort_approvals_ended_total"); n != 1 {
		t.Errorf("%d were counted", n)
	}
}

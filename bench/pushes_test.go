package bench

import (
	"testing"
	"time"

	"github.com/jawort/jawort/bench/fakes"
	"github.com/jawort/jawort/bench/local"
)

func TestAPushJobWithoutAnEndIsNotHiddenByOnesThatEndedOtherwise(t *testing.T) {
	t.Parallel()
	now := time.Now()
	l := &Load{bells: newBells()}
	var logins []*Login
	for _, id := range []string{"apr_before", "apr_accepted", "apr_expired", "apr_lost"} {
		logins = append(logins, &Login{ID: id, Intended: now, Woken: []Woken{{"dev_1", "token"}}})
	}
	logins[0].Intended = now.Add(-time.Minute)
	l.Forgot(now.Add(-time.Second))
	l.bells.hear(fakes.Push{At: now, Type: "approval", ID: "apr_accepted", Token: "token"})
	ended := map[local.PushJob]string{
		{Approval: "apr_expired", Device: "dev_1"}: "expired",
		{Approval: "apr_before", Device: "dev_1"}:  "expired",
		{Approval: "apr_lost", Device: "dev_2"}:    "expired",
	}
	jobs := l.endless(logins, ended)
	if len(jobs) != 1 || jobs[0] != (local.PushJob{Approval: "apr_lost", Device: "dev_1"}) {
		t.Errorf("without an end are %v", jobs)
	}
}

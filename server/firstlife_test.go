package server_test

import (
	"testing"
	"time"
)

func TestAFirstLoginLeavesTimeToRegisterAPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addAccount(w.app, "new")
	w.addPhone(w.app, "4711", "phone")
	short := ask("new")
	short["expires_in"] = 60
	for name, c := range map[string]struct {
		question question
		want     time.Duration
	}{"a first login": {ask("new"), 10 * time.Minute}, "any other": {ask("4711"), 2 * time.Minute}, "as the caller says": {short, time.Minute}} {
		a := i.call("POST", "/v1/approvals", c.question).want(201, "")
		from, err := time.Parse(time.RFC3339, a.text("created_at"))
		w.must(err)
		until, err := time.Parse(time.RFC3339, a.text("expires_at"))
		w.must(err)
		if until.Sub(from) != c.want {
			t.Errorf("%s lives %s", name, until.Sub(from))
		}
	}
}

package server_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

func TestAPolicyThatIsChangedAfterwardsMakesNoMoreAndNoLessOfAConfirmation(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	wantWorth := func(approvalID, acr string) {
		t.Helper()
		if a := i.call("GET", "/v1/approvals/"+approvalID, nil).want(200, ""); a.text("acr") != acr {
			t.Errorf("it is worth %s, want %s: %s", a.text("acr"), acr, a.raw)
		}
	}
	digits := func(n int) {
		i.setPolicy(func(a *account.ApplicationPolicy) { a.Match = account.MatchDigits(n) })
	}
	early := i.create("4711").text("id")
	digits(6)
	_, err := i.decide(p, early, approval.Approve)
	i.must(err)
	wantWorth(early, "aal1")
	kept, err := db.One(i.Context(), i.lasting.Reads(), db.ScanString, `SELECT acr FROM trusted_browsers WHERE approval = $1`, early)
	i.must(err)
	if kept != "aal1" {
		t.Errorf("its browser is trusted as %s", kept)
	}
	_, late := i.confirm(p, ask("4711"))
	wantWorth(late, "aal2")
	digits(2)
	wantWorth(late, "aal2")
	wantWorth(early, "aal1")
}

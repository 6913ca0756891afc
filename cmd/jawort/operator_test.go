package main

import (
	"strings"
	"testing"
)

func TestOperatorsAreInvitedListedAndEnded(t *testing.T) {
	t.Parallel()
	i := installed(t)
	tenants := answer[[]tenantRow](t, i.env, "tenant", "list")
	ada := answer[operatorRow](t, i.env, "operator", "invite", "--name", "Ada", "--role", "administrator")
	if !strings.Contains(ada.Link, "/console/join/") || len(ada.Link) < 60 || ada.Until == nil || ada.Passkeys != 0 {
		t.Fatalf("%+v", ada)
	}
	bo := answer[operatorRow](t, i.env, "operator", "invite", "--name", "Bo", "--role", "support", "--tenant", tenants[0].ID)
	for _, wrong := range [][]string{{"--name", "Eve", "--role", "root"}, {"--name", "", "--role", "support"}, {"--name", "Eve", "--role", "support", "--tenant", "ten_none"}} {
		if _, _, err := output(t, i.env, append([]string{"operator", "invite"}, wrong...)...); err == nil {
			t.Errorf("%q was invited", wrong)
		}
	}
	answer[map[string]string](t, i.env, "operator", "end", bo.ID)
	if _, _, err := output(t, i.env, "operator", "end", "opr_none"); err == nil {
		t.Error("nobody was ended, and that was right")
	}
	listed, _, err := output(t, i.env, "operator", "list")
	if err != nil || strings.Contains(listed, ada.Link) {
		t.Fatal(err, listed)
	}
	states := map[string]bool{}
	for _, o := range answer[[]operatorRow](t, i.env, "operator", "list") {
		states[o.Name] = o.EndedAt == nil
		if o.Link != "" {
			t.Error("a link is told again")
		}
	}
	if !states["Ada"] || states["Bo"] || len(states) != 2 {
		t.Errorf("%v", states)
	}
}

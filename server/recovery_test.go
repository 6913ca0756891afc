package server_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
)

// newCodes gives the account a new list.
func (i *instance) newCodes() (codes []string) {
	i.Helper()
	var list struct{ Codes []string }
	i.must(json.Unmarshal(i.call("POST", "/v1/accounts/4711/recovery-codes", nil).want(201, "").raw, &list))
	return list.Codes
}

// recover confirms a login by a recovery code and returns what page and login service are told of the list.
func (i *instance) recover(code string) (id, ticket string) {
	i.Helper()
	a := i.call("POST", "/v1/approvals", ask("4711")).want(201, "")
	id, ticket = a.text("id"), a.body["socket"].(map[string]any)["ticket"].(string)
	i.call("POST", "/v1/approvals/"+id+"/code", map[string]string{"method": "recovery", "code": code}, bearer(ticket)).want(200, "")
	return id, ticket
}

// wantRecovery wants the login service to be told so.
func (i *instance) wantRecovery(id string, left int, renew bool) {
	i.Helper()
	var a client.Approval
	i.must(json.Unmarshal(i.call("GET", "/v1/approvals/"+id, nil).want(200, "").raw, &a))
	if want := (client.RecoveryCodes{Left: left, Renew: renew}); a.Recovery == nil || *a.Recovery != want {
		i.Errorf("the login service is told %+v, want %+v", a.Recovery, want)
	}
}

func TestUnderAAL2ALoginByARecoveryCodeEndsInNewCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	w.setPolicy(func(p *account.ApplicationPolicy) { *p = account.ApplicationPolicy{Preset: account.AAL2} })
	old := i.newCodes()
	first, ticket := i.recover(old[0])
	i.wantRecovery(first, 9, true)
	if told := i.call("GET", "/v1/approvals/"+first, nil, bearer(ticket)).want(200, ""); told.body["recovery"] != nil {
		t.Errorf("the page is told %s", told.raw)
	}
	second, _ := i.recover(old[1]) // who did not renew them gets in again, and is told again
	i.wantRecovery(second, 8, true)
	i.call("POST", "/v1/accounts/4711/recovery-codes", nil, bearer(ticket)).want(401, "unauthorized") // the page does not get them
	i.wantRecovery(second, 8, true)

	fresh := i.newCodes()
	i.wantRecovery(second, 10, false)
	late := i.call("POST", "/v1/approvals", ask("4711")).want(201, "").text("id")
	i.call("POST", "/v1/approvals/"+late+"/code", map[string]string{"method": "recovery", "code": old[2]}).want(422, "wrong-code")
	i.call("POST", "/v1/approvals/"+late+"/code", map[string]string{"method": "recovery", "code": fresh[0]}).want(200, "")
	i.wantRecovery(late, 9, true)
}

func TestUnderStandardNewCodesAreDueWhenThreeAreLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	codes := i.newCodes()
	for n, code := range codes {
		id, _ := i.recover(code)
		left := len(codes) - 1 - n
		i.wantRecovery(id, left, left <= 3)
		i.call("POST", fmt.Sprintf("/v1/approvals/%s/code", id), map[string]string{"method": "recovery", "code": code}).want(200, "") // the same answer again
	}
}

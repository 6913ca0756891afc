package server_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/jawort/jawort/store/outbox"
)

// operatorOf returns the kinds of events that an operator with this name is the actor of.
func (w *world) operatorOf(name string) map[string]bool {
	w.Helper()
	all, err := outbox.Unsequenced(w.Context(), w.lasting.Reads(), 1000)
	w.must(err)
	kinds := map[string]bool{}
	for _, e := range all {
		personal, _ := e.Personal.(json.RawMessage)
		if e.Actor.Kind == outbox.ByOperator && strings.Contains(string(personal), `"operator":"`+name+`"`) {
			kinds[e.Kind] = true
		}
	}
	return kinds
}

func TestWhoeverSupportNamesIsTheActorOfWhateverItDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	p, left := w.addPhone(w.app, "4711", "Ada's phone"), w.addPhone(w.app, "4711", "Bert's phone")
	erika := header("Jawort-Operator", "Erika")
	i.call("POST", "/v1/enrolments", `{"account":"4711","authorize":"operator","reason":"called from the number on record"}`, erika).want(201, "")
	i.call("POST", "/v1/recoveries", `{"account":"4711","reason":"lost the phone"}`, erika).want(201, "")
	i.call("DELETE", "/v1/accounts/4711/devices/"+p.device, nil, erika).want(204, "")
	i.call("POST", "/v1/accounts/4711/devices/"+left.device+"/erase", nil, erika).want(204, "")
	i.call("DELETE", "/v1/accounts/4711/browsers", nil, erika).want(204, "")
	i.call("POST", "/v1/accounts/4711/reset", `{"reason":"lost the phone"}`, erika).want(204, "")
	got := w.operatorOf("Erika")
	for _, kind := range []string{"enrolment.opened", "recovery.announced", "device.revoked", "device.erased", "browsers.ended", "account.reset"} {
		if !got[kind] {
			t.Errorf("%s does not name who had it done; %v do", kind, got)
		}
	}
	if strings.Contains(i.log.String(), "Erika") {
		t.Error("the log names who had it done")
	}
}

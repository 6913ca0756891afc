package mobileapi_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func TestTheRightNumberApprovesAndWakesWhoWaits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("Ada's phone").enrol(a)
	q := b.question(a)
	browser, stop := b.wakeups.Subscribe(q.ID)
	defer stop()
	got := p.decide(q, approval.Approve, "42").ok(t)
	if got.body["status"] != "approved" {
		t.Errorf("got %s", got.raw)
	}
	select {
	case <-browser:
	case <-time.After(10 * time.Second):
		t.Error("the browser was not woken")
	}
	o := b.outcome(q)
	if o.Status != approval.StatusApproved || o.Method != approval.MethodPush || o.Device != p.device || o.Label != "Ada's phone" || o.Holder != "Ada" {
		t.Errorf("got %s %s by %s", o.Status, o.Method, o.Device)
	}
	if record, err := b.live.Pending(t.Context(), q.ID); err != nil || !record.Ended {
		t.Errorf("the live record still fills a place: %+v, %v", record.Ended, err)
	}
	party := must(approval.NewRelyingParty(rpID, "Jawort", []string{origin}))(t)
	if err := party.Verify(o.Assertion, *o.Signer, o.Decision, o.Number, o.Document); err != nil {
		t.Errorf("the stored evidence does not verify: %v", err)
	}
}

func TestTheSameSignedDecisionGetsTheSameAnswerAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	b.phone("y").enrol(a)
	for _, step := range []struct {
		decision approval.Decision
		number   string
		status   string
	}{{approval.Approve, "42", "approved"}, {approval.Report, "", "reported"}, {approval.Deny, "", "pending"}} {
		q := b.question(a)
		body := p.answerOf(q, step.decision, step.number)
		for range 3 {
			if got := p.call("POST", decisionPath(q), body).ok(t); got.body["status"] != step.status {
				t.Errorf("%s: got %s", step.decision, got.raw)
			}
		}
	}
}

func TestTheSecondPhoneLearnsWhoWasFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	first, second := b.phone("Ada's phone").enrol(a), b.phone("Bob's phone").enrol(a)
	q := b.question(a)
	first.decide(q, approval.Approve, "42").ok(t)
	for _, d := range []approval.Decision{approval.Approve, approval.Deny} {
		if got := second.decide(q, d, "42").want(t, http.StatusConflict, "already-decided"); got.body["by"] != "Ada's phone" {
			t.Errorf("%s: got %s", d, got.raw)
		}
	}
}

func TestAnApprovalIsDeniedOnceEveryDeviceDenied(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	first, second := b.phone("x").enrol(a), b.phone("y").enrol(a)
	q := b.question(a)
	if got := first.decide(q, approval.Deny, "").ok(t); got.body["status"] != "pending" {
		t.Errorf("one of two: got %s", got.raw)
	}
	b.undecided(q)
	if got := second.decide(q, approval.Deny, "").ok(t); got.body["status"] != "denied" {
		t.Errorf("both: got %s", got.raw)
	}
}

func TestADenyIsFinalForItsDevice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	first := b.phone("x").enrol(a)
	second := b.phone("y").enrol(a)
	q := b.question(a)
	first.decide(q, approval.Deny, "").ok(t)
	if got := first.call("GET", "/v1/approvals", nil).entries(t); len(got) != 0 {
		t.Errorf("the device that denied is still shown %v", got)
	}
	first.call("GET", "/v1/approvals/"+q.ID, nil).want(t, http.StatusConflict, "already-decided")
	if got := second.call("GET", "/v1/approvals", nil).entries(t); len(got) != 1 {
		t.Errorf("the other device is shown %v", got)
	}
	if got := first.decide(q, approval.Approve, "42"); got.status < 400 || got.status >= 500 {
		t.Errorf("got %d %s", got.status, got.raw)
	}
	b.undecided(q)
}

func TestAReportEndsTheApprovalAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	b.phone("y").enrol(a)
	q := b.question(a)
	if got := p.decide(q, approval.Report, "").ok(t); got.body["status"] != "reported" {
		t.Errorf("got %s", got.raw)
	}
}

func TestAReportAfterTheEndIsAcceptedAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	first, second := b.phone("x").enrol(a), b.phone("y").enrol(a)
	q := b.question(a)
	first.decide(q, approval.Approve, "42").ok(t)
	for range 2 {
		if got := second.decide(q, approval.Report, "").ok(t); got.body["status"] != "approved" {
			t.Errorf("got %s", got.raw)
		}
	}
	o := b.outcome(q)
	if o.Status != approval.StatusApproved {
		t.Errorf("the outcome became %s", o.Status)
	}
	if _, reports, err := b.lasting.Aftermath(t.Context(), o); err != nil || len(reports) != 1 || reports[0].Device != second.device {
		t.Errorf("got %+v", reports)
	}
}

func TestTheThirdDistinctWrongNumberBlocksTheDevice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	b.phone("y").enrol(a)
	q := b.question(a)
	for _, try := range []struct {
		number string
		left   float64
	}{{"11", 2}, {"11", 2}, {"12", 1}, {"13", 0}, {"42", 0}} {
		if got := p.decide(q, approval.Approve, try.number).want(t, http.StatusUnprocessableEntity, "wrong-number"); got.body["attempts_left"] != try.left {
			t.Errorf("%s: got %s", try.number, got.raw)
		}
	}
	b.undecided(q)
}

func TestAnEmptyNumberIsAWrongNumber(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	p.decide(q, approval.Approve, "").want(t, http.StatusUnprocessableEntity, "wrong-number")
	p.decide(q, approval.Approve, "042").want(t, http.StatusUnprocessableEntity, "wrong-number")
}

func TestAnApprovalIsDeniedWhenTheLastDeviceIsBlocked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	browser, stop := b.wakeups.Subscribe(q.ID)
	defer stop()
	for _, number := range []string{"11", "12", "13"} {
		p.decide(q, approval.Approve, number).want(t, http.StatusUnprocessableEntity, "wrong-number")
	}
	if o := b.outcome(q); o.Status != approval.StatusDenied {
		t.Errorf("got %s", o.Status)
	}
	select {
	case <-browser:
	case <-time.After(10 * time.Second):
		t.Error("the browser was not woken")
	}
}

func TestAnExpiredApprovalCannotBeAnswered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	b.later(approval.DefaultLife + time.Second)
	p.decide(q, approval.Approve, "42").want(t, http.StatusGone, "expired")
	_, err := b.lasting.End(t.Context(), q, approval.StatusExpired)
	b.check(err)
	p.decide(q, approval.Approve, "42").want(t, http.StatusGone, "expired")
	p.decide(q, approval.Approve, "41").want(t, http.StatusGone, "expired")
}

func TestASupersededApprovalCannotBeAnswered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	old := b.questionOf(a, "session")
	b.questionOf(a, "session")
	if got := p.decide(old, approval.Approve, "42").want(t, http.StatusConflict, "already-decided"); got.body["by"] != "" {
		t.Errorf("got %s", got.raw)
	}
	if o := b.outcome(old); o.Status != approval.StatusSuperseded {
		t.Errorf("got %s", o.Status)
	}
	p.decide(old, approval.Report, "").ok(t)
}

func TestACancelledApprovalCannotBeAnswered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	_, err := b.lasting.End(t.Context(), q, approval.StatusCancelled)
	b.check(err)
	if got := p.decide(q, approval.Approve, "42").want(t, http.StatusConflict, "already-decided"); got.body["by"] != "" {
		t.Errorf("got %s", got.raw)
	}
}

func TestADecisionThatCannotBeReadIsRefusedByName(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	for _, bad := range []struct{ name, body, field string }{
		{"an unknown decision", `{"decision":"maybe","credential":{}}`, "decision"},
		{"no decision", `{"credential":{}}`, "decision"},
		{"a decision of the wrong type", `{"decision":1,"credential":{}}`, "decision"},
		{"letters as number", `{"decision":"approve","number":"4x","credential":{}}`, "number"},
		{"a long number", `{"decision":"approve","number":"1234567","credential":{}}`, "number"},
		{"a number that is none", `{"decision":"approve","number":42,"credential":{}}`, "number"},
	} {
		got := p.call("POST", decisionPath(q), bad.body).want(t, http.StatusUnprocessableEntity, "invalid-request")
		if got.body["field"] != bad.field {
			t.Errorf("%s: got %s", bad.name, got.raw)
		}
	}
	p.call("POST", decisionPath(q), `{"decision":"approve"`).want(t, http.StatusBadRequest, "invalid-json")
	p.call("POST", decisionPath(q), `[]`).want(t, http.StatusBadRequest, "invalid-json")
	p.call("POST", decisionPath(q), `{"decision":"`+strings.Repeat("x", 64<<10)+`"}`).want(t, http.StatusRequestEntityTooLarge, "too-large")
	b.undecided(q)
}

func TestTheLogNamesTheDecisionButNeverTheNumber(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("Ada's phone").enrol(a)
	q := b.question(a)
	p.decide(q, approval.Approve, "918273").want(t, http.StatusUnprocessableEntity, "wrong-number")
	p.decide(q, approval.Approve, "42").ok(t)
	log := b.log.String()
	for _, want := range []string{q.ID, p.device, `"decision":"approve"`, `"result":"approved"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	for name, secret := range map[string]string{
		"number": "918273", "token": p.token, "label": "Ada's phone", "holder": `"Ada"`, "push token": "push-token", "login number": `"4711"`, "document": b64(q.Document),
	} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds the %s", name)
		}
	}
}

func TestOneOfManyParallelApprovesWins(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	var phones []*phone
	for _, label := range []string{"a", "b", "c", "d"} {
		phones = append(phones, b.phone(label).enrol(a))
	}
	q := b.question(a)
	var arrived sync.WaitGroup // all have looked before one decides
	arrived.Add(len(phones))
	together := func() { arrived.Done(); arrived.Wait() }
	b.beforeDecide.Store(&together)
	statuses := make(chan int, len(phones))
	var sending sync.WaitGroup
	for _, p := range phones {
		r := p.prepare("POST", decisionPath(q), p.answerOf(q, approval.Approve, "42"))
		sending.Go(func() {
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
			statuses <- resp.StatusCode
		})
	}
	sending.Wait()
	close(statuses)
	won := 0
	for status := range statuses {
		switch status {
		case http.StatusOK:
			won++
		case http.StatusConflict:
		default:
			t.Errorf("got %d", status)
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

func TestARevokedDeviceDecidesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	b.check(b.lasting.RevokeDevice(t.Context(), b.tenant.ID, a.ExternalID, p.device, outbox.Actor{}))
	p.decide(q, approval.Approve, "42").want(t, http.StatusUnauthorized, "unauthorized")
	b.undecided(q)
	if got := p.statuses()[p.device]; got != string(account.Revoked) {
		t.Errorf("the phone sees %q", got)
	}
}

func TestWhoWritesToTheLiveStoreLetsNobodyIn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	victim := b.account("victim")
	b.phone("victim's").enrol(victim)
	mallory := b.account("mallory")
	for n := 0; approval.PartitionOf(mallory.ID) != approval.PartitionOf(victim.ID); n++ { // or the record would lie elsewhere
		mallory = b.account(fmt.Sprint("mallory", n))
	}
	p := b.phone("mallory's").enrol(mallory)
	for name, alter := range map[string]func(*approval.Pending){
		"account":     func(q *approval.Pending) { q.Account = mallory.ID },
		"no evidence": func(q *approval.Pending) { q.Account, q.MAC = mallory.ID, nil },
	} {
		q := b.questionAltered(victim, "", alter)
		p.decide(q, approval.Approve, "42").want(t, http.StatusUnauthorized, "unauthorized")
		if _, err := b.lasting.Outcome(t.Context(), q.ID); !errors.Is(err, approval.ErrUnknown) {
			t.Errorf("%s altered: the approval has ended, %v", name, err)
		}
	}
	for name, alter := range map[string]func(*approval.Pending){
		"number":   func(q *approval.Pending) { q.Number = "17" },
		"deadline": func(q *approval.Pending) { q.ExpiresAt = q.ExpiresAt.Add(time.Second) },
		"kind":     func(q *approval.Pending) { q.Kind = approval.Transaction },
	} {
		q := b.questionAltered(mallory, "", alter)
		p.decide(q, approval.Approve, q.Number).want(t, http.StatusUnauthorized, "unauthorized")
		if _, err := b.lasting.Outcome(t.Context(), q.ID); !errors.Is(err, approval.ErrUnknown) {
			t.Errorf("%s altered: the approval has ended, %v", name, err)
		}
	}
}

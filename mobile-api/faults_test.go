package mobileapi_test

import (
	"net/http"
	"testing"

	"github.com/jawort/jawort/approval"
)

func TestWithoutRedisAPhoneKeepsItsSignedAnswerAndRepeatsIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	signed := p.answerOf(q, approval.Approve, "42")
	b.noRedis.Store(true)
	for _, got := range []answer{
		p.call("POST", decisionPath(q), signed), p.call("GET", "/v1/approvals", nil), p.call("GET", "/v1/approvals/"+q.ID, nil),
	} {
		if got.want(t, http.StatusServiceUnavailable, "unavailable"); got.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	b.undecided(q)
	b.noRedis.Store(false)
	p.call("POST", decisionPath(q), signed).ok(t)
}

func TestWithoutRedisAnOutcomeIsToldFromSQL(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	first, second := b.phone("Ada's phone").enrol(a), b.phone("y").enrol(a)
	q := b.question(a)
	signed := first.answerOf(q, approval.Approve, "42")
	first.call("POST", decisionPath(q), signed).ok(t)
	b.noRedis.Store(true)
	if got := first.call("POST", decisionPath(q), signed).ok(t); got.body["status"] != "approved" {
		t.Errorf("got %s", got.raw)
	}
	if got := second.decide(q, approval.Approve, "42").want(t, http.StatusConflict, "already-decided"); got.body["by"] != "Ada's phone" {
		t.Errorf("got %s", got.raw)
	}
	second.call("GET", "/v1/approvals/"+q.ID, nil).want(t, http.StatusConflict, "already-decided")
	if got := second.decide(q, approval.Report, "").ok(t); got.body["status"] != "approved" {
		t.Errorf("got %s", got.raw)
	}
	stranger := b.phone("z").enrol(b.account("4712"))
	stranger.decide(q, approval.Approve, "42").want(t, http.StatusUnauthorized, "unauthorized")
	stranger.call("GET", "/v1/approvals/"+q.ID, nil).want(t, http.StatusNotFound, "unknown-approval")
}

func TestWithoutRedisTheLastWrongNumberGetsItsFirstAnswerAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	var last answer
	for _, number := range []string{"11", "12", "13"} {
		last = p.decide(q, approval.Approve, number).want(t, http.StatusUnprocessableEntity, "wrong-number")
	}
	b.noRedis.Store(true)
	if again := p.decide(q, approval.Approve, "13").want(t, last.status, last.code()); again.uniform(t) != last.uniform(t) {
		t.Errorf("first %s, then %s", last.raw, again.raw)
	}
	p.decide(q, approval.Approve, "42").want(t, http.StatusConflict, "already-decided")
}

func TestWhatRedisForgotIsToldFromSQL(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	first, second := b.phone("Ada's phone").enrol(a), b.phone("y").enrol(a)
	q := b.question(a)
	first.decide(q, approval.Approve, "42").ok(t)
	b.later(approval.DefaultLife + 2*approval.KeptAfterEnd)
	b.forgotten(q)
	first.decide(q, approval.Approve, "42").ok(t)
	second.decide(q, approval.Approve, "42").want(t, http.StatusConflict, "already-decided")
	second.decide(q, approval.Report, "").ok(t)
}

func TestWithoutSQLNothingIsAcknowledged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	_, code := b.link(a)
	b.noSQL.Store(true)
	p.decide(q, approval.Approve, "42").want(t, http.StatusServiceUnavailable, "unavailable")
	b.phone("y").claim(code).want(t, http.StatusServiceUnavailable, "unavailable")
	b.noSQL.Store(false)
	b.undecided(q)
	p.decide(q, approval.Approve, "42").ok(t)
}

func TestALostCommitOfADecisionIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	b.noCommit.Store(true)
	p.decide(q, approval.Approve, "42").want(t, http.StatusServiceUnavailable, "unavailable")
	p.decide(q, approval.Approve, "41").want(t, http.StatusServiceUnavailable, "unavailable")
	b.undecided(q)
	b.noCommit.Store(false)
	p.decide(q, approval.Approve, "42").ok(t)
}

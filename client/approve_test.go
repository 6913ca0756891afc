package client_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/jawort/jawort/client"
)

func TestApproveWaitsForTheEndThroughAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := open(t, then(answering(201, pendingApproval), failing(errRefused), failing(errReset), answering(503, ""), answering(500, ""),
			answering(200, pendingApproval), answering(200, approvedApproval)))
		r, err := c.Approve(t.Context(), client.Request{Account: "AB1234"})
		if err != nil || r.Approval.Status != client.Approved || r.Approval.Device.Holder != "Anna" || r.FailedOpen {
			t.Fatalf("got %+v, %v", r, err)
		}
	})
}

func TestOnlyApprovedIsANilError(t *testing.T) {
	t.Parallel()
	for _, status := range []client.Status{client.Denied, client.Reported, client.Expired, client.Cancelled, client.Superseded, "something newer"} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			c := open(t, then(answering(201, pendingApproval), answering(200, `{"id":"apr_1","status":"`+string(status)+`"}`)), failOpen)
			r, err := c.Approve(t.Context(), client.Request{Account: "AB1234"})
			if !errors.Is(err, client.ErrNotApproved) || r.Approval.Status != status {
				t.Fatalf("got %+v, %v", r, err)
			}
		})
	}
}

func TestAnAnswerWithoutAStatusIsNoYes(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"empty object": `{}`, "null": `null`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := open(t, answering(201, body), failOpen).Approve(t.Context(), client.Request{Account: "AB1234"}); err == nil {
				t.Fatal("passed")
			}
		})
	}
}

func TestARefusalWhileWaitingEndsTheWait(t *testing.T) {
	t.Parallel()
	c := open(t, then(answering(201, pendingApproval), answering(404, refusalBody("unknown-approval"))), failOpen)
	_, err := c.Approve(t.Context(), client.Request{Account: "AB1234"})
	var e *client.Error
	if !errors.As(err, &e) || e.Code != client.CodeUnknownApproval {
		t.Fatalf("got %v", err)
	}
}

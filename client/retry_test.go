package client_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jawort/jawort/client"
)

func TestARepeatedCreateCarriesTheSameIdempotencyKeyAndANewOneAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := then(failing(errReset), answering(503, ""), answering(201, pendingApproval))
		c := open(t, network)
		for range 2 {
			if _, err := c.CreateApproval(t.Context(), client.Request{Account: "AB1234"}); err != nil {
				t.Fatal(err)
			}
		}
		var keys []string
		for _, r := range network.seen {
			keys = append(keys, r.Header.Get("Idempotency-Key"))
		}
		if len(keys) != 4 || keys[0] == "" || keys[0] != keys[1] || keys[1] != keys[2] || keys[3] == keys[0] {
			t.Errorf("keys = %q", keys)
		}
	})
}

func TestRetryAfterIsWaitedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := open(t, then(answering(429, refusalBody("slow-down"), "Retry-After", "2"), answering(200, approvedApproval)))
		start := time.Now()
		if _, err := c.Approval(t.Context(), "apr_1"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 2*time.Second || took > 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestALimitThatDoesNotPassSoonIsTheCallersToWait(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string][]string{"without Retry-After": nil, "with a long one": {"Retry-After", "20"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			network := then(answering(429, refusalBody("resend-too-soon"), headers...))
			err := open(t, network).ResendPush(t.Context(), "apr_1")
			var e *client.Error
			if !errors.As(err, &e) || e.Code != client.CodeResendTooSoon || len(network.seen) != 1 {
				t.Fatalf("got %v after %d tries", err, len(network.seen))
			}
		})
	}
}

func TestWhatMayCountTwiceIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]transport{"lost answer": failing(errReset), "503": answering(503, "")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			network := then(failure)
			if _, err := open(t, network).ConfirmEnrolment(t.Context(), "enr_1", "123456"); err == nil || len(network.seen) != 1 {
				t.Fatalf("got %v after %d tries", err, len(network.seen))
			}
		})
	}
}

func TestWhatNeverLeftIsSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := open(t, then(failing(errRefused), answering(200, `{"id":"enr_1","status":"confirmed"}`)))
		if e, err := c.ConfirmEnrolment(t.Context(), "enr_1", "123456"); err != nil || e.Status != client.EnrolmentConfirmed {
			t.Fatalf("got %+v, %v", e, err)
		}
	})
}

func TestADeleteWhoseAnswerWasLostHasSucceeded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if err := open(t, then(failing(errReset), answering(404, refusalBody("unknown-account")))).DeleteAccount(t.Context(), "AB1234"); err != nil {
			t.Fatal(err)
		}
		if err := open(t, answering(404, refusalBody("unknown-account"))).DeleteAccount(t.Context(), "AB1234"); err == nil {
			t.Fatal("deleting what never was succeeded")
		}
	})
}

func TestTriesEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := then(answering(503, refusalBody("unavailable"), "Retry-After", "1"))
		_, err := open(t, network).Account(t.Context(), "AB1234")
		var e *client.Error
		if !errors.As(err, &e) || e.Status != 503 || e.RetryAfter != time.Second || e.RequestID != "req_1" || fmt.Sprint(e.Extra) != "map[attempts_left:2]" {
			t.Fatalf("got %#v", err)
		}
		if len(network.seen) != 4 {
			t.Errorf("%d tries", len(network.seen))
		}
	})
}

func TestAHungConnectionIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := open(t, then(transport(silent), answering(200, approvedApproval)))
		if a, err := c.WaitApproval(t.Context(), "apr_1", time.Hour); err != nil || a.Status != client.Approved {
			t.Fatalf("got %+v, %v", a, err)
		}
	})
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	network := then(answering(302, "", "Location", "https://evil.example/"))
	if _, err := open(t, network).Account(t.Context(), "AB1234"); err == nil || len(network.seen) != 1 {
		t.Fatalf("got %v after %d requests", err, len(network.seen))
	}
}

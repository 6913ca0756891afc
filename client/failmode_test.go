package client_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jawort/jawort/client"
)

var unreachable = map[string]transport{
	"a refused connection":          failing(errRefused),
	"no answer for three seconds":   silent,
	"503 of Jawort":                 answering(503, refusalBody("unavailable"), "Retry-After", "1"),
	"503 of a proxy":                answering(503, "<html>"),
	"503 that asks for a long rest": answering(503, "", "Retry-After", "600"),
}

func TestALoginPassesWhereJawortCannotBeReachedAndTheClientFailsOpen(t *testing.T) {
	t.Parallel()
	for name, network := range unreachable {
		for _, kind := range []client.Kind{"", client.Login} {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var log bytes.Buffer
					c := open(t, network, failOpen, func(cfg *client.Config) { cfg.Log = slog.New(slog.NewTextHandler(&log, nil)) })
					start := time.Now()
					r, err := c.Approve(t.Context(), client.Request{Account: "AB1234", Kind: kind})
					if err != nil || !r.FailedOpen {
						t.Fatalf("got %+v, %v; want a pass", r, err)
					}
					if took := time.Since(start); took > 3*time.Second {
						t.Errorf("took %v", took)
					}
					if !strings.Contains(log.String(), "level=WARN") || strings.Contains(log.String(), "AB1234") {
						t.Errorf("log = %q; want a warning without the login number", log.String())
					}
				})
			})
		}
	}
}

func TestNothingPassesByDefaultWhereJawortCannotBeReached(t *testing.T) {
	t.Parallel()
	for name, network := range unreachable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				refusedBy(t, open(t, network), client.Request{Account: "AB1234"})
			})
		})
	}
}

func TestATransactionNeverPassesUnasked(t *testing.T) {
	t.Parallel()
	for name, network := range unreachable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				refusedBy(t, open(t, network, failOpen), client.Request{Account: "AB1234", Kind: client.Transaction})
			})
		})
	}
}

func TestNoOtherFailureOfCreatingLetsALoginPass(t *testing.T) {
	t.Parallel()
	for name, network := range map[string]transport{
		"400":                          answering(400, refusalBody("malformed")),
		"401":                          answering(401, refusalBody("unauthorized")),
		"403":                          answering(403, refusalBody("forbidden")),
		"404":                          answering(404, refusalBody("unknown-account")),
		"408":                          answering(408, ""),
		"409":                          answering(409, refusalBody("no-method")),
		"422":                          answering(422, refusalBody("invalid-request")),
		"429":                          answering(429, refusalBody("too-many-approvals")),
		"429 with Retry-After":         answering(429, refusalBody("too-many-approvals"), "Retry-After", "1"),
		"500":                          answering(500, refusalBody("internal")),
		"502":                          answering(502, ""),
		"504":                          answering(504, ""),
		"a redirect":                   answering(307, "", "Location", "https://evil.example"),
		"an answer that is no JSON":    answering(201, "<html>"),
		"a broken connection":          failing(errReset),
		"a name that does not resolve": failing(errName),
		"an untrusted certificate":     failing(errTLS),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				refusedBy(t, open(t, network, failOpen), client.Request{Account: "AB1234"})
			})
		})
	}
}

func TestACallerWhoLeavesDoesNotLetALoginPass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, err := open(t, transport(silent), failOpen).Approve(ctx, client.Request{Account: "AB1234"})
		if !errors.Is(err, context.DeadlineExceeded) || r.FailedOpen {
			t.Fatalf("got %+v, %v", r, err)
		}
	})
}

func TestNothingPassesUnaskedOnceAnApprovalExists(t *testing.T) {
	t.Parallel()
	for name, network := range unreachable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := open(t, then(answering(201, pendingApproval), network), failOpen)
				var shown client.Approval
				r, err := c.Approve(t.Context(), client.Request{Account: "AB1234", OnCreated: func(a client.Approval) { shown = a }})
				if err == nil || r.FailedOpen || r.Approval.Status != client.Pending {
					t.Fatalf("got %+v, %v; want an error", r, err)
				}
				if shown.Number != "42" || shown.Socket == nil || shown.Socket.Ticket != "jt_x" {
					t.Errorf("the page got %+v", shown)
				}
			})
		})
	}
}

func TestARealRefusedConnectionIsRecognised(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := open(t, http.DefaultTransport, failOpen, func(cfg *client.Config) { cfg.BaseURL = "http://" + l.Addr().String() })
	if r, err := c.Approve(t.Context(), client.Request{Account: "AB1234"}); err != nil || !r.FailedOpen {
		t.Fatalf("got %+v, %v", r, err)
	}
}

func refusedBy(t *testing.T, c *client.Client, r client.Request) {
	t.Helper()
	r.OnCreated = func(client.Approval) { t.Error("an approval was announced") }
	if got, err := c.Approve(t.Context(), r); err == nil || got.FailedOpen {
		t.Fatalf("got %+v, %v; want an error", got, err)
	}
}

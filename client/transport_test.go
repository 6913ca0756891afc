package client_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jawort/jawort/client"
)

// transport stands in for the network, so that time-outs run on synctest's clock.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

var (
	errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	errReset   = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	errName    = &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "jawort.example", IsNotFound: true}}
	errTLS     = errors.New("tls: failed to verify certificate")
)

func failing(err error) transport {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func answering(status int, body string, headers ...string) transport {
	return func(*http.Request) (*http.Response, error) { return answer(status, body, headers...), nil }
}

func silent(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

// sequence takes one transport after the other and stays with the last one.
type sequence struct {
	mu    sync.Mutex
	steps []transport
	seen  []*http.Request
}

func (s *sequence) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.seen = append(s.seen, r)
	step := s.steps[min(len(s.seen), len(s.steps))-1]
	s.mu.Unlock()
	return step(r)
}

func then(steps ...transport) *sequence { return &sequence{steps: steps} }

func open(t *testing.T, rt http.RoundTripper, alter ...func(*client.Config)) *client.Client {
	t.Helper()
	cfg := client.Config{BaseURL: "https://jawort.example", Key: "jw_secret", HTTPClient: &http.Client{Transport: rt}}
	for _, a := range alter {
		a(&cfg)
	}
	c, err := client.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func failOpen(cfg *client.Config) { cfg.FailOpen = true }

const (
	pendingApproval = `{"id":"apr_1","status":"pending","kind":"login","account":"AB1234","created_at":"2026-11-21T12:00:00Z",` +
		`"expires_at":"2026-11-21T12:02:00Z","number":"42","methods":["push"],"devices":3,"socket":{"url":"wss://jawort.example/v1/approvals/apr_1/socket","ticket":"jt_x"},"newer":1}`
	approvedApproval = `{"id":"apr_1","status":"approved","kind":"login","account":"AB1234","created_at":"2026-11-21T12:00:00Z",` +
		`"expires_at":"2026-11-21T12:02:00Z","method":"push","decision":"approve","device":{"id":"dev_1","label":"Anna's phone","holder":"Anna"},"decided_at":"2026-11-21T12:00:09Z"}`
	deniedApproval = `{"id":"apr_1","status":"denied","created_at":"2026-11-21T12:00:00Z","expires_at":"2026-11-21T12:02:00Z"}`
)

func refusalBody(code string) string {
	return `{"type":"urn:jawort:problem:` + code + `","title":"No","status":400,"detail":"What to mend.","request_id":"req_1","attempts_left":2}`
}

package webhook

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/jawort/jawort/outbound"
)

// Timeout is how long an endpoint has to answer.
const Timeout = 15 * time.Second

// SenderOptions say whom a sender may reach.
type SenderOptions struct {
	Private  []netip.Prefix // networks that may be reached although they are not public, also without TLS
	Roots    *x509.CertPool // nil: the system's authorities
	Resolver *net.Resolver  // nil: the system's
	Timeout  time.Duration  // 0: Timeout
	Now      func() time.Time
}

// Sender makes attempts.
type Sender struct {
	secure *http.Client
	plain  *http.Client // reaches what is allowed explicitly, and nothing public
	now    func() time.Time
}

// NewSender returns a sender.
func NewSender(o SenderOptions) *Sender {
	if o.Timeout == 0 {
		o.Timeout = Timeout
	}
	plain := outbound.Options{Private: o.Private, Timeout: o.Timeout, Resolver: o.Resolver}
	secure := plain
	secure.Port, secure.Roots = allowedPort, o.Roots
	return &Sender{secure: outbound.NewClient(secure), plain: outbound.NewClient(plain), now: o.Now}
}

// Close closes idle connections.
func (s *Sender) Close() {
	s.secure.CloseIdleConnections()
	s.plain.CloseIdleConnections()
}

// send makes one attempt. Nothing in the result comes from outside but the status and its Retry-After.
func (s *Sender) send(ctx context.Context, j Job, secrets []string) Result {
	started := s.now()
	r := s.attempt(ctx, j, secrets, started)
	r.Took = max(0, s.now().Sub(started))
	return r
}

func (s *Sender) attempt(ctx context.Context, j Job, secrets []string, at time.Time) Result {
	signed, err := signature(secrets, j.Delivery, at, j.Payload)
	if err != nil {
		return Result{Reason: "secret-unusable"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, j.URL, bytes.NewReader(j.Payload))
	if err != nil {
		return Result{Reason: "url-unusable"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Jawort-Webhooks/1")
	req.Header.Set(standardwebhooks.HeaderWebhookID, j.Delivery)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signed)
	resp, err := s.client(req.URL).Do(req)
	if err != nil {
		return Result{Reason: reason(err)}
	}
	defer outbound.Drain(resp.Body)
	return Result{Status: resp.StatusCode, After: outbound.RetryAfter(resp.Header, at)}
}

func (s *Sender) client(u *url.URL) *http.Client {
	if u.Scheme == "https" {
		return s.secure
	}
	return s.plain
}

// reason writes all reasons alike: as one word.
func reason(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok && e.Timeout() {
		return "timeout"
	}
	return strings.ReplaceAll(outbound.Reason(err), " ", "-")
}

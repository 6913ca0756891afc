package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/courier"
)

// Run keeps the client bound until ctx ends. What is under way then gets a moment to finish, and the client unbinds. Run may be
// called once.
func (c *Client) Run(ctx context.Context) error {
	for failures := 1; ; failures++ {
		begun := c.Now()
		reason := c.serve(ctx)
		if ctx.Err() != nil {
			c.set(nil, &courier.Failure{Kind: courier.Again, Reason: courier.Stopped})
			return nil
		}
		c.set(nil, reason)
		c.tell(ctx, reason)
		if c.Now().Sub(begun) > c.Pace.BackoffMost {
			failures = 1 // it was bound for a while
		}
		if !backoff.Wait(ctx, backoff.Pause(failures, c.Pace.Backoff, c.Pace.BackoffMost, c.Random)) {
			c.set(nil, &courier.Failure{Kind: courier.Again, Reason: courier.Stopped})
			return nil
		}
	}
}

func (c *Client) tell(ctx context.Context, reason *courier.Failure) {
	level := slog.LevelWarn
	if reason.Kind == courier.Alarm {
		level = slog.LevelError
	}
	c.Log.Log(ctx, level, "carrier is not bound", slog.String("sender", Name), slog.String("reason", reason.Reason))
}

// serve binds and lets the session live until it or ctx ends. It returns why it ended.
func (c *Client) serve(ctx context.Context) *courier.Failure {
	// work outlives ctx by the grace: a message whose answer is cut off may have been taken.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	s, err := c.dial(ctx)
	if err != nil {
		return undialled(err)
	}
	defer s.end(errEnded)
	receipts := newReceipts(c, s)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer cut()
	defer s.end(errEnded)
	parts.Go(func() {
		defer receipts.wait()
		s.read(func(p pdu) { receipts.take(work, p) })
	})
	if reason := c.bind(ctx, s); reason != nil {
		return reason
	}
	c.set(s, nil)
	c.Log.InfoContext(ctx, "carrier is bound", slog.String("sender", Name))
	parts.Go(func() { s.watch(work, c.Pace.Enquire, c.Pace.Answer) })
	select {
	case <-s.ended:
		return reasonOf(s.cause)
	case <-ctx.Done():
		c.leave(work, s)
		return nil
	}
}

func (c *Client) dial(ctx context.Context) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Pace.Bind)
	defer cancel()
	plain := &net.Dialer{}
	dial := plain.DialContext
	if c.TLS != nil {
		dial = (&tls.Dialer{NetDialer: plain, Config: c.TLS}).DialContext
	}
	conn, err := dial(ctx, "tcp", c.Address)
	if err != nil {
		return nil, fmt.Errorf("smpp: dial: %w", err)
	}
	return newSession(conn, c.Pace.Answer), nil
}

func undialled(err error) *courier.Failure {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &courier.Failure{Kind: courier.Alarm, Reason: "certificate"}
	}
	return &courier.Failure{Kind: courier.Again, Reason: "no-connection"}
}

func (c *Client) bind(ctx context.Context, s *session) *courier.Failure {
	ctx, cancel := context.WithTimeout(ctx, c.Pace.Bind)
	defer cancel()
	answer, err := s.request(ctx, bindTransceiver, bindBody(c.Options))
	switch {
	case errors.Is(err, errEnded):
		return reasonOf(s.cause)
	case err != nil:
		return &courier.Failure{Kind: courier.Again, Reason: "no-answer-to-bind"}
	case answer.status != statusOK:
		return answer.status.failure(0)
	case answer.command != bindTransceiverResp:
		return &courier.Failure{Kind: courier.Again, Reason: "unreadable-answer"}
	}
	return nil
}

// leave lets what is under way finish: whoever holds the whole window knows that nobody waits for an answer. Then it unbinds.
func (c *Client) leave(work context.Context, s *session) {
	c.set(nil, &courier.Failure{Kind: courier.Again, Reason: courier.Stopped})
	grace, cancel := context.WithTimeout(work, c.Pace.Grace)
	defer cancel()
	for held := 0; held < cap(c.window); held++ {
		select {
		case c.window <- struct{}{}:
			defer func() { <-c.window }()
			continue
		case <-s.ended:
		case <-grace.Done():
		}
		break
	}
	asked, done := context.WithTimeout(work, c.Pace.Answer)
	defer done()
	_, _ = s.request(asked, unbind, nil) // we leave, whatever the carrier says
}

func isStop(err error) bool { return errors.Is(err, context.Canceled) }

// reasonOf names why a connection ended, without what the other side said.
func reasonOf(cause error) *courier.Failure {
	reason := "connection-lost"
	switch {
	case errors.Is(cause, errLength):
		reason = "garbage"
	case errors.Is(cause, errUnbound):
		reason = "unbound-by-carrier"
	case errors.Is(cause, errSilent):
		reason = "silent"
	}
	return &courier.Failure{Kind: courier.Again, Reason: reason}
}

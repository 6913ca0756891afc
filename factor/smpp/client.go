package smpp

import (
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/jawort/jawort/courier"
)

// Options is what a client works with. Every field but TLS, SystemType, Window and Pace is required.
type Options struct {
	Address    string      // host:port
	TLS        *tls.Config // nil: without
	SystemID   string
	Password   string
	SystemType string
	Source     string // whom the SMS comes from: +number, short code, or a name of at most 11 characters
	Window     int    // requests that may wait for their answer; 0: DefaultWindow
	Pace       Pace
	// Receive keeps a delivery receipt. Only then is it answered; where it fails the carrier is asked to come again.
	Receive func(ctx context.Context, r courier.Receipt) error
	Log     *slog.Logger
	Now     func() time.Time
	Random  io.Reader
}

// DefaultWindow is how many requests may wait for their answer at the same time.
const DefaultWindow = 10

// Pace is how patient a client is. Zero fields take the defaults.
type Pace struct {
	Bind        time.Duration // from dialling until the carrier has bound us: 10 s
	Submit      time.Duration // for the answer to a submit_sm: 20 s
	Enquire     time.Duration // between two signs of life: 30 s
	Answer      time.Duration // for the answer to a sign of life, to an unbind, and for one write: 10 s
	Throttled   time.Duration // before a throttled message is tried again: 5 s
	Backoff     time.Duration // before the connection is tried again, doubled each time: 500 ms
	BackoffMost time.Duration // 30 s
	Grace       time.Duration // for what is under way when the client stops: 10 s
}

func (p Pace) withDefaults() Pace {
	return Pace{
		Bind:        cmp.Or(p.Bind, 10*time.Second),
		Submit:      cmp.Or(p.Submit, 20*time.Second),
		Enquire:     cmp.Or(p.Enquire, 30*time.Second),
		Answer:      cmp.Or(p.Answer, 10*time.Second),
		Throttled:   cmp.Or(p.Throttled, 5*time.Second),
		Backoff:     cmp.Or(p.Backoff, 500*time.Millisecond),
		BackoffMost: cmp.Or(p.BackoffMost, 30*time.Second),
		Grace:       cmp.Or(p.Grace, 10*time.Second),
	}
}

// Client sends through one carrier. Run keeps it connected.
type Client struct {
	Options
	window chan struct{} // a token per request that waits for its answer

	mu      sync.Mutex
	current *session         // nil: not bound
	changed chan struct{}    // closed when current or reason changes
	reason  *courier.Failure // why it is not bound
}

// Name is the provider's name.
const Name = "smpp"

// New returns a client.
func New(o Options) *Client {
	if o.Window <= 0 {
		o.Window = DefaultWindow
	}
	o.Pace = o.Pace.withDefaults()
	return &Client{
		Options: o, window: make(chan struct{}, o.Window), changed: make(chan struct{}),
		reason: &courier.Failure{Kind: courier.Again, Reason: "not-bound"},
	}
}

// Name implements courier.Sender.
func (c *Client) Name() string { return Name }

// Send implements courier.Sender: it waits until the client is bound and the window is open, and then for the answer.
func (c *Client) Send(ctx context.Context, m courier.Message) (string, error) {
	body, ok := submitBody(c.Source, m, c.Now())
	if !ok {
		return "", &courier.Failure{Kind: courier.Refused, Reason: "longer-than-one-sms"}
	}
	ctx, cancel := context.WithTimeout(ctx, c.Pace.Submit)
	defer cancel()
	select {
	case c.window <- struct{}{}:
		defer func() { <-c.window }()
	case <-ctx.Done():
		return "", noAnswer(ctx.Err(), "window-full")
	}
	s, err := c.bound(ctx)
	if err != nil {
		return "", err
	}
	answer, err := s.request(ctx, submitSM, body)
	if err != nil {
		return "", noAnswer(err, "no-answer")
	}
	return c.reference(answer)
}

func (c *Client) reference(answer pdu) (string, error) {
	if answer.status != statusOK {
		return "", answer.status.failure(c.Pace.Throttled)
	}
	f := &fields{rest: answer.body}
	id := f.text()
	if answer.command != submitSMResp || f.err != nil {
		return "", &courier.Failure{Kind: courier.Again, Reason: "unreadable-answer"}
	}
	return id, nil
}

// noAnswer is the failure of a request that got none: because we stop, or for the given reason.
func noAnswer(err error, reason string) *courier.Failure {
	if isStop(err) {
		reason = courier.Stopped
	}
	return &courier.Failure{Kind: courier.Again, Reason: reason}
}

// bound waits for a session. It returns at once where the carrier refuses us: waiting would mend nothing.
func (c *Client) bound(ctx context.Context) (*session, error) {
	for {
		c.mu.Lock()
		s, reason, changed := c.current, c.reason, c.changed
		c.mu.Unlock()
		if s != nil && s.lives() {
			return s, nil
		}
		if s != nil {
			reason = reasonOf(s.cause)
		}
		if reason.Kind == courier.Alarm || reason.Reason == courier.Stopped {
			return nil, reason
		}
		select {
		case <-ctx.Done():
			return nil, noAnswer(ctx.Err(), reason.Reason)
		case <-changed:
		}
	}
}

// set says which session is bound, or why none is.
func (c *Client) set(s *session, reason *courier.Failure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current, c.reason = s, reason
	close(c.changed)
	c.changed = make(chan struct{})
}

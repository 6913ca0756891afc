package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/jawort/jawort/courier"
)

// Options is what a client works with.
type Options struct {
	BaseURL    string // empty: Twilio's
	AccountSID string
	AuthToken  string // letters and digits
	From       string // +number, short code, a name, or the id of a messaging service (MG…)
	Callback   string // the URL that is told what became of a message
	Now        func() time.Time
}

// DefaultBaseURL is Twilio's.
const DefaultBaseURL = "https://api.twilio.com"

// Name is the provider's name.
const Name = "twilio"

// Client sends through one account.
type Client struct {
	options Options
	base    *url.URL
	http    *http.Transport
}

// New returns a client, or an error where the base URL is none.
func New(o Options) (*Client, error) {
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" {
		return nil, errors.New("twilio: the base URL is none")
	}
	return &Client{options: o, base: base, http: http.DefaultTransport.(*http.Transport).Clone()}, nil
}

// Name implements courier.Sender.
func (c *Client) Name() string { return Name }

// Close closes idle connections.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Send implements courier.Sender.
func (c *Client) Send(ctx context.Context, m courier.Message) (string, error) {
	e := &exchange{ctx: ctx, base: c.base, next: c.http}
	service := api.NewApiService(&client.RequestHandler{Client: c.speaking(e)})
	created, err := service.CreateMessage(c.params(m))
	if err == nil && created.ErrorCode != nil && *created.ErrorCode != 0 {
		return "", c.refused(e, *created.ErrorCode)
	}
	if err == nil && created.Sid != nil {
		return *created.Sid, nil
	}
	if e.status/100 == 2 { // an acceptance that cannot be read is one; its receipts will find nobody
		return "", nil
	}
	return "", c.failure(e, err)
}

// speaking returns the library's client for one exchange.
func (c *Client) speaking(e *exchange) *client.Client {
	spoken := &client.Client{
		Credentials: client.NewCredentials(c.options.AccountSID, c.options.AuthToken),
		HTTPClient: &http.Client{
			Transport:     e,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	spoken.SetAccountSid(c.options.AccountSID)
	return spoken
}

// Twilio keeps a message for no longer than this, and for no less.
const (
	longestValidity  = 36_000 * time.Second
	shortestValidity = 6 * time.Second
)

func (c *Client) params(m courier.Message) *api.CreateMessageParams {
	p := &api.CreateMessageParams{}
	p.SetTo(m.Address).SetBody(m.Text).SetStatusCallback(c.options.Callback)
	if isService(c.options.From) {
		p.SetMessagingServiceSid(c.options.From)
	} else {
		p.SetFrom(c.options.From)
	}
	life := min(max(m.ExpiresAt.Sub(c.options.Now()), shortestValidity), longestValidity)
	p.SetValidityPeriod(int(life / time.Second))
	return p
}

const sidLength = 34

func isService(from string) bool { return len(from) == sidLength && from[:2] == "MG" }

func (c *Client) failure(e *exchange, err error) *courier.Failure {
	if refusal, ok := errors.AsType[*client.TwilioRestError](err); ok && refusal.Code != 0 {
		return c.refused(e, refusal.Code)
	}
	if e.status == 0 {
		return unanswered(err)
	}
	return c.byStatus(e, fmt.Sprintf("http-%d", e.status))
}

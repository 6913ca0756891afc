package pushgw

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/payload"
	"github.com/sideshow/apns2/token"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

// The environments of APNs.
const (
	Production = "production"
	Sandbox    = "sandbox"
)

// APNsKey signs provider tokens. All apps of one team should share it: Apple counts how often it makes new ones.
type APNsKey struct{ token *token.Token }

// NewAPNsKey takes a key that Apple handed out as a .p8 file.
func NewAPNsKey(p8 []byte, keyID, teamID string) (*APNsKey, error) {
	key, err := token.AuthKeyFromBytes(p8)
	if err != nil {
		return nil, fmt.Errorf("pushgw: apns key: %w", err)
	}
	t := &token.Token{AuthKey: key, KeyID: keyID, TeamID: teamID}
	if _, err := t.Generate(); err != nil { // the SDK would ignore the error and send nothing as bearer
		return nil, fmt.Errorf("pushgw: apns key: %w", err)
	}
	return &APNsKey{t}, nil
}

// APNsOptions is what is needed to send to one app in one environment.
type APNsOptions struct {
	Topic       string // the app's bundle id
	Environment string
	Key         *APNsKey
	Host        string         // empty: Apple's
	Roots       *x509.CertPool // nil: the system's
	Now         func() time.Time
}

// APNs sends through the Apple Push Notification service.
type APNs struct {
	client *apns2.Client
	key    *APNsKey
	topic  string
	now    func() time.Time
}

// Apple wants connections to stay open for hours; a ping finds out that one is dead before a push has to.
const (
	pingAfter   = 30 * time.Second
	pingTimeout = 5 * time.Second
	dialTimeout = 5 * time.Second
	// One connection carries about 1000 pushes at a time. Without a bound net/http dials once for each push of a
	// burst, and Apple takes many short connections for an attack.
	maxConnections = 4
)

func apnsTransport(roots *x509.CertPool) *http.Transport {
	t := &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: dialTimeout,
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		MaxConnsPerHost:     maxConnections,
		Protocols:           new(http.Protocols),
		HTTP2:               &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}
	t.Protocols.SetHTTP2(true)
	return t
}

// NewAPNs returns a provider for one app in one environment.
func NewAPNs(o APNsOptions) *APNs {
	client := apns2.NewTokenClient(o.Key.token)
	if o.Environment == Production { // the SDK's default is the sandbox
		client.Production()
	}
	if o.Host != "" {
		client.Host = o.Host
	}
	client.HTTPClient = &http.Client{Transport: apnsTransport(o.Roots)}
	return &APNs{client: client, key: o.Key, topic: o.Topic, now: o.Now}
}

// Close closes idle connections.
func (a *APNs) Close() error {
	a.client.CloseIdleConnections()
	return nil
}

// Send sends one push.
func (a *APNs) Send(ctx context.Context, p Push) error {
	resp, err := a.client.PushWithContext(ctx, a.notification(p))
	if err != nil {
		return noAnswer(err)
	}
	if resp.Sent() {
		return nil
	}
	return a.failure(resp)
}

func (a *APNs) notification(p Push) *apns2.Notification {
	content := payload.NewPayload().AlertTitle(p.Title).AlertBody(p.Body).
		Custom("type", string(p.Kind)).Custom("id", p.ID)
	if p.Kind != approval.JobWithdrawn {
		content.Sound("default")
	}
	return &apns2.Notification{
		DeviceToken: p.Address.Token,
		Topic:       a.topic,
		PushType:    apns2.PushTypeAlert,
		Priority:    apns2.PriorityHigh,
		CollapseID:  p.topic(),
		Expiration:  p.Expires,
		Payload:     content,
	}
}

// Route returns the route that this provider serves in an environment.
func (o APNsOptions) Route() Route {
	return Route{Provider: account.APNs, App: o.Topic, Environment: o.Environment}
}

package pushgw

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/httptransport"
	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"
)

// FCMOptions is what is needed to send through one Firebase project.
type FCMOptions struct {
	Project     string
	Credentials []byte // of a service account, as Google's console hands them out
	Endpoint    string // empty: Google's
	Now         func() time.Time
}

// FCM sends through Firebase Cloud Messaging.
type FCM struct {
	client *messaging.Client
	idle   func()
	now    func() time.Time
	// accepted says that the service took a message of ours. All are of one form, so that from then on "invalid
	// argument" speaks of the token and not of the message.
	accepted atomic.Bool
}

const messagingScope = "https://www.googleapis.com/auth/firebase.messaging"

// NewFCM returns a provider for one Firebase project. ctx is used while it is set up only.
func NewFCM(ctx context.Context, o FCMOptions) (*FCM, error) {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = DefaultConcurrency // where HTTP/2 is not spoken
	client, err := authorised(o.Credentials, base)
	if err != nil {
		return nil, err
	}
	client.Transport = once{client.Transport}
	opts := []option.ClientOption{option.WithHTTPClient(client)}
	if o.Endpoint != "" {
		opts = append(opts, option.WithEndpoint(o.Endpoint))
	}
	app, err := firebase.NewApp(ctx, &firebase.Config{ProjectID: o.Project}, opts...)
	if err != nil {
		return nil, fmt.Errorf("pushgw: firebase: %w", err)
	}
	m, err := app.Messaging(ctx)
	if err != nil {
		return nil, fmt.Errorf("pushgw: firebase messaging: %w", err)
	}
	return &FCM{client: m, idle: base.CloseIdleConnections, now: o.Now}, nil
}

const oauthTimeout = 10 * time.Second

// authorised returns a client that adds the service account's access token to each request. The SDK's own client
// would do that too, but would repeat requests on its own schedule (see once).
func authorised(serviceAccount []byte, base *http.Transport) (*http.Client, error) {
	creds, err := credentials.NewCredentialsFromJSON(credentials.ServiceAccount, serviceAccount, &credentials.DetectOptions{
		Scopes: []string{messagingScope},
		Client: &http.Client{Transport: base, Timeout: oauthTimeout},
	})
	if err != nil {
		return nil, fmt.Errorf("pushgw: service account: %w", err)
	}
	client := &http.Client{Transport: base}
	if err := httptransport.AddAuthorizationMiddleware(client, creds); err != nil {
		return nil, fmt.Errorf("pushgw: service account: %w", err)
	}
	return client, nil
}

// Close closes idle connections.
func (f *FCM) Close() error {
	f.idle()
	return nil
}

// Send sends one push.
func (f *FCM) Send(ctx context.Context, p Push) error {
	ctx, e := newExchange(ctx)
	defer e.stop()
	_, err := f.client.Send(ctx, f.message(p))
	if err == nil || e.status/100 == 2 { // a success that cannot be read is one
		f.accepted.Store(true)
		return nil
	}
	return f.failure(e, err)
}

// message is never collapsible: of those, FCM keeps few per device. The notification's tag does in the phone's
// list what collapsing would do: "answered" takes the place of the question.
func (f *FCM) message(p Push) *messaging.Message {
	life := p.life(f.now())
	priority := "normal" // the phone may sleep on
	if p.hurried() {
		priority = "high"
	}
	return &messaging.Message{
		Token:        p.Address.Token,
		Data:         map[string]string{"type": string(p.Kind), "id": p.ID},
		Notification: &messaging.Notification{Title: p.Title, Body: p.Body},
		Android: &messaging.AndroidConfig{
			Priority:     priority,
			TTL:          &life,
			Notification: &messaging.AndroidNotification{Tag: p.topic()},
		},
	}
}

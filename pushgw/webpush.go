package pushgw

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/outbound"
)

// WebPushOptions is what is needed to send to browsers and UnifiedPush distributors.
type WebPushOptions struct {
	Keys         []keys.VAPID
	Unnamed      keys.VAPID // for subscriptions that do not say with which key they were made
	Dropped      []string   // public keys that were given up
	Subscriber   string     // whom a push service may write to: a mail address or an https: URL
	AllowPrivate []netip.Prefix
	Now          func() time.Time
}

// WebPush sends through the push services that the subscriptions name.
type WebPush struct {
	secure  *http.Client
	plain   *http.Client
	vapid   WebPushOptions
	options webpush.Options
	now     func() time.Time
}

const webPushTimeout = 15 * time.Second // the gateway's own deadline for an attempt is shorter

func https(port uint16) bool { return port == 443 }

// NewWebPush returns a provider of Web Push.
func NewWebPush(o WebPushOptions) *WebPush {
	return &WebPush{
		secure:  outbound.NewClient(outbound.Options{Private: o.AllowPrivate, Port: https, Timeout: webPushTimeout}),
		plain:   outbound.NewClient(outbound.Options{Private: o.AllowPrivate, Timeout: webPushTimeout}),
		vapid:   o,
		options: webpush.Options{Subscriber: strings.TrimPrefix(o.Subscriber, "mailto:")}, // the library adds it
		now:     o.Now,
	}
}

// Close closes idle connections.
func (w *WebPush) Close() error {
	w.secure.CloseIdleConnections()
	w.plain.CloseIdleConnections()
	return nil
}

// Send sends one push.
func (w *WebPush) Send(ctx context.Context, p Push) error {
	s := p.Address.Subscription
	if s == nil {
		return &Failure{Kind: Refused, Reason: "no-subscription"}
	}
	key, err := w.keyOf(p.Address)
	if err != nil {
		return err
	}
	message, err := webPushMessage(p)
	if err != nil {
		return &Failure{Kind: Refused, Reason: "invalid-message"}
	}
	target := &webpush.Subscription{Endpoint: s.Endpoint, Keys: webpush.Keys{Auth: s.Keys.Auth, P256dh: s.Keys.P256dh}}
	options := w.optionsFor(p)
	options.VAPIDPublicKey, options.VAPIDPrivateKey = key.Public, key.Private
	resp, err := webpush.SendNotificationWithContext(ctx, message, target, &options)
	if err != nil {
		return webPushError(err)
	}
	defer outbound.Drain(resp.Body)
	return w.failure(resp)
}

// keyOf returns the key that a subscription is bound to (RFC 8292, 4). Of one that was given up the phone has to learn; one that
// this process has never heard of may well be in the key file of the others.
func (w *WebPush) keyOf(a account.PushAddress) (keys.VAPID, error) {
	if a.ServerKey == "" {
		return w.vapid.Unnamed, nil
	}
	if i := slices.IndexFunc(w.vapid.Keys, func(k keys.VAPID) bool { return k.Public == a.ServerKey }); i >= 0 {
		return w.vapid.Keys[i], nil
	}
	if slices.Contains(w.vapid.Dropped, a.ServerKey) {
		return keys.VAPID{}, &Failure{Kind: Gone, Reason: "server-key-dropped"}
	}
	return keys.VAPID{}, &Failure{Kind: Alarm, Reason: "server-key-unknown"}
}

func (w *WebPush) optionsFor(p Push) webpush.Options {
	o := w.options
	o.HTTPClient = w.plain
	if strings.HasPrefix(p.Address.Subscription.Endpoint, "https:") {
		o.HTTPClient = w.secure
	}
	o.TTL = int(p.life(w.now()).Seconds())
	o.Topic = p.topic()
	o.Urgency = webpush.UrgencyNormal
	if p.hurried() {
		o.Urgency = webpush.UrgencyHigh
	}
	return o
}

// webPushMessage makes the message anew for every attempt, because the library writes into it.
func webPushMessage(p Push) ([]byte, error) {
	return json.Marshal(map[string]string{"type": string(p.Kind), "id": p.ID, "title": p.Title, "body": p.Body})
}

func webPushError(err error) *Failure {
	if outbound.Prohibited(err) {
		return &Failure{Kind: Refused, Reason: outbound.Reason(err)}
	}
	if e, ok := errors.AsType[*url.Error](err); !ok || e.Op == "parse" { // keys that are none, an endpoint that is no URL
		return &Failure{Kind: Refused, Reason: "subscription-unusable"}
	}
	return noAnswer(err)
}

func (w *WebPush) failure(resp *http.Response) error {
	reason, after := word(strings.ReplaceAll(http.StatusText(resp.StatusCode), " ", "-")), outbound.RetryAfter(resp.Header, w.now())
	switch status := resp.StatusCode; {
	case status/100 == 2:
		return nil
	case status == http.StatusNotFound || status == http.StatusGone:
		return &Failure{Kind: Gone, Reason: reason}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &Failure{Kind: Alarm, Reason: reason} // our VAPID key or clock is not what it was
	case status == http.StatusTooManyRequests:
		return &Failure{Kind: Throttled, Reason: reason, After: after}
	case status >= 500:
		return &Failure{Kind: Again, Reason: reason, After: after}
	default:
		return &Failure{Kind: Refused, Reason: reason}
	}
}

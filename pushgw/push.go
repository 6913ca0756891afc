package pushgw

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/url"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

// Push is one message to one installation, as a provider sends it.
type Push struct {
	Kind    approval.JobKind
	ID      string // of the approval, the notice or the test
	Title   string
	Body    string
	Expires time.Time
	Address account.PushAddress
}

// Provider sends pushes through one push service. Send returns nil when the service has accepted the push and a
// *Failure otherwise.
type Provider interface {
	Send(ctx context.Context, p Push) error
}

// Route names a provider: the service, the app that it is configured for and, for APNs, the environment.
type Route struct {
	Provider    string
	App         string
	Environment string
}

// RouteOf returns the route to an address.
func RouteOf(a account.PushAddress) Route {
	if a.Provider == account.WebPush {
		return Route{Provider: account.WebPush}
	}
	if a.Provider == account.APNs {
		return Route{Provider: account.APNs, App: a.App, Environment: a.Environment}
	}
	return Route{Provider: a.Provider, App: a.App}
}

// Providers are the providers that are configured.
type Providers map[Route]Provider

// Close closes the idle connections of all providers.
func (p Providers) Close() {
	for _, provider := range p {
		if c, ok := provider.(io.Closer); ok {
			_ = c.Close() // closing idle connections cannot fail
		}
	}
}

// service names what an address's pushes share their fate with: for Web Push every phone may name its own server,
// so each server stands for itself.
type service struct {
	Route
	host string
}

func serviceOf(a account.PushAddress) service {
	s := service{Route: RouteOf(a)}
	if s.foreign() && a.Subscription != nil {
		if u, err := url.Parse(a.Subscription.Endpoint); err == nil {
			s.host = u.Host
		}
	}
	return s
}

// foreign reports whether a phone named the server.
func (s service) foreign() bool { return s.Provider == account.WebPush }

const topicBytes = 24 // 32 characters of base64url, which is what Web Push allows

// topic returns what all pushes of one approval, notice or test share, so that a later one takes the place of an earlier one.
// It does not show the id to the push service.
func (p Push) topic() string {
	sum := sha256.Sum256([]byte("jawort push topic\x00" + p.ID))
	return base64.RawURLEncoding.EncodeToString(sum[:topicBytes])
}

// hurried reports whether a sleeping phone is to be woken at once. A test must go the way that questions go, or it would say nothing of them.
func (p Push) hurried() bool { return p.Kind == approval.JobApproval || p.Kind == approval.JobTest }

// life returns how long the push is still of use: whole seconds, at least one, because some services take zero
// for "now or never" and others for "always".
func (p Push) life(now time.Time) time.Duration {
	left := p.Expires.Sub(now)
	return max(left.Round(time.Second), time.Second)
}

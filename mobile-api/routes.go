package mobileapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/attestation"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/mobile-api/app"
	"github.com/jawort/jawort/mobile-api/dpop"
)

// Keys seals what must not be read at rest and authenticates what comes back. Package keys provides it.
type Keys interface {
	dpop.MAC
	Seal(plaintext []byte, purpose string) ([]byte, error)
}

// Live is what the API needs of the live store.
type Live interface {
	questions
	waker
	testPushes
	// EndPending closes an approval's live record and withdraws the prompts of all but the decider.
	EndPending(ctx context.Context, p approval.Pending, decider string, status approval.Status) error
}

// Lasting is what the API needs of the lasting store, feature by feature.
type Lasting interface {
	installationReader
	keyReader
	enrolmentStore
	deviceStore
	installationStore
	pendingStore
	decisionStore
	recoveryStore
	noticeStore
	recipientStore
}

// Options are the parts that the API is made of. All are required but Attestation, Associations and WebPushKey.
type Options struct {
	Live         Live
	Lasting      Lasting
	Wakeups      Wakeups
	Keys         Keys
	RelyingParty *approval.RelyingParty
	Requirements account.Requirements
	Attestation  attestation.Judge
	PublicURL    string // what phones call: scheme and host, and a path where a proxy strips one
	Associations Associations
	WebPushKey   string // public VAPID key, base64url; empty: phones are not told one
	Edge         edge.Options
	Now          func() time.Time
	Random       io.Reader
}

// API serves phones.
type API struct {
	mux    *edge.Mux
	nonces dpop.Nonces
}

// feature mounts its own routes behind the guards that it chooses.
type feature interface {
	mount(m *edge.Mux, g guards)
}

// New returns the API.
func New(o Options) (*API, error) {
	public, err := url.Parse(o.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("mobileapi: public URL: %w", err)
	}
	if err := o.Requirements.Validate(); err != nil {
		return nil, err
	}
	nonces := dpop.NewNonces(o.Keys, o.Now)
	verifier, err := dpop.NewVerifier(public, nonces)
	if err != nil {
		return nil, fmt.Errorf("mobileapi: public URL: %w", err)
	}
	tokens := tokens{mac: o.Keys}
	companion, err := app.New()
	if err != nil {
		return nil, err
	}
	a := &API{mux: edge.NewMux(o.Edge), nonces: nonces}
	for _, f := range append(features(o, tokens), webApp{companion}) {
		f.mount(a.mux, guards{verifier: verifier, tokens: tokens, lasting: o.Lasting})
	}
	return a, nil
}

func features(o Options, t tokens) []feature {
	where := addresses{keys: o.Keys, serverKey: o.WebPushKey}
	return []feature{
		claim{lasting: o.Lasting, party: o.RelyingParty, requirements: o.Requirements, attestation: o.Attestation, webPush: webPushOf(o.WebPushKey)},
		complete{lasting: o.Lasting, live: o.Live, party: o.RelyingParty, requirements: o.Requirements, attestation: o.Attestation, keys: o.Keys, addresses: where, tokens: t, random: o.Random},
		pending{live: o.Live, lasting: o.Lasting, wakeups: o.Wakeups, crowd: &edge.Crowd{}, now: o.Now},
		decisions{live: o.Live, lasting: o.Lasting, party: o.RelyingParty, keys: o.Keys},
		installation{lasting: o.Lasting, addresses: where, requirements: o.Requirements},
		renewal{lasting: o.Lasting, tokens: t},
		testPush{live: o.Live, lasting: o.Lasting, now: o.Now, random: o.Random},
		devices{lasting: o.Lasting, webPush: webPushOf(o.WebPushKey)},
		recoveries{lasting: o.Lasting},
		notices{lasting: o.Lasting},
		o.Associations,
	}
}

// Routes lists what the API answers, as "METHOD /path".
func (a *API) Routes() []string { return a.mux.Routes() }

// ServeHTTP answers one request. Every answer carries a fresh nonce, so that a phone seldom has to ask twice.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	nonce, err := a.nonces.New()
	if err != nil {
		edge.Problem(w, r, err)
		return
	}
	w.Header().Set("DPoP-Nonce", nonce)
	c := &challenger{ResponseWriter: w}
	a.mux.ServeHTTP(c, r.WithContext(c.context(r.Context())))
}

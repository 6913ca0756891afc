package phone

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/jawort/jawort/backoff"
)

// PushAddress is where the phone is woken.
type PushAddress struct {
	Provider     string        `json:"provider"`              // fcm, apns, huawei or webpush
	App          string        `json:"app,omitempty"`         // Firebase project or bundle id
	Environment  string        `json:"environment,omitempty"` // APNs: production or sandbox
	Token        string        `json:"token,omitempty"`
	Subscription *Subscription `json:"subscription,omitempty"`
	ServerKey    string        `json:"server_key,omitempty"` // the application server key of the subscription; empty: the server's present one
}

// Subscription is a PushSubscription of the Push API.
type Subscription struct {
	Endpoint string           `json:"endpoint"`
	Keys     SubscriptionKeys `json:"keys"`
}

// SubscriptionKeys are base64url.
type SubscriptionKeys struct {
	P256dh string `json:"p256dh"`
	Auth   string `json:"auth"`
}

// ErrLink says that a link is none for enrolling.
var ErrLink = errors.New("phone: this is not an enrolment link; it looks like https://phone.example/enrol#code")

// splitLink returns the server and the code. The code stands in the fragment, which browsers send to nobody.
func splitLink(link string) (server, code string, err error) {
	server, code, ok := strings.Cut(strings.TrimSpace(link), "/enrol#")
	if !ok || code == "" || !(strings.HasPrefix(server, "https://") || strings.HasPrefix(server, "http://")) {
		return "", "", ErrLink
	}
	return server, code, nil
}

// offer is what the server wants to be created.
type offer struct {
	Code      *CodeSent `json:"code"`
	Enrolment string    `json:"enrolment"`
	Account   Account   `json:"account"`
	Tenant    Party     `json:"tenant"`
	PublicKey struct {
		RP struct {
			ID string `json:"id"`
		} `json:"rp"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
		Challenge  string `json:"challenge"`
		Algorithms []struct {
			Alg int `json:"alg"`
		} `json:"pubKeyCredParams"`
	} `json:"publicKey"`
}

// Enrol registers this phone by a link for holder, and returns the six digits that the person types where the
// link came from. Only then is the device active. push may be nil. An account that wants a code is ErrCodeWanted.
func (p *Phone) Enrol(ctx context.Context, link, holder, label string, push *PushAddress) (confirm string, err error) {
	return p.EnrolWithCode(ctx, link, holder, label, push, nil)
}

// EnrolWithCode is Enrol for an account that may want a code. Ask is called until a code is right.
func (p *Phone) EnrolWithCode(ctx context.Context, link, holder, label string, push *PushAddress, ask AskCode) (confirm string, err error) {
	_, confirm, err = p.enrol(ctx, enrolling{link: link, holder: holder, label: label, push: push, ask: ask})
	return confirm, err
}

// enrolling is what a person brings to register a phone.
type enrolling struct {
	link, holder, label string
	push                *PushAddress
	ask                 AskCode
}

func (p *Phone) enrol(ctx context.Context, e enrolling) (d device, confirm string, err error) {
	url, code, err := splitLink(e.link)
	if err != nil {
		return d, "", err
	}
	if err := p.meet(url); err != nil {
		return d, "", err
	}
	o, err := p.claim(ctx, url, code)
	if err != nil {
		return d, "", err
	}
	if d, err = p.newDevice(url, o); err != nil {
		return d, "", err
	}
	d.Holder, d.Label = e.holder, e.label
	if o.Code == nil {
		confirm, err = p.complete(ctx, url, o, d, e.push, "")
		return d, confirm, err
	}
	confirm, err = p.completeWithCode(ctx, url, o, d, e)
	return d, confirm, err
}

// meet makes the key of this installation at a server where it has none.
func (p *Phone) meet(url string) error {
	p.mu.Lock()
	known := p.state.server(url) != nil
	p.mu.Unlock()
	if known {
		return nil
	}
	k, err := newKey(p.options.Random)
	if err != nil {
		return err
	}
	return p.change(func(s *state) {
		if s.server(url) == nil {
			s.Servers = append(s.Servers, &server{URL: url, Key: k})
		}
	})
}

func (p *Phone) claim(ctx context.Context, url, code string) (offer, error) {
	body, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		return offer{}, fmt.Errorf("phone: %w", err)
	}
	var o offer
	err = p.insist(ctx, call{server: url, method: http.MethodPost, path: "/v1/enrolments/claim", body: body}, &o)
	return o, err
}

// newDevice makes the credential, for the server's own host and no other.
func (p *Phone) newDevice(url string, o offer) (device, error) {
	_, host, err := originOf(url)
	if err != nil {
		return device{}, err
	}
	if o.PublicKey.RP.ID != host {
		return device{}, fmt.Errorf("phone: %s asks for a key of %q", url, o.PublicKey.RP.ID)
	}
	id, err := base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		return device{}, fmt.Errorf("phone: user handle: %w", err)
	}
	d := device{ID: string(id), RPID: host, Account: o.Account.Label, Tenant: o.Tenant.Name, Credential: make([]byte, credentialBytes)}
	if _, err := io.ReadFull(p.options.Random, d.Credential); err != nil {
		return device{}, fmt.Errorf("phone: read randomness: %w", err)
	}
	d.Key, err = newKey(p.options.Random)
	return d, err
}

func (p *Phone) complete(ctx context.Context, url string, o offer, d device, push *PushAddress, code string) (confirm string, err error) {
	origin, _, err := originOf(url)
	if err != nil {
		return "", err
	}
	credential, err := p.Authenticator.create(d, origin, o.PublicKey.Challenge)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(struct {
		Enrolment    string              `json:"enrolment"`
		Credential   publicKeyCredential `json:"credential"`
		Installation Installation        `json:"installation"`
		Holder       string              `json:"holder"`
		Label        string              `json:"label"`
		Code         string              `json:"code,omitempty"`
		Push         *PushAddress        `json:"push,omitempty"`
	}{o.Enrolment, credential, p.options.Installation, d.Holder, d.Label, code, push})
	if err != nil {
		return "", fmt.Errorf("phone: %w", err)
	}
	var done struct {
		Device  string `json:"device"`
		Token   string `json:"token"`
		Confirm string `json:"confirm"`
	}
	if err := p.insist(ctx, call{server: url, method: http.MethodPost, path: "/v1/enrolments/complete", body: body}, &done); err != nil {
		return "", err
	}
	d.ID = done.Device
	return done.Confirm, p.change(func(s *state) {
		at := s.server(url)
		at.Token = done.Token
		at.Devices = append(at.Devices, d)
	})
}

// insist repeats a step of the enrolment until it is answered: repeated by the same key it is the same step.
func (p *Phone) insist(ctx context.Context, q call, answer any) error {
	const tries = 5
	for try := 0; ; try++ {
		err := p.do(ctx, q, answer)
		if !unanswered(err) || try+1 == tries || !backoff.Wait(ctx, backOff(try, err)) {
			return err
		}
	}
}

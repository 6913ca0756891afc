package pushgw

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/outbound"
)

// HuaweiOptions is what is needed to send through one project of AppGallery Connect.
type HuaweiOptions struct {
	Project      string
	ClientID     string // OAuth 2.0, of the project
	ClientSecret string
	Category     string // the class of messages that Huawei has granted; empty: none
	Endpoint     string // in place of both of Huawei's; empty: Huawei's
	Now          func() time.Time
}

// Huawei sends through Huawei Push Kit: to Android with HMS Core, and to HarmonyOS up to version 4.
type Huawei struct {
	client   *http.Client
	grant    *huaweiGrant
	url      string
	category string
	now      func() time.Time
	// accepted says that the service took a message of ours. Until then "all tokens are invalid" may as well say that
	// project and app do not belong together, and nobody's token is to be thrown away for that.
	accepted atomic.Bool
}

const (
	huaweiOAuth = "https://oauth-login.cloud.huawei.com"
	huaweiPush  = "https://push-api.cloud.huawei.com"
)

// NewHuawei returns a provider for one project.
func NewHuawei(o HuaweiOptions) *Huawei {
	oauth, push := huaweiOAuth, huaweiPush
	if o.Endpoint != "" {
		oauth, push = o.Endpoint, o.Endpoint
	}
	client := &http.Client{Transport: huaweiTransport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Huawei{
		client:   client,
		grant:    newHuaweiGrant(client, oauth+"/oauth2/v3/token", o.ClientID, o.ClientSecret, o.Now),
		url:      push + "/v2/" + url.PathEscape(o.Project) + "/messages:send",
		category: o.Category,
		now:      o.Now,
	}
}

func huaweiTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = DefaultConcurrency // where HTTP/2 is not spoken
	t.MaxResponseHeaderBytes = 16 << 10
	return t
}

// Close closes idle connections.
func (h *Huawei) Close() error {
	h.client.CloseIdleConnections()
	return nil
}

// Send sends one push. A refused access token is replaced once; the push was not accepted then.
func (h *Huawei) Send(ctx context.Context, p Push) error {
	body, err := json.Marshal(h.message(p))
	if err != nil {
		return &Failure{Kind: Refused, Reason: "invalid-message"}
	}
	bearer, err := h.grant.bearer(ctx)
	if err != nil {
		return err
	}
	a, err := h.post(ctx, bearer, body)
	if err != nil {
		return err
	}
	if a.unauthorised() && h.grant.drop(bearer) {
		if bearer, err = h.grant.bearer(ctx); err != nil {
			return err
		}
		if a, err = h.post(ctx, bearer, body); err != nil {
			return err
		}
	}
	return h.verdict(a, p.Address.Token)
}

func (h *Huawei) post(ctx context.Context, bearer string, body []byte) (*huaweiAnswer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return nil, &Failure{Kind: Alarm, Reason: "invalid-endpoint"}
	}
	req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	req.Header.Set("Authorization", "Bearer "+bearer)
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, noAnswer(err)
	}
	defer outbound.Drain(resp.Body)
	a := &huaweiAnswer{status: resp.StatusCode, after: outbound.RetryAfter(resp.Header, h.now())}
	if err := readHuawei(resp.Body, a); err != nil && ctx.Err() != nil {
		return nil, noAnswer(err)
	}
	return a, nil
}

const maxHuaweiAnswer = 64 << 10

// readHuawei reads one JSON value, and none that is larger than any that the service sends.
func readHuawei(body io.Reader, v any) error {
	return json.NewDecoder(io.LimitReader(body, maxHuaweiAnswer)).Decode(v)
}

// Route returns the route that this provider serves.
func (o HuaweiOptions) Route() Route { return Route{Provider: account.Huawei, App: o.Project} }

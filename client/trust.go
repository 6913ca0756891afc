package client

import (
	"context"
	"net/http"
	"time"
)

// TrustedBrowser is a browser that confirmed recently and is not asked again until then.
type TrustedBrowser struct {
	ID          string    `json:"id"`
	Application string    `json:"application"`
	Browser     string    `json:"browser"`
	System      string    `json:"system"`
	Country     string    `json:"country,omitempty"`
	Method      string    `json:"method"`           // by which it confirmed
	Device      string    `json:"device,omitempty"` // the phone that approved
	Remembered  bool      `json:"remembered"`
	ConfirmedAt time.Time `json:"confirmed_at"`
	TrustUntil  time.Time `json:"trust_until"`
	LastUsedAt  time.Time `json:"last_used_at,omitzero"`
}

// TrustedBrowsers returns the browsers that an account trusts now, the newest first.
func (c *Client) TrustedBrowsers(ctx context.Context, externalID string) ([]TrustedBrowser, error) {
	var list struct {
		Browsers []TrustedBrowser `json:"browsers"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: path("accounts", externalID, "browsers"), repeat: true}, &list)
	return list.Browsers, err
}

// EndTrustedBrowser ends the trust in one browser of an account.
func (c *Client) EndTrustedBrowser(ctx context.Context, externalID, browser string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("accounts", externalID, "browsers", browser), repeat: true}, nil)
}

// EndTrustedBrowsers ends the trust in all browsers of an account. Call it when its password was changed.
func (c *Client) EndTrustedBrowsers(ctx context.Context, externalID string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("accounts", externalID, "browsers"), repeat: true}, nil)
}

// LiftReports lets the sessions and networks whose logins were reported wake the account's phones again, and returns how many
// reports that were.
func (c *Client) LiftReports(ctx context.Context, externalID string) (int, error) {
	var answer struct {
		Lifted int `json:"lifted"`
	}
	err := c.do(ctx, call{method: http.MethodPost, path: path("accounts", externalID, "reports", "lift"), repeat: true}, &answer)
	return answer.Lifted, err
}

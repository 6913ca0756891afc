package client

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"
)

// NewPortalSession lets somebody who is signed in look after their own account.
type NewPortalSession struct {
	Account   string `json:"account"`
	ReturnURL string `json:"return_url"`       // where they go back to, at one of the application's origins
	Locale    string `json:"locale,omitempty"` // de or en; empty: the account's, then the tenant's
	Page      string `json:"page,omitempty"`   // devices, interval, logins, browsers, methods or data; empty: devices
}

// PortalSession is where to redirect their browser, at once: the address opens once, within a minute.
type PortalSession struct {
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

// CreatePortalSession returns an address that opens the portal. A repetition after a lost answer creates nothing new.
func (c *Client) CreatePortalSession(ctx context.Context, s NewPortalSession) (PortalSession, error) {
	var created PortalSession
	err := c.do(ctx, call{method: http.MethodPost, path: path("portal-sessions"), body: s, key: rand.Text(), repeat: true}, &created)
	return created, err
}

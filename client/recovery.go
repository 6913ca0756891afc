package client

import (
	"context"
	"net/http"
	"time"
)

// Recovery is a way back for somebody whose phone is lost. It is announced on every channel of the account and opens after a
// day; until a phone is registered by it, anybody of the account can stop it.
type Recovery struct {
	ID        string    `json:"id"`
	Status    string    `json:"status"` // announced, ready, used, stopped or expired
	Account   string    `json:"account"`
	CreatedAt time.Time `json:"created_at"`
	OpensAt   time.Time `json:"opens_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// AnnounceRecovery begins a recovery, for a reason that support states. Scope admin.
func (c *Client) AnnounceRecovery(ctx context.Context, account, reason string) (Recovery, error) {
	var r Recovery
	body := struct {
		Account string `json:"account"`
		Reason  string `json:"reason"`
	}{account, reason}
	err := c.do(ctx, call{method: http.MethodPost, path: path("recoveries"), body: body}, &r)
	return r, err
}

// Recovery returns how a recovery stands.
func (c *Client) Recovery(ctx context.Context, id string) (Recovery, error) {
	var r Recovery
	err := c.do(ctx, call{method: http.MethodGet, path: path("recoveries", id), repeat: true}, &r)
	return r, err
}

// NewRecoveryCodes gives an account ten new recovery codes, to be shown this once. The ones before are void from then on. Scope enrol.
// A lost answer is not repeated: ask again, and what was in it is void too.
func (c *Client) NewRecoveryCodes(ctx context.Context, account string) ([]string, error) {
	var answer struct {
		Codes []string `json:"codes"`
	}
	err := c.do(ctx, call{method: http.MethodPost, path: path("accounts", account, "recovery-codes")}, &answer)
	return answer.Codes, err
}

// StopRecovery ends a recovery on the wish of a user who is signed in.
func (c *Client) StopRecovery(ctx context.Context, id string) (Recovery, error) {
	var r Recovery
	err := c.do(ctx, call{method: http.MethodDelete, path: path("recoveries", id), repeat: true}, &r)
	return r, err
}

package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Invited are those to ask: either of the two, at most 1000 accounts.
type Invited struct {
	Accounts []string       `json:"accounts,omitempty"`
	Filter   *InvitedFilter `json:"filter,omitempty"` // of those who have not enrolled
}

// InvitedFilter picks accounts that have not enrolled.
type InvitedFilter struct {
	Prefix string `json:"prefix,omitempty"`
	Group  string `json:"group,omitempty"`
	After  string `json:"after,omitempty"` // the Next of the answer before
}

// Letters says what became of a request to ask people.
type Letters struct {
	Queued  int             `json:"queued"`
	Skipped []SkippedLetter `json:"skipped"`
	Next    string          `json:"next,omitempty"` // where the filter goes on; empty: nobody is left
}

// SkippedLetter is why somebody is not written to.
type SkippedLetter struct {
	Account string `json:"account"`
	Reason  string `json:"reason"`
}

// Invite asks people by e-mail to enrol.
func (c *Client) Invite(ctx context.Context, who Invited) (Letters, error) {
	var l Letters
	err := c.do(ctx, call{method: http.MethodPost, path: path("invitations"), body: who}, &l)
	return l, err
}

// Remind reminds those who were invited.
func (c *Client) Remind(ctx context.Context, who Invited) (Letters, error) {
	var l Letters
	err := c.do(ctx, call{method: http.MethodPost, path: path("invitations", "remind"), body: who}, &l)
	return l, err
}

// ProgressFilter picks whose progress is asked for.
type ProgressFilter struct {
	Group string // empty: all
	After string // the Next of the page before
	Limit int    // 0: the server's default
}

// Progress is how far the invited have got.
type Progress struct {
	Invited  int           `json:"invited"`
	Enrolled int           `json:"enrolled"`
	Left     int           `json:"left"`
	Accounts []InvitedLeft `json:"accounts"` // who has not enrolled
	Next     string        `json:"next,omitempty"`
}

// InvitedLeft is somebody who was invited and has not enrolled.
type InvitedLeft struct {
	Account    string    `json:"account"`
	InvitedAt  time.Time `json:"invited_at"`
	RemindedAt time.Time `json:"reminded_at,omitzero"`
	Reminders  int       `json:"reminders"`
}

// InvitationProgress returns how far the invited have got.
func (c *Client) InvitationProgress(ctx context.Context, f ProgressFilter) (Progress, error) {
	query := url.Values{}
	for name, value := range map[string]string{"group": f.Group, "after": f.After} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.Limit > 0 {
		query.Set("limit", strconv.Itoa(f.Limit))
	}
	var p Progress
	err := c.do(ctx, call{method: http.MethodGet, path: path("invitations"), query: query, repeat: true}, &p)
	return p, err
}

package client

import (
	"context"
	"net/http"
	"time"
)

// Account is one login identity, known by your login number.
type Account struct {
	ExternalID     string    `json:"account"`
	Label          string    `json:"label"`             // how the phone calls it
	Group          string    `json:"group,omitempty"`   // its name
	Manager        string    `json:"manager,omitempty"` // login number of the account that manages it
	Phone          string    `json:"phone,omitempty"`   // E.164
	Email          string    `json:"email,omitempty"`
	Language       string    `json:"language,omitempty"`
	Interval       *int      `json:"interval"` // days; nil: the group's default
	SMS            bool      `json:"sms"`
	PhoneChangedAt time.Time `json:"phone_changed_at,omitzero"`
	EmailChangedAt time.Time `json:"email_changed_at,omitzero"`
	Devices        int       `json:"devices"` // active ones
	Methods        []string  `json:"methods"`
	Used           []Use     `json:"used"` // newest first
	CreatedAt      time.Time `json:"created_at"`
}

// Use is when an account last used an application.
type Use struct {
	Application string    `json:"application"` // its id
	Name        string    `json:"name"`
	At          time.Time `json:"at"`
}

// AccountFilter chooses accounts. All that is given must hold.
type AccountFilter struct {
	Prefix      string   // of the login number
	Query       string   // begins login number or label, whatever the case
	Group       string   // its name
	Manager     string   // its login number
	Has, Lacks  []string // phone, email, device, push, passkey, totp, sms, email_code, recovery, any
	Application string   // id or name; what Used is about
	Used        string   // since:<RFC 3339>, before:<RFC 3339> or never
	SMS         string   // on or off
	Interval    string   // days, or default
	After       string   // the Next of the page before
	Limit       int      // 0: the server's default
}

// AccountPage is a part of a list, in the order of the login numbers.
type AccountPage struct {
	Accounts []Account `json:"accounts"`
	Next     string    `json:"next,omitempty"` // empty: the last page
}

// Device is a phone that is registered for an account.
type Device struct {
	ID         string    `json:"id"`
	Label      string    `json:"label"`
	Holder     string    `json:"holder"`
	Platform   string    `json:"platform"`
	OSVersion  string    `json:"os_version"`
	Model      string    `json:"model"`
	Status     string    `json:"status"`
	Pushable   bool      `json:"pushable"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
}

// PutAccount creates an account or changes its label. An empty label leaves the choice to the server.
func (c *Client) PutAccount(ctx context.Context, externalID, label string) (Account, error) {
	var a Account
	body := struct {
		Label string `json:"label,omitempty"`
	}{label}
	err := c.do(ctx, call{method: http.MethodPut, path: path("accounts", externalID), body: body, repeat: true}, &a)
	return a, err
}

// Account returns one account.
func (c *Client) Account(ctx context.Context, externalID string) (Account, error) {
	var a Account
	err := c.do(ctx, call{method: http.MethodGet, path: path("accounts", externalID), repeat: true}, &a)
	return a, err
}

// Accounts returns a page of the directory.
func (c *Client) Accounts(ctx context.Context, f AccountFilter) (AccountPage, error) {
	var page AccountPage
	err := c.do(ctx, call{method: http.MethodGet, path: path("accounts"), query: f.query(), repeat: true}, &page)
	return page, err
}

// DeleteAccount removes an account and revokes its devices.
func (c *Client) DeleteAccount(ctx context.Context, externalID string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("accounts", externalID), repeat: true}, nil)
}

// Devices returns the phones of an account.
func (c *Client) Devices(ctx context.Context, externalID string) ([]Device, error) {
	var list struct {
		Devices []Device `json:"devices"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: path("accounts", externalID, "devices"), repeat: true}, &list)
	return list.Devices, err
}

// RevokeDevice ends a device's registration: from the next request on it decides nothing.
func (c *Client) RevokeDevice(ctx context.Context, externalID, device string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("accounts", externalID, "devices", device), repeat: true}, nil)
}

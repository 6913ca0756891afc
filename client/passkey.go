package client

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// PasskeyStart is what a page makes a passkey with.
type PasskeyStart struct {
	Options   json.RawMessage `json:"options"` // for PublicKeyCredential.parseCreationOptionsFromJSON
	ExpiresAt time.Time       `json:"expires_at"`
}

// UsedPasskey is the passkey that confirmed, as it was called then.
type UsedPasskey struct {
	ID    string `json:"id"`
	Label string `json:"label,omitempty"` // browser and system in which it was made
}

// StartPasskey begins to register a passkey for somebody who is signed in, on a page of the application. Starting again ends the options
// before. Scope enrol.
func (c *Client) StartPasskey(ctx context.Context, account string) (PasskeyStart, error) {
	var answer struct {
		Method string `json:"method"`
		PasskeyStart
	}
	err := c.do(ctx, call{method: http.MethodPost, path: path("accounts", account, "methods", "passkey"), repeat: true}, &answer)
	return answer.PasskeyStart, err
}

// FinishPasskey keeps the passkey that the browser made: credential is its PublicKeyCredential.toJSON(). The user agent is for the passkey's label. Scope
// enrol.
func (c *Client) FinishPasskey(ctx context.Context, account string, credential json.RawMessage, userAgent string) error {
	body := struct {
		Credential json.RawMessage `json:"credential"`
		UserAgent  string          `json:"user_agent,omitempty"`
	}{credential, userAgent}
	return c.do(ctx, call{method: http.MethodPost, path: path("accounts", account, "methods", "passkey", "confirm"), body: body}, nil)
}

// RemovePasskey takes one passkey off an account. Scope enrol.
func (c *Client) RemovePasskey(ctx context.Context, account, passkey string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("accounts", account, "methods", "passkey", passkey), repeat: true}, nil)
}

// AskForPasskey returns what the page asks the browser for to confirm an approval, for PublicKeyCredential.parseRequestOptionsFromJSON.
func (c *Client) AskForPasskey(ctx context.Context, id string) (json.RawMessage, error) {
	var answer struct {
		Options json.RawMessage `json:"options"`
	}
	err := c.do(ctx, call{method: http.MethodPost, path: path("approvals", id, "passkey", "options"), repeat: true}, &answer)
	return answer.Options, err
}

// ConfirmByPasskey confirms an approval by what the browser answered: credential is its PublicKeyCredential.toJSON().
func (c *Client) ConfirmByPasskey(ctx context.Context, id string, credential json.RawMessage) error {
	body := struct {
		Credential json.RawMessage `json:"credential"`
	}{credential}
	return c.do(ctx, call{method: http.MethodPost, path: path("approvals", id, "passkey"), body: body, repeat: true}, nil)
}

package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// For returns a client that names the person at your side on whose word it acts, at most 128 bytes. The name is kept with
// what is changed, as personal data.
func (c *Client) For(operator string) *Client {
	named := *c
	named.operator = operator
	return &named
}

// AccountChange is what is to become of an account. What is nil stays.
type AccountChange struct {
	Label, Group, Manager, Phone, Email, Language *string
	Interval                                      *int     // days
	SMS                                           *bool    // codes may go by SMS
	Clear                                         []string // names of members to be cleared: label, group, manager, phone, email, language, interval, sms
}

// MarshalJSON tells what stays from what is cleared.
func (a AccountChange) MarshalJSON() ([]byte, error) {
	members := map[string]any{}
	for name, value := range map[string]*string{
		"label": a.Label, "group": a.Group, "manager": a.Manager, "phone": a.Phone, "email": a.Email, "language": a.Language,
	} {
		if value != nil {
			members[name] = *value
		}
	}
	if a.Interval != nil {
		members["interval"] = *a.Interval
	}
	if a.SMS != nil {
		members["sms"] = *a.SMS
	}
	for _, name := range a.Clear {
		members[name] = nil
	}
	return json.Marshal(members)
}

// ChangeAccount creates an account or changes it.
func (c *Client) ChangeAccount(ctx context.Context, externalID string, change AccountChange) (Account, error) {
	var a Account
	err := c.do(ctx, call{method: http.MethodPut, path: path("accounts", externalID), body: change, repeat: true}, &a)
	return a, err
}

// Managed returns a page of the accounts that one manages.
func (c *Client) Managed(ctx context.Context, manager string, f AccountFilter) (AccountPage, error) {
	var page AccountPage
	err := c.do(ctx, call{method: http.MethodGet, path: path("accounts", manager, "managed"), query: f.query(), repeat: true}, &page)
	return page, err
}

// AccountsCSV writes all accounts that fit to w, as the server streams them; ctx bounds how long that takes. A list that
// breaks off is an error.
func (c *Client) AccountsCSV(ctx context.Context, f AccountFilter, w io.Writer) error {
	query := f.query()
	query.Set("format", "csv")
	req, err := c.request(ctx, call{method: http.MethodGet, path: path("accounts"), query: query}, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("client: list accounts: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return problem(resp)
	}
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("%w: %w", errAnswer, err)
	}
	return nil
}

// SetInterval chooses for how many days a confirmation of the account holds; nil: the default of its group.
func (c *Client) SetInterval(ctx context.Context, externalID string, days *int) error {
	return c.do(ctx, call{method: http.MethodPut, path: path("accounts", externalID, "interval"), body: interval{days}, repeat: true}, nil)
}

type interval struct {
	Days *int `json:"days"`
}

// ManagedInterval says for how many accounts an interval was set.
type ManagedInterval struct {
	Managed int `json:"managed"`
	Changed int `json:"changed"` // had another one before
}

// SetManagedInterval does the same for all accounts that one manages, or for none where one of their groups forbids it.
func (c *Client) SetManagedInterval(ctx context.Context, manager string, days *int) (ManagedInterval, error) {
	return c.setManaged(ctx, manager, interval{days})
}

// SetGroupInterval does the same for those of a group among the accounts that one manages.
func (c *Client) SetGroupInterval(ctx context.Context, manager, group string, days *int) (ManagedInterval, error) {
	return c.setManaged(ctx, manager, struct {
		interval
		Group string `json:"group"`
	}{interval{days}, group})
}

func (c *Client) setManaged(ctx context.Context, manager string, body any) (ManagedInterval, error) {
	var m ManagedInterval
	err := c.do(ctx, call{method: http.MethodPut, path: path("accounts", manager, "managed", "interval"), body: body, repeat: true}, &m)
	return m, err
}

// ResetAccount ends all by which an account confirms, for somebody who has nothing left.
func (c *Client) ResetAccount(ctx context.Context, externalID, reason string) error {
	body := struct {
		Reason string `json:"reason"`
	}{reason}
	return c.do(ctx, call{method: http.MethodPost, path: path("accounts", externalID, "reset"), body: body}, nil)
}

// PasswordChanged ends the trusted browsers of an account.
func (c *Client) PasswordChanged(ctx context.Context, externalID string) error {
	return c.do(ctx, call{method: http.MethodPost, path: path("accounts", externalID, "password-changed"), repeat: true}, nil)
}

// ExportAccount returns all that is kept about an account, as JSON.
func (c *Client) ExportAccount(ctx context.Context, externalID string) (json.RawMessage, error) {
	var dossier json.RawMessage
	err := c.do(ctx, call{method: http.MethodGet, path: path("accounts", externalID, "export"), repeat: true}, &dossier)
	return dossier, err
}

// EraseAccount deletes an account and removes what is personal of it.
func (c *Client) EraseAccount(ctx context.Context, externalID string) error {
	return c.do(ctx, call{method: http.MethodPost, path: path("accounts", externalID, "erase")}, nil)
}

// ExportDevice returns all that is kept about who holds one phone of an account, as JSON, and nothing of who else shares the login.
func (c *Client) ExportDevice(ctx context.Context, externalID, device string) (json.RawMessage, error) {
	var dossier json.RawMessage
	err := c.do(ctx, call{method: http.MethodGet, path: path("accounts", externalID, "devices", device, "export"), repeat: true}, &dossier)
	return dossier, err
}

// EraseDevice revokes a phone of an account and removes what is personal of who held it.
func (c *Client) EraseDevice(ctx context.Context, externalID, device string) error {
	return c.do(ctx, call{method: http.MethodPost, path: path("accounts", externalID, "devices", device, "erase")}, nil)
}

// query is the filter as the API takes it.
func (f AccountFilter) query() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{
		"prefix": f.Prefix, "after": f.After, "q": f.Query, "group": f.Group, "manager": f.Manager, "application": f.Application, "used": f.Used,
		"sms": f.SMS, "interval": f.Interval, "has": strings.Join(f.Has, ","), "lacks": strings.Join(f.Lacks, ","),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.Limit > 0 {
		query.Set("limit", strconv.Itoa(f.Limit))
	}
	return query
}

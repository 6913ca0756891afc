package directory

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// AccountStore keeps a tenant's accounts.
type AccountStore interface {
	ChangeAccount(ctx context.Context, p lasting.Put, by lasting.By) (after account.Account, created bool, err error)
	Entry(ctx context.Context, tenant, externalID string) (lasting.Entry, error)
	Accounts(ctx context.Context, tenant string, f lasting.AccountFilter) ([]lasting.Entry, error)
	DeleteAccount(ctx context.Context, tenant, externalID string, by lasting.By) error
}

// Accounts are the login identities of the caller's tenant.
type Accounts struct {
	Guards guard.Guards
	Store  AccountStore
	Random io.Reader
}

// Mount implements the server's feature.
func (a Accounts) Mount(m *edge.Mux) {
	admin := a.Guards.Key(account.ScopeAdmin)
	m.Handle("GET /v1/accounts", admin, a.list)
	m.Handle("PUT /v1/accounts/{external_id}", admin, a.put)
	m.Handle("GET /v1/accounts/{external_id}", admin, a.get)
	m.Handle("DELETE /v1/accounts/{external_id}", admin, a.delete)
	m.Handle("GET /v1/accounts/{external_id}/managed", admin, a.managed)
}

type accountView struct {
	Account        string            `json:"account"`
	Label          string            `json:"label"`
	Group          string            `json:"group,omitempty"`
	Manager        string            `json:"manager,omitempty"`
	Phone          string            `json:"phone,omitempty"`
	Email          string            `json:"email,omitempty"`
	Language       string            `json:"language,omitempty"`
	Interval       *int              `json:"interval"` // null: the group's default
	SMS            bool              `json:"sms"`
	PhoneChangedAt *time.Time        `json:"phone_changed_at,omitempty"`
	EmailChangedAt *time.Time        `json:"email_changed_at,omitempty"`
	Devices        int               `json:"devices"`
	Methods        []approval.Method `json:"methods"`
	Used           []useView         `json:"used"`
	CreatedAt      time.Time         `json:"created_at"`
}

type useView struct {
	Application string    `json:"application"`
	Name        string    `json:"name"`
	At          time.Time `json:"at"`
}

func shownAccount(e lasting.Entry) accountView {
	v := accountView{
		Account: e.ExternalID, Label: e.Label, Group: e.GroupName, Manager: e.ManagerExternalID, Phone: e.Phone, Email: e.Email,
		Language: e.Language, Interval: e.Interval, SMS: e.SMSOn, Devices: e.Devices,
		PhoneChangedAt: shownTime(e.PhoneChangedAt), EmailChangedAt: shownTime(e.EmailChangedAt),
		Methods: append([]approval.Method{}, e.Methods...), Used: make([]useView, 0, len(e.Uses)), CreatedAt: e.CreatedAt.UTC(),
	}
	for _, u := range e.Uses {
		v.Used = append(v.Used, useView{Application: u.Application, Name: u.Name, At: u.At.UTC()})
	}
	return v
}

func shownTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// put creates the account or changes it. A new account without a label is called by its login number; what is not given
// stays as it is.
func (a Accounts) put(w http.ResponseWriter, r *http.Request) error {
	externalID, err := pathAccount(r)
	if err != nil {
		return err
	}
	by := callerOf(r)
	body, err := edge.Decode[account.Edit](r)
	if err != nil {
		return err
	}
	if err := reachable(&body, guard.CallerOf(r.Context()).Application.TenantPolicy.Region); err != nil {
		return err
	}
	accountID, err := id.New(a.Random, id.Account)
	if err != nil {
		return err
	}
	_, created, err := a.Store.ChangeAccount(r.Context(), lasting.Put{ID: accountID, Tenant: guard.TenantOf(r.Context()), ExternalID: externalID, Change: body}, by)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return a.show(w, r, status, externalID)
}

// reachable brings number and address into the form in which they are kept, or says what is wrong with them.
func reachable(c *account.Edit, region string) error {
	if c.Phone.Value != nil {
		number, err := factor.ParseMobile("phone", *c.Phone.Value, region)
		if err != nil {
			return err
		}
		c.Phone.Value = &number
	}
	if c.Email.Value != nil {
		address, err := factor.ParseAddress("email", *c.Email.Value)
		if err != nil {
			return err
		}
		c.Email.Value = &address
	}
	return nil
}

func (a Accounts) show(w http.ResponseWriter, r *http.Request, status int, externalID string) error {
	found, err := a.Store.Entry(r.Context(), guard.TenantOf(r.Context()), externalID)
	if err != nil {
		return err
	}
	return edge.JSON(w, status, shownAccount(found))
}

func (a Accounts) get(w http.ResponseWriter, r *http.Request) error {
	return a.show(w, r, http.StatusOK, r.PathValue("external_id"))
}

func (a Accounts) delete(w http.ResponseWriter, r *http.Request) error {
	by := callerOf(r)
	if err := a.Store.DeleteAccount(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), by); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

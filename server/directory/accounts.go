package server

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// directory keeps a tenant's accounts.
type directory interface {
	PutAccount(ctx context.Context, a account.Account) (stored account.Account, created bool, err error)
	Account(ctx context.Context, tenant, externalID string) (account.Account, error)
	Accounts(ctx context.Context, tenant string, f lasting.AccountFilter) ([]account.Account, error)
	DeleteAccount(ctx context.Context, tenant, externalID string) error
}

// accounts are the login identities of the caller's tenant.
type accounts struct {
	guards    guard.Guards
	directory directory
	random    io.Reader
}

func (a accounts) Mount(m *edge.Mux) {
	admin := a.guards.Key(account.ScopeAdmin)
	m.Handle("GET /v1/accounts", admin, a.list)
	m.Handle("PUT /v1/accounts/{external_id}", admin, a.put)
	m.Handle("GET /v1/accounts/{external_id}", admin, a.get)
	m.Handle("DELETE /v1/accounts/{external_id}", admin, a.delete)
}

type accountView struct {
	Account   string    `json:"account"`
	Label     string    `json:"label"`
	CreatedAt time.Time `json:"created_at"`
}

func shownAccount(a account.Account) accountView {
	return accountView{Account: a.ExternalID, Label: a.Label, CreatedAt: a.CreatedAt.UTC()}
}

type accountBody struct {
	Label *string `json:"label"`
}

// Validate refuses a label that is not fit to be shown.
func (b accountBody) Validate() error {
	if b.Label == nil {
		return nil
	}
	return account.ValidateName("label", *b.Label)
}

// put creates the account or changes its label. A new account without a label is called by its login number; without a
// label, one that exists stays as it is.
func (a accounts) put(w http.ResponseWriter, r *http.Request) error {
	externalID, err := pathAccount(r)
	if err != nil {
		return err
	}
	body, err := edge.Decode[accountBody](r)
	if err != nil {
		return err
	}
	accountID, err := id.New(a.random, id.Account)
	if err != nil {
		return err
	}
	wanted := account.Account{ID: accountID, Tenant: guard.CallerOf(r.Context()).Application.Tenant, ExternalID: externalID}
	if body.Label != nil {
		wanted.Label = *body.Label
	}
	stored, created, err := a.directory.PutAccount(r.Context(), wanted)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return edge.JSON(w, status, shownAccount(stored))
}

func (a accounts) get(w http.ResponseWriter, r *http.Request) error {
	found, err := a.directory.Account(r.Context(), guard.CallerOf(r.Context()).Application.Tenant, r.PathValue("external_id"))
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, shownAccount(found))
}

func (a accounts) delete(w http.ResponseWriter, r *http.Request) error {
	err := a.directory.DeleteAccount(r.Context(), guard.CallerOf(r.Context()).Application.Tenant, r.PathValue("external_id"))
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type accountPage struct {
	Accounts []accountView `json:"accounts"`
	Next     string        `json:"next,omitempty"`
}

// list answers one page, and where the next one begins. It reads one more than it shows, to know whether there is one.
func (a accounts) list(w http.ResponseWriter, r *http.Request) error {
	filter, err := accountFilter(r)
	if err != nil {
		return err
	}
	limit := filter.Limit
	filter.Limit++
	found, err := a.directory.Accounts(r.Context(), guard.CallerOf(r.Context()).Application.Tenant, filter)
	if err != nil {
		return err
	}
	page := accountPage{Accounts: make([]accountView, 0, len(found))}
	if len(found) > limit {
		found = found[:limit]
		page.Next = found[limit-1].ExternalID
	}
	for _, one := range found {
		page.Accounts = append(page.Accounts, shownAccount(one))
	}
	return edge.JSON(w, http.StatusOK, page)
}

const (
	defaultPage = 100
	maxPage     = 1000
)

func accountFilter(r *http.Request) (lasting.AccountFilter, error) {
	query := r.URL.Query()
	f := lasting.AccountFilter{Prefix: query.Get("prefix"), After: query.Get("after"), Limit: defaultPage}
	for name, text := range map[string]string{"prefix": f.Prefix, "after": f.After} {
		if err := approval.CheckText(name, text); err != nil {
			return f, err
		}
	}
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPage {
			return f, refusal.Field("limit", "must be 1 to 1000")
		}
		f.Limit = n
	}
	return f, nil
}

// pathAccount returns the login number in the path, fit to be stored.
func pathAccount(r *http.Request) (string, error) {
	externalID := r.PathValue("external_id")
	return externalID, account.ValidateExternalID(externalID)
}

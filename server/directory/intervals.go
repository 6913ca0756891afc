package directory

import (
	"context"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// IntervalStore keeps how long confirmations hold.
type IntervalStore interface {
	SetInterval(ctx context.Context, tenant, externalID string, days *int, by lasting.By) error
	SetManagedInterval(ctx context.Context, tenant, manager, group string, days *int, by lasting.By) (managed, changed int, err error)
}

// Intervals say how long a confirmation holds for the same browser: for one account, and for those that one manages.
type Intervals struct {
	Guards guard.Guards
	Store  IntervalStore
}

// Mount implements the server's feature.
func (i Intervals) Mount(m *edge.Mux) {
	admin := i.Guards.Key(account.ScopeAdmin)
	m.Handle("PUT /v1/accounts/{external_id}/interval", admin, i.put)
	m.Handle("PUT /v1/accounts/{external_id}/managed/interval", admin, i.putManaged)
}

type intervalBody struct {
	Days account.Member[int] `json:"days"`
}

// Validate refuses what says nothing. What the days can be the account's group says.
func (b intervalBody) Validate() error {
	if !b.Days.Given {
		return refusal.Field("days", "must be given: 0 (always) to 7, or null for the group's default")
	}
	return nil
}

type managedBody struct {
	intervalBody
	Group account.Member[string] `json:"group"`
}

// Validate wants a group that is given to be named: an empty name must not mean all.
func (b managedBody) Validate() error {
	if err := b.intervalBody.Validate(); err != nil || !b.Group.Given {
		return err
	}
	if b.group() == "" {
		return refusal.Field("group", "must be the name of a group; leave it out for all that are managed")
	}
	return approval.CheckText("group", b.group())
}

func (b managedBody) group() string {
	if b.Group.Value == nil {
		return ""
	}
	return *b.Group.Value
}

func (i Intervals) put(w http.ResponseWriter, r *http.Request) error {
	by := callerOf(r)
	body, err := edge.Decode[intervalBody](r)
	if err != nil {
		return err
	}
	if err := i.Store.SetInterval(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), body.Days.Value, by); err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, struct {
		Account string `json:"account"`
		Days    *int   `json:"days"`
	}{r.PathValue("external_id"), body.Days.Value})
}

func (i Intervals) putManaged(w http.ResponseWriter, r *http.Request) error {
	by := callerOf(r)
	body, err := edge.Decode[managedBody](r)
	if err != nil {
		return err
	}
	manager := r.PathValue("external_id")
	managed, changed, err := i.Store.SetManagedInterval(r.Context(), guard.TenantOf(r.Context()), manager, body.group(), body.Days.Value, by)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, struct {
		Manager string `json:"manager"`
		Group   string `json:"group,omitempty"`
		Days    *int   `json:"days"`
		Managed int    `json:"managed"`
		Changed int    `json:"changed"`
	}{manager, body.group(), body.Days.Value, managed, changed})
}

package directory

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// InvitationStore keeps who was asked to enrol.
type InvitationStore interface {
	Accounts(ctx context.Context, tenant string, f lasting.AccountFilter) ([]lasting.Entry, error)
	Invite(ctx context.Context, tenant, externalID string, remind bool, by lasting.By, post lasting.Post) (lasting.Skip, error)
	InviteManaged(ctx context.Context, manager, id string, remind bool, by lasting.By, post lasting.Post) (lasting.Skip, error)
	Progress(ctx context.Context, tenant, group, after string, limit int) (lasting.Progress, error)
}

// Invitations ask people by e-mail to enrol. A letter says where to go and carries no code: whoever reads another's mail
// can do nothing with it.
type Invitations struct {
	Guards   guard.Guards
	Store    InvitationStore
	Messages Messages // nil: no e-mail can be sent
	Random   io.Reader
	Now      func() time.Time
}

// Mount implements the server's feature.
func (i Invitations) Mount(m *edge.Mux) {
	admin := i.Guards.Key(account.ScopeAdmin)
	m.Handle("POST /v1/invitations", admin, i.invite)
	m.Handle("POST /v1/invitations/remind", admin, i.remind)
	m.Handle("GET /v1/invitations", admin, i.progress)
}

var errNoMail = refusal.New(refusal.Conflict, "mail-not-configured",
	"This installation cannot send e-mail. Configure mail, and try again.")

const maxInvited = 1000 // in one request

type inviteBody struct {
	Accounts []string    `json:"accounts"`
	Filter   *filterBody `json:"filter"`
}

// filterBody picks accounts as the query of the list does.
type filterBody struct {
	Prefix string `json:"prefix"`
	Group  string `json:"group"`
	After  string `json:"after"`
}

// Validate wants one of the two.
func (b inviteBody) Validate() error {
	if (b.Filter == nil) == (len(b.Accounts) == 0) {
		return refusal.Field("accounts", "give either accounts or filter")
	}
	if len(b.Accounts) > maxInvited {
		return refusal.Field("accounts", "at most 1000 at once")
	}
	for n, one := range b.Accounts {
		if account.ValidateExternalID(one) != nil {
			return refusal.Field(fmt.Sprintf("accounts[%d]", n), "must be the login number of an account")
		}
	}
	if b.Filter == nil {
		return nil
	}
	for _, f := range []struct{ name, text string }{{"filter.prefix", b.Filter.Prefix}, {"filter.group", b.Filter.Group}, {"filter.after", b.Filter.After}} {
		if err := approval.CheckText(f.name, f.text); err != nil {
			return err
		}
	}
	return nil
}

type skippedView struct {
	Account string       `json:"account"`
	Reason  lasting.Skip `json:"reason"`
}

type invitedView struct {
	Queued  int           `json:"queued"`
	Skipped []skippedView `json:"skipped"`
	Next    string        `json:"next,omitempty"` // where the filter goes on
}

func (i Invitations) invite(w http.ResponseWriter, r *http.Request) error { return i.ask(w, r, false) }
func (i Invitations) remind(w http.ResponseWriter, r *http.Request) error { return i.ask(w, r, true) }

// ask queues one letter each. Each account is a transaction of its own: who was asked before an error is asked no more for
// a day, so the request can be sent again.
func (i Invitations) ask(w http.ResponseWriter, r *http.Request, remind bool) error {
	by := callerOf(r)
	body, err := edge.Decode[inviteBody](r)
	if err != nil {
		return err
	}
	if i.Messages == nil {
		return errNoMail
	}
	accounts, next, err := i.picked(r, body)
	if err != nil {
		return err
	}
	post := i.letter(guard.CallerOf(r.Context()).Application, remind)
	answer := invitedView{Skipped: []skippedView{}, Next: next}
	for _, one := range accounts {
		skip, err := i.Store.Invite(r.Context(), guard.TenantOf(r.Context()), one, remind, by, post)
		if err != nil {
			return err
		}
		if skip == "" {
			answer.Queued++
		} else {
			answer.Skipped = append(answer.Skipped, skippedView{Account: one, Reason: skip})
		}
	}
	return edge.JSON(w, http.StatusOK, answer)
}

// Managed asks one account, by its id, that another one manages, in the name of the caller.
func (i Invitations) Managed(ctx context.Context, manager, id string, remind bool) (lasting.Skip, error) {
	if i.Messages == nil {
		return "", errNoMail
	}
	caller := guard.CallerOf(ctx)
	by := lasting.By{Application: caller.Application.ID, Actor: guard.ActorOf(ctx)}
	return i.Store.InviteManaged(ctx, manager, id, remind, by, i.letter(caller.Application, remind))
}

// picked returns whom a request means, and where its filter goes on.
func (i Invitations) picked(r *http.Request, b inviteBody) (accounts []string, next string, err error) {
	if b.Filter == nil {
		return b.Accounts, "", nil
	}
	found, err := i.Store.Accounts(r.Context(), guard.TenantOf(r.Context()), lasting.AccountFilter{
		Prefix: b.Filter.Prefix, Group: b.Filter.Group, After: b.Filter.After, Lacks: []lasting.Facet{"any"}, Limit: maxInvited,
	})
	for _, one := range found {
		accounts = append(accounts, one.ExternalID)
	}
	if len(found) == maxInvited {
		next = accounts[maxInvited-1]
	}
	return accounts, next, err
}

package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/live"
)

// asking is how a question gets to the phones.
type asking interface {
	Create(ctx context.Context, c live.Creation) (live.Created, error)
	Resend(ctx context.Context, id, request string) error
}

// audiences are who is to be asked.
type audiences interface {
	Audience(ctx context.Context, tenant, externalID string) (account.Audience, error)
}

// creation is POST /v1/approvals.
type creation struct {
	guards    guard.Guards
	audiences audiences
	live      interface {
		asking
		Pending(ctx context.Context, id string) (approval.Pending, error)
	}
	ender   *ending.Ender
	tickets tickets
	keys    Keys
	most    int
	now     func() time.Time
	random  io.Reader
	log     *slog.Logger
}

func (c creation) Mount(m *edge.Mux) {
	m.Handle("POST /v1/approvals", c.guards.Key(account.ScopeLogin), c.create)
}

// created is the answer. It is kept, without the ticket, for a repetition of the request.
type created struct {
	ID        string            `json:"id"`
	Status    approval.Status   `json:"status"`
	Kind      approval.Kind     `json:"kind"`
	Account   string            `json:"account"`
	CreatedAt time.Time         `json:"created_at"`
	ExpiresAt time.Time         `json:"expires_at"`
	Number    string            `json:"number,omitempty"`
	Methods   []approval.Method `json:"methods"`
	Devices   int               `json:"devices"`
	Socket    socket            `json:"socket"`
}

func (c creation) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	key, err := edge.IdempotencyKey(r)
	if err != nil {
		return err
	}
	q, err := edge.Decode[question](r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(ctx).Application
	audience, err := c.audiences.Audience(ctx, application.Tenant, q.Account)
	if err != nil {
		return err
	}
	if audience.Devices == 0 {
		return account.ErrNoDevice
	}
	pending, err := c.pending(q, application, audience)
	if err != nil {
		return err
	}
	answer, err := c.ask(ctx, q, pending, application, audience.Devices, key)
	if err != nil {
		return err
	}
	edge.Annotate(ctx, slog.String("approval", answer.ID))
	answer.Socket.Ticket, err = c.tickets.issue(answer.ID, application.ID, audience.Account.ID, answer.ExpiresAt)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusCreated, answer)
}

// pending makes the question for the phones.
func (c creation) pending(q question, application account.Application, audience account.Audience) (approval.Pending, error) {
	id, err := approval.NewID(c.random, audience.Account.ID)
	if err != nil {
		return approval.Pending{}, err
	}
	number, err := approval.NewNumber(c.random, application.Digits())
	if err != nil {
		return approval.Pending{}, err
	}
	now := c.now().UTC().Truncate(time.Millisecond)
	expires := now.Add(q.life())
	document, err := approval.Document{
		ID: id, Kind: q.Kind,
		Tenant:      approval.Party{ID: application.Tenant, Name: application.TenantName},
		Application: approval.Party{ID: application.ID, Name: application.Name},
		Account:     approval.AccountLabel{Label: audience.Account.Label},
		Details:     q.Details, Browser: q.Browser.shown(), Match: match(application.Digits()),
		CreatedAt: now, ExpiresAt: expires,
	}.Bytes(c.random)
	if err != nil {
		return approval.Pending{}, err
	}
	p := approval.Pending{
		ID: id, Tenant: application.Tenant, Application: application.ID, Account: audience.Account.ID, Kind: q.Kind,
		Document: document, Number: number, Session: q.session(),
		CreatedAt: now, ExpiresAt: expires, ClosesAt: expires, Recipients: audience.Recipients,
	}
	p.MAC, err = c.keys.MAC(keys.PendingApproval, p.Fixed())
	return p, err
}

// ask puts the question, or finds the answer to the same request when it came before.
func (c creation) ask(ctx context.Context, q question, p approval.Pending, application account.Application, devices int, key string) (created, error) {
	answer := created{
		ID: p.ID, Status: approval.StatusPending, Kind: p.Kind, Account: q.Account, CreatedAt: p.CreatedAt, ExpiresAt: p.ExpiresAt,
		Number: p.Number, Methods: methods, Devices: devices, Socket: socket{URL: c.tickets.url(p.ID)},
	}
	repetition, err := q.idempotency(key, answer, c.keys)
	if err != nil {
		return created{}, err
	}
	// Without a number to tell two questions apart there may only be one at a time.
	done, err := c.live.Create(ctx, live.Creation{
		Pending: p, Limit: c.most, Alone: application.Digits() == 0, Idempotency: repetition,
	})
	if err != nil {
		return created{}, err
	}
	if done.Answer != nil {
		return keptAnswer(done.Answer, c.keys)
	}
	c.endSuperseded(ctx, done.Superseded)
	return answer, nil
}

// endSuperseded writes the end of those whose place the new one took. The question stands whatever becomes of this; the
// sweeper finds what is left.
func (c creation) endSuperseded(ctx context.Context, ids []string) {
	for _, id := range ids {
		p, err := c.live.Pending(ctx, id)
		if err == nil {
			_, err = c.ender.End(ctx, p, approval.StatusSuperseded)
		}
		if err != nil {
			c.log.WarnContext(ctx, "a superseded approval could not be ended; the sweeper will", "approval", id, "error", err)
		}
	}
}

func match(digits int) approval.Match {
	if digits == 0 {
		return approval.Match{Kind: approval.MatchNone}
	}
	return approval.Match{Kind: approval.MatchEnter, Digits: digits}
}

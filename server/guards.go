package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/ticket"
	"github.com/jawort/jawort/store/db"
)

// credentials are what callers are recognised by. Nothing of it is cached: a revoked key ends with the next request.
type credentials interface {
	KeyByHash(ctx context.Context, hash []byte) (account.Key, account.Application, error)
	Application(ctx context.Context, id string) (account.Application, error)
}

var (
	errNobody = refusal.New(refusal.Unauthorized, "unauthorized",
		"Send the application's API key: Authorization: Bearer jw_…")
	errOrigin = refusal.New(refusal.Forbidden, "origin-not-allowed",
		"Pages of this origin may not follow this approval. Add the origin to the application.")
)

// guards let callers in.
type guards struct {
	credentials credentials
	keys        ticket.Keys
	ender       *ending.Ender
	now         func() time.Time
}

// caller is who was let in: an application with its key, or a browser with the ticket of one approval.
type caller struct {
	application account.Application
	ticket      *ticket.Ticket
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

func (c caller) in(ctx context.Context) context.Context {
	edge.Annotate(ctx, slog.String("application", c.application.ID))
	return context.WithValue(ctx, callerKey{}, c)
}

// key lets in the bearer of an API key with the scope.
func (g guards) key(scope account.Scope) edge.Guard {
	return func(r *http.Request) (context.Context, error) {
		secret, ok := edge.BearerToken(r, "Bearer")
		if !ok {
			return nil, errNobody
		}
		return g.withKey(r.Context(), secret, scope)
	}
}

func (g guards) withKey(ctx context.Context, secret string, scope account.Scope) (context.Context, error) {
	key, application, err := g.credentials.KeyByHash(ctx, account.HashSecret(secret))
	if errors.Is(err, db.ErrNotFound) {
		return nil, errNobody
	}
	if err != nil {
		return nil, err
	}
	edge.Annotate(ctx, slog.String("key", key.ID))
	if !key.Allows(scope) {
		return nil, refusal.New(refusal.Forbidden, "scope-missing", "This API key does not carry the scope "+string(scope)+".")
	}
	return caller{application: application}.in(ctx), nil
}

// keyOrTicket lets in the bearer of an API key with the scope login, or of the ticket of the approval in the path.
func (g guards) keyOrTicket(r *http.Request) (context.Context, error) {
	token, ok := edge.BearerToken(r, "Bearer")
	switch {
	case !ok:
		return nil, errNobody
	case strings.HasPrefix(token, ticket.Prefix):
		return g.withTicket(r, token)
	default:
		return g.withKey(r.Context(), token, account.ScopeLogin)
	}
}

// withTicket refuses a foreign page even where its browser would hide the answer: asking has effects.
func (g guards) withTicket(r *http.Request, token string) (context.Context, error) {
	t, err := ticket.Open(g.keys, token, g.now())
	if err != nil {
		return nil, err
	}
	if t.Approval != r.PathValue("id") {
		return nil, approval.ErrUnknown
	}
	application, err := g.active(r.Context(), t.Application)
	if err != nil {
		return nil, err
	}
	if origin := r.Header.Get("Origin"); origin != "" && !slices.Contains(application.Origins, origin) {
		return nil, errOrigin
	}
	return caller{application: application, ticket: &t}.in(r.Context()), nil
}

func (g guards) active(ctx context.Context, id string) (account.Application, error) {
	application, err := g.credentials.Application(ctx, id)
	if errors.Is(err, db.ErrNotFound) || (err == nil && !application.RevokedAt.IsZero()) {
		return account.Application{}, ticket.ErrBad
	}
	return application, err
}

// cors lets the pages of the approval's application read the answer.
func (g guards) cors() edge.CORS {
	return edge.CORS{Origins: func(r *http.Request) ([]string, error) {
		application, err := g.applicationOf(r)
		if errors.Is(err, approval.ErrUnknown) || errors.Is(err, ticket.ErrBad) {
			return nil, nil
		}
		return application.Origins, err
	}}
}

// applicationOf returns whose approval is asked about. A preflight carries no credentials, so the approval in the path
// leads there; a ticket is the shorter way.
func (g guards) applicationOf(r *http.Request) (account.Application, error) {
	id := r.PathValue("id")
	if token, ok := edge.BearerToken(r, "Bearer"); ok {
		if t, err := ticket.Open(g.keys, token, g.now()); err == nil && t.Approval == id {
			return g.active(r.Context(), t.Application)
		}
	}
	s, err := g.ender.Standing(r.Context(), id)
	if err != nil {
		return account.Application{}, err
	}
	return g.active(r.Context(), s.Application())
}

// own returns where the caller's approval stands; another application's is as unknown as none.
func (g guards) own(ctx context.Context, id string) (ending.Standing, error) {
	s, err := g.ender.Standing(ctx, id)
	if err != nil {
		return ending.Standing{}, err
	}
	if s.Application() != callerOf(ctx).application.ID {
		return ending.Standing{}, approval.ErrUnknown
	}
	return s, nil
}

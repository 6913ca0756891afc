// Package guard lets callers of the login-facing API in: login services with their API keys and scopes, and browsers
// with the ticket of one approval. It owns who may ask, and whose approval it is; it does not know what is asked.
package guard

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
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/ticket"
	"github.com/jawort/jawort/store/db"
)

// Credentials are what callers are recognised by. Nothing of it is cached: a revoked key ends with the next request.
type Credentials interface {
	KeyByHash(ctx context.Context, hash []byte) (account.Key, account.Application, error)
	Application(ctx context.Context, id string) (account.Application, error)
}

var (
	errNobody = refusal.New(refusal.Unauthorized, "unauthorized",
		"Send the application's API key: Authorization: Bearer jw_…")
	ErrOrigin = refusal.New(refusal.Forbidden, "origin-not-allowed",
		"Pages of this origin may not follow this approval. Add the origin to the application.")
)

// Guards let callers in.
type Guards struct {
	Credentials Credentials
	Keys        ticket.Keys
	Ender       *ending.Ender
	Origin      string // of our own pages, which may wait for the approvals of every application; empty: there are none
	Now         func() time.Time
	Uses        *Uses // nil: nobody notes when keys are used
}

// Caller is who was let in: an application with its key, or a browser with the ticket of one approval.
type Caller struct {
	Application account.Application
	Key         string            // id of the API key; empty for a browser
	Operator    string            // the person at support whom the login service names; empty: none
	Portal      string            // id of the session of the account's own person in the portal; empty: it is not that
	Console     operator.Operator // who is in the console; the application says their tenant then. No id: it is not that
	Ticket      *ticket.Ticket    // nil for a login service
}

type callerKey struct{}

// CallerOf returns who was let in.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// In returns the context with who was let in.
func (c Caller) In(ctx context.Context) context.Context {
	if c.Console.ID != "" {
		edge.Annotate(ctx, slog.String("operator", c.Console.ID))
	} else {
		edge.Annotate(ctx, slog.String("application", c.Application.ID))
	}
	return context.WithValue(ctx, callerKey{}, c)
}

// Key lets in the bearer of an API key with the scope, or with one of the others.
func (g Guards) Key(scope account.Scope, others ...account.Scope) edge.Guard {
	return func(r *http.Request) (context.Context, error) {
		secret, ok := edge.BearerToken(r, "Bearer")
		if !ok {
			return nil, errNobody
		}
		return g.withKey(r, secret, scope, others...)
	}
}

func (g Guards) withKey(r *http.Request, secret string, scope account.Scope, others ...account.Scope) (context.Context, error) {
	ctx := r.Context()
	key, application, err := g.Credentials.KeyByHash(ctx, account.HashSecret(secret))
	if errors.Is(err, db.ErrNotFound) {
		return nil, errNobody
	}
	if err != nil {
		return nil, err
	}
	edge.KnownByKey(ctx)
	edge.Annotate(ctx, slog.String("key", key.ID))
	if key.Unnoted {
		g.Uses.saw(key.ID)
	}
	if !key.Allows(scope) && !slices.ContainsFunc(others, key.Allows) {
		return nil, refusal.New(refusal.Forbidden, "scope-missing", "This API key does not carry the scope "+string(scope)+".")
	}
	operator, err := operatorOf(r)
	if err != nil {
		return nil, err
	}
	return Caller{Application: application, Key: key.ID, Operator: operator}.In(ctx), nil
}

// KeyOrTicket lets in the bearer of an API key with the scope login, or of the ticket of the approval in the path.
func (g Guards) KeyOrTicket(r *http.Request) (context.Context, error) {
	token, ok := edge.BearerToken(r, "Bearer")
	switch {
	case !ok:
		return nil, errNobody
	case strings.HasPrefix(token, ticket.Prefix):
		return g.withTicket(r, token)
	default:
		return g.withKey(r, token, account.ScopeLogin)
	}
}

// withTicket refuses a foreign page even where its browser would hide the answer: asking has effects.
func (g Guards) withTicket(r *http.Request, token string) (context.Context, error) {
	t, err := ticket.Open(g.Keys, token, g.Now())
	if err != nil {
		return nil, err
	}
	if t.Approval != r.PathValue("id") {
		return nil, approval.ErrUnknown
	}
	application, err := g.Active(r.Context(), t.Application)
	if err != nil {
		return nil, err
	}
	if origin := r.Header.Get("Origin"); origin != "" && !g.Waits(application, origin) {
		return nil, ErrOrigin
	}
	return Caller{Application: application, Ticket: &t}.In(r.Context()), nil
}

// Waits reports whether pages of the origin may wait for approvals of the application.
func (g Guards) Waits(application account.Application, origin string) bool {
	return slices.Contains(application.Origins, origin) || (g.Origin != "" && origin == g.Origin)
}

// Active returns an application that may still ask; any other is ticket.ErrBad.
func (g Guards) Active(ctx context.Context, id string) (account.Application, error) {
	application, err := g.Credentials.Application(ctx, id)
	if errors.Is(err, db.ErrNotFound) || (err == nil && !application.RevokedAt.IsZero()) {
		return account.Application{}, ticket.ErrBad
	}
	return application, err
}

// CORS lets the pages of the approval's application read the answer.
func (g Guards) CORS() edge.CORS {
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
func (g Guards) applicationOf(r *http.Request) (account.Application, error) {
	id := r.PathValue("id")
	if token, ok := edge.BearerToken(r, "Bearer"); ok {
		if t, err := ticket.Open(g.Keys, token, g.Now()); err == nil && t.Approval == id {
			return g.Active(r.Context(), t.Application)
		}
	}
	s, err := g.Ender.Standing(r.Context(), id)
	if err != nil {
		return account.Application{}, err
	}
	return g.Active(r.Context(), s.Application())
}

// Own returns where the caller's approval stands; another application's is as unknown as none.
func (g Guards) Own(ctx context.Context, id string) (ending.Standing, error) {
	s, err := g.Ender.Standing(ctx, id)
	if err != nil {
		return ending.Standing{}, err
	}
	caller := CallerOf(ctx)
	if s.Application() != caller.Application.ID {
		return ending.Standing{}, approval.ErrUnknown
	}
	if caller.Ticket != nil && g.Outlived(s) {
		return ending.Standing{}, ticket.ErrBad
	}
	return s, nil
}

// Outlived reports whether the approval ended, or had to end, so long ago that no ticket of it is taken any more.
func (g Guards) Outlived(s ending.Standing) bool {
	return g.Now().After(s.ClosesAt().Add(ticket.Grace))
}

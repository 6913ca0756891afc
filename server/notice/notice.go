// Package notice tells people, by every other channel than the one by which it happened, what has happened to their accounts: a device or a
// method was added, a number or an address was changed, a login was reported, a recovery was announced, support reset an
// account. It tells tenants what happens to their budgets.
//
// It reads events, queues messages, and has phones woken for what they can read. What it says carries no code and nothing that somebody else has written; the kind of
// a phone is named, its label is not. The package does not know how a message is sent.
package notice

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/notices"
	"github.com/jawort/jawort/store/outbox"
)

// life is how long a notice is worth being delivered.
const life = 72 * time.Hour

// Directory is who is told, and in whose name.
type Directory interface {
	confirming.People
	Tenant(ctx context.Context, id string) (account.Tenant, error)
	Applications(ctx context.Context, tenant string) ([]account.Application, error)
	Groups(ctx context.Context, tenant string) ([]account.Group, error)
	Outcome(ctx context.Context, approvalID string) (approval.Outcome, error)
}

// Letters is where messages are queued.
type Letters interface {
	Post(ctx context.Context, m courier.Message, by notices.Payer) error
}

// Phones keep what is told to the devices of an account.
type Phones interface {
	PutNews(ctx context.Context, n lasting.News, name func(installation string) (string, error)) error
}

// Keys name messages, so that a name tells nothing about the address.
type Keys interface {
	MAC(purpose string, data []byte) ([]byte, error)
}

// Follower announces events. It is an ending.Follower.
type Follower struct {
	Directory Directory
	Letters   Letters
	Phones    Phones
	Keys      Keys
	Channels  []courier.Channel // by which anything is sent at all
	Budgets   Budgets
	Log       *slog.Logger
}

// Follow implements ending.Follower.
func (f Follower) Follow(ctx context.Context, events []outbox.Event) error {
	for _, e := range events {
		if err := f.follow(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// follow announces one event. Each channel is a transaction of its own: an SMS that cannot be paid keeps no e-mail back.
func (f Follower) follow(ctx context.Context, e outbox.Event) error {
	if tell := aboutTenants[e.Kind]; tell != nil {
		return tell(f, ctx, e)
	}
	read := aboutAccounts[e.Kind]
	if read == nil {
		return nil
	}
	a, err := read(ctx, f.Directory, e)
	if err != nil || a.occasion == "" {
		return err
	}
	return f.announce(ctx, e, a)
}

// post queues a message where its channel is one by which something is sent. What is refused is no fault: nobody is left to
// be told, or the tenant has forbidden the SMS, by no price or a budget of zero, or so many wait for the number that it would be too late.
func (f Follower) post(ctx context.Context, m courier.Message, by notices.Payer) error {
	if !slices.Contains(f.Channels, m.Channel) {
		return nil
	}
	err := f.Letters.Post(ctx, m, by)
	switch {
	case errors.Is(err, account.ErrUnknownAccount):
		return nil
	case errors.Is(err, ledger.ErrNoPrice), errors.Is(err, ledger.ErrTooMany), errors.Is(err, ledger.ErrBudgetSpent):
		f.Log.WarnContext(ctx, "a notice was not sent by SMS", "account", m.Account, "message", m.ID, "reason", err)
		return nil
	default:
		return err
	}
}

package notice

import (
	"context"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// tellPhones gives the account's devices what they can read, in a transaction of its own. A Waker wakes them.
func (f Follower) tellPhones(ctx context.Context, e outbox.Event, a announcement) error {
	err := f.Phones.PutNews(ctx, lasting.News{
		Tenant: e.Tenant, Account: e.Account, Occasion: a.occasion, Fact: a.fact, About: a.when, At: e.At,
		ButDevice: a.butDevice, ButInstallation: a.butInstallation,
	}, func(installation string) (string, error) {
		return f.name(id.Notice, e, string(courier.App), installation)
	})
	if errors.Is(err, account.ErrUnknownAccount) {
		return nil
	}
	return err
}

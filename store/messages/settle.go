package messages

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// MessageFailed is the kind of event that a message will not come, because it was refused or could not be delivered.
const MessageFailed = "message.failed"

// failure is what the event says.
type failure struct {
	Approval string          `json:"approval,omitempty"`
	Channel  courier.Channel `json:"channel"`
	Reason   string          `json:"reason"`
}

// ended is a message whose state has changed.
type ended struct {
	id, tenant, application, account, approval string
	channel                                    courier.Channel
	reason                                     string
}

const endedColumns = `id, tenant, application, account, approval, channel, reason`

func scanEnded(r db.Row) (e ended, err error) {
	return e, r.Scan(&e.id, &e.tenant, &e.application, &e.account, &e.approval, &e.channel, &e.reason)
}

// settle tells of the changes, in their transaction: in the order of the accounts, so that of two batches none holds an account's usage that the other waits for. (On Postgres the
// usage is written at the commit, in the same order.)
func (s *Store) settle(ctx context.Context, tx *sql.Tx, changed []ended, state courier.State) error {
	slices.SortFunc(changed, func(a, b ended) int { return cmp.Compare(a.account, b.account) })
	for _, e := range changed {
		if s.settler != nil && e.channel == courier.SMS {
			if err := s.settler.Settle(ctx, tx, e.id, state); err != nil {
				return err
			}
		}
		if state != courier.Failed && state != courier.Undelivered {
			continue
		}
		err := outbox.Put(ctx, tx, outbox.Event{
			Kind: MessageFailed, Tenant: e.tenant, Application: e.application, Account: e.account, Subject: e.id,
			Actor: outbox.Actor{Kind: outbox.BySystem}, Data: failure{e.approval, e.channel, e.reason},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// transact has the pages look again whose codes have changed, once the change is kept. A wake-up that is lost takes no change back: who
// subscribes again looks again.
func (s *Store) transact(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) ([]ended, error)) error {
	var changed []ended
	err := s.db.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		changed, err = work(ctx, tx)
		return err
	})
	if err != nil || s.Waker == nil {
		return err
	}
	var topics []string
	for _, e := range changed {
		if e.approval != "" {
			topics = append(topics, e.approval)
		}
	}
	if len(topics) > 0 {
		_ = s.Waker.Wake(ctx, topics...)
	}
	return nil
}

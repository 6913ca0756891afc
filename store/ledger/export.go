package ledger

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// Kept is what is kept of an SMS that went to an account, was sent because of it, or that it pays for. Of one that went to somebody else
// it does not say to whom.
type Kept struct {
	Message     string          `json:"message,omitempty"`
	Application string          `json:"application,omitempty"`
	Received    bool            `json:"received"` // went to the account
	Paid        bool            `json:"paid"`     // the account is charged
	Country     string          `json:"country,omitempty"`
	Prefix      string          `json:"prefix,omitempty"` // how the number begins
	Price       ledger.Amount   `json:"price"`
	Currency    ledger.Currency `json:"currency"`
	State       ledger.State    `json:"state"`
	Quarter     string          `json:"quarter"`
	ReservedAt  time.Time       `json:"reserved_at"`
	SettledAt   time.Time       `json:"settled_at,omitzero"`
}

// Dossier returns the entries about an account, oldest first.
func (s *Store) Dossier(ctx context.Context, a account.Account) (any, error) {
	found, err := db.All(ctx, s.Reads(), func(r db.Row) (k Kept, err error) {
		return k, r.Scan(&k.Message, &k.Application, &k.Received, &k.Paid, &k.Country, &k.Prefix, &k.Price, &k.Currency, &k.State, &k.Quarter,
			db.Into(&k.ReservedAt), db.Into(&k.SettledAt))
	}, `SELECT message, application, `+sentTo+`, payer = $1, country, prefix, price, currency, state, quarter, reserved_at, settled_at
		FROM ledger_entries WHERE account = $1 OR payer = $1 OR recipient = $1 ORDER BY reserved_at, message`, a.ID)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if !found[i].Received {
			found[i].Message, found[i].Prefix = "", ""
		}
	}
	return append([]Kept{}, found...), nil
}

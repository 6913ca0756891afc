package directory

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/lasting"
)

// Messages is the queue to people.
type Messages interface {
	Put(ctx context.Context, tx *sql.Tx, m courier.Message) error
}

// Methods are by what accounts confirm beside their phones.
type Methods interface {
	Reset(ctx context.Context, tx *sql.Tx, account string) error
}

// Browsers are those that are not asked for a while.
type Browsers interface {
	End(ctx context.Context, tx *sql.Tx, account, reason string) error
}

// Retained is personal data that has a time: EraseBefore takes up to limit pieces of it away, and says how many.
type Retained interface {
	EraseBefore(ctx context.Context, tenant string, before time.Time, limit int) (int, error)
}

// Also are the other stores that keep something of accounts; what is nil keeps nothing.
type Also struct {
	Methods  Methods
	Browsers Browsers
	Erase    []lasting.Ending // personal data of an account
	Retained []Retained
	Export   map[string]func(ctx context.Context, account string) (any, error) // what is kept, by the name of the member that tells it
}

// trusted ends what an account's browsers are trusted for.
func (a Also) trusted(reason string) []lasting.Ending {
	if a.Browsers == nil {
		return nil
	}
	return []lasting.Ending{func(ctx context.Context, tx *sql.Tx, account string) error {
		return a.Browsers.End(ctx, tx, account, reason)
	}}
}

// all ends methods and trust.
func (a Also) all(reason string) []lasting.Ending {
	endings := a.trusted(reason)
	if a.Methods != nil {
		endings = append([]lasting.Ending{a.Methods.Reset}, endings...)
	}
	return endings
}

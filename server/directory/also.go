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

// Retained is personal data that has a time: EraseBefore takes up to limit pieces of it away, and says how many.
type Retained interface {
	EraseBefore(ctx context.Context, tenant string, before time.Time, limit int) (int, error)
}

// Also are the other stores that keep something of accounts; what is nil keeps nothing.
type Also struct {
	Methods  Methods
	Erase    []lasting.Ending // personal data of an account
	Retained []Retained
	Export   map[string]func(ctx context.Context, account string) (any, error) // what is kept, by the name of the member that tells it
}

// methods ends all of them.
func (a Also) methods() []lasting.Ending {
	if a.Methods == nil {
		return nil
	}
	return []lasting.Ending{a.Methods.Reset}
}

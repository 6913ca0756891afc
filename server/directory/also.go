package directory

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/account"
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

// Dossier tells what a store keeps of an account, without secrets, as JSON can hold it.
type Dossier func(ctx context.Context, a account.Account) (any, error)

// DeviceDossier tells what a store keeps of who holds one phone of an account.
type DeviceDossier func(ctx context.Context, a account.Account, device string) (any, error)

// Also are the other stores that keep something of accounts; what is nil keeps nothing.
type Also struct {
	Methods  Methods
	Erase    []lasting.Ending // personal data of an account
	Retained []Retained
	Export   map[string]Dossier // what is kept of an account, by the name of the member that tells it

	EraseDevice  []lasting.DeviceEnding   // personal data of who held a phone
	ExportDevice map[string]DeviceDossier // what is kept of who holds a phone
}

// methods ends all of them.
func (a Also) methods() []lasting.Ending {
	if a.Methods == nil {
		return nil
	}
	return []lasting.Ending{a.Methods.Reset}
}

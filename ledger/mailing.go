package ledger

import (
	"fmt"
	"log/slog"
)

// Mailing asks whether a code may be sent by e-mail now. All but Address are ids. It costs nothing, so that nothing is kept of it but
// how many there were.
type Mailing struct {
	Tenant      string
	Application string // empty: none is concerned
	Account     string // who is sent to
	Address     string // it is not kept
}

// String names the mailing without the address.
func (m Mailing) String() string { return "mailing to " + m.Account }

// GoString is String, so that %#v tells no more.
func (m Mailing) GoString() string { return m.String() }

// LogValue is String, so that a log tells no more.
func (m Mailing) LogValue() slog.Value { return slog.StringValue(m.String()) }

// Validate returns an error where something is missing. It is a fault of the program.
func (m Mailing) Validate() error {
	if m.Tenant == "" || m.Account == "" || m.Address == "" {
		return fmt.Errorf("ledger: %s lacks tenant, account or address", m)
	}
	return nil
}

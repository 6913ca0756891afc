package ledger

import (
	"fmt"
	"log/slog"
	"time"
)

// Reservation asks for the money of one SMS that is about to be queued. All but Message and Number are ids; the caller
// has found out who pays.
type Reservation struct {
	Message     string
	Tenant      string
	Application string // empty: none is concerned
	Account     string // which the message is about
	Recipient   string // account whose number it is, where that is another; empty: the same
	Approval    string // which the code confirms; empty: none
	Group       string // empty: the account is in none
	Payer       string // the account itself or its manager
	Number      string // in E.164; it is not kept
	OnlyMethod  bool   // the person cannot confirm by anything but SMS
	Notice      bool   // tells what happened to the account
}

// String names the reservation without the number.
func (r Reservation) String() string { return "reservation of " + r.Message }

// GoString is String, so that %#v tells no more.
func (r Reservation) GoString() string { return r.String() }

// LogValue is String, so that a log tells no more.
func (r Reservation) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Validate returns an error where something is missing. It is a fault of the program.
func (r Reservation) Validate() error {
	for _, id := range []string{r.Message, r.Tenant, r.Account, r.Payer, r.Number} {
		if id == "" {
			return fmt.Errorf("ledger: %s lacks message, tenant, account, payer or number", r)
		}
	}
	return nil
}

// State is how far the money of a message has got.
type State string

// The states. Settled and released are final: neither the state nor the amount changes afterwards.
const (
	Reserved State = "reserved" // queued: counts in budgets
	Settled  State = "settled"  // handed to a carrier: it costs, whatever becomes of it
	Released State = "released" // failed or expired before: costs nothing
)

// Entry is one message in the ledger.
type Entry struct {
	Message     string
	Tenant      string
	Application string
	Account     string
	Recipient   string
	Group       string
	Payer       string
	Destination Destination
	Price       Amount
	Currency    Currency
	State       State
	Month       string // in the tenant's time zone when it was reserved; a zone that is changed later moves nothing
	Quarter     string
	ReservedAt  time.Time
	SettledAt   time.Time // or released at; zero while reserved
}

// Package factors keeps by what an account may confirm beside its phones, and decides what a code is worth: which methods
// are active, which codes were sent, how many wrong ones came. It speaks SQL to Postgres or SQLite in the same statements.
//
// It does not know HTTP, what policy allows, or how a message gets to a person: it puts messages into a queue and reserves
// what they cost, in the transaction that makes the code.
//
// # Guessing
//
// A try counts as wrong before the code is looked at, in the row of the account's method, which makes parallel tries wait
// for each other; only a right one takes the count back. What a code buys (an outcome, an active method) is written in
// the transaction that uses it up. Where the approval had ended, nothing is used up.
//
// # Locks
//
// Every transaction takes row locks in the order account, method, code, activation or passkey, then message and ledger or outcome,
// then outbox.
package factors

import (
	"context"
	"database/sql"
	"io"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Keys seal what must be read again, and authenticate what only needs comparing. Six digits are never hashed plainly: there
// are only a million.
type Keys interface {
	Seal(plaintext []byte, purpose string) ([]byte, error)
	Open(sealed []byte, purpose string) ([]byte, error)
	MAC(purpose string, data []byte) ([]byte, error)
	VerifyMAC(tag []byte, purpose string, data []byte) error
}

// Outcomes keep the ends of approvals.
type Outcomes interface {
	// ApproveBy inserts the approved outcome where there is none and closes_at is not over by the database's clock;
	// won says that it did.
	ApproveBy(ctx context.Context, tx *sql.Tx, p approval.Pending, method approval.Method, by outbox.Actor) (o approval.Outcome, won bool, err error)
	// ApproveByPasskey is ApproveBy with the evidence; without an assertion it is the login by which the passkey was registered.
	ApproveByPasskey(ctx context.Context, tx *sql.Tx, p approval.Pending, k approval.Passkey, assertion *approval.Assertion) (o approval.Outcome, won bool, err error)
	Outcome(ctx context.Context, id string) (approval.Outcome, error)
}

// Messages is the queue to people.
type Messages interface {
	Put(ctx context.Context, tx *sql.Tx, m courier.Message) error
	// Withdraw takes back what was not sent yet of an approval by a channel.
	Withdraw(ctx context.Context, tx *sql.Tx, approval string, channel courier.Channel) error
}

// Ledger sets aside what an SMS costs, counts an e-mail, or refuses them.
type Ledger interface {
	Reserve(ctx context.Context, tx *sql.Tx, r ledger.Reservation) error
	Mail(ctx context.Context, tx *sql.Tx, m ledger.Mailing) error
	// Used gives back what the newest code of an approval, which has confirmed it, took of how many may be sent in a day.
	Used(ctx context.Context, tx *sql.Tx, account, approval string) error
	// LockedOut tells that somebody with no method but SMS was refused one because of too many.
	LockedOut(ctx context.Context, tenant, application, account string, refused *refusal.Error) error
}

// Parts are what a Store needs beside the database.
type Parts struct {
	Keys     Keys
	Outcomes Outcomes
	Messages Messages
	Ledger   Ledger
	Random   io.Reader         // read by many requests at once
	NoSender []approval.Method // whose codes this installation cannot send
}

// Store keeps methods and codes. It is safe for concurrent use.
type Store struct {
	*db.DB
	Parts
}

// New returns the store on a database.
func New(d *db.DB, parts Parts) *Store { return &Store{DB: d, Parts: parts} }

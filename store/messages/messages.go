// Package messages keeps messages to people until they are sent: an SQL queue. A message is written in the transaction of what causes
// it, leased by whoever sends it, and marked. Nothing is skipped by id or time, and a worker that dies leaves its messages to the next
// one, so a message may be sent twice but has one row.
//
// Address and text are sealed, and wiped with the transition that ends a message's way through the queue. Delivery receipts find a message
// by what its provider called it, also where they come first.
//
// # Locks
//
// A transaction takes the row of a reference, then that of its message, then what the Settler takes, then the outbox. Whoever withdraws a message and
// reserves a price in one transaction withdraws first.
//
// The package does not know how anything is sent, or what it costs.
package messages

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
)

// Sealer seals what a message says and to whom.
type Sealer interface {
	Seal(plaintext []byte, purpose string) ([]byte, error)
	Open(sealed []byte, purpose string) ([]byte, error)
}

// Settler is told each change of an SMS's state, in the transaction of the change. A change is told once.
type Settler interface {
	Settle(ctx context.Context, tx *sql.Tx, message string, state courier.State) error
}

// Waker has those look again who wait for one of the topics, which are ids of approvals. A wake-up may be lost.
type Waker interface {
	Wake(ctx context.Context, topics ...string) error
}

// Store is the queue. It is safe for concurrent use.
type Store struct {
	Waker Waker // nil: nobody waits

	db      *db.DB
	sealer  Sealer
	settler Settler
}

// New returns the queue of a database. Without a settler (nil) nobody is told about SMS.
func New(d *db.DB, sealer Sealer, settler Settler) *Store {
	return &Store{db: d, sealer: sealer, settler: settler}
}

// content is what is sealed.
type content struct {
	Address string `json:"address"`
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text"`
}

// rank lets a code that somebody waits for go before a thousand invitations.
var rank = map[courier.Purpose]int{
	courier.PurposeCode: 0, courier.PurposeActivation: 0, courier.PurposeNotice: 1, courier.PurposeInvitation: 2,
}

// Put queues a message in the transaction of what causes it. The same message put again changes nothing.
func (s *Store) Put(ctx context.Context, tx *sql.Tx, m courier.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	plain, err := json.Marshal(content{Address: m.Address, Subject: m.Subject, Text: m.Text})
	if err != nil {
		return errors.New("messages: encode")
	}
	sealed, err := s.sealer.Seal(plain, keys.Message)
	if err != nil {
		return fmt.Errorf("messages: %w", err)
	}
	_, err = db.Exec(ctx, tx, `
		INSERT INTO messages (id, tenant, application, account, approval, channel, purpose, rank, state, sealed,
			attempts, due_at, leased_until, expires_at, created_at, ended_at, reason, recipient)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9, 0, 0, 0, $10, jawort_now(), 0, '', $11)
		ON CONFLICT (id) DO NOTHING`,
		m.ID, m.Tenant, m.Application, m.Account, m.Approval, string(m.Channel), string(m.Purpose), rank[m.Purpose], sealed, db.Micros(m.ExpiresAt), m.Recipient)
	return err
}

// PutOff keeps a queued message back until a time.
func (s *Store) PutOff(ctx context.Context, tx *sql.Tx, message string, until time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE messages SET due_at = $2 WHERE id = $1 AND state = 'queued' AND due_at < $2`, message, db.Micros(until))
	return err
}

// Withdraw ends the codes of an approval that are still queued: the approval has ended, or a newer code takes their place. One that
// is being sent at this moment may still go out; it is not tried again.
func (s *Store) Withdraw(ctx context.Context, tx *sql.Tx, approval string, c courier.Channel) error {
	return s.withdraw(ctx, tx, `approval = $1 AND channel = $2 AND purpose IN ('code', 'activation')`, approval, string(c))
}

// Erase ends all that is queued for an account, or about it for somebody else, and so wipes it.
func (s *Store) Erase(ctx context.Context, tx *sql.Tx, account string) error {
	return s.withdraw(ctx, tx, `(account = $1 OR recipient = $1)`, account)
}

func (s *Store) withdraw(ctx context.Context, tx *sql.Tx, which string, args ...any) error {
	ended, err := db.All(ctx, tx, scanEnded, `
		UPDATE messages SET state = 'expired', sealed = NULL, ended_at = jawort_now(), reason = 'withdrawn'
		WHERE `+which+` AND state = 'queued' AND leased_until <= (SELECT jawort_now()) RETURNING `+endedColumns, args...)
	if err != nil {
		return err
	}
	if err := s.settle(ctx, tx, ended, courier.Expired); err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `UPDATE messages SET expires_at = jawort_now() WHERE `+which+` AND state = 'queued' AND expires_at > (SELECT jawort_now())`, args...)
	return err
}

package confirmingtest

import (
	"context"
	"database/sql"
	"regexp"
	"slices"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

// queue keeps messages where a rollback takes them back, and lets every SMS be paid.
type queue struct{ house *House }

func (q *queue) open(h *House) {
	q.house = h
	h.SQL(`CREATE TABLE test_queue (approval TEXT, channel TEXT, address TEXT, text TEXT, payer TEXT)`)
}

// Put implements factors.Messages.
func (q *queue) Put(ctx context.Context, tx *sql.Tx, m courier.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO test_queue (approval, channel, address, text, payer) VALUES ($1, $2, $3, $4, '')`, m.Approval, m.Channel, m.Address, m.Text)
	return err
}

// Withdraw implements factors.Messages.
func (q *queue) Withdraw(context.Context, *sql.Tx, string, courier.Channel) error { return nil }

// Reserve implements factors.Ledger.
func (q *queue) Reserve(ctx context.Context, tx *sql.Tx, r ledger.Reservation) error {
	if err := r.Validate(); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO test_queue (approval, channel, address, text, payer) VALUES ('', '', '', '', $1)`, r.Payer)
	return err
}

// Mail implements factors.Ledger.
func (q *queue) Mail(_ context.Context, _ *sql.Tx, m ledger.Mailing) error { return m.Validate() }

// Used implements factors.Ledger.
func (q *queue) Used(context.Context, *sql.Tx, string, string) error { return nil }

// LockedOut implements factors.Ledger.
func (q *queue) LockedOut(context.Context, string, string, string, *refusal.Error) error { return nil }

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// codes returns the codes of all messages, oldest first.
func (q *queue) codes() []string {
	texts, err := db.All(context.WithoutCancel(q.house.Context()), q.house.DB.Reads(), db.ScanString, `SELECT text FROM test_queue WHERE text <> '' ORDER BY rowid`)
	if err != nil {
		q.house.Error(err)
	}
	var codes []string
	for _, text := range texts {
		codes = append(codes, sixDigits.FindString(text))
	}
	return slices.Clip(codes)
}

// Message is what a person reads.
type Message struct{ Channel, Address, Text, Code string }

// Newest returns the message that was queued last.
func (h *House) Newest() Message {
	h.Helper()
	m, err := db.One(h.Context(), h.DB.Reads(), func(r db.Row) (m Message, err error) { return m, r.Scan(&m.Channel, &m.Address, &m.Text) },
		`SELECT channel, address, text FROM test_queue WHERE text <> '' ORDER BY rowid DESC LIMIT 1`)
	h.Must(err)
	m.Code = sixDigits.FindString(m.Text)
	return m
}

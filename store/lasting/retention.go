package lasting

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// erasedAtOnce bounds a transaction that erases, so that it holds nobody up.
const erasedAtOnce = 200

// LeaseRetention lets one caller at a time carry out what tenants say about retention; it reports whether it is this one.
func (s *Store) LeaseRetention(ctx context.Context, lease time.Duration) (bool, error) {
	n, err := db.Exec(ctx, s.Writes(),
		`UPDATE retention SET leased_until = jawort_now() + $1 WHERE leased_until <= jawort_now()`, lease.Microseconds())
	return n == 1, err
}

// EraseOutcomes erases the oldest outcomes of a tenant from before a moment, and returns how many; the audit log says so. The
// caller repeats it until it was none.
//
// The row of an outcome stays, because an approval ends once and for ever; and the hash of its document, by which an audit
// tells what was erased from what was edited. What it said, who decided, and the evidence go.
func (s *Store) EraseOutcomes(ctx context.Context, tenant string, before time.Time) (int, error) {
	return s.eraseOutcomes(ctx, func(ctx context.Context, tx *sql.Tx, n int) error {
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: audit.OutcomesErased, Tenant: tenant, Subject: tenant, Actor: bySystem.Actor, Data: audit.Before{Before: before, Count: n},
		})
	}, `tenant = $1 AND decided_at < $2`, tenant, db.Micros(before))
}

type remains struct {
	approval string
	document []byte
}

// eraseOutcomes erases some of which, and says so in the same transaction, unless say is nil.
func (s *Store) eraseOutcomes(ctx context.Context, say func(ctx context.Context, tx *sql.Tx, n int) error, which string, args ...any) (n int, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		found, err := db.All(ctx, tx, func(r db.Row) (o remains, err error) {
			return o, r.Scan(&o.approval, &o.document)
		}, `SELECT approval, document FROM outcomes WHERE erased_at = 0 AND `+which+` ORDER BY decided_at, approval LIMIT `+strconv.Itoa(erasedAtOnce), args...)
		n = len(found)
		for _, o := range found {
			if err == nil {
				err = eraseOutcome(ctx, tx, o)
			}
		}
		if err != nil || n == 0 || say == nil {
			return err
		}
		return say(ctx, tx, n)
	})
	return n, err
}

func eraseOutcome(ctx context.Context, q db.Querier, o remains) error {
	var hash []byte
	if o.document != nil {
		h := audit.DocumentHash(o.document)
		hash = h[:]
	}
	_, err := db.Exec(ctx, q, `
		UPDATE outcomes SET document = NULL, document_hash = $2, erased_at = jawort_now(), number = '', label = '', holder = '', context = '', browser = '',
			credential = NULL, public_key = NULL, aaguid = NULL, attestation = '', auth_data = NULL, client_data = NULL, signature = NULL
		WHERE approval = $1 AND erased_at = 0`, o.approval, hash)
	if err != nil {
		return err
	}
	return runEach(ctx, q, o.approval,
		`DELETE FROM partial_denies WHERE approval = $1`,
		`DELETE FROM wrong_numbers WHERE approval = $1`,
		`DELETE FROM tallies WHERE approval = $1`,
		`DELETE FROM late_reports WHERE approval = $1`)
}

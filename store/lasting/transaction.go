package lasting

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// unsure wraps the error of a commit: nobody knows whether it happened.
type unsure struct{ err error }

func (u unsure) Error() string { return fmt.Sprintf("lasting: commit: %v", u.err) }
func (u unsure) Unwrap() error { return u.err }

func isUnsure(err error) bool {
	var u unsure
	return errors.As(err, &u)
}

// transact runs work in one transaction and commits it where work returns nil. The time spent waiting for a
// connection does not count as transaction.
func (s *Store) transact(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) error) error {
	conn, err := s.writes.Conn(ctx)
	if err != nil {
		return failed(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, MaxTransaction)
	defer cancel()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return failed(err)
	}
	defer tx.Rollback()
	if err := work(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return unsure{failed(err)}
	}
	return nil
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// unsure wraps the error of a commit: nobody knows whether it happened.
type unsure struct{ err error }

func (u unsure) Error() string { return fmt.Sprintf("db: commit: %v", u.err) }
func (u unsure) Unwrap() error { return u.err }

// IsUnsure reports whether err is that of a commit whose end nobody knows: it may have happened.
func IsUnsure(err error) bool {
	var u unsure
	return errors.As(err, &u)
}

// Transact runs work in one transaction and commits it where work returns nil. The time spent waiting for a
// connection does not count as transaction.
func (d *DB) Transact(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) error) error {
	return d.transact(ctx, MaxTransaction, work)
}

func (d *DB) transact(ctx context.Context, longest time.Duration, work func(ctx context.Context, tx *sql.Tx) error) error {
	conn, err := d.writes.Conn(ctx)
	if err != nil {
		return failed(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, longest)
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

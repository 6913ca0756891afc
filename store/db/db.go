// Package db is the SQL database that all lasting stores share: connections to Postgres or, embedded, to SQLite,
// migrations, one clock, and statements that are the same on both. It owns how a statement runs, how a
// transaction ends and what an outage looks like; it does not know what any table means.
//
// # Time
//
// There is one clock, jawort_now() of the database; it stamps what is created and checks every deadline. Times
// are kept as whole microseconds in UTC.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// MaxTransaction bounds every transaction from its beginning to its commit. Who asks for what ended since a moment
// must go back further than this, because a row is stamped before it becomes visible.
const MaxTransaction = 5 * time.Second

// ErrNotFound is returned where there is no such row, or where it is no longer active.
var ErrNotFound = errors.New("db: not found")

// Options of a database.
type Options struct {
	ClockOffset time.Duration // moves jawort_now(), for tests; 0 leaves it as it is
	Log         *slog.Logger  // nil: slog.Default()
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	reads     *sql.DB
	writes    *sql.DB // the same as reads on Postgres; SQLite has one writer
	move      func(ctx context.Context, offset time.Duration) error
	forUpdate string
	rest      func(ctx context.Context, tx *sql.Tx, longest time.Duration) error // nil: nobody ends a transaction that rests
}

// Open connects to url, applies the migrations that are missing and returns the database. The url is
// postgres://…, sqlite:///path/to/file.db or sqlite::memory:.
func Open(ctx context.Context, url string, opts Options) (*DB, error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	d, err := dial(ctx, url, opts.Log)
	if err != nil {
		return nil, err
	}
	if opts.ClockOffset != 0 {
		err = d.SetClockOffset(ctx, opts.ClockOffset)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func dial(ctx context.Context, url string, log *slog.Logger) (*DB, error) {
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url, log)
	case url == "sqlite::memory:":
		return openSQLite(ctx, "")
	case strings.HasPrefix(url, "sqlite://") && url != "sqlite://":
		return openSQLite(ctx, strings.TrimPrefix(url, "sqlite://"))
	default:
		scheme, _, _ := strings.Cut(url, ":") // never the whole: it may carry a password
		return nil, fmt.Errorf("db: database %q…: must be postgres://…, sqlite::memory: or sqlite:///path/file.db", scheme)
	}
}

// Reads is for statements that change nothing.
func (d *DB) Reads() Querier { return d.reads }

// Writes is for single statements that change something; several belong into Transact.
func (d *DB) Writes() Querier { return d.writes }

// Close releases the connections. It may be called twice.
func (d *DB) Close() error {
	if d.reads == d.writes {
		return d.writes.Close()
	}
	return errors.Join(d.reads.Close(), d.writes.Close())
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	_, err := d.Now(ctx)
	return err
}

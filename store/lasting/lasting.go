// Package lasting owns what must survive: the directory (tenants, applications, keys, accounts, devices),
// enrolments, and the one outcome of every approval with what follows from it. It speaks SQL to Postgres
// or, embedded, to SQLite, with the same statements on both.
//
// It knows neither HTTP nor Redis nor cryptography: a decision arrives with its signature verified, and this
// package decides what came of it. Each decision is one transaction whose first statement updates the
// credential's row where it is active. Revoking updates the same row, so one waits for the other.
//
// # Locks
//
// Every transaction takes row locks in the order account, enrolment, installation, credential (by id), tally,
// outcome, outbox. A revocation never touches anything behind the credential, so no two transactions wait
// for each other in a circle.
//
// # Time
//
// There is one clock, jawort_now() of the database; it stamps what is created and checks every deadline. Times
// are kept as whole microseconds in UTC.
package lasting

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
var ErrNotFound = errors.New("lasting: not found")

// Options of a store.
type Options struct {
	ClockOffset time.Duration // moves jawort_now(), for tests; 0 leaves it as it is
	Log         *slog.Logger  // nil: slog.Default()
}

// Store is the lasting store. It is safe for concurrent use.
type Store struct {
	reads  *sql.DB
	writes *sql.DB // the same as reads on Postgres; SQLite has one writer
	move   func(ctx context.Context, offset time.Duration) error
}

// Open connects to url, applies the migrations that are missing and returns the store. The url is
// postgres://…, sqlite:///path/to/file.db or sqlite::memory:.
func Open(ctx context.Context, url string, opts Options) (*Store, error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	s, err := dial(ctx, url, opts.Log)
	if err != nil {
		return nil, err
	}
	if opts.ClockOffset != 0 {
		err = s.SetClockOffset(ctx, opts.ClockOffset)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func dial(ctx context.Context, url string, log *slog.Logger) (*Store, error) {
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url, log)
	case url == "sqlite::memory:":
		return openSQLite(ctx, "")
	case strings.HasPrefix(url, "sqlite://") && url != "sqlite://":
		return openSQLite(ctx, strings.TrimPrefix(url, "sqlite://"))
	default:
		scheme, _, _ := strings.Cut(url, ":") // never the whole: it may carry a password
		return nil, fmt.Errorf("lasting: database %q…: must be postgres://…, sqlite::memory: or sqlite:///path/file.db", scheme)
	}
}

// Close releases the connections. It may be called twice.
func (s *Store) Close() error {
	if s.reads == s.writes {
		return s.writes.Close()
	}
	return errors.Join(s.reads.Close(), s.writes.Close())
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.Now(ctx)
	return err
}

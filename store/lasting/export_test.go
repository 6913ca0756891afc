package lasting

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// DownAndUp takes all migrations back and applies them again.
func (s *Store) DownAndUp(ctx context.Context) error {
	dialect := goose.DialectSQLite3
	if s.reads == s.writes && s.onPostgres(ctx) {
		dialect = goose.DialectPostgres
	}
	provider, err := migrator(s.writes, dialect)
	if err != nil {
		return err
	}
	if _, err := provider.DownTo(ctx, 0); err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

func (s *Store) onPostgres(ctx context.Context) bool {
	_, err := s.setting(ctx, "server_version")
	return err == nil
}

// Count counts rows behind the store's back.
func (s *Store) Count(ctx context.Context, from string, args ...any) (int, error) {
	return one(ctx, s.reads, scanInt, `SELECT COUNT(*) FROM `+from, args...)
}

// SQL runs a statement behind the store's back.
func (s *Store) SQL(ctx context.Context, statement string, args ...any) error {
	_, err := exec(ctx, s.writes, statement, args...)
	return err
}

// Begin opens a transaction behind the store's back.
func (s *Store) Begin(ctx context.Context) (*sql.Tx, error) { return s.writes.BeginTx(ctx, nil) }

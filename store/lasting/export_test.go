package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/store/db"
)

// Count counts rows behind the store's back.
func (s *Store) Count(ctx context.Context, from string, args ...any) (int, error) {
	return db.One(ctx, s.Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+from, args...)
}

// SQL runs a statement behind the store's back.
func (s *Store) SQL(ctx context.Context, statement string, args ...any) error {
	_, err := db.Exec(ctx, s.Writes(), statement, args...)
	return err
}

// Begin opens a transaction behind the store's back.
func (s *Store) Begin(ctx context.Context) (*sql.Tx, error) {
	return s.Writes().(*sql.DB).BeginTx(ctx, nil)
}

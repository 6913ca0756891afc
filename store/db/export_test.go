package db

import (
	"context"

	"github.com/pressly/goose/v3"
)

// DownAndUp takes all migrations back and applies them again.
func (d *DB) DownAndUp(ctx context.Context) error {
	dialect := goose.DialectSQLite3
	if _, err := d.setting(ctx, "server_version"); err == nil {
		dialect = goose.DialectPostgres
	}
	provider, err := migrator(d.writes, dialect)
	if err != nil {
		return err
	}
	if _, err := provider.DownTo(ctx, 0); err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

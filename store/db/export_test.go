package db

import (
	"context"

	"github.com/pressly/goose/v3"
)

// Down takes the migrations after a version back.
func (d *DB) Down(ctx context.Context, version int64) error {
	provider, err := d.provider(ctx)
	if err == nil {
		_, err = provider.DownTo(ctx, version)
	}
	return err
}

// Up applies all migrations that are missing.
func (d *DB) Up(ctx context.Context) error {
	provider, err := d.provider(ctx)
	if err == nil {
		_, err = provider.Up(ctx)
	}
	return err
}

func (d *DB) provider(ctx context.Context) (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if _, err := d.setting(ctx, "server_version"); err == nil {
		dialect = goose.DialectPostgres
	}
	return migrator(d.writes, dialect)
}

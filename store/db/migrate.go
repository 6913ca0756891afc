package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// dialects by the ending of the migrations that are theirs alone; a migration without such an ending is for all.
var dialects = map[goose.Dialect]string{
	goose.DialectPostgres: "_postgres.sql",
	goose.DialectSQLite3:  "_sqlite.sql",
}

func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect) error {
	provider, err := migrator(db, dialect)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("db: apply migrations: %w", failed(err))
	}
	return nil
}

func migrator(db *sql.DB, dialect goose.Dialect) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("db: migrations: %w", err)
	}
	others, err := othersMigrations(files, dialect)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithExcludeNames(others), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	if dialect == goose.DialectPostgres {
		// Several processes may start at once: one migrates, the others look every second whether it is done.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, fmt.Errorf("db: migrations: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return nil, fmt.Errorf("db: migrations: %w", err)
	}
	return provider, nil
}

func othersMigrations(files fs.FS, dialect goose.Dialect) ([]string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("db: migrations: %w", err)
	}
	var others []string
	for _, name := range names {
		for d, ending := range dialects {
			if d != dialect && strings.HasSuffix(name, ending) {
				others = append(others, name)
			}
		}
	}
	return others, nil
}

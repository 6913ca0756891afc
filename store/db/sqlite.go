package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

// sqliteReaders bounds the connections that read while the one writer writes.
const sqliteReaders = 8

// openSQLite opens the file at path, or a database in memory where path is empty.
func openSQLite(ctx context.Context, path string) (*DB, error) {
	clock := new(sqliteClock)
	drv := new(sqlite.Driver)
	if err := drv.RegisterScalarFunction("jawort_now", 0, clock.now); err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	name, err := sqliteName(path)
	if err != nil {
		return nil, err
	}
	writes := sql.OpenDB(sqliteConnector{drv, name})
	writes.SetMaxOpenConns(1) // waiting here is fair, SQLite's own waiting is not
	d := &DB{reads: writes, writes: writes, move: clock.move}
	if path == "" {
		err = migrateMemory(ctx, writes)
	} else {
		d.reads = sql.OpenDB(sqliteConnector{drv, name})
		d.reads.SetMaxOpenConns(sqliteReaders)
		d.reads.SetMaxIdleConns(sqliteReaders)
		err = migrate(ctx, writes, goose.DialectSQLite3)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// sqliteName returns the driver's name of the database. It makes the file first, readable to its owner alone; the
// files that SQLite puts beside it follow.
func sqliteName(path string) (string, error) {
	settings := url.Values{
		"_txlock":       {"immediate"},
		"_busy_timeout": {"5000"},
		"_foreign_keys": {"on"},
		"_synchronous":  {"FULL"},
	}
	if path == "" {
		return "file::memory:?" + settings.Encode(), nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("db: database: %w", err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("db: database: %w", err)
	}
	settings.Set("_journal_mode", "WAL")
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + settings.Encode(), nil
}

// sqliteConnector opens connections with a store's own driver, so that each store has its own clock.
type sqliteConnector struct {
	driver *sqlite.Driver
	name   string
}

func (c sqliteConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.driver.Open(c.name)
}

func (c sqliteConnector) Driver() driver.Driver { return c.driver }

// sqliteClock is jawort_now() of one store.
type sqliteClock struct{ offset atomic.Int64 }

func (c *sqliteClock) now(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
	return time.Now().UnixMicro() + c.offset.Load(), nil
}

func (c *sqliteClock) move(_ context.Context, offset time.Duration) error {
	c.offset.Store(offset.Microseconds())
	return nil
}

package db

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/pressly/goose/v3"
)

// image is the first database in memory of this process, as it was when its migrations had been applied. A server opens
// one; tests open hundreds, and applying the migrations again would take longer than most of them.
var image struct {
	mu   sync.Mutex
	data []byte
}

// migrateMemory applies the migrations to a database in memory, or copies one where they have been applied already.
func migrateMemory(ctx context.Context, d *sql.DB) error {
	image.mu.Lock()
	defer image.mu.Unlock()
	if image.data != nil {
		return onSQLite(ctx, d, func(c serializable) error { return c.Deserialize(image.data) })
	}
	if err := migrate(ctx, d, goose.DialectSQLite3); err != nil {
		return err
	}
	return onSQLite(ctx, d, func(c serializable) (err error) {
		image.data, err = c.Serialize()
		return err
	})
}

// serializable is the driver's connection.
type serializable interface {
	Serialize() ([]byte, error)
	Deserialize(data []byte) error
}

func onSQLite(ctx context.Context, d *sql.DB, work func(c serializable) error) error {
	conn, err := d.Conn(ctx)
	if err != nil {
		return failed(err)
	}
	defer conn.Close()
	if err := conn.Raw(func(c any) error { return work(c.(serializable)) }); err != nil {
		return fmt.Errorf("db: copy a database in memory: %w", err)
	}
	return nil
}

package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Now returns the time by the database's clock.
func (d *DB) Now(ctx context.Context) (time.Time, error) {
	return One(ctx, d.reads, func(r Row) (t time.Time, err error) {
		return t, r.Scan(Into(&t))
	}, `SELECT jawort_now()`)
}

// SetClockOffset moves jawort_now() away from the real time, for tests. On Postgres it moves it for every process
// on the same database, which must not disagree about the time.
func (d *DB) SetClockOffset(ctx context.Context, offset time.Duration) error {
	return d.move(ctx, offset)
}

// Micros is how a time is kept; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// At is the time that was kept as Micros.
func At(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// instant scans a kept time.
type instant struct{ t *time.Time }

// Into scans a kept time into t.
func Into(t *time.Time) sql.Scanner { return instant{t} }

func (i instant) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return fmt.Errorf("db: a time came as %T", src)
	}
	*i.t = At(us)
	return nil
}

package lasting

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Now returns the time by the database's clock.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	return one(ctx, s.reads, func(r row) (t time.Time, err error) {
		return t, r.Scan(into(&t))
	}, `SELECT jawort_now()`)
}

// SetClockOffset moves jawort_now() away from the real time, for tests. On Postgres it moves it for every process
// on the same database, which must not disagree about the time.
func (s *Store) SetClockOffset(ctx context.Context, offset time.Duration) error {
	return s.move(ctx, offset)
}

// micros is how a time is kept; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func at(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// instant scans a kept time.
type instant struct{ t *time.Time }

func into(t *time.Time) sql.Scanner { return instant{t} }

func (i instant) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return fmt.Errorf("lasting: a time came as %T", src)
	}
	*i.t = at(us)
	return nil
}

package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

// windows are the locked rows of all that a message is bound by.
type windows struct {
	tenant string
	bounds []ledger.Bound
	rows   map[string]ledger.Window // by the name of the bound
}

// lockWindows makes the rows that are missing and waits for whoever counts in one of them; see lockPots.
func lockWindows(ctx context.Context, tx *sql.Tx, tenant string, bounds []ledger.Bound) (windows, error) {
	w := windows{tenant: tenant, bounds: bounds, rows: map[string]ledger.Window{}}
	var args []any
	for _, b := range bounds {
		args = append(args, tenant, b.String())
	}
	_, err := db.All(ctx, tx, func(r db.Row) (none struct{}, err error) {
		var name string
		var row ledger.Window
		var span int64
		err = r.Scan(&name, db.Into(&row.StartedAt), &span, &row.Count)
		row.Span = time.Duration(span) * time.Microsecond
		w.rows[name] = row
		return none, err
	}, `INSERT INTO ledger_windows (tenant, bound) VALUES `+tuples(len(bounds), 2)+`
		ON CONFLICT (tenant, bound) DO UPDATE SET messages = ledger_windows.messages
		RETURNING bound, started_at, span, messages`, args...)
	return w, err
}

// count counts one message in all windows and returns from when on it may be sent. A notice is put off where another message is refused.
func (w windows) count(ctx context.Context, tx *sql.Tx, r ledger.Reservation, now time.Time) (from time.Time, err error) {
	if r.Notice {
		return w.queue(ctx, tx, now)
	}
	return now, w.admit(ctx, tx, now, ledger.ErrTooMany)
}

// queue counts one message in the first windows that have room for it.
func (w windows) queue(ctx context.Context, tx *sql.Tx, now time.Time) (from time.Time, err error) {
	from = now
	for _, b := range w.bounds {
		next, at := w.rows[b.String()].Queue(b.Rate, now)
		if w.rows[b.String()] = next; at.After(from) {
			from = at
		}
	}
	return from, w.write(ctx, tx)
}

// admit counts one message in all windows, or refuses it with the longest time to wait of them.
func (w windows) admit(ctx context.Context, tx *sql.Tx, now time.Time, tooMany *refusal.Error) error {
	var refused ledger.Bound
	var longest time.Duration
	for _, b := range w.bounds {
		next, wait := w.rows[b.String()].Admit(b.Rate, now)
		if wait > longest {
			refused, longest = b, wait
		}
		w.rows[b.String()] = next
	}
	if longest > 0 {
		return tooMany.With("limit", refused.Limit).After(longest)
	}
	return w.write(ctx, tx)
}

func (w windows) write(ctx context.Context, tx *sql.Tx) error {
	var args []any
	for _, b := range w.bounds {
		row := w.rows[b.String()]
		args = append(args, w.tenant, b.String(), db.Micros(row.StartedAt), row.Span.Microseconds(), row.Count, db.Micros(row.ForgetAt()))
	}
	_, err := db.Exec(ctx, tx, `
		INSERT INTO ledger_windows (tenant, bound, started_at, span, messages, forget_at) VALUES `+tuples(len(w.bounds), 6)+`
		ON CONFLICT (tenant, bound) DO UPDATE SET started_at = excluded.started_at, span = excluded.span,
		messages = excluded.messages, forget_at = excluded.forget_at`, args...)
	return err
}

const forgottenAtOnce = 1000

// Forget drops counts that say nothing any more, and returns how many; call it every now and then. Each row goes by
// itself, because whoever sends holds several of them.
func (s *Store) Forget(ctx context.Context) (int, error) {
	type key struct{ tenant, bound string }
	stale, err := db.All(ctx, s.Reads(), func(r db.Row) (k key, err error) {
		return k, r.Scan(&k.tenant, &k.bound)
	}, `SELECT tenant, bound FROM ledger_windows WHERE forget_at < (SELECT jawort_now()) LIMIT $1`, forgottenAtOnce)
	if err != nil {
		return 0, err
	}
	var total int64
	for _, k := range stale {
		n, err := db.Exec(ctx, s.Writes(),
			`DELETE FROM ledger_windows WHERE tenant = $1 AND bound = $2 AND forget_at < (SELECT jawort_now())`, k.tenant, k.bound)
		if err != nil {
			return int(total), err
		}
		total += n
	}
	return int(total), nil
}

package lasting

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/store/db"
)

// EraseDeleted erases accounts of the tenant that were deleted before a moment, up to limit of them, as EraseAccount
// does, and returns how many. The caller repeats it until it was none.
func (s *Store) EraseDeleted(ctx context.Context, tenant string, before time.Time, limit int, also ...Ending) (int, error) {
	var erased []string
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		erased, err = db.All(ctx, tx, db.ScanString, `
			UPDATE accounts SET deleted_at = deleted_at WHERE id IN (
				SELECT id FROM accounts WHERE tenant = $1 AND deleted_at > 0 AND deleted_at < $2
				AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.account = accounts.id) ORDER BY deleted_at, id LIMIT $3)
			RETURNING id`, tenant, db.Micros(before), limit)
		for _, id := range erased {
			if err == nil {
				err = eraseRecord(ctx, tx, tenant, id, bySystem, also)
			}
		}
		return err
	})
	for _, id := range erased {
		if err == nil {
			err = s.eraseOutcomesOf(ctx, id)
		}
	}
	return len(erased), err
}

// EraseBefore takes names off phones of the tenant that were given up before a moment, and drops networks from which reported
// logins came and notices from before it: up to limit of each. It returns how much it found; the caller repeats it until it was
// nothing.
func (s *Store) EraseBefore(ctx context.Context, tenant string, before time.Time, limit int) (found int, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		found = 0
		for _, erase := range []func(context.Context, *sql.Tx, string, time.Time, int) (int, error){eraseEndedDevices, erasePauses, eraseNotices} {
			n, err := erase(ctx, tx, tenant, before, limit)
			if err != nil {
				return err
			}
			found += n
		}
		return nil
	})
	return found, err
}

func erasePauses(ctx context.Context, tx *sql.Tx, tenant string, before time.Time, limit int) (int, error) {
	n, err := db.Exec(ctx, tx, `
		DELETE FROM report_pauses WHERE approval IN (
			SELECT r.approval FROM report_pauses r JOIN accounts a ON a.id = r.account
			WHERE a.tenant = $1 AND r.paused_at < $2 ORDER BY r.paused_at LIMIT $3)`, tenant, db.Micros(before), limit)
	return int(n), err
}

// eraseEndedDevices forgets what an installation is once all that it was registered for is forgotten.
func eraseEndedDevices(ctx context.Context, tx *sql.Tx, tenant string, before time.Time, limit int) (int, error) {
	installations, err := db.All(ctx, tx, db.ScanString, `
		UPDATE devices SET holder = '', label = '' WHERE id IN (
			SELECT d.id FROM credentials c JOIN devices d ON d.id = c.device JOIN accounts a ON a.id = d.account
			WHERE a.tenant = $1 AND c.ended_at > 0 AND c.ended_at < $2 AND (d.holder <> '' OR d.label <> '') ORDER BY c.ended_at LIMIT $3)
		RETURNING installation`, tenant, db.Micros(before), limit)
	for _, id := range installations {
		if err == nil {
			err = runEach(ctx, tx, id, forgetInstallation)
		}
	}
	return len(installations), err
}

package operators

import (
	"context"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
)

// Try counts an attempt from a source, before anybody looks at it. operator.ErrTooManyAttempts: too many failed lately.
func (s *Store) Try(ctx context.Context, source []byte) error {
	failures, err := db.One(ctx, s.Writes(), db.ScanInt, `
		INSERT INTO operator_attempts AS a (source, began_at, failures) VALUES ($1, jawort_now(), 1)
		ON CONFLICT (source) DO UPDATE SET
			failures = CASE WHEN a.began_at + $2 > jawort_now() THEN a.failures + 1 ELSE 1 END,
			began_at = CASE WHEN a.began_at + $2 > jawort_now() THEN a.began_at ELSE jawort_now() END
		RETURNING failures`, source, operator.AttemptsWithin.Microseconds())
	if err == nil && failures > operator.MaxAttempts {
		err = operator.ErrTooManyAttempts
	}
	return err
}

// Succeeded takes back what Try has counted.
func (s *Store) Succeeded(ctx context.Context, source []byte) error {
	_, err := db.Exec(ctx, s.Writes(), `UPDATE operator_attempts SET failures = failures - 1 WHERE source = $1 AND failures > 0`, source)
	return err
}

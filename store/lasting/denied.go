package lasting

import (
	"context"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// Answer is what was answered: the end of an approval, or a device's deny of one that other devices may still answer.
type Answer struct {
	Approval string
	Status   approval.Status // how it ended; empty: it was denied by the device alone
	Label    string          // of the device that ended it
	Device   string          // that denied alone
}

// Answers returns the ends and the partial denies of the approvals, in no order. Many at a time, they are one question to the database.
func (s *Store) Answers(ctx context.Context, approvals []string) ([]Answer, error) {
	if len(approvals) == 0 {
		return nil, nil
	}
	in, args := db.In(2, approvals)
	return db.All(ctx, s.Reads(), func(r db.Row) (a Answer, err error) {
		return a, r.Scan(&a.Approval, &a.Status, &a.Label, &a.Device)
	}, `
		SELECT approval, status, label, '' FROM outcomes WHERE approval IN (`+in+`)
		UNION ALL SELECT approval, '', '', device FROM partial_denies WHERE reason = $1 AND approval IN (`+in+`)`, append([]any{deniedDevice}, args...)...)
}

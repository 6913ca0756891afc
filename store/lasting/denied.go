package lasting

import (
	"context"

	"github.com/jawort/jawort/store/db"
)

// Denial is a device's deny of an approval that other devices may still answer.
type Denial struct {
	Approval, Device string
}

// Denials returns the partial denies of the approvals, in no order.
func (s *Store) Denials(ctx context.Context, approvals []string) ([]Denial, error) {
	if len(approvals) == 0 {
		return nil, nil
	}
	args := []any{deniedDevice}
	for _, id := range approvals {
		args = append(args, id)
	}
	return db.All(ctx, s.Reads(), func(r db.Row) (d Denial, err error) {
		return d, r.Scan(&d.Approval, &d.Device)
	}, `SELECT approval, device FROM partial_denies WHERE reason = $1 AND approval IN (`+db.Placeholders(2, len(approvals))+`)`, args...)
}

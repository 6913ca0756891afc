package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// EndedLately counts how a tenant's approvals ended since a moment, by status: the newest ones, and no more than most of them in all.
func (s *Store) EndedLately(ctx context.Context, tenant string, since time.Time, most int) (map[approval.Status]int64, error) {
	ends := map[approval.Status]int64{}
	_, err := db.All(ctx, s.Reads(), func(r db.Row) (none struct{}, err error) {
		var status approval.Status
		var n int64
		err = r.Scan(&status, &n)
		ends[status] = n
		return none, err
	}, `SELECT status, COUNT(*) FROM (
			SELECT status FROM outcomes WHERE tenant = $1 AND erased_at = 0 AND decided_at >= $2 ORDER BY decided_at DESC LIMIT $3) newest
		GROUP BY status`, tenant, db.Micros(since), most)
	return ends, err
}

package outbox_test

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/outbox"
)

func TestFollowersAndTheSequencerNeverWaitForEachOtherInACircle(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		s := &outbox.Store{DB: d}
		var writers, readers sync.WaitGroup
		var written atomic.Bool
		for range 4 {
			writers.Go(func() {
				for range 400 {
					held(t, d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
						return outbox.Put(ctx, tx, outbox.Event{Kind: "x.y"})
					}))
				}
			})
		}
		until := func(work func() (n int)) {
			readers.Go(func() {
				for n := 1; n > 0 || !written.Load(); {
					n = work()
				}
			})
		}
		for range 3 {
			until(func() int {
				events, err := s.Lease(t.Context(), 100, 10*time.Second)
				held(t, err)
				held(t, s.Followed(t.Context(), idsOf(events)))
				return len(events)
			})
		}
		until(func() (n int) {
			held(t, d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				events, err := outbox.Unsequenced(ctx, tx, 200)
				held(t, err)
				n = len(events)
				return outbox.Sequenced(ctx, d, tx, idsOf(events))
			}))
			return n
		})
		writers.Wait()
		written.Store(true)
		readers.Wait()
		left, err := db.One(t.Context(), d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM outbox WHERE followed_at = 0 OR sequenced_at = 0`)
		must(t, err)
		if left != 0 {
			t.Errorf("%d events are left", left)
		}
	})
}

func idsOf(events []outbox.Event) []int64 {
	ids := make([]int64, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	return ids
}

// held is must for goroutines that others wait for.
func held(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

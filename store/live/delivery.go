package live

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/approval"
)

// Mark notes how far the wake-up of an installation got and wakes the approval's topic when that is news.
// received is never taken back by sent, nor sent by failed.
func (s *Store) Mark(ctx context.Context, id, installation string, progress approval.Progress) error {
	partition, err := approval.ParseID(id)
	if err != nil {
		return approval.ErrUnknown
	}
	changed, err := s.run(ctx, markScript, []string{recordKey(partition, id)},
		installation, string(progress), wakeChannel(id), id).Int()
	if err != nil {
		return failed("mark", err)
	}
	if changed < 0 {
		return approval.ErrUnknown
	}
	return nil
}

// Delivery is what changes of an approval while it is pending: how far its wake-ups got, and when it closes.
type Delivery struct {
	approval.Delivery
	ClosesAt time.Time
}

// Deliveries returns how several approvals stand, in one round trip per node. What is forgotten is absent.
func (s *Store) Deliveries(ctx context.Context, ids []string) (map[string]Delivery, error) {
	reads := make(map[string]*redis.SliceCmd, len(ids))
	s.pipeline(ctx, func(p redis.Pipeliner) {
		for _, id := range ids {
			if partition, err := approval.ParseID(id); err == nil {
				reads[id] = p.HMGet(ctx, recordKey(partition, id), "account", "sent", "failed", "received", "closes_at")
			}
		}
	})
	deliveries := make(map[string]Delivery, len(reads))
	for id, read := range reads {
		values, err := read.Result()
		if err != nil {
			return nil, failed("read deliveries", err)
		}
		if values[0] == nil {
			continue
		}
		closesAt, err := parseMicros(text(values[4]))
		if err != nil {
			return nil, fmt.Errorf("live: closes_at of %s: %w", id, err)
		}
		deliveries[id] = Delivery{decodeDelivery(text(values[1]), text(values[2]), text(values[3])), closesAt}
	}
	return deliveries, nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

package live

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/approval"
)

// Pending returns an approval while its record lives, which is for a while after it ended. It returns
// approval.ErrUnknown afterwards.
func (s *Store) Pending(ctx context.Context, id string) (approval.Pending, error) {
	partition, err := approval.ParseID(id)
	if err != nil {
		return approval.Pending{}, approval.ErrUnknown
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	fields, err := s.client.HGetAll(ctx, recordKey(partition, id)).Result()
	if err != nil {
		return approval.Pending{}, failed("read approval", err)
	}
	return decodeRecord(id, fields)
}

// PendingOf returns what the phones of these accounts may be asked now, oldest first.
func (s *Store) PendingOf(ctx context.Context, accounts []string) ([]approval.Pending, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	ids, err := s.idsOf(ctx, accounts)
	if err != nil {
		return nil, err
	}
	all, err := s.records(ctx, ids)
	if err != nil {
		return nil, err
	}
	now := s.now()
	all = slices.DeleteFunc(all, func(p approval.Pending) bool {
		return p.Superseded || p.Ended || !p.ExpiresAt.After(now)
	})
	slices.SortFunc(all, func(a, b approval.Pending) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

func (s *Store) idsOf(ctx context.Context, accounts []string) ([]string, error) {
	reads := make([]*redis.StringSliceCmd, len(accounts))
	s.pipeline(ctx, func(p redis.Pipeliner) {
		for i, account := range accounts {
			reads[i] = p.ZRange(ctx, indexKey(account), 0, -1)
		}
	})
	var ids []string
	for _, read := range reads {
		some, err := read.Result()
		if err != nil {
			return nil, failed("read index", err)
		}
		ids = append(ids, some...)
	}
	return ids, nil
}

// records returns those of the approvals whose record still lives.
func (s *Store) records(ctx context.Context, ids []string) ([]approval.Pending, error) {
	reads := make([]*redis.MapStringStringCmd, 0, len(ids))
	s.pipeline(ctx, func(p redis.Pipeliner) {
		for _, id := range ids {
			partition, _ := approval.ParseID(id) // ids from our own indexes
			reads = append(reads, p.HGetAll(ctx, recordKey(partition, id)))
		}
	})
	found := make([]approval.Pending, 0, len(ids))
	for i, read := range reads {
		fields, err := read.Result()
		if err != nil {
			return nil, failed("read approvals", err)
		}
		p, err := decodeRecord(ids[i], fields)
		if errors.Is(err, approval.ErrUnknown) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, nil
}

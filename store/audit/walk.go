package audit

import (
	"context"
	"maps"
	"math"
	"slices"
)

// walkAtOnce is how many entries a walk reads in one statement.
const walkAtOnce = 500

// visitor is shown a chain in order: each entry, and behind it its head where it has one.
type visitor interface {
	record(r Record) error
	head(compact string) error
	// pause comes between two pages.
	pause(ctx context.Context, page []Record) error
}

// walk shows the tenant's whole chain as it stands, heads without an entry included. It holds no transaction: entries are
// only ever added at the end, and what is erased meanwhile is erased.
func (s *Store) walk(ctx context.Context, tenant string, v visitor) error {
	last := int64(0)
	for {
		page, err := s.Records(ctx, tenant, Filter{After: last, OldestFirst: true, Limit: walkAtOnce})
		if err != nil {
			return err
		}
		end := int64(math.MaxInt64) // what is behind the last entry should not be there, and must show
		if len(page) == walkAtOnce {
			end = page[len(page)-1].Entry.Sequence
		}
		heads, err := s.headsBetween(ctx, tenant, last+1, end)
		if err != nil {
			return err
		}
		if err := show(page, heads, v); err != nil {
			return err
		}
		if err := v.pause(ctx, page); err != nil || len(page) < walkAtOnce {
			return err
		}
		last = end
	}
}

func show(page []Record, heads map[int64]string, v visitor) error {
	for _, r := range page {
		if err := v.record(r); err != nil {
			return err
		}
		if head, ok := heads[r.Entry.Sequence]; ok {
			delete(heads, r.Entry.Sequence)
			if err := v.head(head); err != nil {
				return err
			}
		}
	}
	for _, sequence := range slices.Sorted(maps.Keys(heads)) {
		if err := v.head(heads[sequence]); err != nil {
			return err
		}
	}
	return nil
}

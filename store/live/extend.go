package live

import (
	"context"
	"fmt"
	"time"

	"github.com/jawort/jawort/approval"
)

// What extend.lua answers.
const (
	extendDone = iota
	extendUnknown
	extendEnded
	extendClosed
)

// Extend moves an approval's closes_at later, and its MAC with it: the caller's, over Pending.Fixed with the new time.
// Phones are still asked until expires_at only. It returns the closes_at that stands, which is a later one where somebody
// was faster. It returns approval.ErrUnknown, ErrNotPending where it ended or was superseded, and ErrExpired where it had
// closed. Repeating it does nothing.
//
// A time more than approval.MaxOpen after the creation is a fault of the caller, who signed it.
func (s *Store) Extend(ctx context.Context, id string, closesAt time.Time, mac []byte) (time.Time, error) {
	p, err := s.Pending(ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	if most := p.CreatedAt.Add(approval.MaxOpen); closesAt.After(most) {
		return time.Time{}, fmt.Errorf("live: extend %s: %v is later than %v", id, closesAt, most)
	}
	now, partition := s.now(), p.Partition()
	life := (closesAt.Sub(now) + approval.KeptAfterEnd).Milliseconds()
	answer, err := s.run(ctx, extendScript, []string{recordKey(partition, id), indexKey(p.Account), dueKey(partition)},
		id, micros(now), micros(closesAt), mac, life, wakeChannel(id)).Slice()
	if err != nil {
		return time.Time{}, failed("extend", err)
	}
	return decodeExtended(answer)
}

func decodeExtended(answer []any) (time.Time, error) {
	code, _ := answer[0].(int64)
	switch code {
	case extendDone:
		return parseMicros(text(answer[1]))
	case extendUnknown:
		return time.Time{}, approval.ErrUnknown
	case extendEnded:
		return time.Time{}, approval.ErrNotPending
	case extendClosed:
		return time.Time{}, approval.ErrExpired
	default:
		return time.Time{}, fmt.Errorf("live: extend: unknown answer %d", code)
	}
}

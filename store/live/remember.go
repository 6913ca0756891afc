package live

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/jawort/jawort/approval"
)

// What remember.lua answers.
const (
	rememberDone = iota
	rememberRepeated
	rememberKeyReused
)

// Remember keeps an answer for which nobody was asked, under the same keys as Create: a repetition finds the first answer,
// whichever of the two kept it. kept is that answer, and nil where this is the first. It returns approval.ErrKeyReused for
// another request under the key. Without a key there is nothing to keep.
func (s *Store) Remember(ctx context.Context, application, account string, i *Idempotency) (kept []byte, err error) {
	if i == nil {
		return nil, nil
	}
	keys := []string{idempotencyKey(application, account, i.Key)}
	answer, err := s.run(ctx, rememberScript, keys,
		hex.EncodeToString(i.Request[:]), i.Answer, idempotencyLife.Milliseconds(), NoPushUnasked).Slice()
	if err != nil {
		return nil, failed("remember", err)
	}
	switch code, _ := answer[0].(int64); code {
	case rememberDone:
		return nil, nil
	case rememberRepeated:
		return []byte(text(answer[1])), nil
	case rememberKeyReused:
		return nil, approval.ErrKeyReused
	default:
		return nil, fmt.Errorf("live: remember: unknown answer %d", code)
	}
}

// Drop makes the next request under the key the first one again, because the kept answer has turned out to be none. An answer
// that another request has kept since stays. Repeating it changes nothing.
func (s *Store) Drop(ctx context.Context, application, account, key string, answer []byte) error {
	err := s.run(ctx, dropScript, []string{idempotencyKey(application, account, key)}, answer).Err()
	if err != nil {
		return failed("drop", err)
	}
	return nil
}

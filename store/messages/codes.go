package messages

import (
	"context"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/db"
)

// Codes returns how far the newest code of each of the approvals got. One for which none was sent is absent.
func (s *Store) Codes(ctx context.Context, approvals []string) (map[string]approval.Code, error) {
	codes := make(map[string]approval.Code, len(approvals))
	if len(approvals) == 0 {
		return codes, nil
	}
	args := make([]any, len(approvals))
	for i, id := range approvals {
		args[i] = id
	}
	_, err := db.All(ctx, s.db.Reads(), func(r db.Row) (none struct{}, err error) {
		var id string
		var channel courier.Channel
		var state courier.State
		var ended time.Time
		err = r.Scan(&id, &channel, &state, db.Into(&ended))
		codes[id] = codeOf(channel, state, ended)
		return none, err
	}, `SELECT approval, channel, state, ended_at FROM messages
		WHERE approval IN (`+db.Placeholders(1, len(args))+`) AND purpose IN ('code', 'activation') ORDER BY created_at`, args...)
	return codes, err
}

func codeOf(c courier.Channel, state courier.State, ended time.Time) approval.Code {
	code := approval.Code{Method: approval.Method(c), State: codeStates[state]}
	if state.Taken() {
		code.SentAt = ended.UTC()
	}
	return code
}

// codeStates are what a person is told: a code that will not come is a code that will not come.
var codeStates = map[courier.State]approval.CodeState{
	courier.Queued: approval.CodeQueued, courier.Sent: approval.CodeSent, courier.Delivered: approval.CodeDelivered,
	courier.Failed: approval.CodeFailed, courier.Expired: approval.CodeFailed, courier.Undelivered: approval.CodeFailed,
}

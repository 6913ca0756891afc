package live

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/jawort/jawort/approval"
)

// Creation is a new approval with the conditions under which it may come to be.
type Creation struct {
	Pending     approval.Pending
	Idempotency *Idempotency // nil: none given
	Limit       int          // how many of this application and account may be pending, this one included
	Alone       bool         // has no number to tell it apart: refused while any other of the account is pending, and any other while it is
}

// Idempotency makes a repeated request create nothing and get the first answer again.
type Idempotency struct {
	Key     string   // as the caller chose it; belongs to the application and the account
	Request [32]byte // hash of the request
	Answer  []byte   // what the request gets, now and when it is repeated
}

// Created says what came of a creation.
type Created struct {
	Answer     []byte   // not nil: a repeat; nothing was created
	Superseded []string // approvals whose place the new one took; their end is still to be written
}

const (
	idempotencyLife = 24 * time.Hour
	indexLife       = approval.MaxOpen + approval.KeptAfterEnd
)

// What create.lua answers.
const (
	createDone = iota
	createRepeated
	createKeyReused
	createTooMany
)

// Create stores an approval with its push jobs and wakes the account's topic. A pending approval of the same
// application, account and session is marked superseded. It returns approval.ErrTooMany or
// approval.ErrKeyReused and has changed nothing then. Calling it again with the same id changes nothing.
func (s *Store) Create(ctx context.Context, c Creation) (Created, error) {
	keys, args, err := c.script(s.now())
	if err != nil {
		return Created{}, err
	}
	answer, err := s.run(ctx, createScript, keys, args...).Slice()
	if err != nil {
		return Created{}, failed("create", err)
	}
	return decodeCreated(answer)
}

func (c Creation) script(now time.Time) (keys []string, args []any, err error) {
	p := c.Pending
	partition := p.Partition()
	fields, err := encodeRecord(p)
	if err != nil {
		return nil, nil, err
	}
	jobs, err := encodeJobs(p, approval.JobApproval, p.ExpiresAt, p.Recipients)
	if err != nil {
		return nil, nil, err
	}
	keys = []string{recordKey(partition, p.ID), indexKey(p.Account), dueKey(partition), pushKey(partition)}
	request, answer := "", []byte(nil)
	if i := c.Idempotency; i != nil {
		keys = append(keys, idempotencyKey(p.Application, p.Account, i.Key))
		request, answer = hex.EncodeToString(i.Request[:]), i.Answer
	}
	args = []any{
		p.ID, p.Account, p.Application, p.Session,
		micros(now), micros(p.CreatedAt), micros(p.ClosesAt),
		c.Limit, c.Alone,
		(p.ClosesAt.Sub(now) + approval.KeptAfterEnd).Milliseconds(), indexLife.Milliseconds(),
		request, answer, idempotencyLife.Milliseconds(),
		wakeChannel(p.Account), pushBell, longestQueued,
		len(fields),
	}
	return keys, append(append(args, fields...), jobs...), nil
}

func decodeCreated(answer []any) (Created, error) {
	code, _ := answer[0].(int64)
	text := ""
	if len(answer) > 1 {
		text, _ = answer[1].(string)
	}
	switch code {
	case createDone:
		return Created{Superseded: strings.Fields(text)}, nil
	case createRepeated:
		return Created{Answer: []byte(text)}, nil
	case createKeyReused:
		return Created{}, approval.ErrKeyReused
	case createTooMany:
		return Created{}, approval.ErrTooMany
	default:
		return Created{}, fmt.Errorf("live: create: unknown answer %d", code)
	}
}

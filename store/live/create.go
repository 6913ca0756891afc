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
	NoPush      string       // why the caller wants no phone to be woken, a code; empty: it may be
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

	// Whether phones are woken; of a repeat, whether they were.
	Pushed      bool
	NoPush      string    // why not: one of the codes below, or the caller's
	NoPushUntil time.Time // not before then; zero where nobody knows
}

// Why an approval is created without waking a phone. Phones that ask by themselves see it all the same.
const (
	NoPushPaused  = "push-paused" // after denies in a row
	NoPushLimit   = "push-limit"  // too many without success
	NoPushAddress = "no-address"  // no phone can be woken
	// NoPushReported is the caller's: somebody reported a login of the same session or network.
	NoPushReported = "reported"
	NoPushUnasked  = "not-asked" // the answer that is repeated asked nobody
)

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
//
// Where the account's PushLimits are reached, or the caller wants it so, no push job is stored; Created says why.
func (s *Store) Create(ctx context.Context, c Creation) (Created, error) {
	keys, args, err := c.script(s.now(), s.limits)
	if err != nil {
		return Created{}, err
	}
	answer, err := s.run(ctx, createScript, keys, args...).Slice()
	if err != nil {
		return Created{}, failed("create", err)
	}
	return decodeCreated(answer)
}

func (c Creation) script(now time.Time, limits PushLimits) (keys []string, args []any, err error) {
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
	keys = []string{recordKey(partition, p.ID), indexKey(p.Account), dueKey(partition), pushKey(partition), pushesKey(p.Account), deniesKey(p.Account)}
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
		c.NoPush, limits.Most, limits.Window.Microseconds(),
		len(fields),
	}
	return keys, append(append(args, fields...), jobs...), nil
}

func decodeCreated(answer []any) (Created, error) {
	code, _ := answer[0].(int64)
	switch code {
	case createDone:
		created, err := decodePush(answer[2:])
		created.Superseded = strings.Fields(text(answer[1]))
		return created, err
	case createRepeated:
		created, err := decodePush(answer[2:])
		created.Answer = []byte(text(answer[1]))
		return created, err
	case createKeyReused:
		return Created{}, approval.ErrKeyReused
	case createTooMany:
		return Created{}, approval.ErrTooMany
	default:
		return Created{}, fmt.Errorf("live: create: unknown answer %d", code)
	}
}

// decodePush reads why no push was queued and until when.
func decodePush(answer []any) (Created, error) {
	c := Created{NoPush: text(answer[0])}
	c.Pushed = c.NoPush == ""
	if text(answer[1]) == "0" {
		return c, nil
	}
	var err error
	c.NoPushUntil, err = parseMicros(text(answer[1]))
	return c, err
}

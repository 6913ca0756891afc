package live

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/approval"
)

// PushLimits bound how often the phones of one account are woken, whichever application asks: somebody who knows the
// password must not be able to tire its user out. They hold back pushes, never approvals.
type PushLimits struct {
	Most   int           // pushes without success within Window, resends included
	Window time.Duration // a push counts for so long, or until an approval is approved

	Denies int             // from this deny in a row on pushes pause
	Pauses []time.Duration // for so long after that deny, the next one, …; the last one stands for all that follow
	Memory time.Duration   // denies are forgotten when the last is so old
}

// DefaultPushLimits returns five pushes in ten minutes, and pauses of 5, 15 and 60 minutes from the third deny on.
func DefaultPushLimits() PushLimits {
	return PushLimits{
		Most: 5, Window: 10 * time.Minute,
		Denies: 3, Pauses: []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour}, Memory: 24 * time.Hour,
	}
}

func (l PushLimits) validate() error {
	switch {
	case l.Most < 1 || l.Window < time.Millisecond:
		return errors.New("live: push limits: at least one push must be possible, within a millisecond or more")
	case l.Denies < 1 || len(l.Pauses) == 0 || slices.Min(l.Pauses) < 0:
		return errors.New("live: push limits: a pause needs a deny and a length")
	case l.Memory < slices.Max(l.Pauses) || l.Memory < time.Millisecond:
		return errors.New("live: push limits: denies must be remembered for as long as the longest pause")
	}
	return nil
}

// pauses are the limits as end.lua takes them.
func (l PushLimits) pauses() []any {
	args := []any{l.Denies, l.Memory.Milliseconds(), len(l.Pauses)}
	for _, p := range l.Pauses {
		args = append(args, p.Microseconds())
	}
	return args
}

// judge says what an end tells end.lua about the account's user. A report says no less than a deny. Nobody answered what
// expired, was cancelled or superseded: that neither counts nor ends a row.
func judge(status approval.Status) string {
	switch status {
	case approval.StatusApproved:
		return "success"
	case approval.StatusDenied, approval.StatusReported:
		return "deny"
	default:
		return ""
	}
}

// Limits is where an account stands.
type Limits struct {
	Pushes      int       // that count now
	Denies      int       // in a row
	PausedUntil time.Time // zero: not paused
	Full        bool      // no more pushes may count for now
}

// NoPush says why the phones of the account would not be woken now, as Created does, and until when; empty: they would.
func (l Limits) NoPush() (why string, until time.Time) {
	switch {
	case !l.PausedUntil.IsZero():
		return NoPushPaused, l.PausedUntil
	case l.Full:
		return NoPushLimit, time.Time{}
	default:
		return "", time.Time{}
	}
}

// Limits returns where an account stands with its PushLimits.
func (s *Store) Limits(ctx context.Context, account string) (Limits, error) {
	now := s.now()
	var pushes *redis.IntCmd
	var denies *redis.SliceCmd
	s.pipeline(ctx, func(p redis.Pipeliner) {
		pushes = p.ZCount(ctx, pushesKey(account), "("+micros(now.Add(-s.limits.Window)), "+inf")
		denies = p.HMGet(ctx, deniesKey(account), "in_row", "paused_until")
	})
	if err := errors.Join(pushes.Err(), denies.Err()); err != nil {
		return Limits{}, failed("read limits", err)
	}
	l := Limits{Pushes: int(pushes.Val()), Full: int(pushes.Val()) >= s.limits.Most}
	values := denies.Val()
	l.Denies, _ = strconv.Atoi(text(values[0])) // absent: none
	if values[1] == nil {
		return l, nil
	}
	until, err := parseMicros(text(values[1]))
	if err == nil && until.After(now) {
		l.PausedUntil = until
	}
	return l, err
}

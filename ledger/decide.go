package ledger

import (
	"time"

	"github.com/jawort/jawort/refusal"
)

// Grace is how long a full budget lets those through who have no method but SMS, from its alarm on.
const Grace = 24 * time.Hour

// ErrBudgetSpent refuses an SMS that would exceed a budget.
var ErrBudgetSpent = refusal.New(refusal.Forbidden, "sms-budget-spent",
	"The budget for SMS is used up. Use another method, or have the budget raised.")

// Event is what a budget tells its tenant. Each is told once in a period; a budget whose limit was changed tells anew.
type Event string

// The events, in the order in which a budget comes to them.
const (
	Warned  Event = "budget.warned"  // the share WarnAt is reached, or it is Stopped already
	Stopped Event = "budget.stopped" // what is left does not pay for the dearest message any more: from here on messages are refused
	Alarmed Event = "budget.alarm"   // somebody without another method was let through; after Grace nobody will be
)

// Standing is how a budget stands in the current period.
type Standing struct {
	Spent     Amount
	Limit     Amount // under which the times below were noted
	WarnedAt  time.Time
	StoppedAt time.Time
	AlarmedAt time.Time
}

// Payment is one message that wants to be paid from a budget.
type Payment struct {
	Price      Amount
	OnlyMethod bool // the person cannot confirm by anything but SMS
	Notice     bool // tells what happened to an account: only a budget of zero keeps it back
}

// Decide returns how the budget stands after the payment and what is to be told, or ErrBudgetSpent: then nothing changes.
func (b Budget) Decide(s Standing, p Payment, prices PriceBook, now time.Time) (Standing, []Event, error) {
	s = s.under(b.Limit)
	s.Spent += p.Price
	if s.Spent <= b.Limit || p.Price == 0 || p.Notice && b.Limit > 0 {
		s, events := b.Review(s, prices, now)
		return s, events, nil
	}
	if !p.OnlyMethod || (!s.AlarmedAt.IsZero() && !now.Before(s.AlarmedAt.Add(Grace))) {
		return Standing{}, nil, ErrBudgetSpent
	}
	s, events := b.Review(s, prices, now)
	if s.AlarmedAt.IsZero() {
		s.AlarmedAt = now
		events = append(events, Alarmed)
	}
	return s, events, nil
}

// Review returns what a budget has to tell where it stands, for example because its limit or the prices were changed.
// A limit of zero is no limit that is approached, and does not warn.
func (b Budget) Review(s Standing, prices PriceBook, now time.Time) (Standing, []Event) {
	s = s.under(b.Limit)
	if b.Limit == 0 {
		return s, nil
	}
	var events []Event
	full := s.Spent+b.dearest(prices) > b.Limit
	if s.WarnedAt.IsZero() && (full || s.Spent*100 >= b.Limit*Amount(b.warnAt())) {
		s.WarnedAt = now
		events = append(events, Warned)
	}
	if s.StoppedAt.IsZero() && full {
		s.StoppedAt = now
		events = append(events, Stopped)
	}
	return s, events
}

// under forgets what was told under another limit: more or less to spend is a new situation.
func (s Standing) under(limit Amount) Standing {
	if s.Limit != limit {
		s = Standing{Spent: s.Spent, Limit: limit}
	}
	return s
}

func (b Budget) warnAt() int {
	if b.WarnAt == 0 {
		return DefaultWarnAt
	}
	return b.WarnAt
}

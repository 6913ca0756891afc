package courier

import (
	"context"
	"errors"
	"time"
)

// Sender hands messages over to one provider.
type Sender interface {
	// Name is the provider in metrics, logs and receipts.
	Name() string
	// Send returns the provider's reference (empty where it gives none) when the provider has taken the message, and a
	// *Failure otherwise. A message may come twice; the provider may then deliver it twice.
	Send(ctx context.Context, m Message) (reference string, err error)
}

// Kind says what a failed attempt means for the message, the person and the provider.
type Kind int

// The kinds of failure.
const (
	// Again: the provider did not answer, or said that it cannot now. Counts against its health.
	Again Kind = iota
	// Throttled: too many. To be tried again; says nothing about the provider's health.
	Throttled
	// Unreachable: this person cannot be reached in this way, now or later.
	Unreachable
	// Refused: this message will never be taken.
	Refused
	// Alarm: nothing will be taken until an operator mends something. Tried again until the message expires.
	Alarm
)

// String names the kind in metrics and logs.
func (k Kind) String() string {
	switch k {
	case Again:
		return "again"
	case Throttled:
		return "throttled"
	case Unreachable:
		return "unreachable"
	case Refused:
		return "refused"
	case Alarm:
		return "alarm"
	default:
		return "unknown"
	}
}

// Failure is what a sender makes of an attempt that was not taken. It carries no text that came from outside, because
// providers repeat addresses in theirs.
type Failure struct {
	Kind   Kind
	Reason string        // a word of the provider's protocol, or one of ours
	After  time.Duration // earliest next try; 0: the courier's own back-off
}

func (f *Failure) Error() string { return "courier: " + f.Kind.String() + ": " + f.Reason }

// Final reports whether trying again cannot help.
func (f *Failure) Final() bool { return f.Kind == Unreachable || f.Kind == Refused }

// Stopped is the reason of an attempt that was cut off because the process stops.
const Stopped = "stopped"

// FailureOf returns what err says; anything that is no *Failure is worth another try.
func FailureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return &Failure{Kind: Again, Reason: "unknown"}
}

const maxReason = 64

// Word returns s where it has the form of a reason that protocols use, so that nothing else gets into a log.
func Word(s string) string {
	if s == "" || len(s) > maxReason {
		return "unreadable"
	}
	for _, r := range s {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return "unreadable"
		}
	}
	return s
}

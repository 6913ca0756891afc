package pushgw

import (
	"errors"
	"time"

	"github.com/jawort/jawort/outbound"
)

// Kind says what a failed attempt means for the push, its token and its provider.
type Kind int

// The kinds of failure.
const (
	// Again: the provider did not answer, or said that it cannot now. Counts against its health.
	Again Kind = iota
	// Throttled: too many, for this token or in all. To be tried again; says nothing about the provider's health.
	Throttled
	// Gone: the token is dead and is to be retired.
	Gone
	// Refused: this push will never be accepted. The token is kept.
	Refused
	// Alarm: nothing will be accepted until an operator mends something. The token is kept.
	Alarm
)

// Failure is what a provider makes of an attempt that was not accepted. It carries no text that came from
// outside, so that it can be logged: error texts of HTTP clients name URLs, and those hold tokens.
type Failure struct {
	Kind      Kind
	Reason    string        // a word of the provider's protocol, or one of ours
	After     time.Duration // earliest next try; 0: the gateway's own back-off
	DeadSince time.Time     // Gone: since when, where the provider says it
}

func (f *Failure) Error() string { return "pushgw: " + f.Reason }

// final reports whether trying again cannot help.
func (f *Failure) final() bool { return f.Kind != Again && f.Kind != Throttled }

// failureOf returns what err says; anything that is no *Failure is worth another try.
func failureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return &Failure{Kind: Again, Reason: "unknown"}
}

// noAnswer classifies the error of a request that got no answer.
func noAnswer(err error) *Failure {
	return &Failure{Kind: Again, Reason: outbound.Reason(err)}
}

const maxReason = 64

// word returns s where it has the form of a reason that protocols use, so that nothing else gets into the log.
func word(s string) string {
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

// String names the kind in metrics and logs.
func (k Kind) String() string {
	switch k {
	case Again:
		return "again"
	case Throttled:
		return "throttled"
	case Gone:
		return "gone"
	case Refused:
		return "refused"
	case Alarm:
		return "alarm"
	default:
		return "unknown"
	}
}

package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/courier"
)

// errResting is no attempt: nothing was sent.
var errResting = errors.New("dispatch: the provider is left alone for a while")

// deliver makes one attempt and marks what came of it.
func (l *lane) deliver(work context.Context, m courier.Leased) {
	if m.Unreadable {
		l.fail(work, m, &courier.Failure{Kind: courier.Alarm, Reason: "not-opened"})
		return
	}
	begun := l.Now()
	reference, err := l.send(work, m)
	if errors.Is(err, errResting) {
		l.giveBack(work, m, l.Pace.Rest/4+backoff.Jitter(l.Pace.Rest/4, l.Random), "resting")
		return
	}
	l.metrics.attempted(l.sender.Name(), l.Now().Sub(begun), err)
	if err == nil {
		l.sent(work, m, reference)
		return
	}
	if f := l.patient(m, courier.FailureOf(err)); f.Final() {
		l.fail(work, m, f)
	} else {
		l.again(work, m, f)
	}
}

// patient does not let one refusal silence a notice: it is of use for days, and what its provider refuses now it may take after an
// operator or the carrier has mended something.
func (l *lane) patient(m courier.Leased, f *courier.Failure) *courier.Failure {
	if m.Purpose != courier.PurposeNotice || f.Kind != courier.Refused {
		return f
	}
	return &courier.Failure{Kind: courier.Throttled, Reason: f.Reason, After: backoff.Pause(m.Attempt, l.Pace.Notice, l.Pace.NoticeMost, l.Random)}
}

// send makes an attempt, or returns errResting while the breaker is open.
func (l *lane) send(work context.Context, m courier.Leased) (string, error) {
	report, err := l.breaker.Allow()
	if err != nil {
		return "", errResting
	}
	ctx, cancel := context.WithTimeout(work, l.Pace.Attempt)
	defer cancel()
	reference, err := l.sender.Send(ctx, m.Message)
	report(err)
	return reference, err
}

func (l *lane) sent(work context.Context, m courier.Leased, reference string) {
	l.count(m, "sent")
	l.Log.DebugContext(work, "message sent", l.attrs(m)...)
	l.persist(work, "a sent message cannot be marked", func(ctx context.Context) error {
		return l.Queue.Sent(ctx, m, l.sender.Name(), reference)
	})
}

func (l *lane) fail(work context.Context, m courier.Leased, f *courier.Failure) {
	l.count(m, "failed")
	l.tell(work, m, f, "message failed")
	l.persist(work, "a failed message cannot be marked", func(ctx context.Context) error {
		return l.Queue.Failed(ctx, m, f.Reason)
	})
}

// again gives a message back for another try. One that we cut off ourselves is free at once, for whoever goes on.
func (l *lane) again(work context.Context, m courier.Leased, f *courier.Failure) {
	l.count(m, "retried")
	l.tell(work, m, f, "message is tried again")
	pause := backoff.Pause(m.Attempt, l.Pace.Backoff, l.Pace.BackoffMost, l.Random)
	switch {
	case f.Reason == courier.Stopped:
		pause = 0
	case f.After > 0:
		pause = f.After + backoff.Jitter(l.Pace.Backoff, l.Random)
	}
	l.giveBack(work, m, pause, f.Reason)
}

func (l *lane) giveBack(work context.Context, m courier.Leased, after time.Duration, reason string) {
	l.persist(work, "a message cannot be given back", func(ctx context.Context) error {
		return l.Queue.Retry(ctx, m, after, reason)
	})
}

const stateTimeout = 5 * time.Second

// persist repeats a mark until it is kept or nobody has to keep it: then the lease runs out, and the message is sent again. The first try
// is made even when work has ended, because what was sent should be known.
func (l *lane) persist(work context.Context, what string, mark func(context.Context) error) {
	for failures := 1; ; failures++ {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(work), stateTimeout)
		err := mark(ctx)
		cancel()
		if err == nil {
			return
		}
		l.warn(work, what, err)
		if !backoff.Wait(work, backoff.Pause(failures, l.Pace.Poll, l.Pace.Rest, l.Random)) {
			return
		}
	}
}

func (l *lane) count(m courier.Leased, result string) {
	l.metrics.messages.WithLabelValues(l.sender.Name(), string(m.Purpose), result).Inc()
}

func (l *lane) tell(ctx context.Context, m courier.Leased, f *courier.Failure, what string) {
	attrs := append(l.attrs(m), slog.String("reason", f.Reason))
	switch {
	case f.Kind != courier.Alarm:
		l.Log.InfoContext(ctx, what, attrs...)
	case l.alarms.due(alarm{l.sender.Name(), f.Reason}, l.Now()):
		l.Log.ErrorContext(ctx, "sending messages needs an operator", attrs...)
	default:
		l.Log.DebugContext(ctx, "sending messages still needs an operator", attrs...)
	}
}

func (l *lane) attrs(m courier.Leased) []any {
	return []any{
		slog.String("message", m.ID), slog.String("sender", l.sender.Name()), slog.String("purpose", string(m.Purpose)), slog.Int("attempt", m.Attempt),
	}
}

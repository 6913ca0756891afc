package pushgw

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jawort/jawort/approval"
)

// settle records how a job ended and removes it from the stream. What a store does not take is tried again: the
// push is not repeated because of it, unless the gateway dies over it.
func (d *delivery) settle(work context.Context, e end) {
	d.report(work, e)
	recorded := d.persist(work, d.job.ExpiresAt, "progress of a push cannot be noted", func(ctx context.Context) error {
		return d.mark(ctx, e)
	})
	retired := recorded && d.persist(work, d.Now().Add(retireFor), "dead push token cannot be retired", func(ctx context.Context) error {
		return d.retire(ctx, e.failure)
	})
	if retired {
		d.persist(work, time.Time{}, "push job cannot be acknowledged", func(ctx context.Context) error {
			return d.Queue.Ack(ctx, d.job)
		})
	}
}

// retireFor is how long we try to retire a token. Whoever pushes next finds out again that it is dead.
const retireFor = time.Minute

// persist repeats do until it succeeds or until has passed (zero: never). It reports false where work ended first,
// and the job stays in the stream.
func (d *delivery) persist(work context.Context, until time.Time, what string, do func(context.Context) error) bool {
	for failures := 1; ; failures++ {
		ctx, cancel := context.WithTimeout(work, stateTimeout)
		err := do(ctx)
		cancel()
		if err == nil {
			return true
		}
		d.warn(work, what, err)
		if work.Err() == nil && !until.IsZero() && d.Now().After(until) {
			return true
		}
		if !wait(work, nil, d.Pace.pause(failures, d.Random)) {
			return false
		}
	}
}

// mark tells the browser what became of the wake-up, or the store that a notice was pushed.
func (d *delivery) mark(ctx context.Context, e end) error {
	if d.job.Kind == approval.JobNotice {
		return d.markNotice(ctx, e)
	}
	if d.job.Kind != approval.JobApproval || e.failure == nil && e.result != resultAccepted {
		return nil
	}
	progress := approval.ProgressSent
	if e.failure != nil {
		progress = approval.ProgressFailed
	}
	err := d.Approvals.Mark(ctx, d.job.ID, d.job.Recipient.Installation, progress)
	if errors.Is(err, approval.ErrUnknown) {
		return nil
	}
	return err
}

// markNotice says that a notice need not be pushed again: it was, or never will be. After any other failure it comes again.
func (d *delivery) markNotice(ctx context.Context, e end) error {
	if e.result != resultAccepted && e.result != Refused.String() {
		return nil
	}
	return d.Notices.NoticePushed(ctx, d.job.ID)
}

// retire removes a dead token from the installation. Its devices stay: they can still ask by themselves.
func (d *delivery) retire(ctx context.Context, f *Failure) error {
	if f == nil || f.Kind != Gone {
		return nil
	}
	r := d.job.Recipient
	done, err := d.Addresses.RetireAddress(ctx, r.Installation, r.AddressVersion, f.DeadSince)
	if err != nil {
		return err
	}
	if done {
		d.metrics.retired.WithLabelValues(d.provider()).Inc()
	}
	return nil
}

func (d *delivery) report(ctx context.Context, e end) {
	d.metrics.pushes.WithLabelValues(d.provider(), string(d.job.Kind), e.result).Inc()
	attrs := append(d.attrs(), slog.String("result", e.result))
	if e.failure == nil {
		d.Log.DebugContext(ctx, "push job ended", attrs...)
		return
	}
	attrs = append(attrs, slog.String("reason", e.failure.Reason))
	switch {
	case e.failure.Kind != Alarm:
		d.Log.InfoContext(ctx, "push failed", attrs...)
	case d.alarms.due(alarm{d.knownRoute(), e.failure.Reason}, d.Now()):
		d.Log.ErrorContext(ctx, "push needs an operator", attrs...)
	default:
		d.Log.DebugContext(ctx, "push still needs an operator", attrs...)
	}
}

// knownRoute returns the route of the push as far as it is configured: phones name apps as they like.
func (d *delivery) knownRoute() Route {
	route := RouteOf(d.push.Address)
	if _, ok := d.Providers[route]; ok {
		return route
	}
	return Route{Provider: d.provider()}
}
